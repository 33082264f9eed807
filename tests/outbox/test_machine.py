"""A state machine tries many orders of what workers, leases and staff can do, and looks for a promise that breaks.

Workers of the machine are honest: they send only what they could mark, and answer what is true, if they answer at all.
Any of them may be late by as many leases as it likes. A machine that never gets anywhere would be green as well, so
the test counts what happened and fails when the events that matter did not.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from msgspec.structs import replace
from sqlalchemy import select, text

from bball_tui.database.engine import Database
from bball_tui.database.outbox_models import Outbox
from bball_tui.database.states import OutboxState
from bball_tui.outbox.leases import Swept, extend, sweep
from bball_tui.outbox.queue import Claim, Departure, Frozen, claim, enqueue, mark_on_wire
from bball_tui.outbox.settling import Ending, Report, settle
from bball_tui.outbox.staff_actions import Acted, cancel, resolve, retry
from bball_tui.settings import SecretUrl
from tests.outbox.support import a_family, item
from tests.support.examples import examples

pytestmark = pytest.mark.slow

AnyT = TypeVar("AnyT")
LEASES_OVER = "UPDATE outbox SET lease_until = now() - interval '1 s' WHERE league_id = :league AND state = 'sending'"
WAITS_OVER = "UPDATE outbox SET available_at = now() WHERE league_id = :league AND available_at > now()"
SUPPRESS = (
    "INSERT INTO suppression (league_id, email, reason) VALUES (:league, 'p2@families.test', 'bounced') "
    "ON CONFLICT DO NOTHING"
)
LIFT = "UPDATE suppression SET lifted_at = now(), lifted_by = 'maria' WHERE league_id = :league AND lifted_at IS NULL"
MAILS = "SELECT id, dedupe_key, state, claim_token FROM outbox WHERE league_id = :league ORDER BY id"
NO_WAY_OUT = ("sent", "cancelled", "suppressed")
LATE = st.sampled_from([0, 0, 0, 1, 2, 3])
"""Which of those who could act does: mostly the one who came last, sometimes one who was replaced long ago."""

ARRIVED = st.sampled_from([True, True, True, False])


@dataclass(frozen=True, slots=True)
class Sent:
    """A claim that was marked; ``arrived``: its copy is in the mailbox."""

    claim: Claim
    arrived: bool


class OutboxMachine(RuleBasedStateMachine):
    url: ClassVar[SecretUrl]
    happened: ClassVar[Counter[str]]
    leagues: ClassVar["count[int]"] = count()

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.database = Database(self.url, pool_size=1)
        self.promises: set[str] = set()
        self.held: list[Claim] = []
        self.sent: list[Sent] = []
        self.copies: Counter[int] = Counter()
        self.sent_again: Counter[int] = Counter()
        self.said_to_have_arrived: set[int] = set()
        self.owner: dict[int, Claim] = {}
        self.stored: dict[int, Frozen] = {}
        self.states: dict[int, str] = {}
        self.writes = count()

    def run_(self, work: Coroutine[Any, Any, AnyT]) -> AnyT:
        return self.runner.run(work)

    def write(self, *statements: str) -> None:
        async def go() -> None:
            async with self.database.session() as session:
                for statement in statements:
                    await session.execute(text(statement), {"league": self.club.league_id})

        self.run_(go())

    def some(self, state: OutboxState, pick: int) -> int:
        ids = [id_ for id_, found in self.states.items() if found == state]
        return ids[pick % len(ids)]

    def teardown(self) -> None:
        self.run_(self.database.dispose())
        self.runner.close()

    @initialize()
    def a_league(self) -> None:
        self.club, self.family = self.run_(a_family(self.database, slug=f"league-{next(self.leagues)}"))
        self.promise({0, 1}, 1, 0)

    @rule(people=st.sets(st.integers(0, 2), min_size=1), revision=st.integers(1, 2), hold=st.sampled_from([0, 60]))
    def promise(self, people: set[int], revision: int, hold: int) -> None:
        items = [item(self.family, f"p{n}@families.test", revision=revision) for n in people]
        new = {one.dedupe_key for one in items} - self.promises

        async def go() -> list[int]:
            async with self.database.session() as session:
                return await enqueue(session, self.club.league_id, items, hold_seconds=hold)

        assert len(self.run_(go())) == len(new)
        self.promises |= new

    @precondition(lambda self: "queued" in self.states.values())
    @rule(limit=st.integers(1, 3))
    def take(self, limit: int) -> None:
        async def go() -> list[Claim]:
            async with self.database.session() as session:
                return await claim(session, self.club.league_id, limit=limit, worker="w", provider="maildir")

        for one in self.run_(go()):
            assert one.frozen == self.stored.get(one.id), "the frozen e-mail changed"
            self.owner[one.id] = one
            self.held.append(one)

    @precondition(lambda self: self.held)
    @rule(late=LATE, arrived=ARRIVED)
    def wire(self, late: int, arrived: bool) -> None:
        one = self.held.pop(-1 - late % len(self.held))
        message = Frozen("Welcome", f"From: a@b.test\r\n\r\n{next(self.writes)}\r\n".encode())

        async def go() -> bool:
            async with self.database.session() as session:
                return one.id in await mark_on_wire(session, [Departure(one, None if one.frozen else message)])

        if not self.run_(go()):
            self.happened["refused at the mark"] += 1
            return
        assert self.owner[one.id] == one, "someone who was replaced could still send"
        self.happened["being sent"] += 1
        self.stored.setdefault(one.id, replace(message, sha256=sha256(message.mime).digest()))
        self.copies[one.id] += arrived
        self.sent.append(Sent(one, arrived))

    @precondition(lambda self: "queued" in self.states.values())
    @rule(arrived=ARRIVED)
    def send(self, arrived: bool) -> None:
        """What a healthy worker does; alone, the two rules that it consists of seldom meet."""
        self.write(WAITS_OVER)
        before = len(self.held)
        self.take(1)
        if len(self.held) > before:
            self.wire(0, arrived)

    @precondition(lambda self: "queued" in self.states.values())
    @rule()
    def replace_a_worker(self) -> None:
        """One is lost with its mail in hand, and the next one takes it: both may act from now on."""
        self.take(1)
        self.leases_run_out()
        self.take(1)

    @precondition(lambda self: self.held)
    @rule(late=LATE)
    def extend(self, late: int) -> None:
        one = self.held[-1 - late % len(self.held)]

        async def go() -> bool:
            async with self.database.session() as session:
                return one.id in await extend(session, [one])

        assert not self.run_(go()) or self.owner[one.id] == one

    @precondition(lambda self: self.sent)
    @rule(late=LATE, other=st.sampled_from([Ending.FAILED, Ending.BACK_OFF, Ending.PUT_BACK]), known=st.booleans())
    def answer(self, late: int, other: Ending, known: bool) -> None:
        one = self.sent.pop(-1 - late % len(self.sent))
        ending = Ending.IN_DOUBT if not known else Ending.SENT if one.arrived else other
        self._settle(one.claim, ending, counts=ending is not Ending.PUT_BACK)

    @precondition(lambda self: self.held)
    @rule(late=LATE, ending=st.sampled_from([Ending.FAILED, Ending.BACK_OFF, Ending.PUT_BACK, Ending.HAND_BACK]))
    def give_up_before_the_wire(self, late: int, ending: Ending) -> None:
        one = self.held.pop(-1 - late % len(self.held))
        self._settle(one, ending, counts=ending in (Ending.FAILED, Ending.BACK_OFF))

    def _settle(self, one: Claim, ending: Ending, *, counts: bool) -> None:
        async def go() -> OutboxState | None:
            async with self.database.session() as session:
                return (await settle(session, [Report(one, ending, "as told", counts=counts)]))[one.id]

        doubted = self.states[one.id] == "in_doubt"
        if self.run_(go()) is None:
            self.happened["refused at the settling"] += 1
        else:
            assert self.owner[one.id] == one, "someone who was replaced could still write"
            self.happened["late answer"] += doubted

    @precondition(lambda self: "sending" in self.states.values())
    @rule()
    def leases_run_out(self) -> None:
        self.write(LEASES_OVER)

        async def go() -> Swept:
            async with self.database.session() as session:
                return await sweep(session, self.club.league_id)

        swept = self.run_(go())
        self.happened["taken from a lost worker"] += len(swept.requeued)
        self.happened["in doubt"] += len(swept.in_doubt)

    @precondition(lambda self: "queued" in self.states.values())
    @rule()
    def time_passes(self) -> None:
        self.write(WAITS_OVER)

    @precondition(lambda self: "dead" in self.states.values())
    @rule(pick=st.integers(0, 5))
    def retry(self, pick: int) -> None:
        id_ = self.some(OutboxState.DEAD, pick)

        async def go() -> Acted:
            async with self.database.session() as session:
                return await retry(session, self.club.league_id, [id_])

        assert self.run_(go()).done == (id_,)
        self.happened["retried"] += 1

    @precondition(lambda self: self.states)
    @rule(pick=st.integers(0, 5))
    def cancel(self, pick: int) -> None:
        id_ = list(self.states)[pick % len(self.states)]

        async def go() -> tuple[bool, Acted]:
            async with self.database.session() as session:
                marked = await session.scalar(select(Outbox.wire_started_at.is_not(None)).where(Outbox.id == id_))
                return bool(marked), await cancel(session, self.club.league_id, [id_], reason="no more")

        marked, acted = self.run_(go())
        state = self.states[id_]
        assert bool(acted.done) == (state in ("queued", "dead") or (state == "sending" and not marked))
        self.happened["asked to cancel what is sent"] += self.states[id_] == "sent"

    @precondition(lambda self: "in_doubt" in self.states.values())
    @rule(pick=st.integers(0, 5), arrived=st.sampled_from([False, False, True]))
    def resolve(self, pick: int, arrived: bool) -> None:
        id_ = self.some(OutboxState.IN_DOUBT, pick)

        async def go() -> Acted:
            async with self.database.session() as session:
                return await resolve(session, self.club.league_id, id_, arrived=arrived)

        assert self.run_(go()).done == (id_,)
        if arrived:
            self.said_to_have_arrived.add(id_)
        else:
            self.sent_again[id_] += 1
            self.happened["sent again by staff"] += 1

    @rule(lift=st.booleans())
    def suppress(self, lift: bool) -> None:
        self.write(LIFT if lift else SUPPRESS)

    @invariant()
    def the_promises_hold(self) -> None:
        if not hasattr(self, "club"):
            return

        async def go() -> list[Any]:
            async with self.database.session() as session:
                query = text(
                    "SELECT id, dedupe_key, state, claim_token FROM outbox WHERE league_id = :league ORDER BY id"
                )
                return list((await session.execute(query, {"league": self.club.league_id})).all())

        rows = self.run_(go())
        assert {row.dedupe_key for row in rows} == self.promises, "a promise was lost, or made twice"
        for row in rows:
            assert self.copies[row.id] <= 1 + self.sent_again[row.id], "a second copy that no one asked for"
            if row.state == "sent":
                assert self.copies[row.id] or row.id in self.said_to_have_arrived, "said to be sent, but was not"
            if row.state == "sending":
                assert row.claim_token == self.owner[row.id].token
            if self.states.get(row.id) in NO_WAY_OUT:
                assert row.state == self.states[row.id], "an e-mail came back from where there is no way back"
            self.states[row.id] = row.state


WANTED = (
    "being sent",
    "refused at the mark",
    "refused at the settling",
    "taken from a lost worker",
    "in doubt",
    "late answer",
    "sent again by staff",
    "retried",
    "asked to cancel what is sent",
)


def test_no_order_of_events_breaks_a_promise(database_url: SecretUrl) -> None:
    happened: Counter[str] = Counter()
    machine = type("Machine", (OutboxMachine,), {"url": database_url, "happened": happened})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples(100),
            stateful_step_count=50,
            derandomize=True,
            # Each step is real work in a database: to shorten a failing run would take minutes.
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert {name: happened[name] for name in WANTED if not happened[name]} == {}, happened
