"""One worker program for all leagues in which its login may send, each with an account of its own.

Each league has a worker with its own claims, connections and gate, so that none waits for another: neither for its
thousands of mails nor for its mail server. Leagues come and go while the program runs.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from msgspec import Struct, field

from bball_tui.delivery.worker import Drained, Worker
from bball_tui.errors import BballError
from bball_tui.mail.transports import Transport, open_transport
from bball_tui.settings import NO_MAIL_SERVER, Settings

log = logging.getLogger(__name__)

LOOK_SECONDS = 20.0
"""Between two looks which leagues there are."""


class ServedLeague(Struct, frozen=True):
    """A league in which this login may send; ``settings`` are its own."""

    id: int
    slug: str
    settings: Settings


Served = Callable[[], Awaitable[Sequence[ServedLeague]]]
"""Asks the database which leagues there are now."""
MakeWorker = Callable[[ServedLeague, Transport], Worker]


class _Running(Struct):
    stop: asyncio.Event
    task: asyncio.Task[None]


class LeagueWorkers(Struct):
    """A worker for each league. ``make`` builds one; ``told`` hears, in words, who comes, goes and waits."""

    served: Served
    make: MakeWorker
    told: Callable[[str], None]
    seconds: float = LOOK_SECONDS
    leagues: tuple[ServedLeague, ...] = ()
    """As they were at the last look."""
    _running: dict[int, _Running] = field(default_factory=dict)
    _waiting: dict[int, str] = field(default_factory=dict)

    async def run(self, stop: asyncio.Event) -> None:
        """Serve every league until ``stop``; then let each finish the mails on the wire. No fault ends another."""
        try:
            while not stop.is_set():
                try:
                    await self.look()
                except BballError as error:
                    log.warning("which leagues there are is not known now: %s", error)
                with suppress(TimeoutError):
                    async with asyncio.timeout(self.seconds):
                        await stop.wait()
        finally:
            await self._end(list(self._running))

    async def find(self) -> None:
        """See which leagues there are, and begin with none.

        Raises:
            BballError: the database is away.
        """
        self.leagues = tuple(await self.served())

    async def look(self) -> None:
        """Begin with leagues that are new, and end with those that are gone.

        Raises:
            BballError: the database is away; whoever is served goes on being served.
        """
        await self.find()
        here = {league.id for league in self.leagues}
        gone = [league_id for league_id in self._running if league_id not in here]
        if gone:
            self.told("This login may not send for some leagues anymore; the others go on.")
            await self._end(gone)
        for league_id, running in list(self._running.items()):
            if running.task.done():
                del self._running[league_id]
        for league in self.leagues:
            if league.id not in self._running and (transport := self._opened(league)) is not None:
                stop = asyncio.Event()
                self._running[league.id] = _Running(stop, asyncio.create_task(self._serve(league, transport, stop)))
                self.told(f"{league.slug}: sends through {transport.provider}.")

    async def drain(self, stop: asyncio.Event) -> tuple[Drained, bool]:
        """Let every league that has an account work until nothing is due; the sum, and whether all of them could.

        Raises:
            BballError: the database is away.
        """
        await self.find()
        ready = [(league, transport) for league in self.leagues if (transport := self._opened(league)) is not None]
        ended = await asyncio.gather(*(self._drain_one(league, transport, stop) for league, transport in ready))
        parts = [one for one in ended if one is not None]
        counts = (
            sum(part.sent for part in parts),
            sum(part.failed for part in parts),
            sum(part.in_doubt for part in parts),
            sum(part.queued for part in parts),
            sum(part.held for part in parts),
        )
        return Drained(*counts), len(parts) == len(self.leagues)

    def _opened(self, league: ServedLeague) -> Transport | None:
        """The league's transport; None, said once, while it has no account that can be used."""
        try:
            if league.settings.mail_url is None:
                way_out = f"'bball-tui --league {league.slug} mail setup' sets one up"
                where = f"mail_url under [leagues.{league.slug}] in the settings file"
                raise BballError(f"{NO_MAIL_SERVER.capitalize()} for it here. {way_out}, as does {where}.")
            transport = open_transport(league.settings)
        except BballError as error:
            if self._waiting.get(league.id) != str(error):
                self._waiting[league.id] = str(error)
                self.told(f"{league.slug}: its e-mails wait. {error}")
            return None
        self._waiting.pop(league.id, None)
        return transport

    async def _serve(self, league: ServedLeague, transport: Transport, stop: asyncio.Event) -> None:
        try:
            await self.make(league, transport).run(stop)
        except Exception:
            log.exception("the worker of %s ended by a fault; it is started again", league.slug)
        finally:
            await transport.close()

    async def _drain_one(self, league: ServedLeague, transport: Transport, stop: asyncio.Event) -> Drained | None:
        try:
            return await self.make(league, transport).drain(stop)
        except BballError as error:
            self.told(f"{league.slug}: {error}")
            return None
        finally:
            await transport.close()

    async def _end(self, league_ids: Sequence[int]) -> None:
        ending = [self._running.pop(league_id) for league_id in league_ids]
        for one in ending:
            one.stop.set()
        await asyncio.gather(*(one.task for one in ending))
