"""``docs/screens.md``: every picture with a line about it."""

from pathlib import Path

from tests.pictures.captions import CHAPTERS
from tests.pictures.scene import THEMES
from tests.pictures.scenes import SCENES

DOCS = Path(__file__).parents[2] / "docs"
PICTURES, SCREENS = DOCS / "pictures", DOCS / "screens.md"
BEGINNING = """\
# The screens

Each at 120x36, 80x24 and 60x20, dark and light. Below 100 columns the panel on the right becomes a page of its own
(Enter opens it, Esc closes it); columns go in the order of their importance. The people are invented.

`make pictures` takes the pictures, and writes this page.
"""


def document() -> str:
    """The page's text."""
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
        cells = [f"![{title}, {size}, {word}](pictures/{name}-{size}{ending}.png)" for size in names]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)
