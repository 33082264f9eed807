"""Long lists by key: one statement a page, at a cost that does not grow with the list.

A :class:`Listing` says which rows there are and what they are sorted by. First the page's ids are found by the sort
key alone, from an index where there is one; only then are the columns looked up, for the rows of the page.
"""

import sys
from abc import ABC, abstractmethod
from array import array
from collections.abc import Collection, Hashable, Mapping, Sequence
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any, Generic

import msgspec
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    LargeBinary,
    Row,
    Select,
    SQLColumnExpression,
    Subquery,
    and_,
    any_,
    bindparam,
    func,
    literal,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.engine import Database
from bball_tui.database.kept_plans import KEEPS_PLAN
from bball_tui.database.paging import Key, Page, PageRequest, RowT, Sort, page_of
from bball_tui.errors import BballError
from bball_tui.language import _

PARTS = 64
"""In how many rows all ids of a list come."""

KINDS_KEPT = 16
"""Of so many kinds of listings that are alike the statements are kept, of those asked for last. That is room for the
players, the contracts and the contracts found by a name, each with words to search for and without, in two or three
filters, and for the activity: what somebody goes back and forth between. A kind that is dropped is built again."""


def among(column: SQLColumnExpression[Any], ids: Collection[int]) -> ColumnElement[bool]:
    """``column`` is one of ``ids``: one parameter and one plan, however many there are."""
    return column == any_(literal(list(ids), ARRAY(BigInteger)))


class Order(msgspec.Struct, frozen=True):
    """What a column sorts by: expressions that are never NULL, and the tables they come from."""

    keys: tuple[ColumnElement[Any], ...]
    source: FromClause


