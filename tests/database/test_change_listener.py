"""LISTEN: hears of commits, and comes back after the connection was lost."""

import asyncio

import psycopg
from sqlalchemy import text

from bball_tui.database.change_listener import CHANGED, OUTBOX, Changed, Connection, listen
from bball_tui.database.engine import Database
from bball_tui.settings import SecretUrl


async def test_hears_what_others_commit_once_a_transaction(database: Database, marias_database: Database) -> None:
    heard = listen(database, CHANGED)
    assert await anext(heard) == Connection("up")
    async with marias_database.session() as session:
        await session.execute(text("INSERT INTO league (slug, name) VALUES ('a', 'A')"))
        await session.execute(text("INSERT INTO league (slug, name) VALUES ('b', 'B')"))
    async with marias_database.session() as session:
        await session.execute(text("INSERT INTO season (league_id, name) SELECT id, 'Spring' FROM league"))
    assert await anext(heard) == Changed(CHANGED, "league")
    assert await anext(heard) == Changed(CHANGED, "season")
    await heard.aclose()


async def test_says_that_the_connection_went_and_came_back(database: Database, owner_url: SecretUrl) -> None:
    heard = listen(database, OUTBOX)
    assert await anext(heard) == Connection("up")
    with psycopg.connect(owner_url.reveal(), autocommit=True) as owner:
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert await anext(heard) == Connection("down")
    assert await asyncio.wait_for(anext(heard), 10) == Connection("up")
    await heard.aclose()
