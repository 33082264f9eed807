"""Whoever listens hears of the own leagues alone: of another one neither the changes nor the name of its channel."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import psycopg
import pytest
from psycopg import errors, sql

from bball_tui.database.change_listener import CHANGED, OUTBOX, Changed, Connection, listen
from bball_tui.database.engine import Database
from bball_tui.database.presence import PRESENCE, Present, present
from tests.walls.conftest import OWNER, ClubServer
from tests.walls.test_rows import one


@pytest.fixture
async def bert(walls: ClubServer) -> AsyncIterator[Database]:
    database = Database(walls.url("bert"))
    yield database
    await database.dispose()


def token(walls: ClubServer, login: str, league: int) -> object:
    with walls.login(login) as connection:
        return one(connection, "SELECT bball_channel(%s)", league)


def heard_by(listener: psycopg.Connection) -> list[str]:
    """All that was committed before and is for its ears: its server's process tells that before it answers."""
    listener.execute("SELECT 1")
    return [heard.payload for heard in listener.notifies(timeout=0)]


def watched(owner: psycopg.Connection) -> list[str]:
    rows = owner.execute(
        "SELECT tgrelid::regclass::text, coalesce(tgnewtable, tgoldtable) FROM pg_trigger"
        " WHERE tgfoid = 'bball_notify_changed()'::regprocedure"
    ).fetchall()
    assert {rows_of for _, rows_of in rows} == {"changed"}
    return sorted({table for table, _ in rows} - {"league", "league_member"})


async def test_another_league_s_login_hears_nothing_and_learns_no_channel(walls: ClubServer, bert: Database) -> None:
    hers = listen(bert, walls.b, CHANGED, screen=True)
    assert [await anext(hers), await anext(hers)] == [Connection("up"), Changed(PRESENCE)]
    with walls.login(OWNER) as owner, walls.login("alma") as alma:
        secret = str(one(owner, "SELECT token FROM league_channel WHERE league_id = %s", walls.b))
        # What she can learn, and where that could be spoken.
        assert one(alma, "SELECT bball_channel(%s)", walls.b) is None
        for hidden in ("SELECT token FROM league_channel", "SELECT stavalues1 FROM pg_statistic"):
            with pytest.raises(errors.InsufficientPrivilege):
                alma.execute(hidden.encode())
        learned = " ".join(
            str(one(alma, question))
            for question in (
                "SELECT string_agg(a::text, ' ') FROM pg_stat_activity a",
                "SELECT string_agg(s::text, ' ') FROM pg_stats s WHERE schemaname = 'public'",
                "SELECT string_agg(name, ' ') FROM pg_listening_channels() AS name",
                "SELECT string_agg(prosrc, ' ') FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
            )
        )
        assert "bball-tui screen" in learned
        assert secret not in learned
        names = {"bball_changed", "bball_outbox", f"bball_changed_{walls.b}", f"bball_outbox_{walls.b}"}
        names |= {f"{kind}_{token(walls, 'alma', walls.a)}" for kind in (CHANGED, OUTBOX)}
        names |= {word for word in learned.split() if len(word) <= 63}
        for name in names:
            alma.execute(sql.SQL("LISTEN {}").format(sql.Identifier(name)))
        tables = watched(owner)
        assert {"contract", "outbox", "player", "scan", "family_note"} <= set(tables)
        for table in tables:
            touch = sql.SQL("UPDATE {} SET league_id = league_id WHERE league_id = %s").format(sql.Identifier(table))
            with suppress(errors.IntegrityConstraintViolation):  # of what is written once
                owner.execute(touch, (walls.b,))
        owner.execute("UPDATE league SET name = name WHERE id = %s", (walls.b,))
        told = set()
        while "league" not in told:
            told.add(getattr(await asyncio.wait_for(anext(hers), 60), "payload", ""))
        assert {"contract", "player", "family_note"} <= told
        assert heard_by(alma) == []
        owner.execute("UPDATE league SET name = name WHERE id = %s", (walls.a,))
        assert heard_by(alma) == ["league"]
    await hers.aclose()


async def test_whoever_leaves_a_league_hears_nothing_more_and_the_others_go_on(
    walls: ClubServer, bert: Database
) -> None:
    with walls.login(OWNER) as owner, walls.login("nora") as nora:
        give = "INSERT INTO league_member (league_id, login, role) VALUES (%s, 'nora', 'viewer')"
        owner.execute(give, (walls.b,))
        before = one(nora, "SELECT bball_channel(%s)", walls.b)
        nora.execute(sql.SQL("LISTEN {}").format(sql.Identifier(f"{CHANGED}_{before}")))
        leaver = Database(walls.url("nora"))
        his, hers = (listen(database, walls.b, CHANGED, screen=True) for database in (bert, leaver))
        for heard in (his, hers):
            assert [await anext(heard), await anext(heard)] == [Connection("up"), Changed(PRESENCE)]
        assert await anext(his) == Changed(PRESENCE)
        owner.execute("DELETE FROM league_member WHERE league_id = %s AND login = 'nora'", (walls.b,))
        assert await anext(hers) == Connection("up"), "to be told that there is no role anymore"
        assert [await anext(his), await anext(his)] == [Connection("up"), Changed(PRESENCE)]
        heard_by(nora)
        owner.execute("UPDATE league SET name = name WHERE id = %s", (walls.b,))
        assert await anext(his) == Changed("league")
        assert heard_by(nora) == []
        assert one(nora, "SELECT bball_channel(%s)", walls.b) is None
        async with bert.session() as session:
            assert await present(session, walls.b) == Present((), 1)
        owner.execute(give, (walls.b,))
        assert await anext(his) == Changed("league_member")
        owner.execute("DELETE FROM league_member WHERE league_id = %s AND login = 'nora'", (walls.b,))
        await hers.aclose()
        await his.aclose()
        await leaver.dispose()
