"""What needs a person now; and when nothing does, that all is well."""

from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from bball_tui.database.paging import Sort
from bball_tui.errors import BballError
from bball_tui.tui.screens.cells import time_cell
from bball_tui.tui.screens.day_summary import DaySummary
from bball_tui.tui.screens.happenings import FixWanted
from bball_tui.tui.screens.memory_source import MemorySource
from bball_tui.tui.screens.needs import Need, needs
from bball_tui.tui.screens.pane import RecordPane
from bball_tui.tui.text import content
from bball_tui.tui.theme import NOTHING, STYLES, SYMBOLS, Styled, Tone, status
from bball_tui.tui.widgets.columns import Column
from bball_tui.tui.widgets.inspector import Note, Section
from bball_tui.tui.widgets.list_messages import RowOpened
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.outbox.today import MailDay
    from bball_tui.tui.backend import Backend

LOOK_AGAIN = 20.0
"""Seconds after which the day is read again: that a worker falls silent, or that a day ends, nobody tells."""
STARTING = 15.0
"""Seconds in which the worker of this program may be on its way."""


class TodayPane(RecordPane[Need]):
    """The list of what needs a person, what to do about the line under the cursor, and the day in numbers."""

    HELP = """
    ## Today
    Each line is something that needs a person. Enter goes to the place where it is dealt with, already filtered. When
    the list is empty, all is well. Below are the numbers of the day, and how many mails went out in each hour.
    """
    DEFAULT_CSS = """
    TodayPane .today--news { height: 1; padding: 0 1; }
    """
    placeholder = ""
    empty_text = ""
    first_sort = Sort("need")
    searchable = False
    watches = frozenset(
        {"outbox", "provider_gate", "contract", "player", "guardian", "player_guardian", "suppression", "season"}
    )

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.news = Static("", classes="today--news")
        self.summary = DaySummary()
        self._needs: tuple[Need, ...] = ()
        self._opened_at = 0.0
        self._looking = self._look_once_more = False

    def compose(self) -> ComposeResult:
        """News, list and advice side by side, the numbers of the day."""
        yield self.news
        with Horizontal(classes="pane--body"):
            yield self.records
            yield self.inspector
        yield self.summary

    def on_mount(self) -> None:
        """Some things change without anybody telling."""
        self.set_interval(LOOK_AGAIN, self.changed)

    def make_columns(self) -> Sequence[Column[Need]]:
        return (
            Column(key="need", title="What", width=30, flex=1, render=lambda row: status(row.tone, row.sentence)),
            Column(key="since", title="Since", width=6, render=self._since, priority=1),
        )

    def _since(self, row: Need) -> str | Styled:
        return NOTHING if row.since is None else time_cell(row.since, self.zone, self.now)

    async def sections(self, backend: "Backend", row_id: int) -> tuple[Section, ...]:
        found = next((one for one in self._needs if one.id == row_id), None)
        if found is None:
            return ()
        return (
            Section("", (Note(Styled(found.sentence, Tone.STRONG)),)),
            Section("What to do", (Note(found.advice),)),
        )

    # Reading

    def watch_backend(self, backend: "Backend | None") -> None:
        """A league was opened: its worker may be on its way."""
        self._opened_at = monotonic()
        super().watch_backend(backend)

    def ask(self) -> None:
        """Look at the day."""
        self._look_once_more = True
        if self.backend is not None and not self._looking:
            self._look(self.backend)

    def changed(self) -> None:
        """Look at the day again, now or when the tab is looked at."""
        if self.display:
            self.ask()
        else:
            self._stale = True

    @work(group="day")
    async def _look(self, backend: "Backend") -> None:
        """Changes that come while it reads are one more reading; a question that was asked is never broken off."""
        self._looking = True
        try:
            while self._look_once_more:
                self._look_once_more = False
                await self._read_day(backend)
        except BballError as error:
            self.news.update(content((f"{SYMBOLS[Tone.WARN]} {error}", STYLES[Tone.WARN])))
        finally:
            self._looking = False

    async def _read_day(self, backend: "Backend") -> None:
        mails, contracts = await backend.today()
        comes = backend.sends_mail and monotonic() - self._opened_at < STARTING
        self._needs = needs(mails, contracts, await backend.template_errors(), worker_comes=comes)
        self.summary.day = (mails, contracts)
        self._tell_news()
        self.records.show(MemorySource(self._needs), empty_text=_calm(mails))
        self._inspect(self._inspected, at_once=True)

    def _tell_news(self) -> None:
        number = len(self._needs)
        tone = Tone.WARN if number else Tone.GOOD
        words = f"{counted(number, 'thing')} {'needs' if number == 1 else 'need'} you." if number else "All is well."
        self.news.update(content((f"{SYMBOLS[tone]} {words}", STYLES[tone])))

    # Acting

    @on(RowOpened)
    def _fix(self, event: RowOpened) -> None:
        event.stop()
        event.prevent_default()
        found = next((one for one in self._needs if one.id == event.row_id), None)
        if found is not None:
            self.post_message(FixWanted(found.fix))

    def peel(self) -> bool:
        """There is nothing to peel but a selection."""
        return self.records.clear_selection()


def _calm(mails: "MailDay") -> str:
    now = mails.situation
    last = "" if mails.last_sent is None else f" The last mail went out at {now.clock(mails.last_sent)}."
    waiting = f" {counted(mails.waiting, 'mail')} on the way." if mails.waiting else ""
    return f"Nothing needs you now.{waiting}{last}"
