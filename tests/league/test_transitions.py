"""Offer, undo, void: a contract never says one thing while a mail says another."""

import asyncio
from collections.abc import Coroutine
from datetime import date, timedelta
from typing import Any, TypeVar

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from msgspec.structs import replace
from sqlalchemy import event, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database import embedded
from bball_tui.database.engine import Database
from bball_tui.database.models import Audit, Contract, Outbox, OutboxAttempt, Signature
from bball_tui.database.states import OPEN_STATUSES, ContractStatus, OutboxState
from bball_tui.errors import BballError
from bball_tui.league.contracts.correcting import CorrectionRequest, correct
from bball_tui.league.contracts.lifecycle import ALLOWED, RULES, SIMPLE_RULES, STATUSES, ReasonNeed, Transition, why_not
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.transitions import TransitionRequest, apply_transition, preview_transition
from bball_tui.league.contracts.undo import none_left, undo
from bball_tui.outbox.queue import Departure, Frozen, claim, mark_on_wire
from bball_tui.settings import SecretUrl
from tests.conftest import Server
from tests.support.examples import examples
from tests.support.factory import Club, Family, Parent, make_club, make_family

T = TypeVar("T")
PARENTS = (Parent("Rosa", "Hamilton", "rosa@families.test"), Parent("Dan", "Hamilton", "dan@families.test"))


async def signed_family(session: AsyncSession, hold_seconds: int = 10, **more: Any) -> tuple[Club, Family]:
    club = await make_club(session, hold_seconds=hold_seconds)
    family = await make_family(session, club, parents=PARENTS, **more)
    await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),)))
    return club, family


async def states(session: AsyncSession) -> list[str]:
    return list(await session.scalars(select(Outbox.state).order_by(Outbox.id)))


SENT = {"state": OutboxState.SENT, "attempts": 1, "claims": 1, "finalized_at": func.now()}
DEAD = {"state": OutboxState.DEAD, "attempts": 1, "claims": 1, "finalized_at": func.now(), "error_class": "permanent"}
SENDING = {
    "state": OutboxState.SENDING,
    "claims": 1,
    "claim_token": func.gen_random_uuid(),
    "lease_until": text("now() + interval '1 minute'"),
}
ON_THE_WIRE = SENDING | {"wire_started_at": func.now(), "attempts": 1}
IN_DOUBT = {
    "state": OutboxState.IN_DOUBT,
    "claims": 1,
    "attempts": 1,
    "wire_started_at": func.now(),
    "error_class": "in_doubt",
}
TRIED = {"claims": 1, "attempts": 1, "available_at": text("now() + interval '1 minute'")}


async def touch_second_mail(session: AsyncSession, values: dict[str, Any]) -> None:
    newest = select(func.max(Outbox.id)).scalar_subquery()
    await session.execute(update(Outbox).where(Outbox.id == newest).values(**values))


@pytest.mark.parametrize("status", [ContractStatus.OFFERED, ContractStatus.ACCEPTED])
async def test_undo_takes_signature_and_mails_back_together(database: Database, status: ContractStatus) -> None:
    async with database.session() as session:
        club, family = await signed_family(session, status=status)
    async with database.session() as session:
        result = await undo(session, club.league_id, [family.contract_id], reason="wrong paper")
    assert (result.undone, result.refused, len(result.cancelled)) == ((family.contract_id,), (), 2)
    async with database.session() as session:
        contract = await session.get_one(Contract, family.contract_id)
        assert (contract.status, contract.signature_id, contract.version) == (status, None, 3)
        assert await states(session) == ["cancelled", "cancelled"]
        assert await session.scalar(select(func.count()).select_from(Signature)) == 1
        entry = (await session.scalars(select(Audit).where(Audit.action == "undone"))).one()
        assert entry.reason == "wrong paper"
        again = await undo(session, club.league_id, [family.contract_id])
        assert "nothing to undo" in again.refused[0].reason
        # Signing again is a new promise.
        result2 = await sign(session, club.league_id, SigningRequest(((family.contract_id, 3),)))
        assert (result2.signed[0].revision, len(result2.outbox_ids)) == (2, 2)
        assert await states(session) == ["cancelled", "cancelled", "queued", "queued"]
        second = await undo(session, club.league_id, [family.contract_id])
        assert second.cancelled == result2.outbox_ids


