"""The databases from before a restore: each is kept under another name until somebody drops them."""

from msgspec import Struct
from psycopg import sql

from bball_tui.database import embedded
from bball_tui.database.engine import connect

PREFIX = "bball_before_"
"""What the names begin with; the moment of the restore follows."""
_KEPT = """
SELECT datname, pg_database_size(oid) FROM pg_database WHERE starts_with(datname, %s) ORDER BY datname
"""


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
