"""Opening a list at a spot: rows first, their number when it is there. No Textual."""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from functools import partial
from typing import Any, Generic, TypeVar

import msgspec

from bball_tui.database.paging import PageRequest, RecordSource, RowT, Sort
from bball_tui.tui.widgets.page_cache import PAGE_SIZE, Spot, Window

Answer = TypeVar("Answer")

LONG = 50_000
"""Rows from which on a list is not held up by counting the rows before the one under the cursor."""
ROOM = 10 * PAGE_SIZE
"""Rows that a reader can go up and down meanwhile."""


class LazyTask(Generic[Answer]):
    """A question to the database that is asked once somebody starts it or awaits its answer; the answer may be left."""

    def __init__(self, ask: Callable[[], Coroutine[Any, Any, Answer]]) -> None:
        self._ask = ask
        self._task: asyncio.Task[Answer] | None = None

    def start(self) -> "asyncio.Task[Answer]":
        """Ask, unless it was asked already."""
        if self._task is None:
            self._task = asyncio.ensure_future(self._ask())
            self._task.add_done_callback(lambda done: None if done.cancelled() else done.exception())
        return self._task

    async def ended(self) -> None:
        """Wait until what was started is over, whatever came of it."""
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    def __await__(self) -> Generator[Any, None, Answer]:
        return self.start().__await__()


class OpenedList(msgspec.Struct, Generic[RowT], frozen=True):
    """A list opened at a spot: the window with its visible rows in memory, the cursor, the first visible row.

    ``counting`` knows the number of rows better than the window, if it is there at all; ``locating`` the number of the
    row under the cursor, if the window is adrift. Both may wait until the rows are drawn.
    """

    window: Window[RowT]
    position: int
    top: int
    counting: LazyTask[int] | None
    locating: LazyTask[int | None] | None = None


async def open_list(
    source: RecordSource[RowT], sort: Sort, spot: Spot, height: int, *, known: int | None = None, moved: bool = False
) -> OpenedList[RowT]:
    """Open a list so that nothing moves for the reader: the same row under the cursor, on the same line.

    If the row is gone from the list, the cursor keeps its place instead. ``height`` is the number of visible rows,
    ``known`` how many rows the same list had a moment ago, ``moved`` whether it was in another order then. Who gets the
    view awaits its ``counting`` and its ``locating``.
    """
    far = moved or spot.position - spot.line >= PAGE_SIZE
    if far and known is not None and known > LONG and (near := await _around(source, sort, spot, height, known)):
        return near
    counting: LazyTask[int] | None = None
    try:
        if spot.position - spot.line < PAGE_SIZE:
            beginning = PageRequest(0, PAGE_SIZE, sort)
            page = await source.page(beginning)
            total = len(page.rows)
            if total == PAGE_SIZE:
                # Started later: a long list takes longer to count than to read and draw, and at once all take longer.
                counting = LazyTask(source.count)
                total = max(known or 0, PAGE_SIZE)
            window: Window[RowT] = Window(total, sort)
            window.accept(beginning, page)
        else:
            counting = LazyTask(source.count)
            window = Window(await counting if known is None else known, sort)
        return await _look(source, window, spot, height, counting, known)
    except BaseException:
        if counting is not None:
            await counting.ended()
        raise


async def _look(
    source: RecordSource[RowT],
    window: Window[RowT],
    spot: Spot,
    height: int,
    counting: LazyTask[int] | None,
    known: int | None,
) -> OpenedList[RowT]:
    """Find the row where it was, or wherever it stands now."""

    async def look(place: int) -> tuple[int, int]:
        if counting is not None and place >= window.total - height:
            # So near what may be the end, the reader's line depends on where it really is.
            window.total = await counting
        place = _within(place, window.total - 1)
        return place, await _read(source, window, place, spot.line, height)

    position, top = await look(spot.position)
    if spot.row_id is None:
        return OpenedList(window, position, top, counting)
    # Mostly the row is where it was, or near; to count the rows before it takes the longer the longer the list.
    found = window.position_of(spot.row_id)
    if found is None and counting is not None:
        locating = LazyTask(partial(source.locate, spot.row_id, window.sort))
        started = locating.start()
        if known is None:
            await asyncio.wait({started, counting.start()}, return_when=asyncio.FIRST_COMPLETED)
        if not started.done():
            total = await counting if known is None else known
            if total > LONG and (near := await _around(source, window.sort, spot, height, total, counting, locating)):
                return near
        found = await locating
    if found is not None:
        position, top = await look(found)
    if (now_at := window.position_of(spot.row_id)) is not None:
        # Rows may have come or gone between the questions; what was read last is what is shown.
        top, position = _within(top + now_at - position, window.total - height), now_at
    return OpenedList(window, position, top, counting)


async def _around(
    source: RecordSource[RowT],
    sort: Sort,
    spot: Spot,
    height: int,
    known: int,
    counting: LazyTask[int] | None = None,
    locating: LazyTask[int | None] | None = None,
) -> OpenedList[RowT] | None:
    """The rows around the row under the cursor, by its key and before anybody knows its number; None: it is not there.

    ``known`` is how many rows there were a moment ago.
    """
    if spot.row_id is None or not 0 <= spot.line < height:
        return None
    key = await source.key_of(spot.row_id, sort)
    if key is None:
        return None
    place = max(ROOM, min(spot.position, known - ROOM))
    window: Window[RowT] = Window(known, sort)
    before, onward = window.around(place, key)
    behind = await source.page(onward)
    window.accept(onward, behind)
    ends = len(behind.rows) < onward.limit
    if spot.line > 0 or ends:
        ahead = await source.page(before)
        window.accept(before, ahead)
        if len(ahead.rows) < before.limit:
            window.settle(len(ahead.rows) - place)
    position = window.position_of(spot.row_id)
    if position is None:
        return None
    if ends and window.adrift:
        window.shift(window.total - len(behind.rows) - position)
        position = window.total - len(behind.rows)
    top = await _read(source, window, position, spot.line, height)
    counting = counting or LazyTask(source.count)
    if not window.adrift:
        return OpenedList(window, position, top, counting)
    return OpenedList(window, position, top, counting, locating or LazyTask(partial(source.locate, spot.row_id, sort)))


async def _read(source: RecordSource[RowT], window: Window[RowT], place: int, line: int, height: int) -> int:
    """Read what is to be seen with row ``place`` on this line; returns the first visible row."""
    top = _within(place - line, window.total - height)
    for first, last in ((top, top + height - 1), (place, place)):
        while request := window.next_request(first, last, ahead=False):
            window.accept(request, await source.page(request))
    return top


def _within(value: int, last: int) -> int:
    return max(0, min(value, last))
