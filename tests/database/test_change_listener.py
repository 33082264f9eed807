"""LISTEN: hears of commits, and comes back after the connection was lost."""

import asyncio

import psycopg
import pytest
from sqlalchemy import text

from bball_tui.database.change_listener import CHANGED, OUTBOX, Changed, Connection, listen
from bball_tui.database.engine import Database
from bball_tui.league.leagues import create_league
from bball_tui.settings import SecretUrl


async def test_hears_what_others_commit_in_the_league_once_a_transaction(
    database: Database, marias_database: Database, owner_url: SecretUrl
) -> None:
    async with marias_database.session() as session:
        mine, other = [(await create_league(session, name)).id for name in ("A", "B")]
    heard = listen(database, mine, CHANGED)
    assert await anext(heard) == Connection("up")
    new = text("INSERT INTO season (league_id, name) VALUES (:league, :name)")
    for league, names in ((other, ["Spring"]), (mine, ["Spring", "Summer"])):
        async with marias_database.session() as session:
            await session.execute(new, [{"league": league, "name": name} for name in names])
    async with marias_database.session() as session:
        await session.execute(text("UPDATE league SET name = name || '!'"))
    with psycopg.connect(owner_url.reveal()) as owner:
        owner.execute("DELETE FROM season WHERE name = 'Summer'")
    assert [await anext(heard) for _ in range(3)] == [Changed("season"), Changed("league"), Changed("season")]
    await heard.aclose()


async def test_says_that_the_connection_went_and_came_back(database: Database, owner_url: SecretUrl) -> None:
    async with database.session() as session:
        league = (await create_league(session, "A")).id
    heard = listen(database, league, OUTBOX)
    assert await anext(heard) == Connection("up")
    with psycopg.connect(owner_url.reveal(), autocommit=True) as owner:
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert await anext(heard) == Connection("down")
    assert await asyncio.wait_for(anext(heard), 60) == Connection("up")
    await heard.aclose()


@pytest.mark.slow
async def test_waits_longer_each_time_where_a_connection_comes_and_listening_fails(database: Database) -> None:
    heard = listen(database, 2**70, OUTBOX)  # no number of a league: it connects, and cannot ask for the channel
    began = asyncio.get_running_loop().time()
    assert [await anext(heard) for _ in range(4)] == [Connection("down")] * 4
    took = asyncio.get_running_loop().time() - began
    assert took >= (0.25 + 0.5 + 1) * 0.5
    await heard.aclose()
