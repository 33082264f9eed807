"""The few pages of a long list that are in memory, and which page to ask for next. No I/O, no Textual."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Generic

import msgspec
from msgspec.structs import replace

from bball_tui.database.paging import FIRST, Anchor, Key, Page, PageRequest, RowT, Sort, after_last, beside

PAGE_SIZE = 100
KEPT_PAGES = 8
KEPT_ANCHORS = 512


class Window(Generic[RowT]):
    """Pages of ``page_size`` rows out of a list of ``total`` in one order, the least used ones forgotten.

    Positions are absolute row numbers from 0. Of forgotten pages the outermost keys stay known for a while, so that
    a way back needs no OFFSET either. A window that is :attr:`adrift` was opened at a row whose number is not known
    yet: its positions are true to each other alone, until :meth:`settle`.
    """

    def __init__(self, total: int, sort: Sort, *, page_size: int = PAGE_SIZE, kept_pages: int = KEPT_PAGES) -> None:
        self.total = total
        self.sort = sort
        self._page_size = page_size
        self._kept_pages = kept_pages
        self._pages: OrderedDict[int, Page[RowT]] = OrderedDict()
        self._positions: dict[int, int] = {}
        self._anchors: OrderedDict[int, Key] = OrderedDict()
        self._grid = 0
        """Where a page begins; the others lie before and behind it without a gap."""
        self.adrift = False

    def row(self, position: int) -> RowT | None:
        """The row at ``position``, if it is in memory."""
        page = self._pages.get(self._index(position))
        if page is None or not page.start <= position < page.start + len(page.rows):
            return None
        return page.rows[position - page.start]

    def position_of(self, row_id: int) -> int | None:
        """Where the row with this id stands, if it is in memory."""
        return self._positions.get(row_id)

    def rows(self) -> Iterator[RowT]:
        """All rows in memory."""
        for page in self._pages.values():
            yield from page.rows

    def next_request(self, first: int, last: int, *, ahead: bool = True) -> PageRequest | None:
        """The next page to fetch so that rows ``first`` to ``last`` can be drawn; None when there is none.

        With ``ahead``, also the page before and the page after them, once they are complete themselves.
        """
        if self.total == 0:
            return None
        low = self._index(max(0, first))
        high = max(low, self._index(min(last, self.total - 1)))
        self._kept_pages = max(self._kept_pages, high - low + 3)
        wanted = list(range(low, high + 1))
        if ahead:
            wanted += [high + 1, low - 1]
        for index in wanted:
            if index in self._pages:
                self._pages.move_to_end(index)
                continue
            start = max(0, index * self._page_size + self._grid)
            end = min(self.total, (index + 1) * self._page_size + self._grid)
            if start < end:
                return self.request(start, end - start)
        return None

    def around(self, position: int, key: Key) -> tuple[PageRequest, PageRequest]:
        """Ask for the page that ends before the row with this key, and for the one that begins with it.

        Nobody knows yet whether ``position`` is its number: the window is adrift.
        """
        self._grid, self.adrift = position % self._page_size, True
        size, sort = self._page_size, self.sort
        return (
            PageRequest(position - size, size, sort, Anchor(position, key)),
            PageRequest(position, size, sort, Anchor(position - 1, beside(key, sort))),
        )

    def settle(self, by: int) -> None:
        """Every row stands ``by`` further down than was thought; now the numbers are true."""
        self.shift(by)
        self.adrift = False

    def shift(self, by: int) -> None:
        """Every row stands ``by`` further down than was thought."""
        before, self._grid = self._grid, (self._grid + by) % self._page_size
        pages = [
            (
                (index * self._page_size + before + by - self._grid) // self._page_size,
                replace(page, start=page.start + by),
            )
            for index, page in self._pages.items()
        ]
        self._pages = OrderedDict((index, page) for index, page in pages if page.start >= 0)
        self._positions = {
            row.id: page.start + offset for page in self._pages.values() for offset, row in enumerate(page.rows)
        }
        self._anchors = OrderedDict((at + by, key) for at, key in self._anchors.items() if at + by >= 0)

    def request(self, start: int, limit: int) -> PageRequest:
        """Ask for any rows, by way of the nearest place that is known."""

        def distance(anchor: Anchor) -> int:
            return start - anchor.position if anchor.position < start else anchor.position - (start + limit - 1)

        # The end comes last: its number is only as true as the count, a neighbor's row continues what is shown.
        places = [Anchor(*known) for known in self._anchors.items()]
        if not self.adrift:
            places = [FIRST, *places, after_last(self.total)]
        outside = [place for place in places if not start <= place.position < start + limit]
        return PageRequest(start, limit, self.sort, min(outside, key=distance, default=FIRST))

    def accept(self, request: PageRequest, page: Page[RowT]) -> bool:
        """Keep the answer to ``request``. True when it is short: the list has shrunk since it was counted."""
        index = self._index(request.start)
        self._forget(index)
        self._pages[index] = page
        self._positions |= {row.id: page.start + offset for offset, row in enumerate(page.rows)}
        for anchor in page.anchors:
            if anchor.key is not None:
                self._anchors[anchor.position] = anchor.key
                self._anchors.move_to_end(anchor.position)
        while len(self._anchors) > KEPT_ANCHORS:
            self._anchors.popitem(last=False)
        while len(self._pages) > self._kept_pages:
            self._forget(next(iter(self._pages)))
        return not self.adrift and len(page.rows) < request.limit

    def _index(self, position: int) -> int:
        return (position - self._grid) // self._page_size

    def _forget(self, index: int) -> None:
        page = self._pages.pop(index, None)
        if page is None:
            return
        for offset, row in enumerate(page.rows):
            if self._positions.get(row.id) == page.start + offset:
                del self._positions[row.id]


class Spot(msgspec.Struct, frozen=True):
    """Where a reader is: the row under the cursor and the line on which it is drawn.

    ``line`` counts from the first row on the screen; it is negative or beyond the last line when the reader has
    scrolled away from the cursor.
    """

    position: int = 0
    row_id: int | None = None
    line: int = 0
