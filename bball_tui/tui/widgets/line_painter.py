"""Rows to terminal lines. Text goes through the gate straight into segments, so no markup can be read in it."""

from collections.abc import Callable, Sequence
from typing import Generic

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from bball_tui.database.paging import RowT, Sort
from bball_tui.tui.text import ELLIPSIS, cell, clean, shorten, shorten_name
from bball_tui.tui.theme import Styled, Tone
from bball_tui.tui.widgets.columns import GAP, Column, Placed, place

MARGIN = 3
"""Cells left of the first column; the middle one holds the mark of a selected row."""
MARK = "✓"
KEPT_LINES = 400
CHOSEN = Style(bold=True, underline=True)
"""The title of a chosen column, and the cell of it under the cursor: no color, so that every theme shows it."""

StyleOf = Callable[..., Style]
"""Gets the names of component classes, outermost first, and returns the style of them together."""


def plain_cell(column: Column[RowT], row: RowT) -> str:
    """What stands in ``column`` of ``row``, whole and cleaned."""
    value = column.render(row)
    return clean(value if isinstance(value, str) else value.text)


def plain_line(columns: Sequence[Column[RowT]], row: RowT) -> str:
    """All columns of ``row``, cleaned, also those that the window has no room for, with a tab between them."""
    return "\t".join(plain_cell(column, row) for column in columns)


class LinePainter(Generic[RowT]):
    """Draws one list at one width. Lines are kept until :meth:`forget`: a moved cursor redraws two of them."""

    def __init__(self, columns: Sequence[Column[RowT]], style_of: StyleOf) -> None:
        self._columns = columns
        self._style_of = style_of
        self._width = 0
        self._sort = ""
        self._placed: tuple[Placed[RowT], ...] = ()
        self._lines: dict[tuple[int, bool, bool], Strip] = {}
        self._chosen: str | None = None

    def forget(self) -> None:
        """The rows, the styles or the width are no longer what they were."""
        self._lines.clear()

    def resize(self, width: int, sort: str) -> None:
        """Lay the columns out for lines of ``width`` cells, and for an order by ``sort``."""
        if (width, sort) != (self._width, self._sort):
            self._width, self._sort = width, sort
            self._placed = place(self._columns, MARGIN, width - MARGIN - 1, sort)
            self.forget()

    @property
    def shown(self) -> list[Column[RowT]]:
        """The columns that the line has room for."""
        return [placed.column for placed in self._placed]

    @property
    def chosen(self) -> Column[RowT] | None:
        """The column that was chosen, if any; one that the line has no room for is none."""
        return next((placed.column for placed in self._placed if placed.column.key == self._chosen), None)

    def choose(self, step: int | None) -> bool:
        """Choose the column ``step`` further right (None: no column). False when that changes nothing."""
        before = self.chosen
        keys = [placed.column.key for placed in self._placed]
        if step is None or not keys:
            self._chosen = None
        elif before is None:
            self._chosen = keys[0 if step > 0 else -1]
        else:
            self._chosen = keys[max(0, min(keys.index(before.key) + step, len(keys) - 1))]
        self.forget()
        return self.chosen is not before

    def column_at(self, x: int) -> Column[RowT] | None:
        """The column drawn in cell ``x`` of a line, its gap included."""
        for placed in self._placed:
            if placed.left <= x < placed.left + placed.width + GAP:
                return placed.column
        return None

    def header(self, sort: Sort) -> Strip:
        """The line of titles; ``▲`` or ``▼`` marks the column that the list is sorted by."""
        plain, sorted_by = self._style_of("header"), self._style_of("header", "sorted")
        parts: list[tuple[str, Style]] = []
        for placed in self._placed:
            column, title, style = placed.column, placed.column.title, plain
            if column.sort == sort.column:
                arrow = "▼" if sort.descending else "▲"
                title, style = f"{shorten(title, max(1, placed.width - 2))} {arrow}", sorted_by
            if column.key == self._chosen:
                style += CHOSEN
            parts.append((cell(title, placed.width, column.align), style))
        return self._line(" " * MARGIN, plain, parts, plain)

    def row(self, position: int, row: RowT | None, *, cursor: bool, selected: bool) -> Strip:
        """The line of a row; of one that is still on its way, a quiet stand-in."""
        key = (position, cursor, selected)
        strip = None if row is None else self._lines.get(key)
        if strip is not None:
            return strip
        states = [*(["selected"] if selected else []), *(["cursor"] if cursor else [])]
        base = self._style_of(*states)
        if row is None:
            quiet = self._style_of(*states, Tone.MUTED)
            return self._line(" " * MARGIN, base, [(ELLIPSIS, quiet)] if self._placed else [], base)
        parts: list[tuple[str, Style]] = []
        for placed in self._placed:
            value = placed.column.render(row)
            styled = Styled(value) if isinstance(value, str) else value
            style = base if styled.tone is Tone.PLAIN else self._style_of(*states, styled.tone)
            if cursor and placed.column.key == self._chosen:
                style += CHOSEN
            text = shorten_name(styled.text, placed.width) if placed.column.name else styled.text
            parts.append((cell(text, placed.width, placed.column.align), style))
        mark = self._style_of(*states, "mark") if selected else base
        strip = self._line(f" {MARK} " if selected else " " * MARGIN, mark, parts, base)
        if len(self._lines) >= KEPT_LINES:
            self.forget()
        self._lines[key] = strip
        return strip

    def text(self, line: str, tone: Tone) -> Strip:
        """A sentence in place of rows."""
        return self._line(" " * MARGIN, self._style_of(), [(line, self._style_of(tone))], self._style_of())

    def _line(self, margin: str, mark: Style, parts: Sequence[tuple[str, Style]], base: Style) -> Strip:
        segments = [Segment(margin, mark)]
        gap = Segment(" " * GAP, base)
        for index, (text, style) in enumerate(parts):
            if index:
                segments.append(gap)
            segments.append(Segment(text, style))
        return Strip(segments).adjust_cell_length(self._width, base)
