"""Hearing of a league's changes: LISTEN on a connection of its own, for as long as it takes.

A notification is a hint (anyone who knows the channel may send one, and none is kept while nobody listens), so a
listener reads the tables afterwards, and once more after every reconnect.

PostgreSQL lets every login listen to every channel. So each league has its own, under a random name that the database
tells nobody but its members; when one of them loses a role, the league gets another name, and says so on the old one.
"""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Literal, TypeAlias
from uuid import UUID

import msgspec
import psycopg
from psycopg import sql
from psycopg.rows import class_row

from bball_tui.database.engine import Database
from bball_tui.database.presence import PRESENCE, screen_name
from bball_tui.errors import BballError

Channel: TypeAlias = Literal["bball_outbox", "bball_changed"]

OUTBOX: Channel = "bball_outbox"
"""Something may be due: a mail was enqueued, or staff asked for one again."""

CHANGED: Channel = "bball_changed"
"""A table was written; the payload is its name."""

LONGEST_WAIT = 30.0
"""Seconds between two tries to reconnect, at most."""

HEALTH_CHECK = 60.0
"""Seconds of silence after which the connection is asked whether it still lives."""


GOODBYE = 1.0
"""Seconds that leaving may take; after them the others learn of it at their next look."""

_MOVED = "league_channel"
"""Payload on either channel: it has another name from now on."""

_ASK = "SELECT pg_backend_pid() AS pid, bball_channel(%s) AS token"
_CALL_IT = "SELECT set_config('application_name', %s, false)"
_TELL = "SELECT pg_notify(%s, %s)"


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

    Reconnects after 1 to 30 s with jitter. Each time the connection is up, ``Connection("up")`` is yielded after
    LISTEN took effect: whatever was missed is visible to a query made then. So it is when the channel got another
    name, or this login a role, or lost its last one.
    """
    wait = 1.0
    while True:
        try:
            connection = await database.connect(autocommit=True)
        except (psycopg.Error, OSError, BballError):
            yield Connection("down")
            await asyncio.sleep(wait * random.uniform(0.8, 1.2))  # noqa: S311 - jitter, not a secret
            wait = min(wait * 2, LONGEST_WAIT)
            continue
        try:
            async with connection:
                ear = _Ear(connection, league_id, channel, screen=screen)
                await ear.turn()
                wait = 1.0
                yield Connection("up")
                try:
                    while True:
                        heard = [notice.payload async for notice in connection.notifies(timeout=0)]
                        for payload in heard:
                            if payload != _MOVED:
                                yield Changed(payload)
                        if _MOVED not in heard and await _readable(connection.fileno(), HEALTH_CHECK):
                            continue
                        if await ear.turn():
                            yield Connection("up")
                finally:
                    await ear.say_goodbye()
        except (psycopg.Error, OSError):
            yield Connection("down")


class _Told(msgspec.Struct, frozen=True):
    pid: int
    """Of the server's process; behind a pooler the driver knows another number."""
    token: UUID | None


class _Ear:
    """Where one connection listens now."""

    def __init__(self, connection: psycopg.AsyncConnection, league_id: int, channel: Channel, *, screen: bool) -> None:
        self._connection = connection
        self._league_id = league_id
        self._channel = channel
        self._screen = screen
        self._token: UUID | None = None

    async def turn(self) -> bool:
        """Listen where the league speaks now; whether that is another place than before.

        The places of before stay open: what was on its way to them is still heard.
        """
        before = self._token
        while (told := await self._ask()).token != self._token:
            self._token = told.token
            if told.token is not None:
                place = sql.Identifier(f"{self._channel}_{told.token}")
                await self._connection.execute(sql.SQL("LISTEN {}").format(place))
        if self._token == before:
            return False
        if self._screen and told.token is not None:
            await self._connection.execute(_CALL_IT, (screen_name(told.token, told.pid),))
            await self._tell_presence()
        return True

    async def say_goodbye(self) -> None:
        """Let the others know that a screen is gone; without it they learn of it at their next look."""
        if self._screen and self._token is not None:
            with suppress(psycopg.Error, OSError, TimeoutError):
                async with asyncio.timeout(GOODBYE):
                    await self._connection.execute(_CALL_IT, ("bball-tui",))
                    await self._tell_presence()

    async def _ask(self) -> _Told:
        async with self._connection.cursor(row_factory=class_row(_Told)) as cursor:
            told = await (await cursor.execute(_ASK, (self._league_id,))).fetchone()
        assert told is not None  # noqa: S101 - a SELECT without FROM has one row
        return told

    async def _tell_presence(self) -> None:
        await self._connection.execute(_TELL, (f"{CHANGED}_{self._token}", PRESENCE))


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
