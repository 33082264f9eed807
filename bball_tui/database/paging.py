"""How a long list asks for its rows: by key from a known neighbor, and by OFFSET only for a jump.

A list of a million rows keeps a few pages in memory. It knows the absolute row number of everything it shows,
and the sort key of the first and the last row of each page that it has. From that it builds a
:class:`PageRequest`, which a query answers with one statement (``k`` is the sort key with the row id as its
last part, so that it is unique)::

    forward    WHERE k > :anchor.key  ORDER BY k ASC   OFFSET :skip LIMIT :limit
    backward   WHERE k < :anchor.key  ORDER BY k DESC  OFFSET :skip LIMIT :limit   then reversed

An anchor whose key is None is an edge of the list: the same statement without its WHERE. So the first page,
the last page, the next, the previous and a page in the middle of nowhere are one query with one rule, and
``skip`` is 0 for all of them but the jump. For a descending sort ``<`` and ``>``, ASC and DESC trade places.
"""

from collections.abc import Collection, Sequence
from typing import Generic, Protocol, TypeAlias, TypeVar

import msgspec
from msgspec import Struct

Key: TypeAlias = tuple[object, ...]
"""The values that a row is sorted by, the row id last. Only the query that made a key can read the others."""


class Record(Protocol):
    """Anything that a list can show: it has a number of its own."""

    @property
    def id(self) -> int: ...


RowT = TypeVar("RowT", bound=Record)


class Sort(msgspec.Struct, frozen=True):
    """The order of a list: the key of a column, and which way round."""

    column: str
    descending: bool = False

    def reversed(self) -> "Sort":
        return Sort(self.column, not self.descending)


class Anchor(msgspec.Struct, frozen=True):
    """A place in the list that is already known.

    ``position`` is an absolute row number from 0. With ``key`` None it is an edge, which no row stands on:
    -1 before the first row, or the total number of rows after the last one.
    """

    position: int
    key: Key | None


def beside(key: Key, sort: Sort) -> Key:
    """The place just before the row with this key: no row stands between the two."""
    *values, row_id = key
    assert isinstance(row_id, int)  # noqa: S101 - that is what a key ends with
    return (*values, row_id + 1 if sort.descending else row_id - 1)


FIRST = Anchor(-1, None)
"""The edge before the first row."""


def after_last(total: int) -> Anchor:
    """The edge after the last of ``total`` rows."""
    return Anchor(total, None)


class PageRequest(msgspec.Struct, frozen=True):
    """Rows ``start`` to ``start + limit - 1`` in the order of ``sort``, reached from ``anchor``.

    The anchor always lies outside the page: before it (read forward) or after it (read backward).

    Raises:
        ValueError: negative start, limit below 1, or an anchor inside the page.
    """

    start: int
    limit: int
    sort: Sort
    anchor: Anchor = FIRST

    def __post_init__(self) -> None:
        if self.start < 0 or self.limit < 1:
            raise ValueError(f"no such page: {self.limit} rows from row {self.start}")
        if self.start <= self.anchor.position < self.start + self.limit:
            raise ValueError(f"the anchor {self.anchor.position} is inside the page that it should lead to")

    @property
    def backward(self) -> bool:
        """Whether the query reads against the sort order, and reverses the rows that it got."""
        return self.anchor.position >= self.start

    @property
    def skip(self) -> int:
        """How many rows lie between anchor and page (SQL OFFSET): 0 for neighbors and edges."""
        if self.backward:
            return self.anchor.position - self.start - self.limit
        return self.start - self.anchor.position - 1


class Page(Struct, Generic[RowT], frozen=True):
    """The answer to a :class:`PageRequest`: the rows in sort order, and the keys of the outermost ones.

    ``start`` is the absolute row number of the first row. Fewer rows than asked for mean that the list has
    become shorter meanwhile. The keys are None when there is no row.
    """

    start: int
    rows: tuple[RowT, ...]
    first_key: Key | None = None
    last_key: Key | None = None

    def __post_init__(self) -> None:
        if bool(self.rows) != (self.first_key is not None) or bool(self.rows) != (self.last_key is not None):
            raise ValueError("a page has the keys of its first and last row if, and only if, it has rows")

    @property
    def anchors(self) -> tuple[Anchor, ...]:
        """The places from which the neighbors of this page can be reached by key."""
        if not self.rows:
            return ()
        return (Anchor(self.start, self.first_key), Anchor(self.start + len(self.rows) - 1, self.last_key))


def page_of(request: PageRequest, fetched: Sequence[tuple[RowT, Key]]) -> Page[RowT]:
    """Make the page from rows with their keys, in the order in which the statement returned them."""
    ordered = list(reversed(fetched)) if request.backward else list(fetched)
    if not ordered:
        return Page(request.start, ())
    # Read backward, a short answer is short at its beginning.
    start = request.start + request.limit - len(ordered) if request.backward else request.start
    return Page(start, tuple(row for row, _ in ordered), ordered[0][1], ordered[-1][1])


class RecordSource(Protocol[RowT]):
    """What a list asks of the query behind it: one filter, any order. Each call is one short transaction."""

    async def count(self) -> int:
        """How many rows match the filter."""
        ...

    async def page(self, request: PageRequest) -> Page[RowT]:
        """The rows that ``request`` names; fewer, or none, when the list has become shorter."""
        ...

    async def locate(self, row_id: int, sort: Sort) -> int | None:
        """The absolute row number of a row in the order of ``sort``; None when the filter leaves it out."""
        ...

    async def key_of(self, row_id: int, sort: Sort) -> Key | None:
        """The key of a row, at the cost of one row; None when the filter leaves it out, or no page is read by key."""
        ...

    async def ids(self) -> Sequence[int]:
        """The ids of all rows that match the filter, in any order: what "select all" selects."""
        ...

    async def matching(self, row_ids: Collection[int]) -> Collection[int]:
        """Those of ``row_ids`` that match the filter; the others are selected but hidden."""
        ...
