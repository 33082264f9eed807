"""A pooler such as PgBouncer between this program and PostgreSQL: recognized, and worked with if it gives us sessions.

The number of the server's process that a pooler tells is its own, so it cannot hide. In session mode each of our
connections has a server's process to itself, and only what was asked for at the beginning is missing: it is asked for
again. In transaction mode nothing lasts from one statement to the next (read-only, LISTEN, time limits), silently.
"""

import asyncio
import re
from typing import Any

import psycopg

from bball_tui.errors import BballError
from bball_tui.language import _

NOT_TAKEN = "unsupported startup parameter"
"""A pooler's own words about settings at the beginning of a connection."""
LOOKS = 4
"""Tries to find another connection in the own session. The first one does, unless others work through the pooler."""
PATIENCE = 5.0
"""Seconds that a second session may take. In transaction mode the first one would be lent for it."""

_PID = "SELECT pg_backend_pid()"
_OPTION = re.compile(r"(?:-c\s*|--)([\w.-]+)=((?:\\.|[^\s\\])*)")
_SET = "SELECT set_config(%s, %s, false)"


class SharedSessions(BballError):
    """The pooler lends the same session of the server to several connections at a time."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "A pooler such as PgBouncer stands before the database in transaction mode. There "
                "nothing holds from one statement to the next: neither --read-only nor hearing of "
                "colleagues' changes. Nothing was changed. Connect to PostgreSQL directly, or set "
                "pool_mode = session for this database."
            )
        )


class TooFewSessions(BballError):
    """The pooler lets a connection wait for a session of the server."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "A pooler such as PgBouncer stands before the database, and has no second session for "
                "this program. It needs up to ten. Nothing was changed. Raise default_pool_size, or "
                "connect to PostgreSQL directly."
            )
        )


class NotDirect(BballError):
    """This work is done without a pooler."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "A pooler such as PgBouncer stands before the database, and what changes its tables must "
                "not go through one. Nothing was changed. Connect to PostgreSQL directly for this."
            )
        )


async def told_pid(connection: psycopg.AsyncConnection) -> int:
    """The server's process that does what this connection asks now."""
    row = await (await connection.execute(_PID, prepare=False)).fetchone()
    return int(row[0]) if row else 0


async def refuse_shared_sessions(ours: psycopg.AsyncConnection, other: psycopg.AsyncConnection) -> None:
    """Two connections through the pooler, both in autocommit, must each have a session that stays.

    Raises:
        SharedSessions: they do not.
        TooFewSessions: there is none for the second one.
    """
    session = await told_pid(ours)
    try:
        async with asyncio.timeout(PATIENCE):
            for _ in range(LOOKS):
                async with other.transaction():
                    if await told_pid(other) == session or await told_pid(ours) != session:
                        raise SharedSessions
    except (TimeoutError, psycopg.errors.ProtocolViolation):  # our patience, or its own query_wait_timeout
        raise TooFewSessions from None


async def ask_again(connection: psycopg.AsyncConnection, options: str) -> None:
    """Set what libpq's ``options`` ask for, in the session that the connection has."""
    # Another program may have left statements of the same names behind in it.
    connection.prepare_threshold = None
    for name, value in _OPTION.findall(options):
        await connection.execute(_SET, (name.replace("-", "_"), re.sub(r"\\(.)", r"\1", value)))


def connect_directly(options: dict[str, Any]) -> psycopg.Connection:
    """A connection of psycopg's own to the server itself. Blocking.

    Raises:
        NotDirect: a pooler stands between.
    """
    try:
        # One dictionary holds texts and numbers; which option takes which, mypy cannot know.
        connection = psycopg.connect(**options)
    except psycopg.OperationalError as error:
        if NOT_TAKEN in str(error):
            raise NotDirect from None
        raise
    row = connection.execute(_PID).fetchone()
    connection.rollback()
    if row is None or row[0] != connection.info.backend_pid:
        connection.close()
        raise NotDirect
    return connection
