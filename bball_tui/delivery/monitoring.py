"""Looks at the queues of leagues again and again, for whoever watches a worker from outside: metrics, health file."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct

from bball_tui.database.engine import Database
from bball_tui.errors import BballError
from bball_tui.mail.from_address import Outgoing
from bball_tui.outbox.counts import Backlog, MailDay, backlog, read_mail_day

log = logging.getLogger(__name__)

LOOK_SECONDS = 15.0


class Watched(Struct, frozen=True):
    """A league that is looked at. ``outgoing`` is what this computer adds to the way of its mails."""

    id: int
    slug: str
    outgoing: Outgoing


class LeagueLook(Struct, frozen=True):
    """One league at one moment."""

    slug: str
    day: MailDay
    backlog: Backlog


Looks = Sequence[LeagueLook] | None
"""What was seen; None: the database was away."""


async def look_at(database: Database, league: Watched) -> LeagueLook:
    """Look once.

    Raises:
        BballError: the database is away, or the league is gone.
    """
    async with database.session() as session:
        day = await read_mail_day(session, league.id, league.outgoing)
        return LeagueLook(league.slug, day, await backlog(session, league.id))


async def watch(
    database: Database,
    leagues: Callable[[], Awaitable[Sequence[Watched]]],
    listeners: Sequence[Callable[[Looks], None]],
    *,
    seconds: float = LOOK_SECONDS,
) -> None:
    """Look at all ``leagues`` every ``seconds`` until canceled, and tell ``listeners``. No fault of theirs ends it."""
    while True:
        looks: Looks
        try:
            looks = [await look_at(database, league) for league in await leagues()]
        except BballError:
            looks = None
        for tell in listeners:
            try:
                tell(looks)
            except Exception:
                log.exception("what watches the worker failed; the worker goes on")
        await asyncio.sleep(seconds)