@pytest.mark.parametrize(
    ("mail", "reason"),
    [
        (SENT, "The e-mail to dan@families.test went out at "),
        (ON_THE_WIRE, "is being sent right now"),
        (IN_DOUBT, "may have gone out at "),
    ],
)
async def test_undo_is_refused_as_soon_as_one_mail_was_touched(
    database: Database, mail: dict[str, Any], reason: str
) -> None:
    async with database.session() as session:
        club, family = await signed_family(session)
        await touch_second_mail(session, mail)
        before = await states(session)
        result = await undo(session, club.league_id, [family.contract_id])
        assert result.undone == ()
        assert reason in result.refused[0].reason
        assert result.refused[0].reason.endswith("void the contract instead.")
        assert await states(session) == before
        assert (await session.get_one(Contract, family.contract_id)).status == ContractStatus.SIGNED


@pytest.mark.parametrize(
    ("parents", "corrected", "back"), [(PARENTS, False, True), ((), False, False), ((), True, False)]
)
async def test_undo_ends_when_an_email_leaves_and_without_one_after_the_last_minutes(
    database: Database, owner_url: SecretUrl, parents: tuple[Parent, ...], *, corrected: bool, back: bool
) -> None:
    """A correction of these minutes does not let go of a signing that is older."""
    async with database.session() as session:
        club = await make_club(session, hold_seconds=0)
        family = await make_family(session, club, parents=parents, birthdate=date(2000, 1, 1))
        await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),)))
    with psycopg.connect(owner_url.reveal()) as owner:
        owner.execute("SET session_replication_role = replica")  # no trigger keeps the time as it is
        owner.execute("UPDATE signature SET received_at = now() - interval '301 seconds'")
    async with database.session() as session:
        if corrected:
            request = CorrectionRequest(((family.contract_id, None),), "a day", signed_on=date(2026, 3, 2))
            assert (await correct(session, club.league_id, request)).done
    async with database.session() as session:
        assert await none_left(session, club.league_id, [family.contract_id]) is back
        result = await undo(session, club.league_id, [family.contract_id])
        assert bool(result.undone) is back
        assert back or "The time to undo ended at" in result.refused[0].reason


async def tried(session: AsyncSession, outcome: str) -> None:
    """What became of the one try of the second mail."""
    newest = select(Outbox.id, Outbox.league_id).order_by(Outbox.id.desc()).limit(1)
    found = (await session.execute(newest)).one()
    attempt = {"outbox_id": found.id, "n": 1, "worker": "desk-1", "started_at": func.now(), "outcome": outcome}
    await session.execute(insert(OutboxAttempt).values(league_id=found.league_id, **attempt))


@pytest.mark.parametrize("mail", [TRIED, DEAD], ids=["to be tried again", "failed"])
async def test_a_mail_that_was_turned_away_has_not_left(database: Database, mail: dict[str, Any]) -> None:
    async with database.session() as session:
        club, family = await signed_family(session)
        await touch_second_mail(session, mail)
        await tried(session, "recipient_transient")
        assert await none_left(session, club.league_id, [family.contract_id])
        result = await undo(session, club.league_id, [family.contract_id])
        assert (result.undone, result.players) == ((family.contract_id,), ("Amara Hamilton",))
        assert len(result.cancelled) == 2
        assert await states(session) == ["cancelled", "cancelled"]


