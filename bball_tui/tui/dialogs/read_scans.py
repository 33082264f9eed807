"""A stack of scans: whose papers they are, what would be signed, and which pages say nothing for certain."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from msgspec import Struct
from textual import on, work
from textual.binding import Binding
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, Static

from bball_tui.database.states import DateOrder, SigningMethod
from bball_tui.dates import NoDate, parse_date, write_date
from bball_tui.errors import BballError
from bball_tui.files import path_typed, short_path
from bball_tui.language import _
from bball_tui.tui.dialogs.attach_scan import NewFiles
from bball_tui.tui.dialogs.controls import DialogButton, Field, Picker, TextField
from bball_tui.tui.dialogs.file_picker import SCANS, pick_file
from bball_tui.tui.dialogs.input_dialog import InputDialog
from bball_tui.tui.dialogs.tick_list import TickLine, TickList
from bball_tui.tui.hanging_indent import Hanging
from bball_tui.tui.text import Part, clean, content_lines
from bball_tui.tui.theme import STYLES, SYMBOLS, Tone
from bball_tui.wording import counted

if TYPE_CHECKING:
    from textual.timer import Timer

    from bball_tui.league.papers.scan_stack import PlannedPaper, ScanStackDone, ScanStackPlan, ScanStackReader

LOOK = 1.0
"""Seconds between two looks at how far the reading is, and into the folder for new scans."""
MOST_LINES = 60
"""Doubtful pages that are named; the command line names all."""
METHODS = ((_("scan"), SigningMethod.SCAN), (_("paper"), SigningMethod.PAPER))


class ScanStackOrder(Struct, frozen=True):
    """What is to be done with a plan."""

    plan: "ScanStackPlan"
    leave: frozenset[int]
    method: SigningMethod
    signed_on: date


class ScanStackSigned(Struct, frozen=True):
    """What came of it, and the folder or file that was read."""

    done: "ScanStackDone"
    path: Path


ReadScanStack: TypeAlias = Callable[[Path, "ScanStackReader"], Awaitable["ScanStackPlan"]]
SignScanStack: TypeAlias = Callable[[ScanStackOrder], Awaitable["ScanStackDone"]]


class ReadScans(InputDialog[ScanStackSigned | None]):
    """What was signed, or None. ``read`` makes the plan, ``sign`` carries it out; ``path`` is offered first."""

    HELP = """
    ## Read scanned papers
    Type the path of a PDF with many pages or of a folder with scans, or drag it here; Enter reads it. Sheets that this
    program printed are found by their code. Nothing is signed before you press **Sign**: you see whose papers they
    are, and space leaves one out. Pages without a code, with one that can't be read or isn't of this league, are named
    and left alone: attach those by hand. Sheets that come into the folder while you look are read as well.
    """
    DEFAULT_CSS = """
    ReadScans {
        & #papers { height: auto; margin: 1 0 0 0; }
        & #papers TickList { max-height: 10; }
        & #doubtful { margin: 1 0 0 0; }
    }
    """
    BINDINGS: ClassVar = [
        Binding("enter", "read", "read", show=False),
        Binding("ctrl+o", "browse", "choose a file", show=False),
    ]

    def __init__(
        self, *, read: ReadScanStack, sign: SignScanStack, today: date, date_order: DateOrder, path: Path | None = None
    ) -> None:
        super().__init__()
        self.set_reactive(ReadScans.heading, _("Read scanned papers"))
        self._read_stack = read
        self._sign_stack = sign
        self._today = today
        self._order = date_order
        self._path = path
        self._reader: ScanStackReader | None = None
        self._busy = self._signing = False
        self._plan: ScanStackPlan | None = None
        self._planned: Path | None = None
        self._new: NewFiles | None = None
        self._looking: Timer | None = None

    def body(self) -> Iterable[Widget]:
        """The stack, how and when it was signed, the papers, the doubtful pages."""
        start = "" if self._path is None else short_path(self._path)
        field = TextField(start, placeholder=_("~/Scans, or ~/Scans/stack.pdf"), keep=False, id="path")
        yield Field(_("Scans"), field, DialogButton(_("Browse"), key="ctrl+o", command="browse"), id="path-field")
        yield Field(_("Signed on"), TextField(write_date(self._today, self._order), id="day"), id="day-field")
        yield Field(_("Method"), Picker(METHODS, SigningMethod.SCAN, id="method"))
        yield Vertical(id="papers")
        yield Static("", id="doubtful")

    def choices(self) -> Iterable[DialogButton]:
        """Read, sign, leave."""
        yield DialogButton(_("Read"), key="Enter", command="read")
        yield DialogButton(_("Sign"), key="", command="sign")
        yield self.cancel_choice()

    def on_mount(self) -> None:
        """Nothing can be signed before it was seen."""
        self._show()

    def _show(self) -> None:
        self.choice("read").disabled = self._busy
        self.choice("browse").disabled = self._busy
        chosen = len(self._chosen)
        self.choice("sign").caption = (
            _("Sign {chosen:,}").format(chosen=chosen) if self._plan is not None else _("Sign")
        )
        self.choice("sign").disabled = self._busy or not chosen

    @property
    def _chosen(self) -> frozenset[str]:
        lists = self.query(TickList)
        return lists.first().ticked if lists and self._plan is not None else frozenset()

    @property
    def _leave(self) -> frozenset[int]:
        if self._plan is None:
            return frozenset()
        return frozenset(one.contract_id for one in self._plan.papers if str(one.contract_id) not in self._chosen)

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_read()

    @on(Input.Changed, "#path")
    async def _other_stack(self) -> None:
        self.query_one("#path-field", Field).problem = ""
        if self._plan is not None and path_typed(self.query_one("#path", TextField).value) != self._planned:
            await self._forget()

    async def _forget(self) -> None:
        self._plan, self._new = None, None
        await self.query_one("#papers").remove_children()
        self.query_one("#doubtful", Static).update("")
        self.say("")
        self._show()

    @on(TickList.Ticked)
    def _ticked(self) -> None:
        self._show()

    def action_read(self) -> None:
        """Read the stack and show the plan."""
        typed = self.query_one("#path", TextField).value.strip()
        if self._busy:
            return
        if not typed:
            self.refuse(_("Which scans? Type the path of a folder or a PDF file."), "path-field")
            return
        self._begin(path_typed(typed))

    def _begin(self, path: Path) -> None:
        from bball_tui.league.papers.scan_stack import ScanStackReader

        self._busy = True
        self._reader = self._reader or ScanStackReader()
        self._reader.stopped = False
        try:
            self._new = NewFiles(path) if path.is_dir() else None
        except OSError:
            self._new = None  # reading it says why
        if self._looking is None:
            self._looking = self.set_interval(LOOK, self._look)
        self._look()
        self._show()
        self.run_worker(self._read(path, self._reader), group="stack")

    def _look(self) -> None:
        reader = self._reader
        if self._busy and not self._signing and reader is not None:
            far = _(" {done:,} of {total:,}").format(done=reader.done, total=reader.total) if reader.total > 1 else ""
            self.say(_("Reading the pages …{far}  Esc stops.").format(far=far))
        elif not self._busy and self._new is not None and self._planned is not None:
            try:
                more = self._new.look()
            except OSError:
                self._new = None
                return
            if more:
                self._begin(self._planned)

    async def _read(self, path: Path, reader: "ScanStackReader") -> None:
        left = self._leave
        try:
            plan = await self._read_stack(path, reader)
        except BballError as error:
            self._busy = False
            if not self.gone:
                self.say("")
                if not reader.stopped:
                    self.refuse(str(error), "path-field")
                self._show()
            return
        self._busy = False
        if self.gone:
            return
        self._plan, self._planned = plan, path
        papers = self.query_one("#papers")
        await papers.remove_children()
        if plan.papers:
            lines = [
                TickLine(str(one.contract_id), tuple(_words(one)), one.contract_id not in left) for one in plan.papers
            ]
            await papers.mount(TickList(lines, id="ticks"))
        self.query_one("#doubtful", Static).update(Hanging(content_lines(_doubts(plan))))
        waiting = _("  More scans that come into this folder are read as well.") if self._new is not None else ""
        self.say(f"{_summary(plan)}{waiting}", Tone.GOOD if plan.papers and not plan.doubtful else Tone.WARN)
        self._show()
        # At once, and not by focus(), which waits its turn: whoever sees the plan may press Enter.
        if not self.choice("sign").disabled:
            self.set_focus(self.choice("sign"))

    def action_sign(self) -> None:
        """Sign what is ticked."""
        if self._busy or self._plan is None or self.choice("sign").disabled:
            return
        field = self.query_one("#day-field", Field)
        try:
            day = parse_date(self.query_one("#day", TextField).value, self._order, self._today)
        except NoDate as error:
            self.refuse(str(error), "day-field")
            return
        field.problem = ""
        order = ScanStackOrder(self._plan, self._leave, self.query_one("#method", Picker).chosen, day)
        self._busy = self._signing = True
        self.say(_("Signing {contracts} …").format(contracts=counted(len(self._chosen), "contract")))
        self._show()
        self.run_worker(self._do(order), group="stack")

    async def _do(self, order: ScanStackOrder) -> None:
        try:
            done = await self._sign_stack(order)
        except BballError as error:
            self._busy = self._signing = False
            self.refuse(str(error))
            self._show()
            return
        if self._planned is not None:
            self.dismiss(ScanStackSigned(done, self._planned))

    @work(group="browse")
    async def action_browse(self) -> None:
        """Choose a file of many pages."""
        typed = self.query_one("#path", TextField).value.strip()
        picked = await pick_file(self.app, path_typed(typed) if typed else None, SCANS, title=_("Choose scans"))
        if picked is not None:
            self.query_one("#path", TextField).value = clean(str(picked))
            self.action_read()

    def cancel(self) -> None:
        """Stop reading, else leave; what is being signed is waited for."""
        if self._signing:
            return
        if self._busy and self._reader is not None:
            self._reader.stopped = True
        else:
            super().cancel()


def _words(paper: "PlannedPaper") -> Iterator[Part]:
    yield paper.player
    yield (f" · {paper.team}", STYLES[Tone.MUTED])
    if paper.signer is None:
        yield _(" · signed already, the scan is attached")
    else:
        yield _(" · signed by {signer}, {e_mail}").format(signer=paper.signer, e_mail=counted(paper.mails, "e-mail"))
    yield (f" · {'; '.join(part.words for part in paper.parts)}", STYLES[Tone.MUTED])


def _doubts(plan: "ScanStackPlan") -> Iterator[list[Part]]:
    if plan.doubtful:
        yield [
            (
                _("Left alone: {page_or_file}").format(
                    page_or_file=counted(len(plan.doubtful), "page or file", "pages or files")
                ),
                STYLES[Tone.STRONG],
            )
        ]
    for one in plan.doubtful[:MOST_LINES]:
        yield [(f"{SYMBOLS[Tone.WARN]} ", STYLES[Tone.WARN]), f"{one.where}: {one.reason}."]
    if len(plan.doubtful) > MOST_LINES:
        yield [(_("and {doubtful:,} more").format(doubtful=len(plan.doubtful) - MOST_LINES), STYLES[Tone.MUTED])]


def _summary(plan: "ScanStackPlan") -> str:
    blank = f", {counted(plan.blank, 'blank page')}" if plan.blank else ""
    return _("{pages} read{blank}: {contracts} found.").format(
        pages=counted(plan.pages, "page"), blank=blank, contracts=counted(len(plan.papers), "contract")
    )
