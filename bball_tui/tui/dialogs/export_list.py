"""Write what a list shows to a file for a spreadsheet."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from msgspec import Struct
from textual import on, work
from textual.widget import Widget
from textual.widgets import Input, Static

from bball_tui.errors import BballError
from bball_tui.files import short_path
from bball_tui.language import _
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.controls import DialogButton, Field, TextField
from bball_tui.tui.text import content
from bball_tui.wording import counted

if TYPE_CHECKING:
    from textual.worker import Worker

    from bball_tui.league.exporting.list_sheet import Piece


class Written(Struct, frozen=True):
    """The file, and how many rows are in it."""

    path: Path
    rows: int


class ExportList(Dialog[Written | None]):
    """Asks for the file, writes it, and shows how far it is. A file that exists already is never replaced."""

    HELP = """
    ## Export this list
    The rows that match the search and the filters, in the order of the screen, as a CSV file that every spreadsheet
    opens. A text that a spreadsheet would run as a formula gets an apostrophe before it. Esc stops; a half-written file
    is taken away.
    """

    def __init__(self, path: Path, total: int, *, write: Callable[[], "AsyncIterator[Piece]"]) -> None:
        super().__init__()
        self.set_reactive(ExportList.heading, _("Export this list"))
        self._path = path
        self._total = total
        self._pieces = write
        self._writing: Worker[None] | None = None

    def body(self) -> Iterable[Widget]:
        """How much, and whereto."""
        yield Static(content(_("{rows} as CSV, for a spreadsheet.").format(rows=counted(self._total, "row"))))
        yield Field(_("File"), TextField(short_path(self._path), keep=False, id="export-path"), id="export-field")

    def choices(self) -> Iterable[DialogButton]:
        """Write it, or not."""
        yield DialogButton(_("Write"), key="Enter", command="write")
        yield self.cancel_choice()

    @on(Input.Submitted)
    def action_write(self) -> None:
        """Begin, if the file can be made."""
        if self._writing is not None:
            return
        typed = self.query_one("#export-path", TextField).value.strip()
        path = Path(typed).expanduser()
        if not typed or path.is_dir():
            self.refuse(_("Name a file in that folder."), "export-field")
        elif path.exists():
            self.refuse(_("That file already exists. Choose another name; nothing was written."), "export-field")
        elif not path.parent.is_dir():
            self.refuse(
                _("There is no folder {parent}. Choose another one.").format(parent=path.parent), "export-field"
            )
        else:
            self.query_one("#export-field", Field).problem = ""
            self._writing = self._write(path)

    @work(group="command")
    async def _write(self, path: Path) -> None:
        self.say(_("0 of {total:,} rows").format(total=self._total))
        try:
            rows = await self._write_beside(path)
        except BballError as error:
            self._failed(str(error))
        except OSError as error:
            self._failed(
                _("The file cannot be written: {strerror}. Choose another place.").format(
                    strerror=error.strerror or error
                )
            )
        else:
            self.dismiss(Written(path, rows))

    def _failed(self, sentence: str) -> None:
        self._writing = None
        self.refuse(sentence)

    async def _write_beside(self, path: Path) -> int:
        """Write a file beside ``path`` and give it its name when it is whole."""
        handle, name = await asyncio.to_thread(tempfile.mkstemp, dir=path.parent, prefix=".bball-")
        rows = 0
        try:
            # The mark at the beginning tells Excel that the letters are UTF-8.
            with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
                async for piece in self._pieces():
                    await asyncio.to_thread(_put, file, piece.text)
                    rows += piece.rows
                    self.say(_("{rows:,} of {total:,} rows").format(rows=rows, total=self._total))
            await asyncio.to_thread(Path(name).rename, path)
        finally:
            await asyncio.to_thread(Path(name).unlink, missing_ok=True)
        return rows

    def cancel(self) -> None:
        """Stop; what was written of the file is taken away."""
        if self._writing is not None:
            self._writing.cancel()
        self.dismiss(None)


def _put(file: TextIO, text: str) -> None:
    file.write(text)
