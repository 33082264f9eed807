"""What the documentation shows is there, and shows every scene."""

import importlib
import inspect
import pkgutil
import re

import pytest
from textual.screen import Screen

from bball_tui import tui
from bball_tui.tui.all_commands import ACTION_SETS
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.finder import Finder
from bball_tui.tui.dialogs.input_dialog import InputDialog
from bball_tui.tui.dialogs.submit_dialog import SubmitDialog
from bball_tui.tui.key_names import key_name
from bball_tui.tui.main_screen.header_reading import HeaderReadingScreen
from bball_tui.tui.main_screen.retried_mails import RetriedMailsScreen
from bball_tui.tui.main_screen.today_reading import TodayReadingScreen
from bball_tui.tui.main_screen.undo_toasts import UndoScreen
from tests.pictures.captions import CHAPTERS
from tests.pictures.dialogs import SHOWN_ON
from tests.pictures.document import ROOT, SHOWN, shown_pictures
from tests.pictures.scenes import SCENES

HALVES = {
    Dialog,
    InputDialog,
    SubmitDialog,
    Finder,
    RetriedMailsScreen,
    TodayReadingScreen,
    HeaderReadingScreen,
    UndoScreen,
}
"""What others are built on, and no one ever sees alone."""


def test_the_repository_holds_the_pictures_that_the_documents_show_and_no_others() -> None:
    named = shown_pictures()
    assert named
    assert [str(picture.relative_to(ROOT)) for picture in named if not picture.is_file()] == []
    assert sorted(SHOWN.glob("*")) == sorted(one for one in set(named) if one.parent == SHOWN)


def test_the_gallery_says_something_about_every_scene() -> None:
    taken = [name for scene in SCENES for name in scene.names]
    told = [name for pictures in CHAPTERS.values() for name in pictures]
    assert sorted(taken) == sorted(told)


def test_every_screen_and_dialog_has_a_scene() -> None:
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


def test_the_places_that_the_contributors_are_led_to_are_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w.]+(?:/[\w.]+)+)(?:::\w+)?`", text)) | set(re.findall(r"T=([\w./]+)", text))
    made_by_a_run = {"build/run"}
    assert len(named) > 40
    assert sorted(one for one in named - made_by_a_run if not (ROOT / one).exists()) == []


def test_every_target_that_the_documents_name_can_be_made() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        named = set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE))
        assert named
        assert named <= targets, page


KEYS_IN_PROSE = {
    "README.md": """
        desk.undo desk.search tool.filter tool.export list.select-all contract.sign contract.stack contract.correct
        contract.edit contract.new contract.family desk.undo desk.undo-list tool.message contract.note contract.calls
        player.merge player.archive player.delete desk.help desk.palette ctrl+p tool.history ctrl+l mail.setup
    """,
    "docs/emails.md": "~ tool.message ctrl+r ctrl+o ctrl+s desk.undo",
    "docs/errors.md": """
        mail.address mail.retry mail.cancel mail.retry mail.open-gate mail.open-gate mail.setup mail.open-gate
        mail.retry-all mail.address mail.cancel mail.resolve mail.address mail.retry mail.cancel mail.open-gate
        mail.park mail.retry mail.cancel mail.cancel mail.address mail.pause mail.pause mail.retry-all
    """,
    "docs/operations.md": "player.erase mail.address o x * desk.alerts mail.setup @ / #",
    "docs/rosters.md": """
        ctrl+l - t ctrl+r f t n desk.undo activity.unimport player.delete player.archive desk.export = + - @
    """,
    "docs/season.md": """
        chat.renew desk.rules desk.roll desk.roll-undo t f w chat.renew y chat.leavers x chat.not-joined y
        player.duplicates s player.merge s player.unmerge s tool.message tool.filter
    """,
}
"""What is a key, or looks like one, in each text, in its order: the command's name, or what a dialog or a cell has."""


@pytest.mark.parametrize("path", KEYS_IN_PROSE)
def test_the_keys_in_the_texts_are_those_of_today(path: str) -> None:
    """`docs/keys.md` is made; these are written by hand, and say what to correct when a command has another key."""
    keys = {one.id: [key_name(key) for key in one.normal_keys] for group in ACTION_SETS for one in group}
    found = re.findall(r"`(ctrl\+[a-z]|[^\s\w`]|[A-Za-z])`", (ROOT / path).read_text(encoding="utf-8"))
    meant = KEYS_IN_PROSE[path].split()
    wrong = [(key, name) for key, name in zip(found, meant, strict=False) if key not in keys.get(name, [name])]
    assert (wrong, len(found)) == ([], len(meant))
