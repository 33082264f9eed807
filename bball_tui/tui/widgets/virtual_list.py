"""The window of a list: which rows are in memory, what is drawn, where the cursor is.

The rows themselves stay in the database. A few pages around what is visible are in memory; the rest is fetched when
it comes into sight, without ever holding up a key. `record_list.py` adds the keys and the mouse.
"""

from collections.abc import Callable, Collection, Coroutine, Iterator, Sequence
from functools import lru_cache, partial
from typing import Any, ClassVar, Generic

from textual import events
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget
from textual.worker import Worker

from bball_tui.database.paging import RecordSource, RowT, Sort
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.tui.key_hints import with_keys
from bball_tui.tui.text import wrap
from bball_tui.tui.theme import Tone
from bball_tui.tui.widgets.columns import Column
from bball_tui.tui.widgets.line_painter import MARGIN, LinePainter
from bball_tui.tui.widgets.list_messages import CursorMoved, ListLoaded, LoadFailed, RowsFetched, SelectionChanged
from bball_tui.tui.widgets.list_opening import LazyTask, OpenedList, open_list
from bball_tui.tui.widgets.page_cache import Spot, Window
from bball_tui.tui.widgets.record_style import COMPONENT_CLASSES, CSS, style_of
from bball_tui.tui.widgets.selection import Selection

STILL_READING = _("The list is still being read.")


