"""A test's database is emptied for the next test, which is a thirtieth of the work of a new copy of 600 files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from bball_tui.settings import SecretUrl
from tests.support.connections import kept

ROOMY: Final = 1 << 20
"""Bytes of a table from which on a new copy is quicker than reading what was deleted."""
USES: Final = 400
"""How many tests in a row get the same database. Rows that were deleted stay on the disk, some bytes of each: a page
holds three hundred of them. A new copy costs more, since all that is known of the old one is learned again."""

_TOUCHED = """
CREATE FUNCTION pg_temp.touched(kept integer[]) RETURNS TABLE (ours boolean, name text, size bigint)
LANGUAGE plpgsql AS $$ BEGIN
    PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_get_activity(NULL)
    WHERE datid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid()
        AND backend_type = 'client backend' AND pid <> ALL (kept);
    RETURN QUERY SELECT relnamespace = 'public'::regnamespace, relname::text, pg_relation_size(oid) FROM pg_class
    WHERE relkind = 'r' AND NOT relisshared
        AND pg_stat_get_tuples_inserted(oid) + pg_stat_get_tuples_updated(oid) + pg_stat_get_tuples_deleted(oid) > 0;
END $$
"""
"""Ends whoever is there and not among the ``kept``, whose work is only then counted."""
_EMPTIED = """
CREATE FUNCTION pg_temp.emptied(names text[], given jsonb) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    {}
    PERFORM setval(number, coalesce(was, 1), was IS NOT NULL) FROM (
        SELECT seqrelid::regclass AS number, pg_sequence_last_value(seqrelid) AS last,
            (given ->> seqrelid::regclass::text)::bigint AS was FROM pg_sequence
    ) AS numbers WHERE last IS DISTINCT FROM was;
    PERFORM pg_stat_force_next_flush();
END $$
"""
_DELETED = "IF {} = ANY (names) THEN DELETE FROM {}; END IF;"
"""Spelled out for every table, so that the server keeps the plans."""
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
        tables = [table for (table,) in owner.execute(_TABLES)]
        deleted = [sql.SQL(_DELETED).format(sql.Literal(table), sql.Identifier(table)) for table in tables]
        owner.execute(_TOUCHED)
        owner.execute(sql.SQL(_EMPTIED).format(sql.SQL(" ").join(deleted)))
        owner.execute("SELECT pg_stat_force_next_flush()")
        owner.execute("SELECT pg_stat_reset()")
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
        touched = self._owner.execute(
            "SELECT * FROM pg_temp.touched(%s::integer[])", (kept.pids(self.name),)
        ).fetchall()
        if not all(ours and size < ROOMY for ours, _, size in touched):
            return False
        if self._owner.execute(_RULES).fetchone() != self._rules:
            return False
        names = [table for _, table, _ in touched]
        self._owner.execute("SELECT pg_temp.emptied(%s, %s)", (names, Jsonb(self.made.numbers)))
        if filled := [name for name in names if name in self.made.rows]:
            for table in filled:
                copy = sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(sql.Identifier(table))
                with self._owner.cursor().copy(copy) as back:
                    back.write(self.made.rows[table])
            self._owner.execute("SELECT pg_stat_force_next_flush()")
        self._owner.execute("SELECT pg_stat_reset()")
        return True
