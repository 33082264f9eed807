"""Opening a list at a spot: rows first, their number when it is there. No Textual."""

import asyncio
from typing import Generic

import msgspec

from bball_tui.database.paging import PageRequest, RecordSource, RowT, Sort
from bball_tui.tui.widgets.page_cache import PAGE_SIZE, Spot, Window

LONG = 50_000
"""Rows from which on a list is not held up by finding where a row stands in a new order."""
PATIENCE = 0.03
"""Seconds that a long list waits for it all the same; then it is shown from its beginning."""


class View(msgspec.Struct, Generic[RowT], frozen=True):
    """A list opened at a spot: the window with its visible rows in memory, the cursor, the first visible row.

    ``counting`` knows the number of rows better than the window, if it is there at all.
    """

    window: Window[RowT]
    position: int
    top: int
    counting: "asyncio.Task[int] | None"


async def open_view(
    source: RecordSource[RowT], sort: Sort, spot: Spot, height: int, *, known: int | None = None
) -> View[RowT]:
    """Open a list so that nothing moves for the reader: the same row under the cursor, on the same line.

    If the row is gone from the list, the cursor keeps its place instead. ``height`` is the number of visible rows,
    ``known`` how many rows the same list had a moment ago. Who gets the view awaits its ``counting``.
    """
    counting: asyncio.Task[int] | None = None
    try:
        if spot.position - spot.line < PAGE_SIZE:
            beginning = PageRequest(0, PAGE_SIZE, sort)
            page = await source.page(beginning)
            total = len(page.rows)
            if total == PAGE_SIZE:
                # Only now: a long list takes longer to count than to read, and both at once take longer for each.
                counting = asyncio.ensure_future(source.count())
                total = max(known or 0, PAGE_SIZE)
            window: Window[RowT] = Window(total, sort)
            window.accept(beginning, page)
        else:
            counting = asyncio.ensure_future(source.count())
            window = Window(await counting if known is None else known, sort)
        position, top = await _look(source, window, spot, height, counting)
    except BaseException:
        if counting is not None:
            await asyncio.gather(counting, return_exceptions=True)
        raise
    return View(window, position, top, counting)


async def _look(
    source: RecordSource[RowT], window: Window[RowT], spot: Spot, height: int, counting: "asyncio.Task[int] | None"
) -> tuple[int, int]:
    """Read what is to be seen; the row under the cursor, and the first visible one."""

    async def look(place: int) -> tuple[int, int]:
        if counting is not None and place >= window.total - height:
            # So near what may be the end, the reader's line depends on where it really is.
            window.total = await counting
        place = _within(place, window.total - 1)
        top = _within(place - spot.line, window.total - height)
        for first, last in ((top, top + height - 1), (place, place)):
            while request := window.next_request(first, last, ahead=False):
                window.accept(request, await source.page(request))
        return place, top

    position, top = await look(spot.position)
    if spot.row_id is None:
        return position, top
    # Mostly the row is where it was, or near; to count the rows before it takes the longer the longer the list.
    found = window.position_of(spot.row_id)
    if found is None and counting is not None:
        found = await _located(source, spot.row_id, window.sort, counting)
    if found is not None:
        position, top = await look(found)
    if (now_at := window.position_of(spot.row_id)) is not None:
        # Rows may have come or gone between the questions; what was read last is what is shown.
        top, position = _within(top + now_at - position, window.total - height), now_at
    return position, top


async def _located(source: RecordSource[RowT], row_id: int, sort: Sort, counting: "asyncio.Task[int]") -> int | None:
    """Where the row stands; None when it is not there, or when in a long list that is not known soon."""
    locating = asyncio.ensure_future(source.locate(row_id, sort))
    await asyncio.wait({locating, counting}, return_when=asyncio.FIRST_COMPLETED)
    if not locating.done() and await counting > LONG:
        await asyncio.wait({locating}, timeout=PATIENCE)
        if not locating.done():
            locating.add_done_callback(_forget)
            return None
    return await locating


def _forget(task: "asyncio.Task[int | None]") -> None:
    """An answer, or a failure, that nobody waits for anymore."""
    if not task.cancelled():
        task.exception()


def _within(value: int, last: int) -> int:
    return max(0, min(value, last))
