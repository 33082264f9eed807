"""Sessions, and what driver errors mean to people."""

import asyncio

import psycopg
import pytest
from sqlalchemy import text

from bball_tui.database import roles
from bball_tui.database.engine import Database, connection_options
from bball_tui.database.errors import DatabaseAway, DatabaseUnavailable, NotPermitted
from bball_tui.errors import BballError
from bball_tui.settings import SecretUrl
from tests.conftest import Server


async def test_a_block_commits_at_its_end_and_rolls_back_on_any_error(database: Database) -> None:
    async with database.session() as session:
        await session.execute(text("INSERT INTO league (slug, name) VALUES ('kept', 'Kept')"))
    with pytest.raises(KeyError):
        async with database.session() as session:
            await session.execute(text("INSERT INTO league (slug, name) VALUES ('gone', 'Gone')"))
            raise KeyError
    async with database.session() as session:
        assert (await session.scalars(text("SELECT slug FROM league"))).all() == ["kept"]


async def test_a_lost_connection_is_said_in_words_and_the_next_session_works(
    database: Database, owner_url: SecretUrl
) -> None:
    with pytest.raises(DatabaseUnavailable, match="cannot be reached"):
        async with database.session() as session:
            pid = await session.scalar(text("SELECT pg_backend_pid()"))
            with psycopg.connect(owner_url.reveal(), autocommit=True) as owner:
                owner.execute("SELECT pg_terminate_backend(%s)", (pid,))
            await session.execute(text("SELECT 1"))
    await database.check()


@pytest.mark.slow
async def test_of_two_who_wait_for_each_other_one_is_told_to_try_again(database: Database) -> None:
    async with database.session() as session:
        await session.execute(text("INSERT INTO league (slug, name) VALUES ('one', 'One'), ('two', 'Two')"))
    both = asyncio.Barrier(2)

    async def rename(first: str, second: str) -> None:
        async with database.session() as session:
            await session.execute(text("UPDATE league SET name = 'New' WHERE slug = :slug"), {"slug": first})
            await both.wait()
            await session.execute(text("UPDATE league SET name = 'New' WHERE slug = :slug"), {"slug": second})

    done = await asyncio.gather(rename("one", "two"), rename("two", "one"), return_exceptions=True)
    (refused,) = (one for one in done if one is not None)
    assert isinstance(refused, DatabaseUnavailable)
    assert not isinstance(refused, DatabaseAway)
    assert "Nothing was changed; try again" in str(refused)


async def test_staff_may_not_touch_the_schema_nor_rewrite_history(database: Database) -> None:
    for statement in (
        "DROP TABLE audit",
        "UPDATE signature SET signer = 'x'",
        "DELETE FROM contract",
        "TRUNCATE outbox",
    ):
        with pytest.raises(NotPermitted, match="role may not"):
            async with database.session() as session:
                await session.execute(text(statement))


async def test_a_connection_in_use_is_closed_when_it_comes_back_to_a_pool_that_was_closed(database: Database) -> None:
    async with database.session() as session:
        driver = (await (await session.connection()).get_raw_connection()).driver_connection
        assert isinstance(driver, psycopg.AsyncConnection)
        await database.dispose()
        assert await session.scalar(text("SELECT 1")) == 1
    assert driver.closed
    async with database.session() as session:
        driver = (await (await session.connection()).get_raw_connection()).driver_connection
    assert isinstance(driver, psycopg.AsyncConnection)
    assert not driver.closed, "the pool keeps it"


async def test_a_server_that_is_away(tmp_path: object) -> None:
    away = Database(SecretUrl(f"postgresql://maria:hunter2@/league?host={tmp_path}"))
    with pytest.raises(DatabaseUnavailable) as error:
        await away.check()
    assert "hunter2" not in str(error.value)
    await away.dispose()


@pytest.mark.parametrize("url", ["mysql://maria:hunter2@db/league", "postgresql://maria:hunter2@db/?nonsense=1", "x"])
def test_an_unusable_url_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(BballError) as error:
        connection_options(SecretUrl(url))
    assert "hunter2" not in str(error.value)


def test_parameters_of_libpq_are_kept() -> None:
    options = connection_options(SecretUrl("postgresql://maria@db/league?sslmode=verify-full&connect_timeout=3"))
    assert options["sslmode"] == "verify-full"
    assert options["connect_timeout"] == "3"


async def test_every_value_has_a_plan_of_its_own(server: Server) -> None:
    """Of a prepared statement PostgreSQL keeps, after some times, one plan for all values."""
    with server.copy() as name:
        database = Database(server.embedded.url(roles.person(), name))
        async with database.session() as session:
            for number in range(12):
                await session.execute(
                    text("SELECT count(*) FROM signature WHERE method <> :method"), {"method": f"{number}"}
                )
            assert await session.scalar(text("SELECT count(*) FROM pg_prepared_statements")) == 0
        await database.dispose()


async def test_no_session_compiles_its_questions(database: Database) -> None:
    async with database.session() as session:
        assert await session.scalar(text("SELECT source FROM pg_settings WHERE name = 'jit'")) == "client"
        assert await session.scalar(text("SHOW jit")) == "off"
