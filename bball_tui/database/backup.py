"""Backup and restore with PostgreSQL's own tools, which come with the embedded server.

A backup is one file in pg_dump's custom format. Restoring never overwrites: the backup becomes a new database, the
old one is renamed and kept.

Nothing that stands in a backup is ever run. Our own migrations make the tables as they were at the time of the backup,
`pg_restore` only turns the file into text, of which the rows of these tables are taken, and a role without any rights
but to fill them writes them. Then the rest of the migrations runs.
"""

import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import psycopg
from msgspec import Struct
from psycopg import sql

from bball_tui.child_environment import small_environment
from bball_tui.database import embedded, migrate
from bball_tui.database.engine import connect, connection_options
from bball_tui.database.erased_again import erase_again
from bball_tui.database.hold_waiting import hold_waiting
from bball_tui.database.kept_databases import PREFIX
from bball_tui.database.network import hosts_over_network
from bball_tui.database.pg_ctl import program
from bball_tui.database.restore_note import note_restore
from bball_tui.errors import BballError
from bball_tui.settings import SecretUrl

_LIBPQ_VARIABLES = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "user": "PGUSER",
    "dbname": "PGDATABASE",
    "service": "PGSERVICE",
    "passfile": "PGPASSFILE",
}
_INHERITED = frozenset({*_LIBPQ_VARIABLES.values(), "PGSERVICEFILE"})
RESTORING = "bball_restoring"
"""The role that fills the tables of a restored database: no login, no rights elsewhere, and none that lasts."""

_ROWS = re.compile(r'COPY public\.("?)(?P<table>\w+)\1 \((?P<columns>[\w", ]+)\) FROM stdin;\n?', re.ASCII)
_COUNTER = re.compile(
    r"SELECT pg_catalog\.setval\('public\.(\"?)(?P<name>\w+)\1', (?P<value>\d+), (?P<used>true|false)\);\n?", re.ASCII
)
_END = b"\\.\n"
_WITHOUT_ROWS = re.compile(r"COPY bball_seen\.\w+ \([\w\", ]+\) FROM stdin;\n?", re.ASCII)
"""What stands above a table for those who only look; nothing is in it."""
_VERSIONS = "alembic_version"
_MADE = re.compile(r"^; Archive created at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)", re.ASCII | re.MULTILINE)


# Policies let the owner of the tables read everything. Staff may not read the list of members: no dump of theirs
# lacks the rows of other leagues and looks whole, it fails.
_AS_DUMPED = ("--format=custom", "--no-owner", "--enable-row-security")


class BackupError(BballError):
    """The backup could not be made or read; what was there before is untouched."""


def dump(url: SecretUrl, target: Path) -> int:
    """Write the whole database to ``target`` and return its size in bytes. Blocking.

    The file is readable by its owner only, and appears whole or not at all.

    Raises:
        BackupError: ``target`` exists or cannot be written, the role may not read everything, or the data would
            travel over a network in the clear.
    """
    _refuse_network(url, target)
    if os.path.lexists(target):
        raise BackupError(f"{target} exists already. Choose another name; a backup never overwrites a file.")
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    except OSError as error:
        raise BackupError(f"{target} cannot be written ({error.strerror}). Choose another folder.") from None
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            _dump(url, out)
            os.fsync(out.fileno())
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)
    return target.stat().st_size


_BACKED_UP = "INSERT INTO audit (league_id, action, entity, entity_id) SELECT id, 'backed_up', 'league', id FROM league"


def note_backup(url: SecretUrl) -> bool:
    """Let every league see that its data left the database; False when the role of ``url`` may not. Blocking."""
    try:
        with connect(url) as connection:
            connection.execute(_BACKED_UP)
    except psycopg.Error:
        return False
    return True


