"""A test's database is emptied for the next test, which is a thirtieth of the work of a new copy of 600 files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import psycopg
from psycopg import sql

from bball_tui.settings import SecretUrl
from tests.support.connections import kept

ROOMY: Final = 1 << 20
"""Bytes of a table from which on a new copy is quicker than reading what was deleted."""
USES: Final = 50
"""How many tests in a row get the same database: rows that were deleted stay on the disk."""

_OTHERS_END = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend' "
    "AND pid <> ALL (%s)"
)
_TOUCHED = (
    "SELECT relnamespace = 'public'::regnamespace, relname, pg_relation_size(oid) FROM pg_class WHERE relkind = 'r' "
    "AND NOT relisshared AND pg_stat_get_tuples_inserted(oid) + pg_stat_get_tuples_updated(oid) "
    "+ pg_stat_get_tuples_deleted(oid) > 0"
)
_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
_NUMBERS = "SELECT seqrelid::regclass::text, pg_sequence_last_value(seqrelid) FROM pg_sequence"
_RULES = (  # what is kept outside the database, without its number and name
    "SELECT datallowconn, datconnlimit, datacl::text, datdba, "
    "(SELECT array_agg(setconfig::text) FROM pg_db_role_setting WHERE setdatabase = pg_database.oid) "
    "FROM pg_database WHERE datname = current_database()"
)


@dataclass(frozen=True, slots=True)
class Made:
    """What the template holds, and so every database that was just made of it."""

    rows: Mapping[str, bytes]
    """Of each table that is not empty, as COPY writes them."""
    numbers: Mapping[str, int]
    """The last one given by each sequence that gave any."""

    @classmethod
    def read(cls, owner: psycopg.Connection) -> "Made":
        rows = {}
        for (table,) in owner.execute(_TABLES).fetchall():
            with owner.cursor().copy(sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(table))) as out:
                held = b"".join(bytes(part) for part in out)
            if owner.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(sql.Identifier(table))).rowcount:
                rows[table] = held
        return cls(rows, {name: last for name, last in owner.execute(_NUMBERS).fetchall() if last is not None})


@dataclass(slots=True)
class Reusable:
    """A copy of the template, which its owner's connection makes as good as new when a test is done."""

    name: str
    made: Made
    _owner: psycopg.Connection
    _rules: object
    _uses: int = field(default=1)

    @classmethod
    def of(cls, name: str, url: SecretUrl, made: Made) -> "Reusable":
        """``url`` is the owner's."""
        owner = psycopg.connect(url.reveal(), autocommit=True)
        owner.execute("SET session_replication_role = replica")  # nothing asks or tells anyone about what is emptied
        return cls(name, made, owner, owner.execute(_RULES).fetchone())

    def close(self) -> None:
        self._owner.close()

    def emptied(self) -> bool:
        """Whether it is as it was made. It is not when a test changed more than rows, or many: throw it away then."""
        self._uses += 1
        try:
            return self._uses <= USES and self._empty()
        except psycopg.OperationalError:  # a test ended every connection
            return False

    def _empty(self) -> bool:
        self._owner.execute(_OTHERS_END, (kept.pids(self.name),))
        touched = self._owner.execute(_TOUCHED).fetchall()
        if not all(ours and size < ROOMY for ours, _, size in touched):
            return False
        if self._owner.execute(_RULES).fetchone() != self._rules:
            return False
        for _, table, _ in touched:
            self._owner.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            if rows := self.made.rows.get(table):
                copy = sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(sql.Identifier(table))
                with self._owner.cursor().copy(copy) as back:
                    back.write(rows)
        for name, last in self._owner.execute(_NUMBERS).fetchall():
            if last != (was := self.made.numbers.get(name)):
                self._owner.execute("SELECT setval(%s::regclass, %s, %s)", (name, was or 1, was is not None))
        self._owner.execute("SELECT pg_stat_force_next_flush()")  # of what was just done
        self._owner.execute("SELECT pg_stat_reset()")
        return True