class VirtualList(ScrollView, Generic[RowT], can_focus=True, inherit_bindings=False):
    """Shows the rows of a source. Nothing that happens elsewhere moves what the reader looks at.

    After :meth:`reload` the same row is under the cursor, on the same line, and the same ids are selected.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENT_CLASSES
    DEFAULT_CSS = CSS

    def __init__(
        self,
        columns: Sequence[Column[RowT]],
        *,
        sort: Sort,
        empty_text: str,
        id: str | None = None,  # noqa: A002 - Textual's name for it
        classes: str | None = None,
    ) -> None:
        """``sort`` is the first order; ``empty_text`` is the sentence for a list without rows."""
        super().__init__(id=id, classes=classes)
        self.empty_text = empty_text
        self._columns = tuple(columns)
        self._sort = sort
        self._style_of = lru_cache(maxsize=None)(partial(style_of, self))
        self._painter = LinePainter(self._columns, self._style_of)
        self._source: RecordSource[RowT] | None = None
        self._shown: RecordSource[RowT] | None = None
        self._window: Window[RowT] | None = None
        self._selection = Selection()
        self._cursor = 0
        self._row: RowT | None = None
        self._told: int | None = None
        self._failure: str | None = None
        self._number = 0
        self._opening = False
        self._again = False
        self._filling: RecordSource[RowT] | None = None
        self._short_total: int | None = None
        self._counted = False
        self._to_end = False
        self._first_row: int | None = None
        self._turn_to: int | None = None
        self.eager = False
        """Whether it takes the focus as soon as it is there, if it can be seen."""

    @property
    def total(self) -> int | None:
        """How many rows match, as far as that is known; None before any were read."""
        return None if self._window is None else self._window.total

    @property
    def counted(self) -> bool:
        """Whether :attr:`total` is what the database counted; else it is what was known before, or seen so far."""
        return self._counted

    @property
    def sort(self) -> Sort:
        """The present order."""
        return self._sort

    @property
    def cursor(self) -> int:
        """The absolute row number under the cursor, from 0."""
        return self._cursor

    @property
    def reading_line(self) -> int:
        """The line of the widget in which the cursor is; the titles are line 0."""
        return self._cursor - self._top + 1

    @property
    def current(self) -> RowT | None:
        """The row under the cursor; None when the list is empty or the row is still on its way."""
        return self._row

    @property
    def _row_id(self) -> int | None:
        return None if self._row is None else self._row.id

    @property
    def behind(self) -> str | None:
        """Why these are not yet the rows that were asked for last, in words; None when they are."""
        return None if self._source is self._shown else self._failure or STILL_READING

    def loaded(self, row_id: int) -> RowT | None:
        """The row with this id, if it happens to be in memory."""
        position = None if self._window is None else self._window.position_of(row_id)
        return None if position is None or self._window is None else self._window.row(position)

    def in_memory(self) -> Iterator[RowT]:
        """The rows that happen to be in memory: those on the screen and around it."""
        yield from () if self._window is None else self._window.rows()

    def use_columns(self, columns: Sequence[Column[RowT]]) -> None:
        """Show the rows that are asked for next in other columns."""
        self._columns = tuple(columns)
        self._painter = LinePainter(self._columns, self._style_of)
        self._painter.resize(self.size.width, self._sort.column)
        self.refresh()

    # Reading

    def begin_at(self, sort: Sort, row_id: int | None) -> None:
        """The order, and the row under the cursor, of the first rows that are shown; an unknown order is left out."""
        self._sort = sort if any(column.sort == sort.column for column in self._columns) else self._sort
        self._first_row = row_id

    def turn_to(self, row_id: int) -> None:
        """When the rows are read again the cursor is on this one, if it is among them, in the line where it is now."""
        self._turn_to = row_id

    def show(self, source: RecordSource[RowT], *, sort: Sort | None = None, empty_text: str | None = None) -> None:
        """Show another set of rows (another filter). The cursor stays on its row if that is among them."""
        self._source = source
        self._sort = sort or self._sort
        self.empty_text = self.empty_text if empty_text is None else empty_text
        first = self._first_row if self._window is None else None
        self._open(Spot(0, self._row_id if first is None else first, self._cursor - self._top))

    def reload(self) -> None:
        """Read the rows again because something changed. Calls that come while one runs are one call."""
        if self._opening:
            self._again = True
        else:
            self._reopen()

    def on_mount(self) -> None:
        """Take the focus, then read what was asked for before there was a screen to show it on.

        In this order: a key that is pressed as soon as rows are seen must find the list.
        """
        seen = all(node.display for node in self.ancestors_with_self if isinstance(node, Widget))
        if self.eager and seen:
            self.screen.set_focus(self, scroll_visible=False)
        self._reopen()

    def _reopen(self) -> None:
        row_id = self._row_id if self._window is not None else self._first_row
        row_id, self._turn_to = row_id if self._turn_to is None else self._turn_to, None
        self._open(Spot(self._cursor, row_id, self._cursor - self._top))

    def _open(self, spot: Spot) -> None:
        if self._source is None or not self.is_attached:
            return
        self._number += 1
        self._opening, self._again = True, False
        self._begin(partial(self._read, self._source, spot, self._cursor, self._number), group="open")
        self.refresh()

    def _begin(self, reading: Callable[[], Coroutine[Any, Any, None]], *, group: str) -> Worker[None]:
        """As a function: a coroutine whose program ends before it has begun would leave a warning on the terminal."""
        return self.run_worker(reading, group=group)

    async def _read(self, source: RecordSource[RowT], spot: Spot, start: int, number: int) -> None:
        """``start`` is where the cursor was when the rows were asked for: keys may come in before this begins."""
        try:
            known = self._window.total if self._window is not None and source is self._shown else None
            moved = self._window is not None and self._window.sort != self._sort
            view = await open_list(source, self._sort, spot, self._height, known=known, moved=moved)
            matching = await self._selection.ask(source.matching)
        except BballError as error:
            if number == self._number:
                self._opening = False
                self._fail(str(error))
            return
        if number != self._number:
            return
        again = source is self._shown
        self._opening, self._shown = view.locating is not None, source
        self._adopt(view, moved=self._cursor - start, again=again)
        self._selected_are(matching)
        if view.counting is not None:
            count = partial(self._count, source, view, view.counting, number)
            self.call_after_refresh(self._begin, count, group="count")
        if self._again:
            self.reload()

    async def _settle(self, view: OpenedList[RowT], locating: LazyTask[int | None], number: int) -> None:
        """Give the rows of a window that is adrift their numbers: nothing moves but the scrollbar."""
        place = await locating
        if number != self._number:
            return  # other rows are on their way
        self._opening = False
        if place is None:  # the row is gone from the list by now
            self._again = True
        else:
            by, top = place - view.position, self._top
            view.window.settle(by)
            view.window.total = max(view.window.total, place + 1)  # rows may have come
            self.virtual_size = Size(0, view.window.total + 1)
            self._painter.forget()
            self._cursor = max(0, min(self._cursor + by, view.window.total - 1))
            self.scroll_to(y=top + by, animate=False, force=True)
            self._tell_cursor()
            self._fill()
            self.refresh()
        if self._again:
            self.reload()

    async def _count(
        self, source: RecordSource[RowT], view: OpenedList[RowT], counting: LazyTask[int], number: int
    ) -> None:
        """Put the true numbers in place when they come, unless other rows are shown by then."""
        if view.window is not self._window:
            return
        counting.start()
        try:
            if view.locating is not None:
                await self._settle(view, view.locating, number)
            total = await counting
        except BballError as error:
            self._opening = self._opening and number != self._number
            if view.window is self._window:
                self._fail(str(error))
            return
        if view.window is not self._window or source is not self._shown:
            return
        self._counted = True
        view.window.total = total
        self.virtual_size = Size(0, total + 1)
        if self._to_end or self._cursor >= total:
            self._to_end = False
            self.move_to(total - 1)
        self.post_message(ListLoaded(self, total))
        self._fill()
        self.refresh()
        self.refresh_bindings()

    def _adopt(self, view: OpenedList[RowT], moved: int, *, again: bool) -> None:
        """Put what was read in place. ``moved`` is how far the cursor went while it was being read.

        ``again``: the same rows as before, so that their number is shown until there is a new one.
        """
        line = self._cursor - self._top
        self._window, self._failure = view.window, None
        self._counted = view.counting is None or (again and self._counted)
        to_end, self._to_end = again and self._to_end, False
        position, top = view.position, view.top
        if moved:
            here = None if self._row is None else view.window.position_of(self._row.id)
            position = max(0, min(position + moved if here is None else here, view.window.total - 1))
            top = position - line
        self._painter.forget()
        self._cursor = position
        self._row = None
        self.virtual_size = Size(0, view.window.total + 1)
        self.scroll_to(y=top, animate=False, force=True)
        self.post_message(RowsFetched(self) if view.counting else ListLoaded(self, view.window.total))
        self._tell_cursor()
        if to_end:
            # The last row was asked for before the rows were counted, and they are read again for another reason.
            self._to_end = not self._counted
            self.move_to(view.window.total - 1)
        self.call_after_refresh(self._fill)  # what comes beside these rows may wait until they are drawn
        self.refresh()
        self.refresh_bindings()

    def _fail(self, reason: str) -> None:
        self._failure = reason
        self.refresh()
        self.post_message(LoadFailed(self, reason))

    def _fill(self) -> None:
        """Fetch what is visible and not in memory, one page at a time, always the one wanted most now."""
        if self._window is None or self._shown is None or self._filling is self._shown:
            return
        if self._window.next_request(*self._visible) is not None:
            self._filling = self._shown
            self._begin(partial(self._fetch, self._shown), group="fill")

    async def _fetch(self, source: RecordSource[RowT]) -> None:
        try:
            while source is self._shown and (window := self._window) is not None:
                request = window.next_request(*self._visible)
                if request is None:
                    break
                settled = not window.adrift
                page = await source.page(request)
                if settled == window.adrift:
                    continue  # the numbers of before
                # An answer that comes too late lands in a window that nobody looks at anymore.
                short = window.accept(request, page)
                if short and self._counted and self._short_total != window.total:
                    self._short_total = window.total
                    self.reload()
                self.refresh()
                self.post_message(RowsFetched(self))
                self._tell_cursor()
        except BballError as error:
            if source is self._shown:
                self._fail(str(error))
        finally:
            if self._filling is source:
                self._filling = None

    # Drawing

    @property
    def _height(self) -> int:
        """Rows that are visible at once; before the first layout, as many as there could be."""
        return max(1, (self.size.height or self.app.size.height) - 1)

    @property
    def _top(self) -> int:
        return round(self.scroll_y)

    @property
    def _visible(self) -> tuple[int, int]:
        return self._top, self._top + self._height - 1

    def repaint(self) -> None:
        """Redraw every line: what the cells are made of has changed, though no row has."""
        self._painter.forget()
        self.refresh()

    def notify_style_update(self) -> None:
        """Textual calls this when the theme or the focus changed."""
        super().notify_style_update()
        self._style_of.cache_clear()
        self._painter.forget()

    def on_resize(self, event: events.Resize) -> None:
        """Lay out again, and keep the cursor in sight."""
        self._painter.resize(event.size.width, self._sort.column)
        self._keep_in_sight()
        self._fill()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Scrolled, by whatever means: fetch what came into sight."""
        super().watch_scroll_y(old_value, new_value)
        self._fill()

    def render_line(self, y: int) -> Strip:
        """One line of the window; the titles stay on top of it."""
        self._painter.resize(self.size.width, self._sort.column)
        if y == 0:
            return self._painter.header(self._sort)
        if self._window is None or self._window.total == 0:
            return self._sentence(y - 2)
        position = self._top + y - 1
        if position >= self._window.total:
            return self._painter.text("", Tone.PLAIN)
        row = self._window.row(position)
        selected = row is not None and row.id in self._selection
        return self._painter.row(position, row, cursor=position == self._cursor, selected=selected)

    def _sentence(self, line: int) -> Strip:
        text, tone = with_keys(self.empty_text), Tone.MUTED
        if self._failure is not None:
            text, tone = self._failure, Tone.WARN
        elif self._window is None:
            text = _("Reading the list …") if self._opening else ""
        lines = wrap(text, self.size.width - 2 * MARGIN)
        return self._painter.text(lines[line] if 0 <= line < len(lines) else "", tone)

    # Cursor and selection

    def move_to(self, position: int) -> None:
        """Put the cursor on the row with this absolute number, or on the nearest there is."""
        if self._window is None or self._window.total == 0:
            return
        position = max(0, min(position, self._window.total - 1))
        if position != self._cursor:
            self.refresh_line(self._cursor + 1)
            self.refresh_line(position + 1)
            self._cursor = position
        self._keep_in_sight()
        self._tell_cursor()

    def to_edge(self, *, last: bool) -> None:
        """Put the cursor on the first or the last row there is."""
        adrift = self._window is not None and self._window.adrift
        # Before the rows are counted, or have their numbers, nobody knows where the end is.
        self._to_end = last and (adrift or not self.counted)
        place = (self.total or 0) - 1 if last else 0
        if adrift:
            self._open(Spot(place))
        else:
            self.move_to(place)

    def _keep_in_sight(self) -> None:
        if self._cursor < self._top:
            self.scroll_to(y=self._cursor, animate=False, force=True)
        elif self._cursor >= self._top + self._height:
            self.scroll_to(y=self._cursor - self._height + 1, animate=False, force=True)

    def _tell_cursor(self) -> None:
        if self._window is None:
            return
        had_row = self._row is not None
        self._row = self._window.row(self._cursor)
        if had_row != (self._row is not None):
            self.refresh_bindings()
        if self._row is None and self._window.total:
            return
        if self._row_id != self._told:
            self._told = self._row_id
            self.post_message(CursorMoved(self, self._told))
            self.refresh_bindings()

    def _selected_are(self, matching: Collection[int]) -> None:
        hidden = self._selection.hidden
        self._selection.seen(matching)
        if self._selection.hidden != hidden:
            self._tell_selection()

    def _tell_selection(self) -> None:
        self.refresh()
        self.post_message(SelectionChanged(self, len(self._selection), self._selection.hidden))
        self.refresh_bindings()
