"""What a restore leaves: the database from before under another name, until somebody drops it, and the duty to erase
again whoever was erased since the backup was made.
"""

import psycopg
from msgspec import Struct
from psycopg import sql

from bball_tui.database import embedded
from bball_tui.database.engine import connect
from bball_tui.settings import SecretUrl

PREFIX = "bball_before_"
"""What the names begin with; the moment of the restore follows."""
_KEPT = """
SELECT datname, pg_database_size(oid) FROM pg_database WHERE starts_with(datname, %s) ORDER BY datname
"""
_ERASED = "SELECT entity, mark FROM erasure"
# By the mark alone: a restored league may have another number.
_STILL_THERE = """
SELECT {entity}.league_id, {entity}.id FROM {entity}
WHERE bball_erased_mark(league_id, %s, id, created_at) = ANY (%s)
    AND NOT EXISTS (SELECT FROM erasure WHERE entity = %s AND entity_id = {entity}.id
                    AND erasure.league_id = {entity}.league_id)
"""


_MERGED_AWAY = """
SELECT FROM merged_person WHERE undone_at IS NULL
    AND bball_erased_mark(league_id, kind, gone_id, (was ->> 'created_at')::timestamptz) = ANY (%s)
"""
_LATEST_MERGE = "SELECT league_id, id FROM merged_person WHERE undone_at IS NULL ORDER BY id DESC LIMIT 1"
_PAUSE = """
INSERT INTO provider_gate (league_id, provider, state, cause, reason)
SELECT league_id, %s, 'open', 'paused', 'a backup was restored' FROM outbox
WHERE state IN ('queued', 'sending', 'in_doubt') GROUP BY league_id
ON CONFLICT (league_id, provider) DO UPDATE
SET state = 'open', cause = 'paused', reason = excluded.reason, open_until = NULL, updated_at = now()
"""
_WAITING = "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending', 'in_doubt')"
_EVERY_PROVIDER = "*"
"""As the gates of the outbox call a pause of everything."""


class KeptDatabase(Struct, frozen=True):
    """A database from before a restore; ``size`` in bytes."""

    name: str
    size: int


def list_kept(server: embedded.EmbeddedServer) -> list[KeptDatabase]:
    """Those of this server, the oldest first. Blocking."""
    with connect(server.url(embedded.OWNER, "postgres")) as connection:
        return [KeptDatabase(*row) for row in connection.execute(_KEPT, (PREFIX,)).fetchall()]


def drop_kept(server: embedded.EmbeddedServer) -> int:
    """Drop all of them for good; returns how many. Blocking."""
    going = list_kept(server)
    with connect(server.url(embedded.OWNER, "postgres"), autocommit=True) as connection:
        for one in going:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(one.name)))
    return len(going)


def erase_again(present: SecretUrl, restored: SecretUrl) -> int:
    """Erase in ``restored`` whoever was erased in ``present``; returns how many. Blocking.

    Raises:
        psycopg.Error: it could not be done, and nobody must work with ``restored`` then.
    """
    try:
        with connect(present) as connection:
            if connection.execute("SELECT to_regclass('erasure')").fetchone() == (None,):
                return 0
            rows = connection.execute(_ERASED).fetchall()
    except psycopg.OperationalError:
        return 0  # a new data folder: nobody was erased in it
    erased = 0
    with connect(restored) as connection:
        _unmerge(connection, [mark for _, mark in rows])
        for entity, players in (("player", True), ("guardian", False)):
            marks = [mark for of, mark in rows if of == entity]
            query = sql.SQL(_STILL_THERE).format(entity=sql.Identifier(entity))
            for league_id, row_id in connection.execute(query, (entity, marks, entity)).fetchall():
                who = ([row_id], []) if players else ([], [row_id])
                connection.execute("SELECT bball_erase(%s, %s::bigint[], %s::bigint[])", (league_id, *who))
                erased += 1
    return erased


def hold_waiting(restored: SecretUrl) -> int:
    """Pause the leagues whose e-mails waited when the backup was made: they may have left since. Returns how many."""
    with connect(restored) as connection:
        connection.execute(_PAUSE, (_EVERY_PROVIDER,))
        found = connection.execute(_WAITING).fetchone()
    return 0 if found is None else int(found[0])


def _unmerge(connection: psycopg.Connection, marks: list[bytes]) -> None:
    """Take merges back in which one of the erased went, with those that came after: erasing must find their rows."""
    while connection.execute(_MERGED_AWAY, (marks,)).fetchone() is not None:
        latest = connection.execute(_LATEST_MERGE).fetchone()
        assert latest is not None  # noqa: S101 - there is at least the one that was found
        connection.execute("SELECT bball_unmerge_people(%s, %s)", latest)
