"""Hearing of a league's changes: LISTEN on a connection of its own, for as long as it takes.

A notification is a hint (anyone who knows the channel may send one, and none is kept while nobody listens), so a
listener reads the tables afterwards, and once more after every reconnect.

PostgreSQL lets every login listen to every channel. So each league has its own, under a random name that the database
tells nobody but its members; when one of them loses a role, the league gets another name, and says so on the old one.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Literal, TypeAlias
from uuid import UUID

import msgspec
import psycopg
from psycopg import sql
from psycopg.rows import class_row

from bball_tui.database.backoff import Backoff
from bball_tui.database.engine import Database
from bball_tui.database.presence import PRESENCE, screen_name
from bball_tui.errors import BballError

Channel: TypeAlias = Literal["bball_outbox", "bball_changed"]

OUTBOX: Channel = "bball_outbox"
"""Something may be due: a mail was enqueued, or staff asked for one again."""

CHANGED: Channel = "bball_changed"
"""A table was written; the payload is its name."""

HEALTH_CHECK = 60.0
"""Seconds of silence after which the connection is asked whether it still lives."""

GOODBYE = 1.0
"""Seconds that leaving may take; after them the others learn of it at their next look."""

_RENAMED = "league_channel"
"""Payload on either channel: it has another name from now on."""

_CURRENT_CHANNEL = "SELECT pg_backend_pid() AS pid, bball_channel(%s) AS token"
_SET_APPLICATION_NAME = "SELECT set_config('application_name', %s, false)"
_NOTIFY = "SELECT pg_notify(%s, %s)"


class Changed(msgspec.Struct, frozen=True):
    """``payload`` is the table for :data:`CHANGED`, or that somebody came or went."""

    payload: str


class Connection(msgspec.Struct, frozen=True):
    """The listening connection came up (so look at everything once) or went away."""

    state: Literal["up", "down"]


async def listen(
    database: Database, league_id: int, channel: Channel, *, screen: bool = False
) -> AsyncGenerator[Changed | Connection]:
    """Yield what happens on the league's ``channel`` until the caller stops; never ends because the database is away.

    A ``screen`` is seen by its colleagues (`presence.py`), and all who listen to :data:`CHANGED` hear that it came, or
    went.

    After every failure, be it of the connection or of the first LISTEN on it, it waits before it tries again, as long
    as :class:`.Backoff` says, which starts over once it listens. Each time it does, ``Connection("up")`` is yielded:
    whatever was missed is visible to a query made then. So it is when the channel got another name, or this login a
    role, or lost its last one.
    """
    backoff = Backoff()
    while True:
        try:
            connection = await database.connect(autocommit=True)
        except (psycopg.Error, OSError, BballError):
            yield Connection("down")
            await backoff.wait()
            continue
        try:
            async with connection:
                subscription = _Subscription(connection, league_id, channel, screen=screen)
                await subscription.renew()
                backoff.reset()
                yield Connection("up")
                try:
                    while True:
                        heard = [notice.payload async for notice in connection.notifies(timeout=0)]
                        for payload in heard:
                            if payload != _RENAMED:
                                yield Changed(payload)
                        if _RENAMED not in heard and await _readable(connection.fileno(), HEALTH_CHECK):
                            continue
                        if await subscription.renew():
                            yield Connection("up")
                finally:
                    await subscription.say_goodbye()
        except (psycopg.Error, OSError):
            yield Connection("down")
            await backoff.wait()


class _CurrentChannel(msgspec.Struct, frozen=True):
    pid: int
    """Of the server's process; behind a pooler the driver knows another number."""
    token: UUID | None
    """Ends the name of the league's channels; None for a login without a role there."""


class _Subscription:
    """What one connection listens to: the league's channel, whatever its name is."""

    def __init__(self, connection: psycopg.AsyncConnection, league_id: int, channel: Channel, *, screen: bool) -> None:
        self._connection = connection
        self._league_id = league_id
        self._channel = channel
        self._screen = screen
        self._token: UUID | None = None

    async def renew(self) -> bool:
        """Listen to the channel under its name of now; whether that is another one than before.

        The name is asked for again after LISTEN, until it is the same: between the question and LISTEN the league may
        have got another one, and its word of that went to a channel that this connection did not hear yet. Earlier
        names stay subscribed: what was on its way to them is still heard.
        """
        before = self._token
        while (current := await self._current_channel()).token != self._token:
            self._token = current.token
            if current.token is not None:
                name = sql.Identifier(f"{self._channel}_{current.token}")
                await self._connection.execute(sql.SQL("LISTEN {}").format(name))
        if self._token == before:
            return False
        if self._screen and current.token is not None:
            await self._connection.execute(_SET_APPLICATION_NAME, (screen_name(current.token, current.pid),))
            await self._notify_presence()
        return True

    async def say_goodbye(self) -> None:
        """Let the others know that a screen is gone; without it they learn of it at their next look."""
        if self._screen and self._token is not None:
            with suppress(psycopg.Error, OSError, TimeoutError):
                async with asyncio.timeout(GOODBYE):
                    await self._connection.execute(_SET_APPLICATION_NAME, ("bball-tui",))
                    await self._notify_presence()

    async def _current_channel(self) -> _CurrentChannel:
        async with self._connection.cursor(row_factory=class_row(_CurrentChannel)) as cursor:
            current = await (await cursor.execute(_CURRENT_CHANNEL, (self._league_id,))).fetchone()
        assert current is not None  # noqa: S101 - a SELECT without FROM has one row
        return current

    async def _notify_presence(self) -> None:
        await self._connection.execute(_NOTIFY, (f"{CHANGED}_{self._token}", PRESENCE))


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
