"""What needs a person now; and when nothing does, that all is well."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.reactive import reactive
from textual.widgets import Static

from bball_tui.database.paging import Sort
from bball_tui.tui.messages import DayAsked, FixWanted
from bball_tui.tui.tabs.attention import AttentionItem
from bball_tui.tui.tabs.cells import time_cell
from bball_tui.tui.tabs.day_summary import DaySummary
from bball_tui.tui.tabs.memory_source import MemorySource
from bball_tui.tui.tabs.record_pane import RecordPane
from bball_tui.tui.text import content
from bball_tui.tui.theme import NOTHING, STYLES, SYMBOLS, Styled, Tone, status
from bball_tui.tui.widgets.columns import Column
from bball_tui.tui.widgets.inspector import Note, Section
from bball_tui.tui.widgets.list_messages import RowOpened
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.outbox.counts import MailDay
    from bball_tui.tui.connection import LeagueConnection
    from bball_tui.tui.main_screen.day import Day


class TodayPane(RecordPane[AttentionItem]):
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
    watches = frozenset()

    day: "reactive[Day | None]" = reactive(None)
    trouble: reactive[str] = reactive("")
    """Why the day could not be looked at; empty when it could."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.news = Static("", classes="today--news")
        self.summary = DaySummary()

    def compose(self) -> ComposeResult:
        """News, list and advice side by side, the numbers of the day."""
        yield self.news
        with Horizontal(classes="pane--body"):
            yield self.records
            yield self.inspector
        yield self.summary

    def make_columns(self) -> Sequence[Column[AttentionItem]]:
        return (
            Column(key="need", title="What", width=30, flex=1, render=lambda row: status(row.tone, row.sentence)),
            Column(key="since", title="Since", width=6, render=self._since, priority=1),
        )

    def _since(self, row: AttentionItem) -> str | Styled:
        return NOTHING if row.since is None else time_cell(row.since, self.zone, self.now)

    async def sections(self, connection: "LeagueConnection", row_id: int) -> tuple[Section, ...]:
        found = next((one for one in self._needs if one.id == row_id), None)
        if found is None:
            return ()
        return (
            Section("", (Note(Styled(found.sentence, Tone.STRONG)),)),
            Section("What to do", (Note(found.advice),)),
        )

    # Reading

    def ask(self) -> None:
        """Have the day looked at; until then the list shows what the last look found."""
        self.post_message(DayAsked())

    def changed(self) -> None:
        """Nothing to do: the desk looks at the day by itself, for its header too."""

    def watch_day(self, day: "Day | None") -> None:
        """The desk looked at the day."""
        if day is None:
            return
        self.summary.day = (day.mails, day.contracts)
        self.records.show(MemorySource(day.needs), empty_text=_calm(day.mails))
        self._inspect(self._inspected, at_once=True)
        self._tell_news()

    def watch_trouble(self) -> None:
        """The day could not be read, or can be again."""
        self._tell_news()

    @property
    def _needs(self) -> "tuple[AttentionItem, ...]":
        return () if self.day is None else self.day.needs

    def _tell_news(self) -> None:
        if self.trouble:
            tone, words = Tone.WARN, self.trouble
        elif self.day is None:
            return
        else:
            number = len(self._needs)
            tone = Tone.WARN if number else Tone.GOOD
            need = f"{counted(number, 'thing')} {'needs' if number == 1 else 'need'} you."
            words = need if number else "All is well."
        self.news.update(content((f"{SYMBOLS[tone]} {words}", STYLES[tone])))

    # ActionHost

    @on(RowOpened)
    def _fix(self, event: RowOpened) -> None:
        event.stop()
        event.prevent_default()
        found = next((one for one in self._needs if one.id == event.row_id), None)
        if found is not None:
            self.post_message(FixWanted(found.fix))

    def go_back(self) -> bool:
        """There is nothing to take away but a selection."""
        return self.records.clear_selection()


def _calm(mails: "MailDay") -> str:
    now = mails.sending
    last = "" if mails.last_sent is None else f" The last mail went out at {now.clock(mails.last_sent)}."
    waiting = f" {counted(mails.waiting, 'mail')} on the way." if mails.waiting else ""
    return f"Nothing needs you now.{waiting}{last}"
