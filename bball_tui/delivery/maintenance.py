"""The loops beside the claiming: signs of life, leases and lost mails, listening, forgetting. None ends by a fault."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from datetime import timedelta
from typing import TypeAlias

from bball_tui.database.backoff import Backoff
from bball_tui.database.change_listener import OUTBOX, Connection, listen
from bball_tui.database.engine import Database
from bball_tui.delivery.in_doubt import DoubtSolver
from bball_tui.delivery.timing import Timing
from bball_tui.delivery.wakeups import Signals
from bball_tui.errors import BballError
from bball_tui.outbox.leases import Swept, extend, sweep
from bball_tui.outbox.queue import Claim
from bball_tui.outbox.retention import forget
from bball_tui.outbox.sending_status import WorkerInfo, beat, sign_off

log = logging.getLogger(__name__)

Chore: TypeAlias = Callable[[], Awaitable[None]]
"""Something besides sending that a worker does now and then; any number of workers may do it at once."""


class Maintenance:
    """Keeps one worker, its leases and the league's queue in order.

    ``in_hand`` names the claims whose leases are to be renewed; ``swept`` hears what each sweep did; ``chores`` are
    done now and then.
    """

    def __init__(
        self,
        database: Database,
        league_id: int,
        info: WorkerInfo,
        timing: Timing,
        signals: Signals,
        doubts: DoubtSolver,
        *,
        in_hand: Callable[[], Sequence[Claim]],
        swept: Callable[[Swept], None],
        chores: Sequence[Chore] = (),
    ) -> None:
        self._database = database
        self._league_id = league_id
        self._info = info
        self._timing = timing
        self._signals = signals
        self._doubts = doubts
        self._in_hand = in_hand
        self._swept = swept
        self._chores = tuple(chores)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The loops run inside this block; afterwards the worker is off the list."""
        steps = (self._pulse, self._hear, self._forget, self._ask, *map(self._now_and_then, self._chores))
        loops = [asyncio.create_task(self.for_ever(step)) for step in steps]
        try:
            yield
        finally:
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
            with suppress(BballError):
                async with self._database.session() as session:
                    await sign_off(session, self._league_id, self._info)

    async def for_ever(self, step: Callable[[], Awaitable[None]], *, until: Callable[[], bool] = lambda: False) -> None:
        """Repeat ``step``, whatever happens, and more patiently while the database is away."""
        backoff = Backoff(self._signals.back)
        while not until():
            try:
                await step()
            except BballError as error:
                log.warning("the worker waits: %s", error)
                await backoff.wait()
            except Exception:
                log.exception("a fault in the worker itself; it goes on")
                await backoff.wait()
            else:
                backoff.reset()

    async def chores_once(self) -> None:
        """Do every chore once; one that fails is done again by its loop."""
        for chore in self._chores:
            with suppress(BballError):
                await chore()

    def _now_and_then(self, chore: Chore) -> Chore:
        async def step() -> None:
            await chore()
            await asyncio.sleep(self._timing.chores * random.uniform(1.0, 1.2))  # noqa: S311 - jitter, not a secret

        return step

    async def sweep_once(self) -> Swept:
        """Free what lost workers hold.

        Raises:
            BballError: the database is away.
        """
        async with self._database.session() as session:
            swept = await sweep(session, self._league_id)
        self._note(swept)
        return swept

    def _note(self, swept: Swept) -> None:
        self._signals.back.set()
        self._swept(swept)
        if swept.requeued or swept.in_doubt or swept.dead:
            log.info(
                "workers were lost: %s e-mails queued again, %s in doubt, %s failed",
                len(swept.requeued),
                len(swept.in_doubt),
                len(swept.dead),
            )

    async def _pulse(self) -> None:
        """Say that we live, keep what is in hand ours, and free what lost workers hold.

        One transaction for a worker at rest. What is in hand is kept first and by itself: no fault of a sweep may cost
        its lease.
        """
        async with self._database.session() as session:
            await beat(session, self._league_id, self._info)
            if claims := self._in_hand():
                await extend(session, claims, lease=timedelta(seconds=self._timing.lease))
            else:
                swept = await sweep(session, self._league_id)
        if claims:
            swept = await self.sweep_once()
        else:
            self._note(swept)
        if swept.next_due is not None and swept.next_due <= 0:
            self._signals.wake.set()
        # Jitter only lengthens, so that many workers do not sweep in step.
        await asyncio.sleep(self._timing.pulse * random.uniform(1.0, 1.2))  # noqa: S311 - jitter, not a secret

    async def _hear(self) -> None:
        async with aclosing(listen(self._database, self._league_id, OUTBOX)) as events:
            async for event in events:
                if not (isinstance(event, Connection) and event.state == "down"):
                    self._signals.back.set()
                    self._signals.wake.set()

    async def _ask(self) -> None:
        await self._doubts.solve_once()
        await asyncio.sleep(self._timing.sweep)

    async def _forget(self) -> None:
        await asyncio.sleep(self._timing.forget)
        while True:
            async with self._database.session() as session:
                if not await forget(session, self._league_id):
                    return
