"""The schema comes from the migrations alone, goes up and down, and matches the models."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import NullPool, create_engine, text

from bball_tui.database import embedded, migrate
from bball_tui.database.engine import Database
from bball_tui.database.models import Base
from bball_tui.errors import BballError
from bball_tui.resources import folder
from bball_tui.settings import SecretUrl
from tests.conftest import Server


@pytest.fixture
def empty_url(server: Server) -> Iterator[SecretUrl]:
    migrate.create_database(server.embedded.url(embedded.OWNER, "postgres"), "empty")
    yield server.embedded.url(embedded.OWNER, "empty")
    server.admin.execute("DROP DATABASE empty WITH (FORCE)")


def test_known_revisions_are_the_migrations() -> None:
    scripts = ScriptDirectory.from_config(migrate.alembic_config(Path(str(folder("migrations")))))
    assert tuple(script.revision for script in reversed(list(scripts.walk_revisions()))) == migrate.REVISIONS


def test_models_and_migrations_do_not_drift(owner_url: SecretUrl) -> None:
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(owner_url.reveal()), poolclass=NullPool
    )
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
        checks = connection.execute(
            text("SELECT conname FROM pg_constraint WHERE contype = 'c' ORDER BY conname")
        ).scalars()
        declared = {str(c.name) for table in Base.metadata.tables.values() for c in table.constraints if c.name}
        assert {name for name in checks if name.startswith("ck_")} <= {f"ck_{n}" for n in declared} | declared


@pytest.mark.slow
def test_downgrade_leaves_an_empty_database(copy_url: SecretUrl) -> None:
    migrate.downgrade(copy_url, "base")
    with psycopg.connect(copy_url.reveal()) as connection:
        left = connection.execute(
            """
            SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
            WHERE nspname = 'public' AND relkind IN ('r', 'S', 'v') AND relname <> 'alembic_version'
            UNION ALL SELECT proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = 'public'
            """
        ).fetchall()
    assert left == []
    migrate.upgrade(copy_url)


@pytest.mark.slow
def test_seasons_that_differ_by_case_alone_stop_the_upgrade_with_their_names(copy_url: SecretUrl) -> None:
    migrate.downgrade(copy_url, "0050")
    with psycopg.connect(copy_url.reveal(), autocommit=True) as owner:
        owner.execute("INSERT INTO league (slug, name) VALUES ('west', 'Westside')")
        owner.execute("INSERT INTO season (league_id, name) VALUES (1, 'Spring 2027'), (1, 'spring 2027')")
        with pytest.raises(BballError, match=r"Westside: Spring 2027 \(1\), spring 2027 \(2\)"):
            migrate.upgrade(copy_url)
        owner.execute("UPDATE season SET name = 'Fall 2027' WHERE id = 2")
        migrate.upgrade(copy_url)
        with pytest.raises(psycopg.errors.UniqueViolation):
            owner.execute("INSERT INTO season (league_id, name) VALUES (1, 'SPRING 2027')")


async def test_state_of_an_empty_a_current_and_a_newer_database(
    empty_url: SecretUrl, database: Database, owner_url: SecretUrl
) -> None:
    empty = Database(empty_url)
    assert await migrate.schema_state(empty) == migrate.SchemaState(None, migrate.REVISIONS)
    await empty.dispose()
    assert await migrate.schema_state(database) == migrate.SchemaState(migrate.HEAD, ())
    with psycopg.connect(owner_url.reveal()) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(migrate.SchemaTooNew, match="9999"):
        await migrate.schema_state(database)


def test_every_table_carries_the_league() -> None:
    without = [name for name, table in Base.metadata.tables.items() if "league_id" not in table.columns]
    assert without == ["league"]


def test_tables_of_history_refuse_changes(server: Server, owner_url: SecretUrl) -> None:
    with psycopg.connect(owner_url.reveal(), autocommit=True) as connection:
        connection.execute("INSERT INTO league (slug, name) VALUES ('w', 'W')")
        connection.execute(
            "INSERT INTO audit (league_id, action, entity, entity_id) SELECT id, 'x', 'league', id FROM league"
        )
        for statement in ("UPDATE audit SET reason = 'y'", "DELETE FROM audit"):
            with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="never changed"):
                connection.execute(sql.SQL(statement))
