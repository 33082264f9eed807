"""The scanned paper in a dialog: its path is typed, dragged here, or chosen among the files."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from textual import events

from bball_tui.errors import BballError
from bball_tui.files import path_typed
from bball_tui.language import _
from bball_tui.tui.dialogs.controls import DialogButton, Field, TextField
from bball_tui.tui.dialogs.file_picker import SCANS, pick_file
from bball_tui.tui.text import clean

if TYPE_CHECKING:
    from bball_tui.league.papers.scan_file import ScanFile

LoadScan: TypeAlias = Callable[[Path], "ScanFile"]
"""Reads the file of a scan. Blocking; raises BballError for what is none."""


def looks_like_path(text: str) -> bool:
    """Whether what was pasted is the path of a file, and nobody's name."""
    return "/" in text or "\\" in text


class NoScan(BballError):
    """The file that was typed cannot be read, or is no scan; the field says so."""


class ScanField(Field):
    """May stay empty. The file is read when the dialog acts."""

    def __init__(self, load: LoadScan) -> None:
        self._path = TextField(placeholder=_("path, or drag it here"), keep=False, id="scan")
        super().__init__(
            _("Scan"), self._path, DialogButton(_("Browse"), key="ctrl+o", command="browse"), id="scan-field"
        )
        self._load = load

    def receive(self, event: events.Paste) -> None:
        """What was pasted elsewhere is the path."""
        self._path.receive(event)

    def begin_again(self) -> None:
        """Empty, for the next paper."""
        self._path.value, self.problem = "", ""

    async def read(self) -> "ScanFile | None":
        """The scan, read while nobody waits for the keys; None: there is none.

        Raises:
            NoScan: it cannot be read, or is no scan.
        """
        typed = self._path.value.strip()
        if not typed:
            return None
        try:
            return await asyncio.to_thread(self._load, path_typed(typed))
        except BballError as error:
            self.problem = str(error)
            self._path.focus()
            raise NoScan(str(error)) from error

    async def browse(self) -> None:
        """Choose among the files of this machine. Call it from a worker."""
        typed = self._path.value.strip()
        picked = await pick_file(self.app, path_typed(typed) if typed else None, SCANS, title=_("Choose a scan"))
        if picked is not None:
            self._path.value = clean(str(picked))