@pytest.mark.parametrize("mail", [TRIED, DEAD], ids=["to be tried again", "failed"])
async def test_a_mail_that_was_in_doubt_may_have_left_whatever_came_later(
    database: Database, mail: dict[str, Any]
) -> None:
    async with database.session() as session:
        club, family = await signed_family(session)
        await touch_second_mail(session, mail)
        await tried(session, "in_doubt")
        assert not await none_left(session, club.league_id, [family.contract_id])
        result = await undo(session, club.league_id, [family.contract_id])
        assert result.undone == ()
        assert "may have gone out" in result.refused[0].reason


async def test_undo_takes_a_mail_from_a_worker_that_has_not_put_it_on_the_wire(database: Database) -> None:
    async with database.session() as session:
        club, family = await signed_family(session, hold_seconds=0)
        taken = await claim(session, club.league_id, limit=9, worker="desk-1", provider="null")
    async with database.session() as session:
        assert await none_left(session, club.league_id, [family.contract_id])
        result = await undo(session, club.league_id, [family.contract_id])
        assert len(result.cancelled) == len(taken) == 2
    async with database.session() as session:
        bytes_of_it = Frozen("Welcome", b"From: a@b.test\r\n\r\nHello\r\n")
        assert not await mark_on_wire(session, [Departure(one, bytes_of_it) for one in taken])
        assert await states(session) == ["cancelled", "cancelled"]


async def test_who_is_no_mailer_takes_nothing_from_a_worker_and_hears_what_is_so(
    server: Server, database: Database, database_name: str, marias_database: Database
) -> None:
    async with database.session() as session:
        club = await make_club(session, hold_seconds=0)
        family = await make_family(session, club, parents=PARENTS)
    with psycopg.connect(server.embedded.url(embedded.OWNER, database_name).reveal()) as owner:
        owner.execute("DELETE FROM league_member WHERE login = 'maria'")
        owner.execute(
            "INSERT INTO league_member (league_id, login, role) VALUES (%s, 'maria', 'registrar')", [club.league_id]
        )
    async with marias_database.session() as session:
        await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),)))
    async with database.session() as session:
        await claim(session, club.league_id, limit=9, worker="desk-1", provider="null")
    async with marias_database.session() as session:
        assert not await none_left(session, club.league_id, [family.contract_id])
        result = await undo(session, club.league_id, [family.contract_id])
        assert "A worker has the e-mail to rosa@families.test in hand" in result.refused[0].reason
        assert await states(session) == ["sending", "sending"]


