"""The one list of all screens: any number of rows, with keys, mouse, selection and order."""

from collections.abc import Collection, Coroutine, Sequence
from typing import Any

from textual import events

from bball_tui.database.paging import RecordSource, RowT, Sort
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.tui.actions import ActionHost, action
from bball_tui.tui.widgets.columns import Column
from bball_tui.tui.widgets.line_painter import MARGIN, plain_cell, plain_line
from bball_tui.tui.widgets.list_messages import RowOpened, SortChanged
from bball_tui.tui.widgets.page_cache import Window
from bball_tui.tui.widgets.virtual_list import STILL_READING, VirtualList
from bball_tui.wording import counted

RANGE_PAGE = 500
"""Rows asked for at once when a range is selected that is not all in memory."""
MOST_COPIED = 1_000
"""Terminals take some 75,000 characters into the clipboard, and silently drop what is longer."""


def _has_rows(records: "RecordList[Any]") -> str | None:
    if records.total is None:
        return STILL_READING
    return None if records.total else _("The list is empty.")


def _on_row(records: "RecordList[Any]") -> str | None:
    if records.current is not None:
        return None
    return _("This row is still on its way.") if records.total else _has_rows(records)


def _sortable(records: "RecordList[Any]") -> str | None:
    return None if records.sortable_columns else _("This list has one order only.")


