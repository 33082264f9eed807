"""Workers send while a seeded hand kills them, stops them and cuts their connections; then the mails are counted."""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import text

from bball_tui.database.engine import Database
from bball_tui.outbox.queue import enqueue
from bball_tui.settings import SecretUrl
from tests.chaos.nursery import Nursery
from tests.chaos.processes import WorkerProcess
from tests.outbox.support import a_family, item
from tests.support.factory import Club, Family
from tests.support.smtp import SmtpServer

LEASE, SWEEP = 1.5, 0.4
PATIENCE = 60.0
"""Seconds in which a round must come to its end after the last disturbance."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What one round came to. ``lost``: said to be sent and never arrived, or left lying. ``duplicated``: more than one
    copy without a doubt about it. ``failed``: given up, in words, because too many workers died on it.
    """

    mails: int
    kills: int
    stops: int
    cuts: int
    lost: int
    duplicated: int
    in_doubt: int
    failed: int
    seconds_to_recover: float

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.mails + other.mails,
            self.kills + other.kills,
            self.stops + other.stops,
            self.cuts + other.cuts,
            self.lost + other.lost,
            self.duplicated + other.duplicated,
            self.in_doubt + other.in_doubt,
            self.failed + other.failed,
            max(self.seconds_to_recover, other.seconds_to_recover),
        )


NOTHING = Tally(0, 0, 0, 0, 0, 0, 0, 0, 0.0)


class Disturber:
    """One league, one mail server, some workers, and a seeded hand.

    Rounds share the workers; :meth:`round` may be called as often as wanted. ``answer_seconds`` is how long the server
    thinks about each mail; if that is long, the next one is marked before it answers.
    """

    def __init__(
        self,
        nursery: Nursery,
        database: Database,
        url: SecretUrl,
        *,
        seed: int,
        workers: int = 3,
        answer_seconds: float = 0.02,
    ) -> None:
        self._nursery = nursery
        self._database = database
        self._url = url
        self._chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._number = workers
        self._workers: list[WorkerProcess] = []
        self._server = SmtpServer(dot_seconds=answer_seconds, patience=PATIENCE)
        self._club: Club
        self._family: Family
        self._rounds = 0

    async def __aenter__(self) -> "Disturber":
        self._club, self._family = await a_family(self._database)
        await self._server.start()
        orders = (self._nursery, self._url, self._club.league_id, self._server.url)
        self._workers = [WorkerProcess(*orders) for _ in range(self._number)]
        await asyncio.gather(*(self._begin(one) for one in self._workers))
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(one.kill() for one in self._workers if one.alive))
        await self._server.stop()

    async def round(self, *, mails: int, disturbances: int) -> Tally:
        """Promise ``mails``, disturb so many times while they go out, wait until all is quiet, and count."""
        self._rounds += 1
        names = [f"r{self._rounds}n{n}@families.test" for n in range(mails)]
        begun = len(self._server.messages)
        done: Counter[str] = Counter()
        for part in range(disturbances):
            share = names[part::disturbances]
            async with self._database.session() as session:
                items = [item(self._family, name) for name in share]
                await enqueue(session, self._club.league_id, items, hold_seconds=0)
            # Some mails must be under way when it happens.
            await self._server.received(len(self._server.messages) + self._chance.randint(1, max(len(share) // 3, 1)))
            await asyncio.sleep(self._chance.uniform(0, 0.1))
            done[await self._disturb()] += 1
        disturbed_at = time.monotonic()
        state, found = await self._quiet(names)
        recovered = time.monotonic() - disturbed_at
        # Counted behind the states: a worker that goes on may end a doubt at any time, by the answer to what it sends.
        copies = Counter(mail.recipient for mail in self._server.messages[begun:])
        return Tally(
            mails=mails,
            kills=done["kill"],
            stops=done["stop"],
            cuts=done["cut"],
            lost=sum(
                state.get(name) not in ("sent", "in_doubt", "dead") or (state[name] == "sent" and not copies[name])
                for name in names
            ),
            duplicated=sum(copies[name] > 1 for name in names),
            in_doubt=sum(state.get(name) == "in_doubt" for name in names),
            failed=sum(state.get(name) == "dead" for name in names),
            seconds_to_recover=recovered if found else PATIENCE,
        )

    async def _begin(self, worker: WorkerProcess) -> None:
        await worker.start()
        await worker.says("ready", seconds=PATIENCE)

    async def _disturb(self) -> str:
        victim = self._chance.choice(self._workers)
        kind = self._chance.choices(("kill", "stop", "cut"), (6, 2, 2))[0]
        match kind:
            case "kill":
                await victim.kill()
                await self._begin(victim)
            case "stop":
                victim.stop()
                await asyncio.sleep(LEASE * 1.6)
                victim.go_on()
            case _:
                async with self._database.session() as session:
                    await session.execute(
                        text(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                            "WHERE pid <> pg_backend_pid() AND datname = current_database() AND usename = current_user"
                        )
                    )
        return kind

    async def _quiet(self, names: list[str]) -> tuple[dict[str, str], bool]:
        """The states of all mails when none of them is under way; false when that does not come.

        Of one and the same reading: a worker that goes on takes back marks of mails that others gave up as in doubt,
        and they are queued again.
        """
        deadline = time.monotonic() + PATIENCE
        while True:
            state = await self._states(names)
            if not {"queued", "sending"} & set(state.values()):
                return state, True
            if time.monotonic() > deadline:
                return state, False
            await asyncio.sleep(0.05)

    async def _states(self, names: list[str]) -> dict[str, str]:
        async with self._database.session() as session:
            query = text("SELECT recipient, state FROM outbox WHERE recipient = ANY(:names)")
            return {row.recipient: row.state for row in await session.execute(query, {"names": names})}
