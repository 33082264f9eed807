"""One command on many records: progress, a way to stop, and what became of each."""

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

from msgspec import Struct
from textual.widget import Widget
from textual.widgets import Static

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.controls import DialogButton
from bball_tui.tui.hanging_indent import Hanging
from bball_tui.tui.key_hints import with_keys
from bball_tui.tui.text import Part, content_lines
from bball_tui.tui.theme import STYLES, SYMBOLS, Tone, marked

if TYPE_CHECKING:
    from bball_tui.outbox.staff_actions import Acted, NotDone

CHUNK = 25
"""Records a portion: short enough that stopping is felt."""
LONGEST_REPORT = 200
_BAR = 24


class BulkReport(Struct, frozen=True):
    """What became of the records. ``left`` were not reached, because somebody stopped or because of ``problem``."""

    done: tuple[int, ...]
    refused: "tuple[NotDone, ...]"
    left: int
    problem: str


Hear = Callable[["Acted"], bool]
"""Told of each portion; False: go no further."""


class BulkRun(Dialog[BulkReport]):
    """Works on ``number`` records in small portions that are one act: one transaction, so that all is undone together.

    ``work`` does it. ``done`` says what the records are afterwards ("back in the queue"). It closes by itself when all
    is done; else it stays and says what became of each. Esc stops after the portion that is under way, and what was
    done until then is kept; when a fault breaks it off, nothing is.
    """

    HELP = """
    ## Many at once
    The bar says how far it is. Esc stops: what is done stays done, the rest stays as it was. At the end you see which
    ones could not be done, and why.
    """

    def __init__(self, title: str, number: int, work: "Callable[[Hear], Awaitable[object]]", *, done: str) -> None:
        super().__init__()
        self.set_reactive(BulkRun.heading, title)
        self._number = number
        self._work = work
        self._words = done
        self._done: list[int] = []
        self._refused: list[NotDone] = []
        self._problem = ""
        self._busy = True
        self._stopping = False

    def body(self) -> Iterable[Widget]:
        """A bar, later the report."""
        yield Static("", id="bulk")

    def choices(self) -> Iterable[DialogButton]:
        """Stop, later close."""
        yield self.cancel_choice(_("Stop"))

    def on_mount(self) -> None:
        """Begin at once: the question was asked before."""
        self._draw()
        self.run_worker(self._run(), group="bulk")

    async def _run(self) -> None:
        try:
            await self._work(self._heard)
        except BballError as error:
            self._problem = str(error)
            self._done, self._refused = [], []
        self._busy = False
        report = self._report()
        if not (report.refused or report.left or report.problem):
            self.dismiss(report)
            return
        self.choice("cancel").caption = _("Close")
        self._draw()

    def _heard(self, acted: "Acted") -> bool:
        self._done += acted.done
        self._refused += acted.refused
        self._draw()
        return not self._stopping

    def _report(self) -> BulkReport:
        left = self._number - len(self._done) - len(self._refused)
        return BulkReport(tuple(self._done), tuple(self._refused), left, self._problem)

    def _draw(self) -> None:
        reached = len(self._done) + len(self._refused)
        lines: list[list[Part]] = [
            [
                _("{bar} {reached:,} of {ids:,}").format(
                    bar=_bar(reached, self._number), reached=reached, ids=self._number
                )
            ]
        ]
        if self._busy:
            say = _("Stopping after these …") if self._stopping else _("Esc stops. What is done stays done.")
            lines.append([(say, STYLES[Tone.MUTED])])
        else:
            lines += self._result()
        self.query_one("#bulk", Static).update(Hanging(content_lines(lines)))

    def _result(self) -> Iterable[list[Part]]:
        report = self._report()
        yield [marked(Tone.GOOD, f"{len(report.done):,} {self._words}")]
        if report.problem:
            yield [marked(Tone.BAD, report.problem)]
        if report.left:
            yield [marked(Tone.MUTED, _("{left:,} not reached: they are as they were").format(left=report.left))]
        if report.refused:
            yield [marked(Tone.WARN, _("{refused:,} not done:").format(refused=len(report.refused)))]
        for one in report.refused[:LONGEST_REPORT]:
            yield [f"  {SYMBOLS[Tone.MUTED]} {with_keys(one.reason)}"]
        if len(report.refused) > LONGEST_REPORT:
            yield [
                _("  {sign} and {refused:,} more").format(
                    sign=SYMBOLS[Tone.MUTED], refused=len(report.refused) - LONGEST_REPORT
                )
            ]

    def cancel(self) -> None:
        """Stop, or close what is over."""
        if not self._busy:
            self.dismiss(self._report())
            return
        self._stopping = True
        self._draw()


def _bar(done: int, total: int) -> str:
    full = _BAR * done // max(1, total)
    return "█" * full + "░" * (_BAR - full)