async def test_undo_decides_each_contract_by_itself(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        one, two = await make_family(session, club), await make_family(session, club, first="Two")
        await sign(session, club.league_id, SigningRequest(((one.contract_id, 1), (two.contract_id, 1))))
        await touch_second_mail(session, SENT)
        result = await undo(session, club.league_id, [two.contract_id, one.contract_id, 999])
        assert result.undone == (one.contract_id,)
        assert {refused.id for refused in result.refused} == {two.contract_id, 999}
        assert await states(session) == ["cancelled", "sent"]


async def test_undo_since_takes_back_only_what_i_signed_since(database: Database, marias_database: Database) -> None:
    async with database.session() as session:
        club, early = await signed_family(session)
        hers = await make_family(session, club, first="Hers")
        late = await make_family(session, club, first="Late")
    async with marias_database.session() as session:
        await sign(session, club.league_id, SigningRequest(((hers.contract_id, 1),)))
    async with database.session() as session:
        since = (await session.execute(text("SELECT now()"))).scalar_one()
        await sign(session, club.league_id, SigningRequest(((late.contract_id, 1),)))
    async with database.session() as session:
        assert (await undo(session, club.league_id, since)).undone == (late.contract_id,)
        assert (await session.get_one(Contract, early.contract_id)).status == ContractStatus.SIGNED
        assert (await session.get_one(Contract, hers.contract_id)).status == ContractStatus.SIGNED


async def test_undo_waits_for_a_worker_and_then_sees_what_it_did(database: Database, marias_database: Database) -> None:
    async with database.session() as session:
        club, family = await signed_family(session)
    watcher = await database.connect(autocommit=True)
    async with watcher, database.session() as session:
        async with marias_database.session() as worker:
            await touch_second_mail(worker, ON_THE_WIRE)
            waiting = asyncio.create_task(undo(session, club.league_id, [family.contract_id]))
            blocked = "SELECT count(*) FROM pg_locks WHERE NOT granted"
            while (await (await watcher.execute(blocked)).fetchone()) == (0,):  # noqa: ASYNC110 - a fact of the database
                await asyncio.sleep(0.01)
        result = await waiting
    assert "is being sent right now" in result.refused[0].reason


async def test_void_cancels_what_is_unsent_and_tells_what_is_sent(database: Database) -> None:
    async with database.session() as session:
        club, family = await signed_family(session)
        await touch_second_mail(session, SENT)
        contract_signature = (await session.get_one(Contract, family.contract_id)).signature_id
        shown = await preview_transition(session, club.league_id, Transition.VOID, [family.contract_id])
        assert (shown.unsent, shown.told, shown.possible) == (1, ("dan@families.test",), ((family.contract_id, 2),))
        asked = TransitionRequest(Transition.VOID, ((family.contract_id, 2),), " moved\naway ")
        result = await apply_transition(session, club.league_id, asked)
        assert len(result.cancelled) == 1
        assert [(one.recipient, one.state) for one in result.told] == [("dan@families.test", OutboxState.SENT)]
        assert result.told[0].at is not None
        assert await states(session) == ["cancelled", "sent"]
        contract = await session.get_one(Contract, family.contract_id)
        assert (contract.status, contract.status_reason, contract.signature_id) == ("void", "moved away", None)
        assert contract.version == 3
        entry = (await session.scalars(select(Audit).where(Audit.action == "voided"))).one()
        assert entry.reason == "moved away"
        assert {**(entry.before or {}), "row": {}} == {
            "status": "signed",
            "signature_id": contract_signature,
            "row": {},
        }
        again = await apply_transition(
            session, club.league_id, TransitionRequest(Transition.VOID, ((family.contract_id, None),), "again")
        )
        assert "is void already" in again.refused[0].reason


@pytest.mark.parametrize("which", [Transition.VOID, Transition.RELEASE])
async def test_the_end_of_a_contract_wants_a_reason_and_a_fresh_screen(database: Database, which: Transition) -> None:
    async with database.session() as session:
        club, family = await signed_family(session)
        for reason, problem in (
            (None, "reason is empty"),
            (" \x00 ", "reason is empty"),
            ("x" * 501, "501 characters"),
        ):
            with pytest.raises(BballError, match=problem):
                await apply_transition(
                    session, club.league_id, TransitionRequest(which, ((family.contract_id, None),), reason)
                )
        stale = await apply_transition(
            session, club.league_id, TransitionRequest(which, ((family.contract_id, 7), (999, None)), "why")
        )
        assert "was changed by" in stale.refused[0].reason
        assert "That contract isn't in this league" in stale.refused[1].reason
        assert stale.done == ()
        assert await states(session) == ["queued", "queued"]


async def test_an_offer_makes_drafts_signable(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        draft = await make_family(session, club, status=ContractStatus.DRAFT)
        other = await make_family(session, club, first="Other")
        refused = await sign(session, club.league_id, SigningRequest(((draft.contract_id, 1),)))
        assert refused.refused[0].reason == "Amara Hamilton's contract is still a draft. Offer it first."
        asked = TransitionRequest(
            Transition.OFFER, tuple((one, None) for one in (draft.contract_id, other.contract_id, 999))
        )
        with pytest.raises(BballError, match="before the day of the offer"):
            await apply_transition(session, club.league_id, replace(asked, due_on=date(2020, 1, 1)))
        with pytest.raises(BballError, match="is in the future"):
            await apply_transition(session, club.league_id, replace(asked, offered_on=date(2999, 1, 1)))
        result = await apply_transition(session, club.league_id, replace(asked, due_on=date(2999, 1, 1)))
        assert result.done == (draft.contract_id,)
        assert {one.id for one in result.refused} == {other.contract_id, 999}
        assert (await session.get_one(Contract, draft.contract_id)).due_on == date(2999, 1, 1)
        assert len((await sign(session, club.league_id, SigningRequest(((draft.contract_id, 2),)))).signed) == 1


async def test_an_offer_expires_on_the_day_after_it_was_due_and_not_before(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        families = [await make_family(session, club, first=name) for name in ("Late", "Today", "Never")]
        today = (await session.execute(text("SELECT (now() AT TIME ZONE 'UTC')::date"))).scalar_one()
        for family, due in zip(families, (today - timedelta(days=1), today, None), strict=True):
            await session.execute(
                update(Contract)
                .where(Contract.id == family.contract_id)
                .values(due_on=due, offered_on=today - timedelta(days=9))
            )
        everyone = tuple((family.contract_id, None) for family in families)
        result = await apply_transition(session, club.league_id, TransitionRequest(Transition.EXPIRE, everyone))
        assert result.done == (families[0].contract_id,)
        assert "has not passed" in result.refused[0].reason
        assert "has no due date" in result.refused[1].reason
        assert (await session.get_one(Contract, families[0].contract_id)).status == "expired"


async def test_a_thousand_acts_are_a_fixed_number_of_statements(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        families = [await make_family(session, club, first=f"Kid{number}") for number in range(12)]
        pairs = tuple((family.contract_id, None) for family in families)
        await apply_transition(session, club.league_id, TransitionRequest(Transition.ACCEPT, pairs[:1], "by phone"))
        counts = []
        for chosen in (pairs[:2], pairs[2:]):
            seen: list[str] = []
            connection = (await session.connection()).sync_connection
            listener = lambda *given, seen=seen: seen.append(given[2])  # noqa: E731
            event.listen(connection, "before_cursor_execute", listener)
            done = await apply_transition(
                session, club.league_id, TransitionRequest(Transition.DECLINE, chosen, "moved away")
            )
            event.remove(connection, "before_cursor_execute", listener)
            assert len(done.done) == len(chosen)
            counts.append(len(seen))
        assert counts[0] == counts[1]


def test_the_table_of_statuses_covers_all_and_ends() -> None:
    assert set(ALLOWED) == set(STATUSES) == set(ContractStatus)
    assert set(RULES) == set(Transition)
    assert {status for status, onward in ALLOWED.items() if ContractStatus.VOID in onward} == {
        *OPEN_STATUSES,
        ContractStatus.SIGNED,
    }
    reached = {ContractStatus.DRAFT}
    for _ in ContractStatus:
        reached |= {onward for status in reached for onward in ALLOWED[status]}
    assert reached == set(ContractStatus)
    for which, row in RULES.items():
        for status in ContractStatus:
            said = why_not(which, status)
            assert (said is None) == (status in row.sources)
            assert said is None or (said.startswith("This contract is ") and said.endswith("."))


class Desk(RuleBasedStateMachine):
    """One contract, every verb in any order, a worker that sends now and then; the model is three variables."""

    url: SecretUrl

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.database = Database(self.url, pool_size=1)
        self.status = ContractStatus.DRAFT
        self.previous = ContractStatus.DRAFT
        self.touched = False
        self.club, self.family = self.run(self._start())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    async def _start(self) -> tuple[Club, Family]:
        async with self.database.session() as session:
            slug = f"league-{await session.scalar(text('SELECT count(*) FROM league'))}"
            club = await make_club(session, slug=slug, hold_seconds=3600)
            return club, await make_family(session, club, status=ContractStatus.DRAFT, parents=PARENTS)

    def teardown(self) -> None:
        self.run(self.database.dispose())
        self.loop.close()

    @rule(
        which=st.sampled_from([one.act for one in SIMPLE_RULES if one.act is not Transition.EXPIRE]),
        fresh=st.sampled_from([True, True, True, False]),
    )
    def act_on_it(self, which: Transition, fresh: bool) -> None:
        async def work() -> tuple[int, ...]:
            async with self.database.session() as session:
                contract = await session.get_one(Contract, self.family.contract_id)
                pair = (contract.id, contract.version if fresh else contract.version - 1)
                needed = RULES[which].reason is not ReasonNeed.NONE
                return (
                    await apply_transition(
                        session, self.club.league_id, TransitionRequest(which, (pair,), "why not" * needed)
                    )
                ).done

        legal = fresh and self.status in RULES[which].sources
        assert bool(self.run(work())) == legal
        if legal:
            self.status = RULES[which].target

    @rule(fresh=st.booleans())
    def sign(self, fresh: bool) -> None:
        async def work() -> bool:
            async with self.database.session() as session:
                contract = await session.get_one(Contract, self.family.contract_id)
                pair = (contract.id, contract.version if fresh else contract.version - 1)
                return bool((await sign(session, self.club.league_id, SigningRequest((pair,)))).signed)

        legal = fresh and ContractStatus.SIGNED in ALLOWED[self.status]
        assert self.run(work()) == legal
        if legal:
            self.previous, self.status, self.touched = self.status, ContractStatus.SIGNED, False

    @rule()
    def undo(self) -> None:
        async def work() -> bool:
            async with self.database.session() as session:
                return bool((await undo(session, self.club.league_id, [self.family.contract_id])).undone)

        legal = self.status is ContractStatus.SIGNED and not self.touched
        assert self.run(work()) == legal
        if legal:
            self.status = self.previous

    @rule()
    def a_worker_sends_one(self) -> None:
        async def work() -> bool:
            async with self.database.session() as session:
                queued = select(func.min(Outbox.id)).where(
                    Outbox.league_id == self.club.league_id, Outbox.state == OutboxState.QUEUED
                )
                sent = await session.execute(
                    update(Outbox).where(Outbox.id == queued.scalar_subquery()).values(**SENT).returning(Outbox.id)
                )
                return sent.first() is not None

        if self.run(work()):
            self.touched = True

    @invariant()
    def contract_signature_and_mails_agree(self) -> None:
        async def work() -> tuple[str, bool, set[str]]:
            async with self.database.session() as session:
                contract = await session.get_one(Contract, self.family.contract_id)
                mails = await session.scalars(
                    select(Outbox.state).where(
                        Outbox.contract_id == contract.id,
                        func.split_part(Outbox.dedupe_key, ":", 3) == str(contract.revision),
                    )
                )
                older = await session.scalar(
                    select(func.count()).where(
                        Outbox.contract_id == contract.id,
                        func.split_part(Outbox.dedupe_key, ":", 3) != str(contract.revision),
                        Outbox.state != OutboxState.CANCELLED,
                    )
                )
                assert not older
                return contract.status, contract.signature_id is not None, set(mails)

        status, in_force, mails = self.run(work())
        assert status == self.status
        assert in_force == (self.status is ContractStatus.SIGNED)
        if self.status is ContractStatus.SIGNED:
            assert mails <= {"queued", "sent"}
            assert mails
        elif self.status not in (ContractStatus.VOID, ContractStatus.RELEASED):
            assert mails <= {"cancelled"}
        else:
            assert "queued" not in mails


@pytest.mark.slow
def test_any_order_of_verbs_keeps_contract_and_mails_in_step(database_url: SecretUrl) -> None:
    machine = type("DeskHere", (Desk,), {"url": database_url})
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=examples(20), stateful_step_count=10, suppress_health_check=list(HealthCheck)),
    )
