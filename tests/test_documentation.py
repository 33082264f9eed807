"""What the documentation shows is there, and shows every scene."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

from textual.screen import Screen

from bball_tui import tui
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.deed import DeedDialog
from bball_tui.tui.dialogs.finder import Finder
from bball_tui.tui.screens.desk_day import DayScreen
from bball_tui.tui.screens.desk_undo import UndoScreen
from tests.pictures.captions import CHAPTERS
from tests.pictures.dialogs import SHOWN_ON
from tests.pictures.document import SCREENS, document
from tests.pictures.scenes import SCENES

ROOT = Path(__file__).parents[1]
HALVES = {Dialog, DeedDialog, Finder, DayScreen, UndoScreen}
"""What others are built on, and nobody ever sees alone."""


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


def test_every_screen_and_dialog_has_a_picture() -> None:
    found = set()
    for module in pkgutil.walk_packages(tui.__path__, f"{tui.__name__}."):
        loaded = importlib.import_module(module.name)
        found |= {
            one
            for _, one in inspect.getmembers(loaded, inspect.isclass)
            if issubclass(one, Screen) and one.__module__ == loaded.__name__
        }
    assert {one.__name__ for one in found - HALVES} == SHOWN_ON.keys()
    taken = {name for scene in SCENES for name in scene.names}
    assert {kind: names for kind, names in SHOWN_ON.items() if not taken.issuperset(names)} == {}