class RecordList(ActionHost, VirtualList[RowT], commands="In every list", everywhere=True, place=2):
    """A list of rows with a cursor, a selection and an order. Give it rows with :meth:`show`.

    It posts the messages of `list_messages.py`.
    """

    _selecting = 0

    @property
    def selecting(self) -> bool:
        """Whether rows are being selected that are not all in memory."""
        return self._selecting > 0

    @property
    def selected(self) -> frozenset[int]:
        """The ids of all selected rows, hidden ones too."""
        return frozenset(self._selection.ids)

    @property
    def number_selected(self) -> int:
        """How many rows are selected, hidden ones too."""
        return len(self._selection)

    @property
    def hidden(self) -> int:
        """How many selected rows the present filter leaves out."""
        return self._selection.hidden

    @property
    def number_of_targets(self) -> int:
        """How many rows a command is about, without their ids: what is asked whenever a key's label is drawn."""
        return len(self._selection) - self._selection.hidden or int(self._row is not None)

    @property
    def targets(self) -> tuple[int, ...]:
        """The ids that a command is about: the selected rows that the list has, else the one under the cursor.

        A selected row that a search or a filter leaves out is never among them: nobody sees it.
        """
        if shown := self._selection.shown:
            return tuple(shown)
        return () if self._row is None else (self._row.id,)

    def select(self, row_ids: Collection[int]) -> None:
        """Select rows of the list, besides those that are selected already."""
        self._selection.add(row_ids)
        self._tell_selection()

    def drop(self, row_ids: frozenset[int]) -> None:
        """Select these rows no longer, for example because they are done."""
        self._selection.drop(row_ids)
        self._tell_selection()

    def clear_selection(self) -> bool:
        """Select nothing. False when nothing was selected: then Esc may mean the next layer."""
        if not self._selection:
            return False
        self._selection.clear()
        self._tell_selection()
        return True

    # Order

    @property
    def sortable_columns(self) -> list[str]:
        """What the list can be ordered by."""
        return [column.sort for column in self._columns if column.sort is not None]

    def sort_by(self, sort: Sort) -> None:
        """Change the order. The cursor stays on its row."""
        if sort != self._sort:
            self._sort = sort
            self._reopen()
            self.post_message(SortChanged(self, sort))

    def _sort_by_column(self, column: Column[RowT]) -> None:
        if column.sort is None:
            sentence = (
                _("The list cannot be sorted by “{title}”. {unsorted}")
                .format(title=column.title, unsorted=column.unsorted)
                .rstrip()
            )
            self.app.notify(sentence, timeout=8, markup=False)
            return
        same = column.sort == self._sort.column
        self.sort_by(self._sort.reversed() if same else Sort(column.sort))

    def choose_column(self, step: int) -> None:
        """Choose the column beside the chosen one, or the first: one cell is copied, and the order is by it."""
        if self._painter.choose(step):
            self.refresh()
            self.refresh_bindings()

    def clear_column(self) -> bool:
        """Choose no column. False when none was chosen: then Esc may mean the next layer."""
        cleared = self._painter.choose(None)
        if cleared:
            self.refresh()
        return cleared

    # Keys

    @action("k,up", "up", palette=False)
    def action_list_up(self) -> None:
        """One row up."""
        self.move_to(self._cursor - 1)

    @action("j,down", "down", palette=False)
    def action_list_down(self) -> None:
        """One row down."""
        self.move_to(self._cursor + 1)

    @action("pageup,ctrl+b,ctrl+u", "page up", palette=False)
    def action_list_page_up(self) -> None:
        """One window up."""
        self.move_to(self._cursor - self._height)

    @action("pagedown,ctrl+f,ctrl+d", "page down", palette=False)
    def action_list_page_down(self) -> None:
        """One window down."""
        self.move_to(self._cursor + self._height)

    @action("g,home", "first row")
    def action_list_first(self) -> None:
        """To the first row."""
        self.to_edge(last=False)

    @action("G,end", "last row")
    def action_list_last(self) -> None:
        """To the last row."""
        self.to_edge(last=True)

    @action("enter", "open", when=_on_row, also="details show view")
    def action_list_open(self) -> None:
        """Open the row under the cursor. It only shows, it never changes anything."""
        if self._row is not None:
            self.post_message(RowOpened(self, self._row.id))

    @action("space", "select", when=_on_row, also="mark check tick")
    def action_list_select(self) -> None:
        """Select the row under the cursor, or no longer."""
        if self._row is not None:
            self._selection.toggle(self._row.id)
            self._tell_selection()

    @action("shift+up", "select upward", when=_on_row, palette=False)
    def action_list_extend_up(self) -> None:
        """Select this row and the one above."""
        self._extend(-1)

    @action("shift+down", "select downward", when=_on_row, palette=False)
    def action_list_extend_down(self) -> None:
        """Select this row and the one below."""
        self._extend(1)

    def _extend(self, step: int) -> None:
        before = self._row
        self.move_to(self._cursor + step)
        self.select(frozenset(row.id for row in (before, self._row) if row is not None))

    @action("a", "select all", when=_has_rows, also="mark everything")
    def action_list_select_all(self) -> None:
        """Select all rows that match the search, also those not on the screen."""
        if self._shown is not None:
            self._select_by(self._select_all(self._shown))

    def _select_by(self, asking: Coroutine[Any, Any, None]) -> None:
        """Until the answer is there, a command would be about other rows than the reader means."""
        self._selecting += 1

        async def ask() -> None:
            try:
                await asking
            finally:
                self._selecting -= 1
                self.refresh_bindings()

        self.run_worker(ask(), group="select")

    async def _select_all(self, source: RecordSource[RowT]) -> None:
        try:
            found = await source.ids()
        except BballError as error:
            self._fail(str(error))
            return
        if source is self._shown:
            self.select(found)

    @action("o", "order by the next column", when=_sortable, also="sort arrange")
    def action_list_sort(self) -> None:
        """Sort by the chosen column, else by the next one. A click on a title does it too."""
        chosen = self._painter.chosen
        if chosen is not None:
            self._sort_by_column(chosen)
            return
        # Of those on the screen: one that has no room would order the list with no arrow anywhere.
        names = [column.sort for column in self._painter.shown if column.sort is not None] or self.sortable_columns
        here = names.index(self._sort.column) if self._sort.column in names else -1
        self.sort_by(Sort(names[(here + 1) % len(names)]))

    @action("minus", "reverse the order", when=_sortable)
    def action_list_reverse(self) -> None:
        """Reverse order."""
        self.sort_by(self._sort.reversed())

    @action("y", "copy", when=_on_row, also="clipboard")
    def action_list_copy(self) -> None:
        """Copy the selected rows, the cell of a chosen column, or the row under the cursor, to the clipboard."""
        if self._selection:
            if self._shown is not None:
                self.run_worker(self._copy_selected(self._shown), group="select")
        elif self._row is not None and (column := self._painter.chosen) is not None:
            self.app.copy_to_clipboard(plain_cell(column, self._row))
            self._tell_copied(_("Copied the cell under “{title}”.").format(title=column.title))
        elif self._row is not None:
            self._copy([self._row])

    async def _copy_selected(self, source: RecordSource[RowT]) -> None:
        wanted = self.selected
        if len(wanted) > MOST_COPIED:
            self._tell_copied(
                _("At most {most_copied:,} rows can be copied at once; {wanted:,} are selected.").format(
                    most_copied=MOST_COPIED, wanted=len(wanted)
                )
            )
            return
        found: list[RowT] = []
        window: Window[RowT] = Window(self.total or 0, self._sort)
        try:
            for start in range(0, window.total, RANGE_PAGE):
                request = window.request(start, min(RANGE_PAGE, window.total - start))
                page = await source.page(request)
                window.accept(request, page)
                found += [row for row in page.rows if row.id in wanted]
                if len(found) == len(wanted):
                    break
        except BballError as error:
            self._fail(str(error))
            return
        self._copy(found, hidden=len(wanted) - len(found))

    def _copy(self, rows: Sequence[RowT], hidden: int = 0) -> None:
        self.app.copy_to_clipboard("\n".join(plain_line(self._columns, row) for row in rows))
        left_out = (
            _(" {selected_row} not in this list: left out.").format(selected_row=counted(hidden, "selected row"))
            if hidden
            else ""
        )
        self._tell_copied(_("Copied {rows}.{left_out}").format(rows=counted(len(rows), "row"), left_out=left_out))

    def _tell_copied(self, sentence: str) -> None:
        self.app.notify(sentence, timeout=3, markup=False)

    @action("ctrl+r", "load again", also="refresh update")
    def action_list_reload(self) -> None:
        """Ask the database again."""
        self.reload()

    # Mouse

    def on_click(self, event: events.Click) -> None:
        """A title sorts, the margin selects, a row gets the cursor, a second click opens it."""
        if event.y == 0:
            column = self._painter.column_at(event.x)
            if column is not None:
                self._sort_by_column(column)
            return
        position = self._top + event.y - 1
        if self._window is None or position >= self._window.total:
            return
        before = self._cursor
        self.move_to(position)
        if event.shift:
            low, high = sorted((before, position))
            rows = [self._window.row(place) for place in range(low, high + 1)]
            if None not in rows:
                self.select(frozenset(row.id for row in rows if row is not None))
            elif not self._window.adrift:  # else the rows between have no numbers yet
                self._select_by(self._select_range(low, high))
        elif event.ctrl or event.x < MARGIN:
            self.action_list_select()
        elif event.chain == 2:
            self.action_list_open()

    async def _select_range(self, low: int, high: int) -> None:
        source, window = self._shown, self._window
        if source is None or window is None:
            return
        found: set[int] = set()
        try:
            for start in range(low, high + 1, RANGE_PAGE):
                page = await source.page(window.request(start, min(RANGE_PAGE, high + 1 - start)))
                found |= {row.id for row in page.rows}
        except BballError as error:
            self._fail(str(error))
            return
        if source is self._shown:
            self.select(frozenset(found))
