"""Attach the paper of a contract: a file that is typed or dragged here, or the next one in a scanner's folder."""

import os
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import ClassVar, TypeAlias

from msgspec import Struct
from textual import work
from textual.binding import Binding
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from bball_tui.files import path_typed, short_path
from bball_tui.language import _
from bball_tui.tui.dialogs.controls import DialogButton, Field, TextField
from bball_tui.tui.dialogs.file_picker import SCANS, pick_file
from bball_tui.tui.dialogs.submit_dialog import SubmitDialog
from bball_tui.tui.text import clean, content

LOOK = 0.5
"""Seconds between two looks into the folder of a scanner."""

Attach: TypeAlias = Callable[[Path], Awaitable[str]]


class AttachDone(Struct, frozen=True):
    """What was attached, in a sentence, and the folder that was watched for it."""

    told: str
    folder: Path | None


class NewFiles:
    """The files that come into a folder, each once it has stopped growing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known = set(self._sizes())
        self._growing: dict[Path, int] = {}

    def look(self) -> list[Path]:
        """The files that are whole since the last look, by name."""
        sizes = {path: size for path, size in self._sizes().items() if path not in self._known}
        whole = sorted(path for path, size in sizes.items() if size and self._growing.get(path) == size)
        self._known |= set(whole)
        self._growing = sizes
        return whole

    def _sizes(self) -> dict[Path, int]:
        found: dict[Path, int] = {}
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if not entry.name.startswith(".") and entry.is_file():
                    found[Path(entry.path)] = entry.stat().st_size
        return found


class AttachScan(SubmitDialog[AttachDone]):
    """``keep`` attaches a file and says so; ``folder`` is the one that was watched the last time."""

    HELP = """
    ## Attach a scan
    Type the path of the scanned paper, drag the file onto the terminal, or choose it with ctrl+o: a PDF, JPEG, PNG or
    HEIC file of at most 20 MB. Its content decides what it is, not its name. Type a folder instead, such as the one
    that your scanner writes to, and the next file that appears in it is attached.
    """
    BINDINGS: ClassVar = [
        Binding("enter", "confirm", "attach", show=False),
        Binding("ctrl+o", "browse", "choose a file", show=False),
    ]

    def __init__(self, player: str, keep: Attach, folder: Path | None = None) -> None:
        super().__init__()
        self.set_reactive(AttachScan.heading, _("Attach a scan: {player}").format(player=player))
        self._keep = keep
        self._folder = folder
        self._files: NewFiles | None = None
        self._looking: Timer | None = None

    def body(self) -> Iterable[Widget]:
        """The file, and what may be typed."""
        start = "" if self._folder is None else short_path(self._folder)
        field = TextField(
            start, placeholder=_("~/Scans/paper.pdf, or the folder of the scanner"), keep=False, id="path"
        )
        yield Field(_("File"), field, DialogButton(_("Browse"), key="ctrl+o", command="browse"), id="path-field")
        yield Static(content(_("A file dragged onto the terminal comes in as its path.")), id="hint")

    def choices(self) -> Iterable[DialogButton]:
        """Attach, or not."""
        yield DialogButton(_("Attach"), key="Enter", command="confirm")
        yield self.cancel_choice()

    def action_confirm(self) -> None:
        """Attach the file, or wait for the next one in the folder."""
        typed = self.typed("path").strip()
        if not typed:
            self.complain("path", _("Which file? Type its path, drag it here, or choose it with ctrl+o."))
            return
        path = path_typed(typed)
        if path.is_dir():
            self._watch(path)
        else:
            self.begin(lambda: self._do_attach(path, None), blame="path")

    async def _do_attach(self, path: Path, folder: Path | None) -> AttachDone:
        return AttachDone(await self._keep(path), folder)

    def _watch(self, folder: Path) -> None:
        try:
            self._files = NewFiles(folder)
        except OSError as error:
            self.complain(
                "path",
                _("The folder {short_path} cannot be read: {strerror}.").format(
                    short_path=short_path(folder), strerror=error.strerror
                ),
            )
            return
        self._folder = folder
        self.say(_("Waiting for the next scan in {short_path} … Esc stops.").format(short_path=short_path(folder)))
        if self._looking is None:
            self._looking = self.set_interval(LOOK, self._look)

    def _look(self) -> None:
        if self._files is None or self._folder is None or self._busy:
            return
        folder = self._folder
        try:
            new = self._files.look()
        except OSError as error:
            self._stop()
            self.complain(
                "path",
                _("The folder {short_path} cannot be read anymore: {strerror}.").format(
                    short_path=short_path(folder), strerror=error.strerror
                ),
            )
            return
        if new:
            self._stop()
            self.begin(lambda: self._do_attach(new[0], folder), blame="path")

    def _stop(self) -> bool:
        waited = self._files is not None
        self._files = None
        if self._looking is not None:
            self._looking.stop()
            self._looking = None
        self.say("")
        return waited

    @work(group="browse")
    async def action_browse(self) -> None:
        """Choose among the files of this machine."""
        typed = self.typed("path").strip()
        picked = await pick_file(self.app, path_typed(typed) if typed else None, SCANS, title=_("Choose a scan"))
        if picked is not None:
            self.query_one("#path", TextField).value = clean(str(picked))
            self.action_confirm()

    def cancel(self) -> None:
        """Stop waiting, else leave."""
        if not self._stop():
            super().cancel()
