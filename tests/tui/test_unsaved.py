"""No dialog is left with something typed in it before a person was asked; nothing typed, and Esc just leaves."""

from collections.abc import Callable
from typing import Any

import pytest
from textual.screen import Screen
from textual.widgets import Input, TextArea

from bball_tui.tui.dialogs.controls import TextField
from bball_tui.tui.dialogs.input_dialog import InputDialog
from tests.tui.dialog_host import Desk, asking
from tests.tui.every_dialog import DIALOGS
from tests.tui.every_form import FORMS

pytestmark = pytest.mark.slow

EVERY: dict[str, Callable[[str], Screen[Any]]] = {
    **{kind.__name__: make for kind, make in DIALOGS.items()},
    **{f"{name} form": make for name, make in FORMS.items() if make not in DIALOGS.values()},
}
NOTHING_TO_KEEP = {
    ("AttachScan", "path"),
    ("BatchSigning", "name"),
    ("ChatLink", "group"),
    ("ChatShare", "share-file"),
    ("Confirm", "typed"),
    ("ExportDialog", "path"),
    ("ExportList", "export-path"),
    ("FilePicker", "name"),
    ("FilterDialog", "filter-typed"),
    ("FindFamily", "name"),
    ("FindPlayer", "name"),
    ("ImportRoster", "path"),
    ("PrintPapers", "path"),
    ("ReadScans", "path"),
}
"""Search words, paths, a word that confirms: what may go with Esc."""
QUESTION = "Discard your changes?"


def _fields(desk: Desk[Any]) -> list[Input | TextArea]:
    shown = [one for one in desk.app.screen.query("Input, TextArea") if one.focusable and one.display]
    return [one for one in shown if isinstance(one, Input | TextArea)]


def _value(field: Input | TextArea) -> str:
    return field.value if isinstance(field, Input) else field.text


@pytest.mark.parametrize("name", EVERY)
async def test_what_is_typed_is_not_lost_without_a_question(name: str) -> None:
    async with asking(EVERY[name]("Ann Lee")) as desk:
        dialog = desk.app.screen
        for field in _fields(desk):
            if (name, field.id) in NOTHING_TO_KEEP:
                continue
            field.focus()
            await desk.press("end", "z", "q")
            assert "zq" in _value(field)
            assert isinstance(dialog, InputDialog)
            assert dialog.unsaved
            await desk.press("escape")
            assert QUESTION in desk.line, f"{name}: {field.id}"
            await desk.press("escape")
            assert desk.app.screen is dialog
            assert "zq" in _value(field)
            await desk.press("backspace", "backspace")


@pytest.mark.parametrize("name", EVERY)
async def test_nothing_typed_leaves_without_a_question(name: str) -> None:
    async with asking(EVERY[name]("Ann Lee")) as desk:
        asks = isinstance(desk.app.screen, InputDialog)
        await desk.press("escape")
        assert QUESTION not in desk.line
        assert not asks or desk.answers


async def test_yes_leaves_and_what_the_dialog_itself_put_there_is_no_change() -> None:
    async with asking(EVERY["Reason"]("Ann Lee")) as desk:
        await desk.press("a", "escape", "y")
        assert desk.answers == [None]
    async with asking(EVERY["RollSeason"]("Ann Lee")) as desk:
        assert desk.app.screen.query_one("#pattern", TextField).value == "Ann Lee"
        await desk.press("escape")
        assert desk.answers == [None]
