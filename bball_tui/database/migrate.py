"""Where the schema stands, and bringing it up to date. Alembic is imported only when there is work to do."""

import re
from typing import TYPE_CHECKING

import msgspec
import psycopg
from psycopg import sql
from sqlalchemy import exc, text

from bball_tui.database.engine import UNHURRIED_OPTIONS, Database, connect, connection_options
from bball_tui.database.pooler import connect_directly
from bball_tui.errors import BballError
from bball_tui.resources import folder, on_disk
from bball_tui.settings import SecretUrl
from bball_tui.wording import counted

if TYPE_CHECKING:
    from pathlib import Path

    from alembic.config import Config
    from sqlalchemy import Connection

_SCRIPT = re.compile(r"(\d{4})_\w+\.py")
REVISIONS = tuple(
    sorted(found[1] for one in (folder("migrations") / "versions").iterdir() if (found := _SCRIPT.fullmatch(one.name)))
)
"""Every revision in order, as the names of the scripts say; to ask Alembic would mean to import it."""

HEAD = REVISIONS[-1]


class SchemaTooNew(BballError):
    """A newer program has been at work in this database."""


class MigrationNeeded(BballError):
    """A shared database is older than this program; somebody must agree to the change."""

    def __init__(self, state: "SchemaState") -> None:
        self.state = state
        super().__init__(state.sentence() + " Run 'bball-tui database upgrade' as the owner of the database.")


class SchemaState(msgspec.Struct, frozen=True):
    """The database's revision (None: no tables of ours yet) and what is missing up to ours."""

    current: str | None
    pending: tuple[str, ...]

    def sentence(self) -> str:
        """What an upgrade would do, for a person."""
        if not self.pending:
            return f"The database is up to date (schema {self.current})."
        if self.current is None:
            return f"The database holds no league tables yet; {self._steps} will create them."
        return (
            f"The database has schema {self.current}, this program needs {HEAD}: "
            f"{self._steps} will run ({', '.join(self.pending)})."
        )

    @property
    def _steps(self) -> str:
        return counted(len(self.pending), "migration")


async def schema_state(database: Database) -> SchemaState:
    """Compare the database with this program.

    Raises:
        SchemaTooNew: the revision is not one this program knows.
    """
    async with database.session() as session:
        exists = await session.scalar(text("SELECT to_regclass('alembic_version') IS NOT NULL"))
        current = await session.scalar(text("SELECT version_num FROM alembic_version")) if exists else None
    if current is None:
        return SchemaState(None, REVISIONS)
    if current not in REVISIONS:
        raise SchemaTooNew(
            f"The database has schema {current}, which is newer than this program knows ({HEAD}). "
            "Nothing was changed. Please install the newer bball-tui."
        )
    return SchemaState(current, REVISIONS[REVISIONS.index(current) + 1 :])


def upgrade(url: SecretUrl, revision: str = "head") -> None:
    """Run the migrations as the role in ``url`` (the owner). Blocking; one transaction for all."""
    _run(url, "upgrade", revision)


def downgrade(url: SecretUrl, revision: str) -> None:
    """Undo migrations down to ``revision`` ("base" for all). Blocking; data in dropped tables is gone."""
    _run(url, "downgrade", revision)


def _run(url: SecretUrl, direction: str, revision: str) -> None:
    from alembic import command
    from sqlalchemy import create_engine

    options = connection_options(url) | {"options": UNHURRIED_OPTIONS}
    engine = create_engine("postgresql+psycopg://", creator=lambda: connect_directly(options))
    try:
        with on_disk(folder("migrations")) as script_location, engine.begin() as connection:
            # Two programs that start at once must not both migrate.
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('bball migrations'))"))
            getattr(command, direction)(alembic_config(script_location, connection), revision)
    except exc.ProgrammingError as error:
        if not isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
            raise
        said = error.orig.diag
        why, hint = said.message_primary, said.message_hint or "Run it as the owner of the database."
        raise BballError(f"The database was not changed: {why}. {hint}") from error
    finally:
        engine.dispose()


def alembic_config(script_location: "Path", connection: "Connection | None" = None) -> "Config":
    """Alembic's settings without an ini file; ``connection`` is handed to `migrations/env.py`."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(script_location).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def create_database(owner_url: SecretUrl, name: str) -> None:
    """Make the database ``name`` unless it exists: UTF-8, PostgreSQL's own C.UTF-8 rules (the same on every OS)."""
    with connect(owner_url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
            return
        statement = sql.SQL(
            "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin LOCALE 'C.UTF-8'"
        )
        try:
            connection.execute(statement.format(sql.Identifier(name)))
        except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            return  # another process of the same user was quicker
