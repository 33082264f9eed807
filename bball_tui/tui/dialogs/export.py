"""Write contracts, players, guardians or mails to a file."""

from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from msgspec import Struct
from textual import on
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Input, Select, Static

from bball_tui.errors import BballError
from bball_tui.files import short_path
from bball_tui.language import _
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.controls import DialogButton, Field, Picker, TextField
from bball_tui.tui.text import content
from bball_tui.tui.theme import STYLES, Tone

if TYPE_CHECKING:
    from textual.worker import Worker

WHAT = (
    (_("contracts of the season, with families and signatures"), "contracts"),
    (_("players with their guardians"), "players"),
    (_("guardians, one line for each of their players"), "guardians"),
    (_("e-mails of the outbox"), "outbox"),
)
FORMATS = ((_("CSV, for spreadsheets"), "csv"), (_("JSON, for programs"), "json"))


class ExportChoice(Struct, frozen=True):
    """What is written how and where."""

    what: str
    wanted: str
    path: Path


WriteExport: TypeAlias = Callable[[ExportChoice, Callable[[int], None]], Awaitable[int]]
"""Writes the file, tells on the way how many records are in it, and returns their number."""


class ExportDialog(Dialog[str | None]):
    """The sentence that says what was written where, or None.

    ``write`` does it whole or not at all, tells how many records are written, returns their number, and raises
    BballError with the reason.
    ``stem`` is the file's proposed name with ``{what}`` in it.
    """

    HELP = """
    ## Export
    Choose what, and the file to write it to. A spreadsheet opens the CSV file; cells that begin like a formula get an
    apostrophe, which the import takes away again. Contracts, players and guardians can be imported again: into an
    empty league they give the same roster, into this one they change nothing. The file holds personal data: keep it
    like the papers.
    """
    BINDINGS: ClassVar = [Binding("enter", "write", "write", show=False)]

    def __init__(
        self,
        write: Callable[[ExportChoice, Callable[[int], None]], Awaitable[int]],
        first: str,
        folder: Path,
        stem: str,
    ) -> None:
        super().__init__()
        self.set_reactive(ExportDialog.heading, _("Export"))
        self._write = write
        self._first = first
        self._folder = folder
        self._stem = stem
        self._proposed = self._proposal(first, "csv")
        self._agreed: Path | None = None
        self._job: Worker[None] | None = None

    def _proposal(self, what: str, wanted: str) -> str:
        return short_path(self._folder / f"{self._stem.replace('{what}', what)}.{wanted}")

    def body(self) -> Iterable[Widget]:
        """What, how, where, and a word about care."""
        yield Field(_("What"), Picker(WHAT, self._first, id="what"))
        yield Field(_("Format"), Picker(FORMATS, "csv", id="format"))
        yield Field(_("File"), TextField(self._proposed, keep=False, id="path"), id="path-field")
        yield Static("")
        note = _("The file holds personal data of children: keep it like the papers.")
        yield Static(content((note, STYLES[Tone.MUTED])))

    def choices(self) -> Iterable[DialogButton]:
        """Write, or away."""
        yield DialogButton(_("Write the file"), key="Enter", command="write", short=_("Write"))
        yield self.cancel_choice()

    @on(Select.Changed)
    def _chosen(self) -> None:
        # A name that somebody typed is theirs.
        field = self.query_one("#path", TextField)
        if field.value == self._proposed:
            what, wanted = (self.query_one(one, Picker).chosen for one in ("#what", "#format"))
            self._proposed = field.value = self._proposal(what, wanted)

    @on(Input.Changed)
    def _typed(self) -> None:
        self.query_one("#path-field", Field).problem = ""
        self.say("")

    @on(Input.Submitted)
    def action_write(self) -> None:
        """Write it; a file that exists is asked about first."""
        if self._job is not None:
            return
        typed = self.query_one("#path", TextField).value.strip()
        if not typed:
            self.refuse(_("Where to? Type a file name."), "path-field")
            return
        try:
            path = Path(typed).expanduser()
            exists, folder = path.exists(), path.is_dir()
        except (OSError, RuntimeError, ValueError):
            self.refuse(_("That folder doesn't exist. Type another path."), "path-field")
            return
        if folder:
            self.refuse(_("That is a folder. Type the name of a file in it."), "path-field")
        elif exists and self._agreed != path:
            self._agreed = path
            self.say(_("That file already exists. Press Enter again to replace it, or type another name."), Tone.WARN)
            self.forget_keys(tell=True)
        else:
            what, wanted = (self.query_one(one, Picker).chosen for one in ("#what", "#format"))
            self.say(_("Writing …  Esc stops, and then no file is left."))
            self._job = self.run_worker(self._do(ExportChoice(what, wanted, path)), group="export")

    def _told(self, written: int) -> None:
        if self._job is not None and written:
            self.say(_("Writing … {written:,}  Esc stops, and then no file is left.").format(written=written))

    async def _do(self, choice: ExportChoice) -> None:
        try:
            number = await self._write(choice, self._told)
        except BballError as error:
            self._job = None
            self.say("")
            self.refuse(str(error), "path-field")
            return
        self.dismiss(
            _("{number:,} {what} written to {path}.").format(
                number=number, what=_("e-mails") if choice.what == "outbox" else _(choice.what), path=choice.path
            )
        )

    def cancel(self) -> None:
        """Stop what is under way, or leave."""
        if self._job is None:
            self.dismiss(None)
            return
        self._job.cancel()
        self._job = None
        self.say(_("Stopped. No file was written."))
