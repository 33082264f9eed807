"""A few rows in memory, for a list that asks for pages."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Generic

from bball_tui.database.paging import Key, Page, PageRequest, RowT, Sort


class MemorySource(Generic[RowT]):
    """The rows in the order in which they were given."""

    def __init__(self, rows: Sequence[RowT]) -> None:
        self._rows = tuple(rows)

    async def count(self) -> int:
        return len(self._rows)

    async def page(self, request: PageRequest) -> Page[RowT]:
        rows = self._rows[request.start : request.start + request.limit]
        return Page(request.start, rows, (rows[0].id,), (rows[-1].id,)) if rows else Page(request.start, ())

    async def locate(self, row_id: int, sort: Sort) -> int | None:
        return next((place for place, row in enumerate(self._rows) if row.id == row_id), None)

    async def key_of(self, row_id: int, sort: Sort) -> Key | None:
        return None

    async def ids(self) -> list[int]:
        return [row.id for row in self._rows]

    async def matching(self, row_ids: Collection[int]) -> frozenset[int]:
        return frozenset(row.id for row in self._rows) & frozenset(row_ids)


class ReadSource(Generic[RowT]):
    """A few rows that are read whole, again for each question: they are as they are now."""

    def __init__(self, read: Callable[[], Awaitable[Sequence[RowT]]]) -> None:
        self._read = read

    async def count(self) -> int:
        return await MemorySource(await self._read()).count()

    async def page(self, request: PageRequest) -> Page[RowT]:
        return await MemorySource(await self._read()).page(request)

    async def locate(self, row_id: int, sort: Sort) -> int | None:
        return await MemorySource(await self._read()).locate(row_id, sort)

    async def key_of(self, row_id: int, sort: Sort) -> Key | None:
        return None

    async def ids(self) -> Sequence[int]:
        return await MemorySource(await self._read()).ids()

    async def matching(self, row_ids: Collection[int]) -> Collection[int]:
        return await MemorySource(await self._read()).matching(row_ids)
