"""Admins say who works in their league; no one else may, one admin always stays, and the audit has all of it."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import select, text

from bball_tui.database.engine import Database
from bball_tui.database.errors import NotPermitted
from bball_tui.database.models import Contract
from bball_tui.database.paging import PageRequest
from bball_tui.database.states import StaffRole
from bball_tui.errors import BballError
from bball_tui.league.contracts.contract_list import ContractListing
from bball_tui.league.editing.erasing import preview_player
from bball_tui.league.members import add_member, list_members, my_roles, named_with_roles, remove_member
from bball_tui.league.roster.rows import RosterFilter
from tests.walls.conftest import OWNER, ClubServer
from tests.walls.test_rows import one


@pytest.fixture
async def alma(walls: ClubServer) -> AsyncIterator[Database]:
    database = Database(walls.url("alma"))
    yield database
    await database.dispose()
    with walls.login(OWNER) as owner:
        owner.execute("DELETE FROM league_member WHERE league_id = %s AND login IN ('nils', 'nora')", (walls.a,))


async def roles_of(walls: ClubServer, login: str, league_id: int) -> set[StaffRole]:
    database = Database(walls.url(login))
    try:
        async with database.session() as session:
            return set(await my_roles(session, league_id))
    finally:
        await database.dispose()


async def test_an_admin_adds_and_removes_staff_of_the_own_league(walls: ClubServer, alma: Database) -> None:
    async with alma.session() as session:
        assert await add_member(session, walls.a, "nils", StaffRole.VIEWER)
        assert not await add_member(session, walls.a, "nils", StaffRole.VIEWER)
        found = [one for one in await list_members(session, walls.a) if one.login == "nils"]
    assert [(one.role, one.granted_by, one.may_log_in) for one in found] == [(StaffRole.VIEWER, "alma", True)]
    assert await roles_of(walls, "nils", walls.a) == {StaffRole.VIEWER}
    assert await roles_of(walls, "nils", walls.b) == set()
    async with alma.session() as session:
        assert await remove_member(session, walls.a, "nils", StaffRole.VIEWER)
        assert not await remove_member(session, walls.a, "nils", StaffRole.VIEWER)
    assert await roles_of(walls, "nils", walls.a) == set()
    with walls.login("alma") as look:
        said = look.execute(
            "SELECT action, recorded_by, coalesce(after, before) ->> 'login' FROM audit WHERE action LIKE 'staff\\_%'"
            " AND coalesce(after, before) ->> 'login' = 'nils' ORDER BY id"
        ).fetchall()
    assert said == [("staff_added", "alma", "nils"), ("staff_removed", "alma", "nils")]


async def test_a_coordinator_has_a_team_of_the_league(walls: ClubServer, alma: Database) -> None:
    with walls.login(OWNER) as owner:
        team = int(str(one(owner, "SELECT id FROM team WHERE league_id = %s", walls.a)))
    async with alma.session() as session:
        with pytest.raises(BballError, match="looks after one team"):
            await add_member(session, walls.a, "nora", StaffRole.COORDINATOR)
        with pytest.raises(BballError, match="leave the team out"):
            await add_member(session, walls.a, "nora", StaffRole.VIEWER, team)
        assert await add_member(session, walls.a, "nora", StaffRole.COORDINATOR, team)
        assert [one.team for one in await list_members(session, walls.a) if one.login == "nora"] == ["Hawks"]
    with pytest.raises(errors.ForeignKeyViolation), walls.login("alma") as by_hand:
        by_hand.execute("SELECT bball_add_member(%s, 'nora', 'coordinator', %s)", (walls.a, walls.of_b["team"]))


async def test_a_login_that_the_server_does_not_know_gets_no_role(walls: ClubServer, alma: Database) -> None:
    with pytest.raises(BballError, match=r"no login 'nobody'.*setup-sql"):
        async with alma.session() as session:
            await add_member(session, walls.a, "nobody", StaffRole.VIEWER)


@pytest.mark.parametrize("login", ["rita", "mia", "vera", "cora", "bert", "nils"])
async def test_nobody_else_does(walls: ClubServer, login: str) -> None:
    database = Database(walls.url(login))
    for work in (
        lambda session: list_members(session, walls.a),
        lambda session: add_member(session, walls.a, login, StaffRole.ADMIN),
        lambda session: remove_member(session, walls.a, "alma", StaffRole.ADMIN),
    ):
        with pytest.raises(NotPermitted):
            async with database.session() as session:
                await work(session)
    await database.dispose()
    assert StaffRole.ADMIN in await roles_of(walls, "alma", walls.a)


async def test_the_last_admin_stays(walls: ClubServer, alma: Database) -> None:
    with pytest.raises(BballError, match="the only admin"):
        async with alma.session() as session:
            await remove_member(session, walls.a, "alma", StaffRole.ADMIN)
    with walls.login("postgres", "postgres") as admin:
        async with alma.session() as session:
            await add_member(session, walls.a, "nora", StaffRole.ADMIN)
        admin.execute("ALTER ROLE nora NOLOGIN")
        try:
            with pytest.raises(BballError, match="the only admin of this league who can log in"):
                async with alma.session() as session:
                    await remove_member(session, walls.a, "alma", StaffRole.ADMIN)
        finally:
            admin.execute("ALTER ROLE nora LOGIN")


async def test_a_kept_plan_asks_each_time_who_somebody_is(walls: ClubServer, alma: Database) -> None:
    nora = Database(walls.url("nora"))
    listing = ContractListing(walls.a, RosterFilter())

    async def seen() -> int:
        async with nora.session() as session:
            return len((await listing.page(session, PageRequest(0, 50, listing.default))).rows)

    async def role(change: Callable[..., Awaitable[object]]) -> None:
        async with alma.session() as session:
            await change(session, walls.a, "nora", StaffRole.REGISTRAR)

    await role(add_member)
    try:
        assert {await seen() for _ in range(9)} != {0}
        async with nora.session() as session:
            kept = text("SELECT bool_and(generic_plans > 0) FROM pg_prepared_statements")
            assert await session.scalar(kept), "one plan for all values"
        await role(remove_member)
        assert await seen() == 0
        await role(add_member)
        assert await seen() > 0
        with walls.login("postgres", "postgres") as admin:
            admin.execute("ALTER ROLE nora NOLOGIN")
            try:
                assert await seen() == 0
            finally:
                admin.execute("ALTER ROLE nora LOGIN")
    finally:
        await role(remove_member)
        await nora.dispose()


@pytest.mark.parametrize("made", ["DROP ROLE paul; {}", "ALTER ROLE paul RENAME TO pauline; {}"])
async def test_a_login_made_again_has_no_role_of_the_one_before(walls: ClubServer, alma: Database, made: str) -> None:
    new = "CREATE ROLE paul LOGIN PASSWORD 'paul-secret' IN ROLE bball_staff_walls"
    roles = (StaffRole.ADMIN, StaffRole.VIEWER)
    with walls.login("postgres", "postgres") as admin:
        admin.execute(new.encode())
        try:
            async with alma.session() as session:
                for role in roles:
                    await add_member(session, walls.a, "paul", role)
            assert await roles_of(walls, "paul", walls.a) == set(roles)
            admin.execute(made.format(new).encode())
            assert await roles_of(walls, "paul", walls.a) == set()
            with walls.login("paul") as paul:
                for asked in ("bball_leagues()", "bball_leagues('admin')", "bball_teams()"):
                    assert one(paul, f"SELECT {asked}") == []
                assert one(paul, "SELECT count(*) FROM player") == 0
                assert one(paul, "SELECT bball_channel(%s)", walls.a) is None
            async with alma.session() as session:
                assert await named_with_roles(session, walls.a, ("paul",)) == ("paul",)
                found = [one for one in await list_members(session, walls.a) if one.login == "paul"]
                assert [(one.may_log_in, one.same_login) for one in found] == [(True, False)] * 2
                with pytest.raises(BballError, match="the only admin"):
                    await remove_member(session, walls.a, "alma", StaffRole.ADMIN)
                assert await add_member(session, walls.a, "paul", StaffRole.VIEWER)
                assert not await add_member(session, walls.a, "paul", StaffRole.VIEWER)
            assert await roles_of(walls, "paul", walls.a) == {StaffRole.VIEWER}
            with walls.login(OWNER) as owner:
                page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
                (vouching,) = re.findall(r"(?m)^UPDATE league_member.*;$", page)
                owner.execute(vouching.encode())
            assert await roles_of(walls, "paul", walls.a) == set(roles)
        finally:
            with walls.login(OWNER) as owner:
                owner.execute("DELETE FROM league_member WHERE login = 'paul'")
            admin.execute("DROP ROLE IF EXISTS paul, pauline")


@pytest.mark.parametrize("commits", [True, False])
async def test_of_two_admins_who_remove_each_other_one_stays(walls: ClubServer, alma: Database, commits: bool) -> None:
    async with alma.session() as session:
        await add_member(session, walls.a, "nora", StaffRole.ADMIN)
    removes = "SELECT bball_remove_member(%s, %s, 'admin', NULL)"
    locked = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with walls.login("nora") as nora, walls.login("alma") as herself, walls.login(OWNER) as owner:
        with nora.transaction(force_rollback=not commits):
            assert one(nora, removes, walls.a, "alma") == "done"
            waiting = asyncio.create_task(asyncio.to_thread(one, herself, removes, walls.a, "nora"))
            while one(owner, locked) == 0:
                await asyncio.to_thread(owner.execute, "SELECT pg_stat_clear_snapshot()")
        if commits:
            with pytest.raises(errors.InsufficientPrivilege):
                await waiting
            assert one(nora, "SELECT bball_add_member(%s, 'alma', 'admin', NULL)", walls.a) == "done"
        else:
            assert await waiting == "done"


def test_what_the_functions_need_themselves_nobody_else_calls(walls: ClubServer) -> None:
    with walls.login("alma") as connection:
        for call in ("bball_may_log_in('alma')", f"bball_refuse_unless_admin({walls.a})", "bball_words('x')"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"SELECT {call}".encode())


async def test_colleagues_are_named_with_their_roles_and_strangers_hear_nothing(walls: ClubServer) -> None:
    asked = ("cora", "rita", "mia", "bert", "nobody")
    # Mia is not here, and who works in the league is the admins' to know.
    said = {"vera": ("cora (coordinator)", "rita (registrar)", "mia", "bert", "nobody"), "nils": asked}
    with walls.login("cora"), walls.login("rita"), walls.login("bert"):
        for login, expected in said.items():
            database = Database(walls.url(login))
            async with database.session() as session:
                assert await named_with_roles(session, walls.a, asked) == expected
            await database.dispose()


async def test_an_admin_without_the_right_hears_who_voids_before_a_child_is_erased(
    walls: ClubServer, alma: Database
) -> None:
    async with alma.session() as session:
        await add_member(session, walls.a, "ada", StaffRole.ADMIN)
    ada = Database(walls.url("ada"))

    async def obstacle(database: Database) -> str:
        async with database.session() as session:
            waits = select(Contract.player_id).where(Contract.league_id == walls.a, Contract.status == "offered")
            player = (await session.scalars(waits.limit(1))).one()
            return (await preview_player(session, walls.a, player)).obstacle or ""

    try:
        said = await obstacle(ada)
        assert "Void it first" in said
        assert said.endswith("That takes the role registrar, which you do not have; ask alma or rita.")
        assert (await obstacle(alma)).endswith("from someone who is gone.")
    finally:
        async with alma.session() as session:
            await remove_member(session, walls.a, "ada", StaffRole.ADMIN)
        await ada.dispose()
