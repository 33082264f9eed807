"""Where a PDF file of papers goes."""

from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import ClassVar, TypeAlias

from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static

from bball_tui.files import path_typed, short_path
from bball_tui.language import _
from bball_tui.tui.dialogs.controls import DialogButton, Field, TextField
from bball_tui.tui.dialogs.submit_dialog import SubmitDialog
from bball_tui.tui.text import content

Print: TypeAlias = Callable[[Path], Awaitable[str]]


class PrintPapers(SubmitDialog[str]):
    """What was written, in a sentence. ``lines`` say what it will be, ``write`` writes it to a file."""

    HELP = """
    ## Print
    The papers are written to a PDF file, which any viewer prints. A contract sheet has the names filled in and a code:
    when the signed sheets have been scanned, they are found by it. Its text is your league's own if your folder of
    templates has `_paper/sheet.txt`. Letters that no font on this computer has are named, and those sheets left out.
    """
    BINDINGS: ClassVar = [Binding("enter", "confirm", "write", show=False)]

    def __init__(self, title: str, lines: Iterable[str], place: Path, write: Print) -> None:
        super().__init__()
        self.set_reactive(PrintPapers.heading, title)
        self._lines = tuple(lines)
        self._place = place
        self._write = write

    def body(self) -> Iterable[Widget]:
        """What, and where to."""
        for line in self._lines:
            yield Static(content(line))
        yield Field(_("File"), TextField(short_path(self._place), keep=False, id="path"), id="path-field")

    def choices(self) -> Iterable[DialogButton]:
        """Write it, or not."""
        yield DialogButton(_("Write the PDF"), key="Enter", command="confirm", short=_("Write"))
        yield self.cancel_choice()

    def action_confirm(self) -> None:
        """Write it."""
        typed = self.typed("path").strip()
        if not typed:
            self.complain("path", _("Where to? Type a path, such as ~/contracts.pdf."))
            return
        path = path_typed(typed)
        if path.is_dir():
            self.complain("path", _("This is a folder. Type a name for the file, too."))
            return
        self.say(_("Writing …"))
        self.begin(lambda: self._write(path), blame="path")
