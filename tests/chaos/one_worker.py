"""A real worker in a process of its own, forked as tests/chaos/nursery.py says and told :class:`Orders`.

It is the worker of the product, with shorter leases. On order it stalls at one of the moments that no mail server can
see, says so on stdout, and waits there to be killed.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

import msgspec

from bball_tui.cli.event_loop import fast_loop
from bball_tui.database.engine import Database
from bball_tui.delivery.timing import Timing
from bball_tui.delivery.worker import Worker
from bball_tui.mail.outcome import Outcome
from bball_tui.mail.transports import Envelope, Transport, open_transport
from bball_tui.mail.transports.base import OnWire
from bball_tui.settings import SecretUrl, Settings
from tests.chaos.nursery import serve


class Orders(msgspec.Struct, frozen=True):
    """What the worker is to do; ``stall`` is "", "claimed", "marked" or "answered"."""

    database: str
    league_id: int
    mail: str
    lease: float = 1.5
    sweep: float = 0.4
    concurrency: int = 4
    stall: str = ""
    drain: bool = False


class Stalling:
    """A transport that stops forever at one moment of its first mail."""

    def __init__(self, inner: Transport, moment: str) -> None:
        self._inner = inner
        self._moment = moment

    @property
    def provider(self) -> str:
        return self._inner.provider

    @property
    def rate(self) -> float | None:
        return self._inner.rate

    async def send(self, envelope: Envelope, on_wire: OnWire) -> Outcome:
        await self._at("claimed")
        ours = False

        async def marked() -> bool:
            nonlocal ours
            ours = await on_wire()
            if ours:  # on a busy machine the lease may be over by now
                await self._at("marked")
            return ours

        outcome = await self._inner.send(envelope, marked)
        if ours:
            await self._at("answered")
        return outcome

    async def check(self) -> Outcome | None:
        return await self._inner.check()

    async def close(self) -> None:
        await self._inner.close()

    async def _at(self, moment: str) -> None:
        if moment == self._moment:
            say("stalled")
            await asyncio.Event().wait()


def say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


async def main(orders: Orders) -> None:
    with tempfile.TemporaryDirectory(prefix="bball-chaos-") as folder:
        settings = Settings(
            data_dir=Path(folder),
            config_dir=Path(folder),
            mail_url=SecretUrl(orders.mail),
            worker_concurrency=orders.concurrency,
        )
        transport: Transport = open_transport(settings)
        if orders.stall:
            transport = Stalling(transport, orders.stall)
        database = Database(SecretUrl(orders.database))
        timing = Timing(lease=orders.lease, sweep=orders.sweep, poll=1.0)
        worker = Worker(database, orders.league_id, settings, transport, place="chaos", timing=timing)
        say("ready")
        if orders.drain:
            say(msgspec.json.encode(await worker.drain()).decode())
        else:
            await worker.run(asyncio.Event())


def work(told: bytes) -> None:
    with asyncio.Runner(loop_factory=fast_loop) as runner:
        runner.run(main(msgspec.json.decode(told, type=Orders)))


if __name__ == "__main__":
    serve(work)
