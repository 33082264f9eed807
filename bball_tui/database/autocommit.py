"""A warm connection for the few statements whose speed is felt: those between a signature and its mail."""

import asyncio
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Protocol

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy import TextClause, make_url

from bball_tui.database.arrays import PlainListDumper
from bball_tui.database.engine import Database
from bball_tui.database.errors import explain


class Executor(Protocol):
    """Runs a statement: a session within its transaction, an autocommit connection as a transaction of its own."""

    async def execute(self, statement: TextClause, params: dict[str, Any], /) -> Iterable[Any]:
        """The rows of ``statement``, their columns by name."""


@lru_cache(maxsize=64)
def _for_psycopg(statement: TextClause) -> bytes:
    return str(statement.compile(dialect=make_url("postgresql+psycopg://").get_dialect()())).encode()


class AutocommitConnection:
    """One connection, kept open, on which every statement is a transaction of its own.

    A statement costs one round trip instead of three and is prepared once. Opened by the first statement, and again by
    the first one after the connection broke. Statements wait for each other.

    Args:
        in_order: for statements that want the first few of many rows: an index that has their order is read, also
            where PostgreSQL believes, before it has counted a table again, that sorting all of them is cheaper.
        flushed: whether a commit waits for the disk. One that does not is forgotten if the server's machine crashes
            within the next second, unless a later commit was waited for.
    """

    def __init__(self, database: Database, *, in_order: bool = False, flushed: bool = True) -> None:
        self._database = database
        self._in_order = in_order
        self._flushed = flushed
        self._turn = asyncio.Lock()
        self._connection: psycopg.AsyncConnection | None = None
        self._cursors: dict[TextClause, psycopg.AsyncCursor[Any]] = {}
        """One for each statement: a cursor that is asked the same again remembers how to write and read its values."""

    async def execute(self, statement: TextClause, params: dict[str, Any], /) -> list[Any]:
        """Run ``statement`` and commit it; returns its rows, their columns by name.

        Raises:
            DatabaseUnavailable: the server is away; when the connection broke during the commit, the statement's fate
                must be read again.
            NotPermitted: the role lacks a right.
        """
        async with self._turn:
            try:
                connection = self._connection or await self._open()
                cursor = self._cursors.get(statement)
                if cursor is None:
                    cursor = self._cursors[statement] = connection.cursor(row_factory=namedtuple_row)
                await cursor.execute(_for_psycopg(statement), params, prepare=True)
                return await cursor.fetchall()
            except (psycopg.Error, OSError) as error:
                await self._drop_if_broken()
                meaning = explain(error)
                if meaning is None:
                    raise
                raise meaning from error

    async def close(self) -> None:
        """Close the connection; a later statement opens another one."""
        connection, self._connection = self._connection, None
        self._cursors.clear()
        if connection is not None:
            await connection.close()

    async def _open(self) -> psycopg.AsyncConnection:
        self._connection = connection = await self._database.connect(autocommit=True)
        await connection.execute("SET plan_cache_mode = force_generic_plan")
        # A plan outlives what it was made for: of a table that was empty then, or has grown since it was counted, it
        # might read all rows of the league for the sake of a few.
        await connection.execute("SET enable_seqscan = off")
        await connection.execute("SET enable_bitmapscan = off")
        if self._in_order:
            await connection.execute("SET enable_sort = off")
        if not self._flushed:
            await connection.execute("SET synchronous_commit = off")
        # As text, a frozen mail would travel in twice its size.
        connection.adapters.register_dumper(list, PlainListDumper)
        return connection

    async def _drop_if_broken(self) -> None:
        if self._connection is not None and self._connection.closed:
            await self.close()
