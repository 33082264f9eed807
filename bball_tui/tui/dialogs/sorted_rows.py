"""Rows in memory that a list of a dialog shows in any order."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, Generic, TypeAlias

from bball_tui.database.paging import Key, Page, PageRequest, RowT, Sort, page_of

SortKey: TypeAlias = Callable[[RowT, str], tuple[Any, ...]]
"""What a row is sorted by in a column; the row's id is its last part."""


class SortedRows(Generic[RowT]):
    """Answers what a list asks; ``takeable`` says which rows "select all" selects."""

    def __init__(self, rows: Sequence[RowT], key: SortKey[RowT], takeable: Callable[[RowT], bool]) -> None:
        self._rows = list(rows)
        self._key = key
        self._takeable = takeable
        self._ordered: dict[Sort, list[RowT]] = {}

    def _sorted(self, sort: Sort) -> list[RowT]:
        if sort not in self._ordered:
            rows = sorted(self._rows, key=lambda row: self._key(row, sort.column), reverse=sort.descending)
            self._ordered[sort] = rows
        return self._ordered[sort]

    async def count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    async def page(self, request: PageRequest) -> Page[RowT]:
        """Some of the rows."""
        rows = self._sorted(request.sort)[request.start : request.start + request.limit]
        found = [(row, self._key(row, request.sort.column)) for row in rows]
        return page_of(request, found[::-1] if request.backward else found)

    async def locate(self, row_id: int, sort: Sort) -> int | None:
        """Where a row stands."""
        return next((place for place, row in enumerate(self._sorted(sort)) if row.id == row_id), None)

    async def key_of(self, row_id: int, sort: Sort) -> Key | None:
        """None: pages are read by number."""
        return None

    async def ids(self) -> list[int]:
        """The rows that can be taken."""
        return [row.id for row in self._rows if self._takeable(row)]

    async def matching(self, row_ids: Collection[int]) -> frozenset[int]:
        """Those of ``row_ids`` that are listed."""
        return frozenset(row.id for row in self._rows) & frozenset(row_ids)
