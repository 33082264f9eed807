"""Who was erased since a backup was made is erased in it again, before it takes the place of the database.

The marks of the erased stand in the table `erasure`; what erasing does is the function `bball_erase` (migration 0029).
"""

import psycopg
from psycopg import sql

from bball_tui.database.engine import connect
from bball_tui.settings import SecretUrl

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


def _unmerge(connection: psycopg.Connection, marks: list[bytes]) -> None:
    """Take merges back in which one of the erased went, with those that came after: erasing must find their rows."""
    while connection.execute(_MERGED_AWAY, (marks,)).fetchone() is not None:
        latest = connection.execute(_LATEST_MERGE).fetchone()
        assert latest is not None  # noqa: S101 - there is at least the one that was found
        connection.execute("SELECT bball_unmerge_people(%s, %s)", latest)
