"""Whoever only looks reads no birthdate and no phone number, by the program and by psql alike."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from psycopg import errors
from sqlalchemy import event, text

from bball_tui.database.engine import Database
from bball_tui.database.listing import Listing
from bball_tui.database.paging import PageRequest, Sort
from bball_tui.database.states import StaffRole
from bball_tui.league.contracts.contract_list import ContractListing
from bball_tui.league.members import take_place
from bball_tui.league.roster.lists import PlayerListing
from bball_tui.league.roster.rows import RosterFilter
from tests.walls.conftest import OWNER, ClubServer
from tests.walls.test_rows import one

HIDDEN = {"player": "birthdate", "guardian": "phone", "group_staff": "phone"}


@pytest.fixture
async def vera(walls: ClubServer) -> AsyncIterator[Database]:
    database = Database(walls.url("vera"))
    yield database
    await database.dispose()


@pytest.fixture(autouse=True)
def numbers(walls: ClubServer) -> None:
    with walls.login(OWNER) as owner:
        owner.execute("UPDATE guardian SET phone = '+1 2125550100'; UPDATE group_staff SET phone = '+1 2125550101'")


@pytest.mark.parametrize("login", ["vera", "cora"])
def test_psql_shows_none(walls: ClubServer, login: str) -> None:
    with walls.login(login) as connection:
        for table, column in HIDDEN.items():
            assert one(connection, f"SELECT count({column}) FROM {table}") == 0
            assert one(connection, f"SELECT count({column}) FROM bball_masked.{table}") == 0
            assert one(connection, f"SELECT count(*) FROM bball_masked.{table}") > 0  # type: ignore[operator]
            leagues = connection.execute(f"SELECT DISTINCT league_id FROM bball_masked.{table}".encode()).fetchall()
            assert leagues == [(walls.a,)]


@pytest.mark.parametrize("login", ["vera", "cora"])
def test_what_stands_above_the_tables_shows_none_and_nothing_of_others(walls: ClubServer, login: str) -> None:
    with walls.login(login) as connection:
        for table, column in HIDDEN.items():
            for schema in ("bball_seen", "bball_masked"):
                leagues = connection.execute(f"SELECT DISTINCT league_id FROM {schema}.{table}".encode()).fetchall()
                assert leagues == [(walls.a,)]
                # What might leak, such as an error, is asked of no row of another league.
                leak = f"SELECT count(*) FROM {schema}.{table} WHERE 1 / (league_id - %s) IS NOT NULL"
                assert one(connection, leak, walls.b) != 0
            with pytest.raises(errors.UndefinedColumn):
                connection.execute(f"SELECT {column} FROM bball_seen.{table}".encode())
            for change in ("INSERT INTO bball_seen.{} (league_id) VALUES (1)", "DELETE FROM bball_seen.{}"):
                with pytest.raises(errors.InsufficientPrivilege):
                    connection.execute(change.format(table).encode())


async def test_whoever_only_looks_reads_by_the_same_indexes(walls: ClubServer, vera: Database) -> None:
    """A view that is worked out as a whole, for each row of a page once, took a second with 20,000 players."""
    await take_place(vera, walls.a)
    asked: tuple[tuple[Listing[Any], tuple[str, ...]], ...] = (
        (PlayerListing(walls.a, RosterFilter()), ("pk_player", "pk_player_guardian", "pk_guardian")),
        (ContractListing(walls.a, RosterFilter(text="ames")), ("pk_player",)),
    )
    for listing, indexes in asked:
        async with vera.session() as session:
            connection = await session.connection()
            seen: list[tuple[str, Any]] = []
            event.listen(
                connection.sync_connection,
                "before_cursor_execute",
                lambda *call, to=seen: to.append((call[2], call[3])),
            )
            assert (await listing.page(session, PageRequest(0, 50, Sort("player")))).rows
            # With a handful of rows only what is impossible is not done.
            for choice in ("seqscan", "bitmapscan", "hashjoin", "mergejoin"):
                await session.execute(text(f"SET LOCAL enable_{choice} = off"))
            rows = await connection.exec_driver_sql(f"EXPLAIN {seen[0][0]}", seen[0][1])
        plan = "\n".join(row[0] for row in rows)
        for index in indexes:
            assert index in plan, plan
        for whole in ("Append", "Subquery Scan on player", "Subquery Scan on guardian", "Seq Scan on player"):
            assert whole not in plan, plan


@pytest.mark.parametrize("login", ["alma", "rita", "mia"])
def test_whoever_works_with_them_sees_them(walls: ClubServer, login: str) -> None:
    with walls.login(login) as connection:
        for table, column in HIDDEN.items():
            assert one(connection, f"SELECT count({column}) FROM {table}") > 0  # type: ignore[operator]


def test_the_history_tells_none_either(walls: ClubServer) -> None:
    entry = (
        "INSERT INTO audit (league_id, action, entity, entity_id, before, after) VALUES"
        " (%s, 'changed', 'guardian', 1, %s, %s)"
    )
    with walls.login("rita") as rita:
        row = {"guardian": {"phone": "+1 2125550100", "language": "es"}, "links": [{"birthdate": "2015-01-01"}]}
        before, after = {"phone": "+1 2125550100", "row": row}, {"phone": "1", "email": "a@b.c"}
        rita.execute(entry.encode(), (walls.a, json.dumps(before), json.dumps(after)))
    with walls.login("vera") as vera:
        assert one(vera, "SELECT count(*) FROM audit") == 0
        said = vera.execute("SELECT before, after FROM bball_masked.audit ORDER BY id DESC LIMIT 1").fetchone()
    assert said == ({"row": {"guardian": {"language": "es"}, "links": [{}]}}, {"email": "a@b.c"})


def test_every_column_is_in_the_views(walls: ClubServer) -> None:
    """A migration that adds a column makes the views again."""
    with walls.login(OWNER) as owner:
        missing = owner.execute(
            """
            SELECT v.relname, attname FROM pg_class AS v
            JOIN pg_attribute ON attrelid = to_regclass('public.' || v.relname)
            WHERE v.relnamespace = 'bball_masked'::regnamespace AND attnum > 0 AND NOT attisdropped
                AND NOT EXISTS (SELECT FROM pg_attribute AS there
                                WHERE there.attrelid = v.oid AND there.attname = pg_attribute.attname)
            """
        ).fetchall()
        views = owner.execute(
            "SELECT relname::text FROM pg_class WHERE relnamespace = 'bball_masked'::regnamespace ORDER BY relname"
        ).fetchall()
    assert missing == []
    assert [name for (name,) in views] == ["audit", "group_staff", "guardian", "player", "player_guardian", "scan"]


async def test_the_lists_are_whole_but_for_that(walls: ClubServer, vera: Database) -> None:
    assert await take_place(vera, walls.a) == {StaffRole.VIEWER}
    async with vera.session() as session:
        for listing in (PlayerListing(walls.a, RosterFilter()), PlayerListing(walls.a, RosterFilter(text="rosa ann"))):
            rows = (await listing.page(session, PageRequest(0, 50, Sort("birthdate")))).rows
            assert rows
            assert {row.birthdate for row in rows} == {None}
        assert await ContractListing(walls.a, RosterFilter(text="ames")).count(session) == 2
    rita = Database(walls.url("rita"))
    assert await take_place(rita, walls.a) == {StaffRole.REGISTRAR}
    async with rita.session() as session:
        rows = (await PlayerListing(walls.a, RosterFilter()).page(session, PageRequest(0, 50, Sort("player")))).rows
        assert any(row.birthdate for row in rows)
    await rita.dispose()


def test_a_note_is_for_those_who_call_and_no_ones_to_change(walls: ClubServer) -> None:
    """A text may hold a number: viewers read none. A coordinator writes on the own teams' families alone."""
    new = "INSERT INTO family_note (league_id, player_id, kind, body) VALUES (%s, %s, 'call', 'ring 212 555 0100')"
    with walls.login(OWNER) as owner:
        mine = one(owner, "SELECT player_id FROM contract WHERE league_id = %s ORDER BY id LIMIT 1", walls.a)
        stranger = one(
            owner,
            "INSERT INTO player (league_id, first_name, last_name) VALUES (%s, 'Zoe', 'Far') RETURNING id",
            walls.a,
        )
    with walls.login("cora") as cora:
        cora.execute(new.encode(), (walls.a, mine))
        with pytest.raises(errors.InsufficientPrivilege), cora.transaction():
            cora.execute(new.encode(), (walls.a, stranger))
    with walls.login("rita") as rita:
        rita.execute(new.encode(), (walls.a, stranger))
        with pytest.raises(errors.InsufficientPrivilege), rita.transaction():
            rita.execute("UPDATE family_note SET body = 'nothing'")
        changed = "UPDATE family_note SET struck_at = '2000-01-01', struck_by = 'mia', struck_reason = 'wrong family'"
        rita.execute(f"{changed} WHERE player_id = %s".encode(), (stranger,))
        assert one(rita, "SELECT struck_by FROM family_note WHERE player_id = %s", stranger) == "rita"
    with walls.login("cora") as cora:
        assert one(cora, "SELECT count(*) FROM family_note WHERE player_id = %s", mine) != 0
        assert one(cora, "SELECT count(*) FROM family_note WHERE player_id = %s", stranger) == 0
    with walls.login("vera") as vera:
        assert one(vera, "SELECT count(*) FROM family_note") == 0
