"""The gallery: every picture with a line about it, not in the repository; and the few that the documents show."""

import re
import shutil
from pathlib import Path

from tests.pictures.captions import CHAPTERS
from tests.pictures.scene import THEMES
from tests.pictures.scenes import SCENES

ROOT = Path(__file__).parents[2]
GALLERY = ROOT / "build" / "gallery"
SHOWN = ROOT / "docs" / "pictures"
"""Only what a page of the documents shows; each changes with every word on its screen."""
BEGINNING = """\
# The screens

Each at 120x36, 80x24 and 60x20, dark and light. Below 100 columns the panel on the right becomes a page of its own
(Enter opens it, Esc closes it); columns go in the order of their importance. The people are invented.
"""


def shown_pictures() -> list[Path]:
    """The pictures that README and documents show."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return [
        (page.parent / link).resolve()
        for page in pages
        for link in re.findall(r"!\[[^]]*\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    ]


def write_gallery() -> None:
    """Write the page about the pictures in the gallery, and take over those that the documents show."""
    GALLERY.mkdir(parents=True, exist_ok=True)
    (GALLERY / "index.md").write_text(_document(), encoding="utf-8")
    for picture in shown_pictures():
        taken = GALLERY / picture.name
        if taken.is_file():
            shutil.copyfile(taken, picture)


def _document() -> str:
    sizes = {name: scene.sizes for scene in SCENES for name in scene.names}
    parts = [BEGINNING]
    for chapter, pictures in CHAPTERS.items():
        parts.append(f"## {chapter}\n")
        for name, (title, caption) in pictures.items():
            parts.append(f"### {title}\n\n{caption}\n\n{_table(name, title, sizes.get(name, ()))}\n")
    return "\n".join(parts)


def _table(name: str, title: str, sizes: tuple[tuple[int, int], ...]) -> str:
    names = [f"{columns}x{rows}" for columns, rows in sizes]
    rows = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    for theme, ending in THEMES.items():
        word = theme.removeprefix("court-")
        cells = [f"![{title}, {size}, {word}]({name}-{size}{ending}.png)" for size in names]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)