class Listing(ABC, Generic[RowT]):
    """The rows of one kind that match one filter."""

    table: FromClause
    """Where the rows and the filter's columns are."""
    row_id: ColumnElement[int]
    default: Sort
    """The order that an index has ready."""
    alike: Hashable = None
    """Equal for listings of a class whose statements differ in :attr:`values` alone, and are built once. None: this
    listing is like no other."""
    keeps_plan = False
    """Whether no plan hinges on a value of :meth:`conditions`, so that PostgreSQL may keep it."""
    values: Mapping[str, object] = MappingProxyType({})
    """By name, what the parameters of :meth:`conditions` stand for here."""

    @abstractmethod
    def conditions(self) -> Sequence[ColumnElement[bool]]:
        """The filter, in terms of :attr:`table` alone."""

    @abstractmethod
    def orders(self) -> dict[str, Order]:
        """The columns that the list can be sorted by."""

    @abstractmethod
    def columns_of(self, page: Subquery) -> Select[Any]:
        """The columns of the rows whose ids are in ``page.c.id``."""

    @abstractmethod
    def row(self, found: Row[Any]) -> RowT:
        """One row of :meth:`columns_of`."""

    def page_statement(self, request: PageRequest) -> Select[Any]:
        """The one statement that answers ``request``, with its values; each row ends with its key."""
        return self._page_by_shape(request).params(self._values(request))

    async def page(self, session: AsyncSession, request: PageRequest) -> Page[RowT]:
        """The rows that ``request`` names.

        Raises:
            BballError: the list has no such column to sort by.
        """
        found = await session.execute(self._page_by_shape(request), self._values(request))
        size = len(self._order(request.sort)[1])
        return page_of(request, [(self.row(one), _key(one, size)) for one in found])

    @cached_property
    def _statements(self) -> dict[Hashable, Select[Any]]:
        """Statements by their shape: building one takes longer than the database needs to answer it."""
        return {} if self.alike is None else _statements_of((type(self), self.alike))

    def _page_by_shape(self, request: PageRequest) -> Select[Any]:
        shape = (request.sort, request.backward, request.anchor.key is not None, request.skip > 0, request.limit)
        if shape not in self._statements:
            page = self._build_page(request)
            # A jump passes over any number of rows.
            keeps = self.keeps_plan and not request.skip
            self._statements[shape] = page.execution_options(**KEEPS_PLAN) if keeps else page
        return self._statements[shape]

    def _count_statement(self) -> Select[Any]:
        if "count" not in self._statements:
            count = select(func.count()).select_from(self.table).where(*self.conditions())
            self._statements["count"] = count.execution_options(**KEEPS_PLAN) if self.keeps_plan else count
        return self._statements["count"]

    def _values(self, request: PageRequest) -> dict[str, object]:
        values = dict(self.values)
        if request.skip:
            values["page_skip"] = request.skip
        for place, value in enumerate(request.anchor.key or ()):
            values[f"anchor_{place}"] = value
        return values

    def _build_page(self, request: PageRequest) -> Select[Any]:
        source, keys = self._order(request.sort)
        down = request.sort.descending != request.backward
        wanted = list(self.conditions())
        if request.anchor.key is not None:
            # In subqueries, or the planner would see in each anchor a reason for a plan of its own.
            anchor = [
                select(bindparam(f"anchor_{place}", type_=key.type)).scalar_subquery() for place, key in enumerate(keys)
            ]
            # The first comparison says nothing new, but an index can answer it where the keys are of two tables.
            near = keys[0] <= anchor[0] if down else keys[0] >= anchor[0]
            beyond = tuple_(*keys) < tuple_(*anchor) if down else tuple_(*keys) > tuple_(*anchor)
            wanted.append(and_(near, beyond))
        # Spelled out, since a plan that does not know it is made for many more rows.
        inner = self._keys_statement(source, keys, wanted, down=down).limit(literal_column(str(request.limit)))
        if request.skip:
            inner = inner.offset(bindparam("page_skip", type_=Integer))
        return self._rows_statement(inner, len(keys), down=down)

    async def all(self, session: AsyncSession, sort: Sort | None = None) -> list[RowT]:
        """Every row, in order."""
        sort = sort or self.default
        if ("all", sort) not in self._statements:
            source, keys = self._order(sort)
            inner = self._keys_statement(source, keys, self.conditions(), down=sort.descending)
            self._statements["all", sort] = self._rows_statement(inner, len(keys), down=sort.descending)
        found = await session.execute(self._statements["all", sort], self.values)
        return [self.row(one) for one in found]

    async def one(self, session: AsyncSession, row_id: int) -> RowT | None:
        """The row with this id; None when the filter leaves it out."""
        if "one" not in self._statements:
            source, keys = self._order(self.default)
            wanted = [*self.conditions(), self.row_id == bindparam("one_id", type_=self.row_id.type)]
            inner = self._keys_statement(source, keys, wanted, down=False)
            self._statements["one"] = self._rows_statement(inner, len(keys), down=False)
        found = (await session.execute(self._statements["one"], {**self.values, "one_id": row_id})).one_or_none()
        return None if found is None else self.row(found)

    async def count(self, session: AsyncSession) -> int:
        """How many rows match."""
        return await session.scalar(self._count_statement(), self.values) or 0

    async def locate(self, session: AsyncSession, row_id: int, sort: Sort) -> int | None:
        """The absolute row number of a row; None when the filter leaves it out."""
        source, keys = self._order(sort)
        key = await self.key_of(session, row_id, sort)
        if key is None:
            return None
        anchor = tuple_(*(literal(value, one.type) for value, one in zip(key, keys, strict=True)))
        before = tuple_(*keys) > anchor if sort.descending else tuple_(*keys) < anchor
        counted = select(func.count()).select_from(source).where(*self.conditions(), before)
        return await session.scalar(counted) or 0

    async def key_of(self, session: AsyncSession, row_id: int, sort: Sort) -> Key | None:
        """The key of a row; None when the filter leaves it out."""
        source, keys = self._order(sort)
        own = self._keys_statement(source, keys, [*self.conditions(), self.row_id == row_id], down=False)
        found = (await session.execute(own)).one_or_none()
        return None if found is None else tuple(found)

    async def ids(self, session: AsyncSession) -> "array[int]":
        """The ids of all rows that match, in no order."""
        return await self._read_ids(session, self.conditions())

    async def matching(self, session: AsyncSession, row_ids: Collection[int]) -> "array[int]":
        """Those of ``row_ids`` that match."""
        return await self._read_ids(session, (*self.conditions(), among(self.row_id, row_ids)))

    async def _read_ids(self, session: AsyncSession, wanted: Sequence[ColumnElement[bool]]) -> "array[int]":
        """As the bytes of an array: a hundred thousand of Python's numbers take five times the memory, rows fifty.

        They come in some rows, since libpq keeps for good the room that the longest row took.
        """
        sent = func.string_agg(func.int8send(self.row_id.cast(BigInteger)), literal(b"", LargeBinary))
        parts = select(sent).select_from(self.table).where(*wanted).group_by(self.row_id % PARTS)
        found = array("q", b"".join(await session.scalars(parts)))
        if sys.byteorder == "little":
            found.byteswap()
        return found

    @cached_property
    def _orders(self) -> dict[str, Order]:
        return self.orders()

    def _order(self, sort: Sort) -> tuple[FromClause, tuple[ColumnElement[Any], ...]]:
        if sort.column not in self._orders:
            raise BballError(
                _("This list cannot be sorted by {column!r}. It can by: {orders}.").format(
                    column=sort.column, orders=", ".join(self._orders)
                )
            )
        order = self._orders[sort.column]
        return order.source, (*order.keys, self.row_id)

    def _keys_statement(
        self,
        source: FromClause,
        keys: Sequence[ColumnElement[Any]],
        wanted: Sequence[ColumnElement[bool]],
        *,
        down: bool,
    ) -> Select[Any]:
        return (
            select(*(key.label(f"key_{place}") for place, key in enumerate(keys)))
            .select_from(source)
            .where(*wanted)
            .order_by(*(key.desc() if down else key.asc() for key in keys))
        )

    def _rows_statement(self, inner: Select[Any], size: int, *, down: bool) -> Select[Any]:
        found = inner.subquery("page")
        page = select(found, found.c[f"key_{size - 1}"].label("id")).subquery("keys")
        keys = [page.c[f"key_{place}"] for place in range(size)]
        return self.columns_of(page).add_columns(*keys).order_by(*(key.desc() if down else key.asc() for key in keys))


