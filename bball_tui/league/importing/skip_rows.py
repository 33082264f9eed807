"""What stands in a file for the eyes of people and is no player: repeated headers, totals, and columns that count."""

import re
from collections.abc import Sequence

from bball_tui.language import _
from bball_tui.league.importing.find_columns import Columns
from bball_tui.league.importing.presets import fold_heading
from bball_tui.league.importing.raw_table import Row, rows_named
from bball_tui.league.roster.player import FIRST_NAME, LAST_NAME

_COUNTERS = frozenset(("", "no", "nr", "num", "number", "row", "rowno", "rownumber", "line", "srno", "sno", "item"))
"""Folded headings that may name a jersey or merely a line of the list; ``#`` folds to nothing."""
_TOTAL = re.compile(
    r"(?:(?:grand |sub-?)?totals?|sum|(?:player |row |record )?count|players|rows|records)(?:\W.*)?", re.IGNORECASE
)
FEWEST = 3
"""Rows from which 1, 2, 3 is a count."""


def counting_columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns, as ``#3``, whose name may mean a jersey and whose cells only count the rows, perhaps in each team.

    A column that is called a jersey is one, whatever it holds.
    """
    return [
        f"#{index + 1}"
        for index, heading in enumerate(header)
        if fold_heading(heading) in _COUNTERS and _counts(rows, index)
    ]


def _counts(rows: Sequence[Sequence[str]], index: int) -> bool:
    before = longest = 0
    for cells in rows:
        cell = cells[index].strip().removesuffix(".") if index < len(cells) else ""
        if cell in (str(before + 1), "1"):
            before = int(cell)
            longest = max(longest, before)
        elif cell.isdigit():
            return False
    return longest >= FEWEST


def without_furniture(header: Sequence[str], rows: Sequence[Row], columns: Columns) -> tuple[list[Row], list[str]]:
    """``rows`` without those that repeat the header or count the others, and sentences that say which these were.

    A row that names other columns than the header stays: it is a fault for people to decide about.
    """
    folded = [fold_heading(heading) for heading in header]
    first, last = columns.player[FIRST_NAME.name], columns.player[LAST_NAME.name]
    kept: list[Row] = []
    repeated: list[int] = []
    totals: list[int] = []
    for row in rows:
        number, cells = row
        if len(cells) <= max(first, last) or not cells[first] or not cells[last]:
            if _is_total(cells):
                totals.append(number)
            else:
                kept.append(row)
        elif cells[last] == header[last] and [fold_heading(cell) for cell in cells[: len(folded)]] == folded:
            repeated.append(number)
        else:
            kept.append(row)
    notes = []
    if repeated:
        notes.append(_("Left out because the header is repeated there: {rows}.").format(rows=rows_named(repeated)))
    if totals:
        notes.append(_("Left out as totals, not players: {rows}.").format(rows=rows_named(totals)))
    return kept, notes


def _is_total(cells: Sequence[str]) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled) and len(filled) <= 3 and _TOTAL.fullmatch(filled[0]) is not None
