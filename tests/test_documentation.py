"""What the documentation shows is there, and shows every scene."""

import re
from pathlib import Path

from tests.pictures.captions import CHAPTERS
from tests.pictures.document import SCREENS, document
from tests.pictures.scenes import SCENES

ROOT = Path(__file__).parents[1]


def test_every_picture_that_is_named_exists() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    named = [page.parent / link for page in pages for link in re.findall(r"!\[[^]]*\]\(([^)]+)\)", page.read_text())]
    assert named
    assert [str(picture) for picture in named if not picture.is_file()] == []


def test_the_page_of_screens_shows_every_scene() -> None:
    taken = [name for scene in SCENES for name in scene.names]
    told = [name for pictures in CHAPTERS.values() for name in pictures]
    assert sorted(taken) == sorted(told)
    assert SCREENS.read_text(encoding="utf-8") == document(), "run: python -m tests.pictures --document"