def made_at(source: Path) -> datetime:
    """When the backup was made, as it says itself. Blocking.

    It has the time of day where it was made, without the zone: read elsewhere, it is off by the hours between.

    Raises:
        BackupError: there is no such file, or it is no backup.
    """
    if not source.is_file():
        raise BackupError(f"There is no file {source}.")
    with _as_text(source, "--list") as text:
        head = text.read().decode(errors="replace")
    if (found := _MADE.search(head)) is None:
        raise _foreign(source)
    return datetime.fromisoformat(found[1]).astimezone()


class Restored(Struct, frozen=True):
    """``kept`` is the name under which the database from before is kept, empty when there was none. ``erased`` are
    those who had been erased since the backup, and were now erased in it too. ``waiting`` e-mails waited when it was
    made; sending is paused, because some may have gone out since: ``left`` of them had.
    """

    kept: str
    erased: int
    waiting: int
    left: int


def restore_embedded(server: embedded.EmbeddedServer, source: Path) -> Restored:
    """Make the backup the embedded server's database.

    Raises:
        BackupError: no such file, no backup of ours, or somebody still works with the database.
    """
    made = made_at(source)
    revision = _revision(source)
    admin = server.url(embedded.OWNER, "postgres")
    restored = "bball_restored"
    with connect(admin, autocommit=True) as connection:
        _drop(connection, restored)
        try:
            migrate.create_database(admin, restored)
            _fill(server.url(embedded.OWNER, restored), source, revision)
            erased = erase_again(server.url(embedded.OWNER), server.url(embedded.OWNER, restored))
            held = hold_waiting(server.url(embedded.OWNER), server.url(embedded.OWNER, restored))
            note_restore(server.url(embedded.OWNER, restored), made, held.paused)
            kept = _take_the_place(connection, restored)
        except BaseException:
            _drop(connection, restored)
            raise
    return Restored(kept, erased, held.waiting, held.left)


def _take_the_place(connection: psycopg.Connection, restored: str) -> str:
    kept = f"{PREFIX}{datetime.now(UTC):%Y%m%d_%H%M%S_%f}"
    try:
        _rename(connection, embedded.DATABASE, kept)
    except psycopg.errors.ObjectInUse:
        raise BackupError(
            "Someone still works with the database (another window or a worker). Close them and try again; "
            "nothing was changed."
        ) from None
    except psycopg.errors.InvalidCatalogName:
        kept = ""  # a new data folder: there was nothing to keep
    _rename(connection, restored, embedded.DATABASE)
    return kept


def _drop(connection: psycopg.Connection, database: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def _rename(connection: psycopg.Connection, old: str, new: str) -> None:
    connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new)))


# What is in a backup


class _Rows(Struct, frozen=True):
    """The rows of one table follow."""

    table: str
    columns: tuple[str, ...]


def _revision(source: Path) -> str:
    """The schema of the backup.

    Raises:
        BackupError: it is no backup of ours, or of a newer program.
    """
    lines: list[str] = []
    with _as_text(source, "--data-only", "--table", _VERSIONS) as text:
        for part in _parts(text, source):
            if isinstance(part, _Rows) and part.table == _VERSIONS:
                lines = [line.decode(errors="replace").strip() for line in _rows_of(text, source)]
            elif isinstance(part, _Rows):
                raise _foreign(source)
    if len(lines) != 1:
        raise _foreign(source)
    if lines[0] not in migrate.REVISIONS:
        raise BackupError(
            f"{source} has schema {lines[0][:40]!r}, which this program does not know (it knows up to {migrate.HEAD}). "
            "Nothing was changed. Please install the newer bball-tui."
        )
    return lines[0]


def _foreign(source: Path) -> BackupError:
    return BackupError(f"{source} is a backup of some other database. Nothing was changed.")


