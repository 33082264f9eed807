"""Hearing of changes: LISTEN on a connection of its own, for as long as it takes.

A notification is a hint (any role may send one, and none is kept while nobody listens), so a listener reads the
tables afterwards, and once more after every reconnect.
"""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import psycopg
from psycopg import sql

from bball_tui.database.engine import Database
from bball_tui.database.presence import PRESENCE

OUTBOX = "bball_outbox"
"""Something may be due: a mail was enqueued, or staff asked for one again."""

CHANGED = "bball_changed"
"""A table was written; the payload is its name."""

LONGEST_WAIT = 30.0
"""Seconds between two tries to reconnect, at most."""

HEALTH_CHECK = 60.0
"""Seconds of silence after which the connection is asked whether it still lives."""


GOODBYE = 1.0
"""Seconds that leaving may take; after them the others learn of it at their next look."""

_TELL = "SELECT pg_notify(%s, %s)"


@dataclass(frozen=True, slots=True)
class Changed:
    """``channel`` spoke; ``payload`` is the table for :data:`CHANGED`."""

    channel: str
    payload: str


@dataclass(frozen=True, slots=True)
class Connection:
    """The listening connection came up (so look at everything once) or went away."""

    state: Literal["up", "down"]


async def listen(database: Database, *channels: str, name: str | None = None) -> AsyncGenerator[Changed | Connection]:
    """Yield what happens on ``channels`` until the caller stops; never ends because the database is away.

    With ``name`` the connection is called so in the server's list of connections, and all who listen to
    :data:`CHANGED` hear that somebody came, or went (`presence.py`).

    Reconnects after 1 to 30 s with jitter. Each time the connection is up, ``Connection("up")`` is yielded after
    LISTEN took effect: whatever was missed is visible to a query made then.
    """
    wait = 1.0
    while True:
        try:
            connection = await database.connect(autocommit=True)
        except (psycopg.Error, OSError):
            yield Connection("down")
            await asyncio.sleep(wait * random.uniform(0.8, 1.2))  # noqa: S311 - jitter, not a secret
            wait = min(wait * 2, LONGEST_WAIT)
            continue
        try:
            async with connection:
                for channel in channels:
                    await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                wait = 1.0
                if name is not None:
                    await connection.execute("SELECT set_config('application_name', %s, false)", (name,))
                    await connection.execute(_TELL, (CHANGED, PRESENCE))
                yield Connection("up")
                try:
                    while True:
                        async for notice in connection.notifies(timeout=0):
                            yield Changed(notice.channel, notice.payload)
                        if not await _readable(connection.fileno(), HEALTH_CHECK):
                            await connection.execute("SELECT 1")
                finally:
                    if name is not None:
                        await _say_goodbye(connection)
        except (psycopg.Error, OSError):
            yield Connection("down")


async def _readable(descriptor: int, seconds: float) -> bool:
    """Wait until there is something to read, at most ``seconds``; whether there is.

    The driver's own waiting looks many times a second, which an idle program must not.
    """
    loop, something = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, something.set)
    try:
        async with asyncio.timeout(seconds):
            await something.wait()
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(descriptor)
    return True


async def _say_goodbye(connection: psycopg.AsyncConnection) -> None:
    with suppress(psycopg.Error, OSError, TimeoutError):
        async with asyncio.timeout(GOODBYE):
            await connection.execute("SELECT set_config('application_name', 'bball-tui', false)")
            await connection.execute(_TELL, (CHANGED, PRESENCE))
