"""The columns of a list, and which of them fit into how many cells."""

from collections.abc import Callable, Sequence
from typing import Generic

import msgspec

from bball_tui.database.paging import RowT
from bball_tui.tui.text import Align, width_of
from bball_tui.tui.theme import Styled

GAP = 2
"""Empty cells between two columns."""
LEAST = 8
"""Cells that a column keeps as long as the names of the rows can be cut as well."""


# No slots: a frozen generic dataclass with slots cannot be made as Column[Row](...) before Python 3.12.
class Column(msgspec.Struct, Generic[RowT], frozen=True, kw_only=True):
    """One column.

    ``width`` is its smallest width in cells. A column with ``flex`` above 0 grows by that share of what is left
    over, up to ``limit`` cells. ``priority`` 0 stays always; of the others the highest number is hidden first when
    the window is narrow. ``sort`` is the name under which the query orders by this column, None if it cannot;
    ``unsorted`` says why not, and what to do instead.
    """

    key: str
    title: str
    width: int
    render: Callable[[RowT], str | Styled]
    flex: int = 0
    limit: int | None = None
    align: Align = "left"
    sort: str | None = None
    unsorted: str = ""
    priority: int = 0
    name: bool = False
    """Whether rows are told apart by it: where there is too little room, the others are cut first."""

    @property
    def floor(self) -> int:
        """Smallest width: the title with its sort marker must stay readable."""
        return max(self.width, width_of(self.title) + (2 if self.sort else 0))


class Placed(msgspec.Struct, Generic[RowT], frozen=True):
    """A column on the screen: its first cell and its width, both in cells."""

    column: Column[RowT]
    left: int
    width: int


def place(columns: Sequence[Column[RowT]], left: int, width: int, sort: str | None = None) -> tuple[Placed[RowT], ...]:
    """Lay ``columns`` into ``width`` cells, the first at ``left``; what does not fit is hidden by priority, but never
    the one that the list is ordered by (``sort``): its title says so.

    Columns that may not be hidden share what there is, so a very narrow list cuts texts and never overflows.
    """
    shown = list(columns)
    while _needed(shown) > width and (spare := [one for one in shown if one.priority and one.sort != (sort or "")]):
        shown.remove(max(reversed(spare), key=lambda column: column.priority))
    if not shown:
        return ()
    widths = {column.key: column.floor for column in shown}
    room = width - GAP * (len(shown) - 1)
    _shrink(widths, room, [column.key for column in shown if not column.name], LEAST)
    _shrink(widths, room, list(widths), 1)
    _grow(widths, shown, room - sum(widths.values()))
    placed = []
    for column in shown:
        placed.append(Placed(column, left, widths[column.key]))
        left += widths[column.key] + GAP
    return tuple(placed)


def _needed(columns: Sequence[Column[RowT]]) -> int:
    return sum(column.floor for column in columns) + GAP * (len(columns) - 1)


def _shrink(widths: dict[str, int], room: int, keys: Sequence[str], least: int) -> None:
    """Cut the widest of ``keys`` until all fit, none of them below ``least``."""
    while keys and sum(widths.values()) > room:
        widest = max(keys, key=lambda key: widths[key])
        if widths[widest] <= least:
            return
        widths[widest] -= 1


def _grow(widths: dict[str, int], columns: Sequence[Column[RowT]], spare: int) -> None:
    growing = [column for column in columns if column.flex]
    while spare > 0 and growing:
        shares = sum(column.flex for column in growing)
        given = 0
        for column in list(growing):
            wish = max(1, spare * column.flex // shares)
            if column.limit is not None and widths[column.key] + wish >= column.limit:
                wish = max(0, column.limit - widths[column.key])
                growing.remove(column)
            wish = min(wish, spare - given)
            widths[column.key] += wish
            given += wish
        spare -= given