def _parts(text: IO[bytes], source: Path) -> Iterator[_Rows | re.Match[str]]:
    """Where rows begin, and the counters. Whatever else a backup says is left alone.

    Anyone who gets a :class:`_Rows` reads the rows (:func:`_rows_of`) before going on.
    """
    for line in text:
        statement = line.decode(errors="replace")
        if found := _ROWS.fullmatch(statement):
            columns = tuple(name.strip().strip('"') for name in found["columns"].split(","))
            yield _Rows(found["table"], columns)
        elif statement.startswith("COPY ") and not (_WITHOUT_ROWS.fullmatch(statement) and next(text, b"") == _END):
            raise _foreign(source)  # a program, a file, another schema
        elif counter := _COUNTER.fullmatch(statement):
            yield counter


def _rows_of(text: IO[bytes], source: Path) -> Iterator[bytes]:
    for line in text:
        if line == _END:
            return
        yield line
    raise BackupError(f"{source} is cut off in the middle. Nothing was changed.")


def _fill(url: SecretUrl, source: Path, revision: str) -> None:
    """Make the tables of ``revision``, put the rows of ``source`` into them, and bring them up to date."""
    migrate.upgrade(url, revision)
    options = connection_options(url) | {"options": "-c timezone=UTC -c jit=off"}  # many rows may take long
    with psycopg.connect(**options) as connection:
        known = _tables(connection)
        if "contract" not in known:
            raise _foreign(source)
        every = sql.SQL(", ").join(map(sql.Identifier, known))
        connection.execute(sql.SQL("TRUNCATE {}").format(every))
        # Rows come in no order that the references allow, and their triggers have run when they were first written.
        references = connection.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
        ).fetchall()
        for table, name, _ in references:
            connection.execute(
                sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(sql.Identifier(table), sql.Identifier(name))
            )
        walled = connection.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relkind = 'r'").fetchall()
        for (table,) in walled:
            connection.execute(sql.SQL("ALTER TABLE {} DISABLE ROW LEVEL SECURITY").format(sql.Identifier(table)))
        for table in known:
            connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
        _make_role(connection, every)
        try:
            counters = _copy(connection, source, known)
            for table in known:
                connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(table)))
            for table, name, definition in references:
                connection.execute(
                    sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(
                        sql.Identifier(table), sql.Identifier(name), sql.SQL(definition)
                    )
                )
        except (psycopg.DataError, psycopg.IntegrityError) as error:  # its text would repeat the row
            raise BackupError(
                f"{source} holds rows that cannot be right ({type(error).__name__}). Nothing was changed."
            ) from None
        for (table,) in walled:
            connection.execute(sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(sql.Identifier(table)))
        _count_on(connection, counters)
        connection.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(sql.Identifier(RESTORING)))
    migrate.upgrade(url)


def _tables(connection: psycopg.Connection) -> dict[str, frozenset[str]]:
    """The tables that a backup may fill, with the columns that it may name."""
    rows = connection.execute(
        "SELECT c.relname, array_agg(a.attname::text) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> %s"
        " AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' GROUP BY c.relname",
        (_VERSIONS,),
    ).fetchall()
    return {name: frozenset(columns) for name, columns in rows}


def _make_role(connection: psycopg.Connection, tables: sql.Composable) -> None:
    role = sql.Identifier(RESTORING)
    connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN NOINHERIT").format(role))
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
    connection.execute(sql.SQL("GRANT INSERT ON {} TO {}").format(tables, role))


def _copy(
    connection: psycopg.Connection, source: Path, known: dict[str, frozenset[str]]
) -> dict[str, tuple[int, bool]]:
    """Write the rows as :data:`RESTORING`; return the counters that the backup names."""
    counters: dict[str, tuple[int, bool]] = {}
    connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(RESTORING)))
    with _as_text(source, "--data-only") as text:
        for part in _parts(text, source):
            if isinstance(part, re.Match):
                counters[part["name"]] = (int(part["value"]), part["used"] == "true")
                continue
            rows = _rows_of(text, source)
            if part.table == _VERSIONS:
                list(rows)
                continue
            if part.table not in known or not known[part.table].issuperset(part.columns):
                raise _foreign(source)
            statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
                sql.Identifier(part.table), sql.SQL(", ").join(map(sql.Identifier, part.columns))
            )
            with connection.cursor() as cursor, cursor.copy(statement) as copy:
                for row in rows:
                    copy.write(row)
    connection.execute("RESET ROLE")
    return counters