class ListingSource(Generic[RowT]):
    """A listing with the database it is read from: what a list on the screen asks. Each call is one transaction."""

    def __init__(self, database: Database, listing: Listing[RowT]) -> None:
        self.database = database
        self.listing = listing

    async def count(self) -> int:
        async with self.database.session() as session:
            return await self.listing.count(session)

    async def page(self, request: PageRequest) -> Page[RowT]:
        async with self.database.session() as session:
            return await self.listing.page(session, request)

    async def locate(self, row_id: int, sort: Sort) -> int | None:
        async with self.database.session() as session:
            return await self.listing.locate(session, row_id, sort)

    async def key_of(self, row_id: int, sort: Sort) -> Key | None:
        async with self.database.session() as session:
            return await self.listing.key_of(session, row_id, sort)

    async def ids(self) -> "array[int]":
        async with self.database.session() as session:
            return await self.listing.ids(session)

    async def matching(self, row_ids: Collection[int]) -> "array[int]":
        async with self.database.session() as session:
            return await self.listing.matching(session, row_ids)


def _key(found: Row[Any], size: int) -> Key:
    return tuple(found[-size:])


@lru_cache(maxsize=KINDS_KEPT)
def _statements_of(_alike: Hashable) -> dict[Hashable, Select[Any]]:
    """The statements of all listings that are alike, which they fill themselves: empty when the first one asks."""
    return {}
