"""What the tabs have in common: a search field, a list, and the panel that shows one record whole."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, ClassVar, Generic

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.reactive import reactive
from textual.worker import Worker, get_current_worker

from bball_tui.database.paging import RecordSource, RowT, Sort
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.tui.actions import ActionHost
from bball_tui.tui.tab_events import MomentCame
from bball_tui.tui.theme import Styled, Tone
from bball_tui.tui.ui_state import TabState
from bball_tui.tui.widgets.columns import Column
from bball_tui.tui.widgets.inspector import Inspector, Note, Section
from bball_tui.tui.widgets.list_messages import (
    CursorMoved,
    ListLoaded,
    RowOpened,
    RowsFetched,
    SelectionChanged,
)
from bball_tui.tui.widgets.record_list import RecordList
from bball_tui.tui.widgets.search_bar import Chip, ChipRemoved, SearchBar, SearchChanged, SearchLeft
from bball_tui.tui.widgets.virtual_list import STILL_READING

if TYPE_CHECKING:
    from textual.timer import Timer

    from bball_tui.tui.connection import LeagueConnection

INSPECT_DELAY = 0.06
"""Seconds that the cursor must rest on a row before its details are read: holding a key down reads nothing."""

SHORTEST_ALARM = 1.0
LONGEST_ALARM = 3600.0
"""Seconds. Below: a clock that goes wrong must not make the list read forever; above: a laptop may have slept."""

FAMILY_TABLES = frozenset({"player", "guardian", "player_guardian", "suppression", "outbox", "family_note"})
"""The tables that tell who a family is, at which number, whether its e-mail arrives, and what it said."""


class RecordPane(ActionHost, Vertical, Generic[RowT]):
    """One tab. A subclass says its columns, its rows, and how one record reads.

    Below 100 columns the panel is a page of its own: Enter opens it, Esc closes it.
    """

    connection: reactive["LeagueConnection | None"] = reactive(None, repaint=False)

    watches: ClassVar[frozenset[str]]
    """The tables whose changes can change this list or its panel."""
    searchable: ClassVar[bool] = True
    """Whether the tab is a list that is searched and sorted, so that it is worth remembering how."""
    first_sort: Sort
    placeholder: str
    empty_text: str
    nothing_found = _("Nothing matches. Esc clears the search.")

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.search_bar = SearchBar(placeholder=self.placeholder)
        self.records: RecordList[RowT] = RecordList(
            self.make_columns(), sort=self.first_sort, empty_text=self.empty_text
        )
        self.records.eager = True
        self.inspector = Inspector()
        self.everything: int | None = None
        self._stale = False
        self._inspected: int | None = None
        self._alarm: Timer | None = None
        self._reading: Worker[None] | None = None
        self._read_for: int | None = None
        self._read_again = False

    def make_columns(self) -> Sequence[Column[RowT]]:
        """The columns of the list."""
        raise NotImplementedError

    def source(self, connection: "LeagueConnection", text: str) -> RecordSource[RowT]:
        """The rows that match what was typed and the chips."""
        raise NotImplementedError

    async def sections(self, connection: "LeagueConnection", row_id: int) -> tuple[Section, ...]:
        """One record whole."""
        raise NotImplementedError

    def chips(self) -> tuple[Chip, ...]:
        """The filters that are on besides the search."""
        return ()

    def drop_chip(self, key: str) -> None:
        """Take a filter away."""

    def compose(self) -> ComposeResult:
        """Search on top, list and panel side by side."""
        yield self.search_bar
        with self.body():
            yield from self.beside()
            yield self.records
            yield self.inspector

    def body(self) -> Horizontal:
        """What holds list and panel."""
        return Horizontal(classes="pane--body")

    def beside(self) -> ComposeResult:
        """What stands left of the list."""
        yield from ()

    def not_ready(self) -> str | None:
        """Why there is nothing to act on yet; None once the rows are there."""
        if self.connection is None:
            return _("The league is not open yet.")
        if self.records.selecting:
            return _("One moment: the rows are still being selected.")
        if self.records.total is None:
            return STILL_READING
        if self.records.behind is not None:
            return self.records.behind
        if self.opened is not None and self.records.loaded(self.opened) is None:
            return _("The record that is open is not in the list anymore. Esc leads back to the list.")
        return None

    # What a command is about

    @property
    def opened(self) -> int | None:
        """The record that is read whole: its panel is a page of its own, or has the keys. None: the list has them."""
        reading = self.has_class("-page") or (self.is_attached and self.screen.focused is self.inspector)
        return self._inspected if reading else None

    @property
    def targets(self) -> tuple[int, ...]:
        """The ids that a command is about, the one rule for all tabs: what is on the screen.

        With a record open it is that one. Else the selected rows that the list has, else the row under the cursor.
        """
        return self.records.targets if self.opened is None else (self.opened,)

    @property
    def number_meant(self) -> int:
        """How many they are."""
        return self.records.number_of_targets if self.opened is None else 1

    @property
    def meant(self) -> RowT | None:
        """The one row that a command is about; None when there is none, or several, or it is still on its way."""
        return self.records.loaded(self.targets[0]) if self.number_meant == 1 else None

    @property
    def meant_rows(self) -> list[RowT]:
        """Of the rows that a command is about those that are in memory."""
        return [row for one in self.targets if (row := self.records.loaded(one)) is not None]

    def acted(self) -> None:
        """Something was done: nothing stays selected, not even what was refused, and the rows are read again."""
        self.records.clear_selection()
        self.changed()

    # What is remembered of the tab

    def remembered(self) -> TabState:
        """How the tab is left."""
        sort, row = self.records.sort, self.records.current
        return TabState(self.search_bar.text, (), sort.column, sort.descending, None if row is None else row.id)

    def restore(self, tab: TabState) -> None:
        """As it was left; before the rows are first asked for."""
        self.search_bar.put(tab.text)
        self.records.begin_at(Sort(tab.column, tab.descending), tab.row)

    # The league's clock

    @property
    def zone(self) -> tzinfo:
        """The league's time zone; UTC before there is a league."""
        return UTC if self.connection is None else self.connection.league.zone

    @property
    def now(self) -> datetime:
        """This moment."""
        return datetime.now(UTC)

    def next_moment(self) -> datetime | None:
        """When a row in memory changes by itself."""
        return None

    @on(ListLoaded)
    @on(RowsFetched)
    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.stop()
            self._alarm = None
        moment = self.next_moment()
        if moment is not None:
            seconds = (moment - self.now).total_seconds() + 0.05
            self._alarm = self.set_timer(min(max(seconds, SHORTEST_ALARM), LONGEST_ALARM), self._ring)

    def _ring(self) -> None:
        self._alarm = None
        self.post_message(MomentCame())

    # Rows

    def watch_connection(self, connection: "LeagueConnection | None") -> None:
        """A league was opened: read its rows as soon as the tab is looked at."""
        if connection is not None:
            self._stale = True
            if self.display:
                self.refresh_if_stale()

    def refresh_if_stale(self) -> None:
        """Read what changed while the tab was not looked at."""
        if self._stale and self.connection is not None:
            self._stale = False
            self.ask()
            # The cursor may stay on its row, which may read otherwise now.
            self._inspect(self._inspected, at_once=True)

    def heard(self, tables: Collection[str]) -> None:
        """These tables were written somewhere."""
        if not self.watches.isdisjoint(tables):
            self.changed()

    def mark_stale(self) -> None:
        """Rows changed somewhere while nobody looked: read them again when somebody does."""
        self._stale = True

    def changed(self) -> None:
        """Rows changed somewhere: read them again now, or when the tab is looked at."""
        if not self.display:
            self._stale = True
        elif self.connection is not None:
            self.records.reload()
            self._inspect(self._inspected, at_once=True)

    def ask(self) -> None:
        """Show the rows that match the search and the chips."""
        if self.connection is None:
            return
        text = self.search_bar.text
        self.search_bar.set_chips(self.chips())
        filtered = bool(text or self.chips())
        self.records.show(
            self.source(self.connection, text), empty_text=self.nothing_found if filtered else self.empty_text
        )

    @on(SearchChanged)
    def _search_changed(self, event: SearchChanged) -> None:
        event.stop()
        self.ask()

    @on(SearchLeft)
    def _search_left(self, event: SearchLeft) -> None:
        event.stop()
        self.records.focus()

    @on(ChipRemoved)
    def _chip_removed(self, event: ChipRemoved) -> None:
        event.stop()
        self.drop_chip(event.key)
        self.ask()

    @on(ListLoaded)
    def _loaded(self, event: ListLoaded) -> None:
        if self.records.counted and not self.search_bar.text and not self.chips():
            self.everything = event.total
        self._count()

    @on(RowsFetched)
    def _rows_came(self, event: RowsFetched) -> None:
        if not self.records.counted:
            self._count()

    @on(SelectionChanged)
    def _selected(self, event: SelectionChanged) -> None:
        self._count()

    def _count(self) -> None:
        total = self.records.total if self.records.counted else None
        if total is not None and self.everything is not None and total > self.everything:
            # Rows came while the list was filtered; how many there are in all is only known without a filter.
            self.everything = None
        self.search_bar.set_count(total, self.everything, self.records.number_selected, self.records.hidden)

    # One record

    @on(CursorMoved)
    def _moved(self, event: CursorMoved) -> None:
        event.stop()
        if self.opened is None:  # what is read whole stays, whatever happens to its row
            self._inspect(event.row_id)

    @on(RowOpened)
    def _opened(self, event: RowOpened) -> None:
        event.stop()
        self._inspect(event.row_id, at_once=True)
        self.add_class("-page")
        self.inspector.focus()

    @on(events.DescendantFocus)
    def _focus_moved(self, event: events.DescendantFocus) -> None:
        """Anyone who goes on to the list or to the search is done with reading the record."""
        if event.widget is not self.inspector:
            self._close_page()

    def on_hide(self) -> None:
        """Another tab is looked at; this one shows its list when somebody comes back."""
        self.remove_class("-page")

    def _close_page(self) -> None:
        self.remove_class("-page")
        row = self.records.current
        if row is not None and row.id != self._inspected:
            self._inspect(row.id)

    def _inspect(self, row_id: int | None, *, at_once: bool = False) -> None:
        self._inspected = row_id
        if at_once:
            self._read_record(row_id)
        else:
            self.set_timer(INSPECT_DELAY, lambda: self._read_record(row_id))

    def _read_record(self, row_id: int | None) -> None:
        """Another record breaks off what is read; a change of the same is one more reading, or none would ever end
        where one takes longer than it is to the next change.
        """
        if row_id != self._inspected:
            return
        if self._reading is not None and row_id == self._read_for:
            self._read_again = True
        else:
            self._read_for = row_id
            self._reading = self._show_record(row_id)

    @work(group="inspect", exclusive=True)
    async def _show_record(self, row_id: int | None) -> None:
        mine, again = get_current_worker(), True
        try:
            while again:
                self._read_again = False
                await self._show_sections(row_id)
                again = self._read_again and self._reading is mine
        finally:
            if self._reading is mine:
                self._reading = None

    async def _show_sections(self, row_id: int | None) -> None:
        if row_id is None or self.connection is None:
            self.inspector.show(())
            return
        try:
            sections = await self.sections(self.connection, row_id)
        except BballError as error:
            sections = (Section("", (Note(Styled(str(error), Tone.WARN)),)),)
        if row_id == self._inspected:
            self.inspector.show(sections, row_id)

    # Layers

    def go_back(self) -> bool:
        """Take one layer away: page, search, chips, chosen column, selection. False when nothing was left."""
        if self.has_class("-page"):
            self.remove_class("-page")
            self.records.focus()
            return True
        if self.search_bar.clear():
            return True
        chips = self.chips()
        if chips:
            self.drop_chip(chips[-1].key)
            self.ask()
            return True
        return self.records.clear_column() or self.records.clear_selection()
