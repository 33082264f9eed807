"""The worker: claims mails, hands them out, and stops in good order. Any number may run, on any number of machines.

`maintenance.py` keeps its leases, `sending.py` sends one mail. It never ends because the database is away.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from time import monotonic
from uuid import uuid4

from msgspec import Struct

from bball_tui import __version__
from bball_tui.database.autocommit import AutocommitConnection
from bball_tui.database.backoff import Backoff
from bball_tui.database.engine import Database
from bball_tui.database.states import OutboxState
from bball_tui.delivery import gate_policy as gate
from bball_tui.delivery.gate_policy import Wait, limits_for
from bball_tui.delivery.in_doubt import DoubtSolver, Ended
from bball_tui.delivery.maintenance import Chore, Maintenance
from bball_tui.delivery.sending import Sending, SendingResult, Work
from bball_tui.delivery.timing import Timing
from bball_tui.delivery.wakeups import Signals, heard
from bball_tui.errors import BballError
from bball_tui.mail.context import has_from_address
from bball_tui.mail.from_address import FROM_NEEDED, has_default_sender
from bball_tui.mail.outcome import Outcome, OutcomeClass, Phase
from bball_tui.mail.transports import Transport
from bball_tui.outbox.counts import Backlog, backlog
from bball_tui.outbox.leases import Swept
from bball_tui.outbox.queue import Claim, claim, next_due
from bball_tui.outbox.sending_status import WORKER_PLACE, WorkerInfo
from bball_tui.outbox.settling import hand_back
from bball_tui.settings import Settings

log = logging.getLogger(__name__)

_OTHERS = 0.25
"""Seconds between two looks of a drain at mails that other workers have in hand."""


class Drained(Struct, frozen=True):
    """What a drain did (``sent``, ``failed``, ``in_doubt``) and what still waits (``queued``, ``held``)."""

    sent: int
    failed: int
    in_doubt: int
    queued: int
    held: int


class Worker:
    """Sends the mails of one league through one transport, many at a time.

    Args:
        place: where it runs, for people: "worker", "screen".
        chores: what it does besides, now and then; looking for returned mails is always one.
        settled: is told each outcome, and how many seconds the mail was in hand.

    The caller closes ``transport``.
    """

    def __init__(
        self,
        database: Database,
        league_id: int,
        settings: Settings,
        transport: Transport,
        *,
        place: str = WORKER_PLACE,
        timing: Timing | None = None,
        chores: Sequence[Chore] = (),
        settled: Callable[[SendingResult, float], None] | None = None,
    ) -> None:
        self._database = database
        self._league_id = league_id
        self._settled = settled
        self._transport = transport
        self._limits = limits_for(transport.provider, transport.rate)
        self._timing = timing or Timing()
        self._lease = timedelta(seconds=self._timing.lease)
        host = socket.gethostname()
        self.info = WorkerInfo(
            uuid4(), f"{host} ({place} {os.getpid()})", host, os.getpid(), __version__, transport.provider
        )
        # The next mails are claimed and written while the others are on the wire; a few at a time, as each claim is
        # a transaction.
        self._capacity = 7 * settings.worker_concurrency + 2
        self._handful = 3 * settings.worker_concurrency
        self._claiming = AutocommitConnection(database, in_order=True)
        self._claimed: list[Claim] = []
        self._probing = False
        self._pen = asyncio.Lock()
        self._signals = Signals()
        self._sending = Sending(database, league_id, settings, transport, self._signals.back, lease=self._lease)
        self._slots = asyncio.Semaphore(settings.worker_concurrency + self._sending.ahead)
        self._tasks: dict[Work, asyncio.Task[None]] = {}
        self._leaving: set[Work] = set()
        self._answered = 0
        """How many of the tasks only wait for their answer to be written down: they take nobody's place."""
        self._stopping = False
        self._gate_open = False
        self._faults = self._untold = 0
        """How often the provider was in trouble, and how many of these answers are not written down yet."""
        self._told = 0
        """How many were written down when what is claimed now was asked for."""
        self._fresh = True
        self._own_sender = has_default_sender(settings)
        self._sender_known = True
        self._sender_seen = False
        self._sent = self._failed = 0
        self._in_doubt: set[int] = set()
        self._doubts = DoubtSolver(
            database, league_id, transport, grace=timedelta(seconds=self._timing.doubt), ended=self._end_doubt
        )
        self._maintenance = Maintenance(
            database,
            league_id,
            self.info,
            self._timing,
            self._signals,
            self._doubts,
            in_hand=lambda: [*self._claimed, *(work.claim for work in self._tasks)],
            swept=self._note,
            chores=(*_bounce_chores(database, league_id, settings), *chores),
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set; then finish the mails on the wire (30 s at most) and hand the rest back.

        Never ends because the database is away.
        """
        async with self._maintenance.running():
            claiming = asyncio.create_task(self._maintenance.for_ever(self._round, until=lambda: self._stopping))
            stopping = asyncio.create_task(stop.wait())
            try:
                await asyncio.wait((claiming, stopping), return_when=asyncio.FIRST_COMPLETED)
            finally:
                stopping.cancel()
                await self._finish(claiming)

    async def drain(self, stop: asyncio.Event | None = None) -> Drained:
        """Work until nothing is due, waiting for holds that end within a minute, and return.

        While the provider is in trouble it waits a few seconds at most; what could not be sent stays queued.

        Raises:
            DatabaseUnavailable: the database was away for half a minute while nothing was in hand.
        """
        await self._maintenance.chores_once()
        async with self._maintenance.running():
            draining = asyncio.create_task(self._drain())
            stopping = asyncio.create_task((stop or asyncio.Event()).wait())
            try:
                await asyncio.wait((draining, stopping), return_when=asyncio.FIRST_COMPLETED)
            finally:
                stopping.cancel()
                await self._finish(draining)
        if not draining.cancelled() and (error := draining.exception()):
            raise error
        left = await self._look()
        return Drained(self._sent, self._failed, len(self._in_doubt), left.queued + left.sending, left.held)

    # -- claiming -------------------------------------------------------------------------------------------------

    async def _take(self, wanted: int) -> list[Work] | Wait:
        if not self._claimed:
            self._told = self._faults - self._untold
            if not await self._has_sender():
                return Wait(None, None, FROM_NEEDED)
            claims, probe = await self._claim(wanted), False
            if not claims:
                answer = await self._ask_gate(wanted)
                if isinstance(answer, Wait):
                    # Without a cause it is only the pace: what was claimed before has been let pass, and goes out.
                    if answer.cause is not None:
                        if not self._gate_open:
                            log.info("sending is held: %s", answer.reason)
                        self._gate_open = True
                    return answer
                claims, probe = answer
            self._claimed, self._probing = claims, probe
        if not self._claimed:
            return []
        self._fresh = False
        # What was not written down when these were asked for the gates may not have known when they let them pass.
        self._gate_open = self._faults > self._told
        # When the database is away just now, the claims stay ours and are made ready in the next round.
        works = await self._sending.works(self._claimed, probe=self._probing)
        self._claimed = []
        return works

    async def _has_sender(self) -> bool:
        """Whether it is known in whose name mails go out; until then none is claimed."""
        if self._own_sender or self._sender_seen:
            return True
        async with self._database.reading() as session:
            known = await has_from_address(session, self._league_id)
        if not known and self._sender_known:
            log.info("sending waits: %s", FROM_NEEDED)
        self._sender_known = self._sender_seen = known
        return known

    async def _claim(self, wanted: int) -> list[Claim]:
        """The short way, while no gate has a say: one statement."""
        if not self._limits.unlimited:
            return []
        return await claim(
            self._claiming,
            self._league_id,
            limit=wanted,
            admitted=False,
            worker=self.info.name,
            provider=self._transport.provider,
            lease=self._lease,
        )

    async def _ask_gate(self, wanted: int) -> tuple[list[Claim], bool] | Wait:
        """The long way: what the gates allow, claimed in the same transaction; and whether it is a probe."""
        provider = self._transport.provider
        async with self._database.session() as session:
            answer = await gate.acquire(session, self._league_id, provider, wanted, self._limits, fresh=self._fresh)
            if isinstance(answer, Wait):
                return answer
            if not answer.probe and self._limits.unlimited:
                return [], False  # all gates are closed, so the short way found what there was
            claims = await claim(
                session,
                self._league_id,
                limit=answer.n,
                worker=self.info.name,
                provider=self._transport.provider,
                lease=self._lease,
            )
            await gate.release(session, self._league_id, provider, answer, len(claims), self._limits)
        return claims, answer.probe

    async def _round(self) -> None:
        """Claim what there is room for, or wait until there may be something."""
        self._signals.wake.clear()
        if self._stopping or await self._full():
            return
        answer = await self._take(self._capacity - self._unanswered)
        if isinstance(answer, Wait):
            await heard(self._signals.wake, min(answer.seconds or self._timing.poll, self._timing.poll))
        elif answer:
            self._hand_out(answer)
        else:
            async with self._database.session() as session:
                due = await next_due(session, self._league_id)
            # Due and yet not to be had: somebody else is just claiming it.
            await heard(self._signals.wake, None if due is None else max(due, 0.25) if due <= 0 else due + 0.001)

    @property
    def _unanswered(self) -> int:
        return len(self._tasks) - self._answered

    async def _full(self) -> bool:
        """Wait for room for a handful when there is none; True when it had to wait."""
        if self._unanswered <= self._capacity - self._handful:
            return False
        self._signals.room.clear()
        await self._signals.room.wait()
        return True

    async def _drain(self) -> None:
        gate_budget = self._timing.drain_gate
        backoff = Backoff(self._signals.back)
        away_since: float | None = None
        while not self._stopping:
            self._signals.wake.clear()
            try:
                if await self._full():
                    continue
                answer = await self._take(self._capacity - self._unanswered)
                if not isinstance(answer, Wait) and answer:
                    self._hand_out(answer)
                elif self._tasks:
                    await self._until_news_or_idle()
                elif isinstance(answer, Wait) and answer.cause is None and answer.seconds is not None:
                    # Only the pace: nothing is wrong, and every mail has its turn.
                    await heard(self._signals.wake, answer.seconds + 0.01)
                elif isinstance(answer, Wait):
                    if answer.seconds is None or answer.seconds > gate_budget:
                        return
                    begun = asyncio.get_running_loop().time()
                    await heard(self._signals.wake, answer.seconds + 0.01)
                    gate_budget -= asyncio.get_running_loop().time() - begun
                else:
                    await self._maintenance.sweep_once()
                    next_doubt = await self._doubts.solve_once()
                    pause = self._worth_waiting(await self._look(), next_doubt)
                    if pause is None:
                        return
                    await heard(self._signals.wake, pause)
            except BballError:
                now = asyncio.get_running_loop().time()
                away_since = away_since or now
                if now - away_since > self._timing.drain_database and not self._tasks:
                    raise
                await backoff.wait()
            else:
                away_since = None
                backoff.reset()

    async def _until_news_or_idle(self) -> None:
        """Wait for a mail to be done, and on while others are on their way and nobody says that more are due."""
        while self._tasks:
            self._signals.room.clear()
            await self._signals.room.wait()
            if self._signals.wake.is_set():
                return

    def _worth_waiting(self, left: Backlog, next_doubt: float | None) -> float | None:
        if left.due:
            return 0.05
        ends = [seconds for seconds in (left.hold_ends, left.lease_ends, next_doubt) if seconds is not None]
        soon = min(ends, default=None)
        if soon is None or soon >= self._timing.drain_hold:
            return None
        # What others have in hand is mostly done long before their lease is over, and nobody tells.
        return max(min(soon, _OTHERS) if left.lease_ends is not None else soon, 0.0) + 0.01

    async def _look(self) -> Backlog:
        async with self._database.session() as session:
            return await backlog(session, self._league_id)

    # -- one mail -------------------------------------------------------------------------------------------------

    def _hand_out(self, works: list[Work]) -> None:
        for work in works:
            self._tasks[work] = asyncio.create_task(self._process(work))

    async def _process(self, work: Work) -> None:
        begun = monotonic()
        try:
            outcome = await self._attempt(work)
            verdict = self._sending.judge(work, outcome)
            fault = verdict.cause is not None
            self._gate_open |= fault  # at once: of the mails in hand no other one leaves
            self._faults += fault
            self._untold += fault
            self._answered += 1
            self._signals.room.set()
            try:
                done = await self._sending.settle(work, outcome, verdict)
            finally:
                self._answered -= 1
                self._untold -= fault
            self._record(done)
            if self._settled is not None:
                self._settled(done, monotonic() - begun)
        except Exception:
            # The lease brings the mail back, or puts it in doubt; both are safe.
            log.exception("e-mail %s was given up by this worker", work.claim.id)
        finally:
            self._leaving.discard(work)
            del self._tasks[work]
            self._signals.room.set()

    async def _attempt(self, work: Work) -> Outcome:
        # One at a time, so that between two of them the answers of the mail server are heard.
        async with self._pen:
            written = self._sending.write(work)
        if isinstance(written, Outcome):
            if written.outcome_class is OutcomeClass.STOPPED:
                self._sender_seen = False  # the From address was taken away since we asked
            return written
        async with self._slots:
            return await self._sending.send(written, lambda: self._may_leave(work))

    def _may_leave(self, work: Work) -> bool:
        """Asked when its turn has come; from then on it is on its way, and a stop waits for it."""
        if self._stopping or (self._gate_open and not work.probe):
            return False
        self._leaving.add(work)
        return True

    def _record(self, done: SendingResult) -> None:
        outcome = done.outcome
        into_folder = outcome.outcome_class is OutcomeClass.ACCEPTED and outcome.phase is Phase.FILE
        log.info(
            "e-mail %s: %s%s",
            done.work.claim.id,
            "written to a folder" if into_folder else outcome.outcome_class.value,
            f" ({outcome.text})" if outcome.text else "",
        )
        self._sent += done.state is OutboxState.SENT
        self._failed += done.state is OutboxState.DEAD
        self._in_doubt.discard(done.work.claim.id)
        if done.state is OutboxState.IN_DOUBT:
            self._in_doubt.add(done.work.claim.id)

    def _note(self, swept: Swept) -> None:
        self._in_doubt.update(swept.in_doubt)
        self._failed += len(swept.dead)

    def _end_doubt(self, ended: Ended) -> None:
        self._in_doubt.discard(ended.outbox_id)
        self._sent += ended.state is OutboxState.SENT
        self._failed += ended.state is OutboxState.DEAD

    # -- stopping -------------------------------------------------------------------------------------------------

    async def _finish(self, claiming: asyncio.Task[None]) -> None:
        self._stopping = True
        self._signals.all()
        # A claim that is under way is let through, so that what it took can be handed back.
        await asyncio.wait((claiming,), timeout=5.0)
        claiming.cancel()
        await asyncio.gather(claiming, return_exceptions=True)
        idle = [work for work in self._tasks if work not in self._leaving]
        tasks = list(self._tasks.values())
        for work in idle:
            self._tasks[work].cancel()
        if claims := [*self._claimed, *(work.claim for work in idle)]:
            self._claimed = []
            await self._return(claims)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=self._timing.stop)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await self._claiming.close()
        await self._sending.close()

    async def _return(self, claims: list[Claim]) -> None:
        # Without a database their leases end by themselves.
        with suppress(BballError, TimeoutError):
            async with asyncio.timeout(5.0), self._database.session() as session:
                await hand_back(session, claims)


def _bounce_chores(database: Database, league_id: int, settings: Settings) -> tuple[Chore, ...]:
    if settings.bounce_dir is None:
        return ()
    from bball_tui.delivery.bounce_mailbox import bounce_chores  # the reader of mailboxes, which few need

    return bounce_chores(database, league_id, settings.bounce_dir)