def _count_on(connection: psycopg.Connection, counters: dict[str, tuple[int, bool]]) -> None:
    """Ids of rows that are gone are never given out again."""
    own = connection.execute(
        "SELECT c.relname FROM pg_class c WHERE c.relkind = 'S' AND c.relnamespace = 'public'::regnamespace"
    ).fetchall()
    for (name,) in own:
        if name in counters:
            connection.execute("SELECT setval(%s::regclass, %s, %s)", (f"public.{name}", *counters[name]))


# The tools


@contextmanager
def _as_text(source: Path, *options: str) -> Iterator[IO[bytes]]:
    """What `pg_restore` writes of ``source`` for a person to read; it is connected to nothing.

    Raises:
        BackupError: the file cannot be read; raised at the end of the block.
    """
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(  # noqa: S603
            [program("pg_restore"), *options, "--file=-", str(source.absolute())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            env=small_environment(),
        ) as process:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            yield process.stdout
        _refuse_failed("pg_restore", process.returncode, said)


def _dump(url: SecretUrl, out: IO[bytes]) -> None:
    # By environment, not by argument: every user of the machine can read a process's arguments. A password by file.
    options = connection_options(url)
    environment = small_environment() | {name: value for name, value in os.environ.items() if name in _INHERITED}
    environment |= {variable: str(options[key]) for key, variable in _LIBPQ_VARIABLES.items() if key in options}
    password = options.get("password") or os.environ.get("PGPASSWORD")
    with tempfile.TemporaryFile() as said, tempfile.NamedTemporaryFile("w", prefix="bball-") as passwords:
        if password:
            escaped = str(password).replace("\\", "\\\\").replace(":", "\\:")
            passwords.write(f"*:*:*:*:{escaped}\n")
            passwords.flush()
            environment["PGPASSFILE"] = passwords.name
        ended = subprocess.run(  # noqa: S603
            [program("pg_dump"), *_AS_DUMPED],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=said,
            env=environment,
        )
        _refuse_failed("pg_dump", ended.returncode, said)


def _refuse_failed(tool: str, code: int, said: IO[bytes]) -> None:
    if code:
        said.seek(0)
        reason = said.read().decode(errors="replace").strip().splitlines()
        raise BackupError(f"{tool} refused: {reason[-1] if reason else 'no reason given'}. Nothing was changed.")


def _refuse_network(url: SecretUrl, target: Path) -> None:
    """The `pg_dump` that comes with this program knows no TLS: children's data would travel in the clear.

    Raises:
        BackupError: the server is reached over a network; the sentence has the command that does it safely.
    """
    options = connection_options(url)
    hosts = hosts_over_network(options)
    if hosts is None:
        return
    names = ("service", "host", "hostaddr", "port", "dbname", "user")
    shown = {name: options[name] for name in names if name in options}
    mode = options.get("sslmode", "")
    shown["sslmode"] = mode if mode in ("require", "verify-ca", "verify-full") else "verify-full"
    connection = " ".join(f"{name}={_quoted(str(value))}" for name, value in shown.items())
    command = f"pg_dump {' '.join(_AS_DUMPED)} --file={shlex.quote(str(target))} {shlex.quote(connection)}"
    raise BackupError(
        f"This program's own pg_dump cannot encrypt, and {hosts} is reached over a network: the children's data would "
        "travel in the clear. Nothing was written. Run PostgreSQL's own pg_dump, which asks for the password:\n"
        f"{command}"
    )


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return value if re.fullmatch(r"[\w./@-]+", value) else f"'{escaped}'"
