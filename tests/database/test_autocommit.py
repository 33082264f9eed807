"""A lane: single statements on a warm connection, each a transaction of its own."""

from datetime import date
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from bball_tui.database.autocommit import AutocommitConnection
from bball_tui.database.engine import Database
from bball_tui.database.errors import DatabaseUnavailable, NotPermitted
from bball_tui.settings import SecretUrl

INSERT = text("INSERT INTO league (slug, name) VALUES (:slug, :name) RETURNING id, slug")


@pytest.mark.slow
async def test_each_statement_is_committed_by_itself(database: Database) -> None:
    lane = AutocommitConnection(database)
    (row,) = await lane.execute(INSERT, {"slug": "one", "name": "It's 100 % ours"})
    assert row.slug == "one"
    async with database.reading() as session:
        assert (await session.scalars(text("SELECT name FROM league"))).all() == ["It's 100 % ours"]
    with pytest.raises(psycopg.errors.UniqueViolation):
        await lane.execute(INSERT, {"slug": "one", "name": "again"})
    assert [row.slug for row in await lane.execute(INSERT, {"slug": "two", "name": "Two"})] == ["two"]
    with pytest.raises(NotPermitted):
        await lane.execute(text("DROP TABLE audit"), {})
    await lane.close()


async def test_a_lane_that_broke_says_so_once_and_is_opened_again(database: Database, owner_url: SecretUrl) -> None:
    lane = AutocommitConnection(database)
    (row,) = await lane.execute(text("SELECT pg_backend_pid() AS pid"), {})
    with psycopg.connect(owner_url.reveal(), autocommit=True) as owner:
        owner.execute("SELECT pg_terminate_backend(%s)", (row.pid,))
    with pytest.raises(DatabaseUnavailable, match="cannot be reached"):
        await lane.execute(text("SELECT 1 AS n"), {})
    assert [row.n for row in await lane.execute(text("SELECT 1 AS n"), {})] == [1]
    await lane.close()


async def test_only_a_lane_that_is_told_to_waits_for_no_disk(database: Database) -> None:
    for flushed, setting in ((True, "on"), (False, "off")):
        lane = AutocommitConnection(database, flushed=flushed)
        (row,) = await lane.execute(text("SHOW synchronous_commit"), {})
        assert row.synchronous_commit == setting
        await lane.close()


LISTS: list[tuple[str, list[Any]]] = [
    ("bigint", [1, None, -(2**63), 2**63 - 1]),
    ("uuid", [UUID(int=7), None]),
    ("text", ["José 🏀", "", 'a "b" \\ {c}, NULL', None]),
    ("bytea", [b"", b"\0\xff" * 9000, None]),
    ("boolean", [True, False, None]),
    ("float", [0.1, None, -1e300]),
    ("float", [None, None]),
    ("date", [date(2027, 1, 9)]),
    ("text", []),
]


async def test_lists_arrive_as_they_are(database: Database) -> None:
    lane = AutocommitConnection(database)
    for kind, values in LISTS:
        (row,) = await lane.execute(text(f"SELECT CAST(:values AS {kind}[]) AS given"), {"values": values})
        assert row.given == values
    with pytest.raises(psycopg.errors.NumericValueOutOfRange):
        await lane.execute(text("SELECT CAST(:values AS smallint[])"), {"values": [2**40]})
    await lane.close()
