"""Real PostgreSQL for every test: one embedded server a run, one copy of a migrated template a test."""

import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import hypothesis
import psycopg
import pytest
from psycopg import sql

from bball_tui.database import embedded, migrate, roles
from bball_tui.database.engine import Database
from bball_tui.settings import SecretUrl, Settings

# How long an example takes says more about the machine than about the program.
hypothesis.settings.register_profile("untimed", deadline=None)
# What stands in the way of others must not depend on luck: there the examples are always the same.
hypothesis.settings.register_profile("gate", deadline=None, derandomize=True)
hypothesis.settings.load_profile("gate" if os.environ.get("CI") else "untimed")

TEMPLATE = "bball_template"
_numbers = count()


@dataclass(frozen=True, slots=True)
class Server:
    """The test run's server: where it listens, and a connection as its owner."""

    embedded: embedded.EmbeddedServer
    admin: psycopg.Connection


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = embedded.start(tmp_path_factory.mktemp("server"))
    admin_url = running.url(embedded.OWNER, "postgres")
    with psycopg.connect(admin_url.reveal(), autocommit=True) as admin:
        for setting in ("fsync = off", "full_page_writes = off", "max_connections = 200"):
            admin.execute(f"ALTER SYSTEM SET {setting}")
        admin.execute("SELECT pg_reload_conf()")
        migrate.create_database(admin_url, TEMPLATE)
        owner_url = running.url(embedded.OWNER, TEMPLATE)
        migrate.upgrade(owner_url)
        with psycopg.connect(owner_url.reveal()) as owner:
            for person in (roles.person(), "maria", "jonas"):
                roles.ensure_person(owner, person)
        yield Server(running, admin)
    running.release()


@pytest.fixture
def database_name(server: Server) -> Iterator[str]:
    """A fresh migrated database."""
    name = f"test_{next(_numbers)}"
    identifier = sql.Identifier(name)
    server.admin.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(identifier, sql.Identifier(TEMPLATE))
    )
    yield name
    server.admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))


@pytest.fixture
def database_url(server: Server, database_name: str) -> SecretUrl:
    """The test's database as the login role of whoever runs the tests (never as the owner)."""
    return server.embedded.url(roles.person(), database_name)


@pytest.fixture
def owner_url(server: Server, database_name: str) -> SecretUrl:
    return server.embedded.url(embedded.OWNER, database_name)


@pytest.fixture
async def database(database_url: SecretUrl) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.dispose()


@pytest.fixture
async def marias_database(server: Server, database_name: str) -> AsyncIterator[Database]:
    """The same database as the login role ``maria``: a colleague at another terminal."""
    opened = Database(server.embedded.url("maria", database_name))
    yield opened
    await opened.dispose()


@pytest.fixture
def settings(tmp_path: Path, database_url: SecretUrl) -> Settings:
    """Settings for the test's database, with a data folder of its own and a mail folder in it."""
    data = tmp_path / "data"
    return Settings(
        data_dir=data,
        config_dir=tmp_path / "config",
        database_url=database_url,
        mail_url=SecretUrl(f"maildir://{data}/mail"),
    )
