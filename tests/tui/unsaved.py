"""Whether a dialog that is open keeps what is typed into its fields until a person was asked."""

from typing import Any

from textual.widgets import Input, TextArea

from bball_tui.language import _
from bball_tui.tui.dialogs.input_dialog import InputDialog
from tests.tui.dialog_host import Desk
from tests.tui.hands import send

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
QUESTION = _("Discard your changes?")


async def keep_what_is_typed(desk: Desk[Any], name: str) -> None:
    """What is typed into a field, and taken back after it, is unsaved; Esc asks, once in each kind of field."""
    dialog = desk.app.screen
    asked: set[type[Input | TextArea]] = set()
    for field in _fields(desk):
        if (name, field.id) in NOTHING_TO_KEEP:
            continue
        where = f"{name}: {field.id}"
        assert isinstance(dialog, InputDialog)
        assert not dialog.unsaved, where
        dialog.set_focus(field)
        send(desk.app, "end", "z", "q")
        await desk.settle()
        assert "zq" in _value(field)
        assert dialog.unsaved, where
        if type(field) not in asked:
            asked.add(type(field))
            await desk.press("escape")
            assert QUESTION in desk.line, where
            await desk.press("escape")
            assert desk.app.screen is dialog
            assert "zq" in _value(field)
        send(desk.app, "backspace", "backspace")
        await desk.settle()
    assert not isinstance(dialog, InputDialog) or not dialog.unsaved


def _fields(desk: Desk[Any]) -> list[Input | TextArea]:
    shown = [one for one in desk.app.screen.query("Input, TextArea") if one.focusable and one.display]
    return [one for one in shown if isinstance(one, Input | TextArea)]


def _value(field: Input | TextArea) -> str:
    return field.value if isinstance(field, Input) else field.text
