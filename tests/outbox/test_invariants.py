"""What the outbox promises (the list in `docs/architecture.md`), one test each, on real PostgreSQL."""

import asyncio
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import psycopg
import pytest
from msgspec.structs import asdict, replace
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bball_tui.database.change_listener import CHANGED, Changed, Connection, listen
from bball_tui.database.engine import Database
from bball_tui.database.states import OutboxState
from bball_tui.outbox.leases import CRASH_LIMIT, extend, sweep
from bball_tui.outbox.queue import Claim, Departure, Frozen, claim, mark_on_wire, next_due
from bball_tui.outbox.retention import forget
from bball_tui.outbox.settling import Ending, Report, hand_back, settle
from bball_tui.settings import SecretUrl
from tests.outbox.support import history, queue_mails, run_out_leases, states, stored
from tests.outbox.test_staff import MAIL, doubt, take


async def mark(database: Database, one: Claim, message: Frozen | None = MAIL) -> bool:
    async with database.session() as session:
        return one.id in await mark_on_wire(session, [Departure(one, message)])


async def end(database: Database, one: Claim, ending: Ending, outcome: str = "as told", **more: object) -> str | None:
    async with database.session() as session:
        return (await settle(session, [Report(one, ending, outcome, **more)]))[one.id]  # type: ignore[arg-type]


async def swept(database: Database, league_id: int) -> tuple[int, int, int]:
    async with database.session() as session:
        done = await sweep(session, league_id)
    return len(done.requeued), len(done.in_doubt), len(done.dead)


async def shift(database: Database, columns: str, days: int) -> None:
    """Make those columns of every mail so many days older."""
    async with database.session() as session:
        values = ", ".join(f"{column} = {column} - make_interval(days => {days})" for column in columns.split())
        await session.execute(text(f"UPDATE outbox SET {values}"))


async def test_screens_hear_of_each_step_of_a_mail_but_its_mark(database: Database, owner_url: SecretUrl) -> None:
    club, _, _ = await queue_mails(database, 1)
    heard = listen(database, club.league_id, CHANGED)
    assert await anext(heard) == Connection("up")
    (one,) = await take(database, club.league_id)
    with psycopg.connect(owner_url.reveal(), autocommit=True) as owner:
        assert await mark(database, one)
        owner.execute("UPDATE league SET name = name")
        assert [await anext(heard), await anext(heard)] == [Changed("outbox"), Changed("league")]
        owner.execute("UPDATE outbox SET wire_started_at = wire_started_at - interval '1 minute'")
    assert await anext(heard) == Changed("outbox")
    async with database.session() as session:  # the server hangs, and the lease is renewed
        assert await extend(session, [one])
    assert await anext(heard) == Changed("outbox")
    assert await end(database, one, Ending.SENT) == "sent"
    assert await anext(heard) == Changed("outbox")
    await heard.aclose()


async def test_two_workers_never_claim_the_same_mail(database: Database) -> None:
    club, _, ids = await queue_mails(database, 60)
    taken: list[int] = []

    async def work() -> None:
        while claims := await take(database, club.league_id, 4):
            taken.extend(one.id for one in claims)

    await asyncio.gather(*(work() for _ in range(5)))
    assert sorted(taken) == ids


async def test_a_claim_never_waits_for_a_row_that_somebody_else_holds(database: Database) -> None:
    club, _, ids = await queue_mails(database, 2)
    async with database.session() as session:
        await session.execute(text("SELECT 1 FROM outbox WHERE id = :id FOR UPDATE"), {"id": ids[0]})
        async with asyncio.timeout(60):
            assert [one.id for one in await take(database, club.league_id)] == [ids[1]]


async def test_mails_are_claimed_by_priority_and_then_the_longest_due_first(
    database: Database, owner_url: SecretUrl
) -> None:
    club, _, ids = await queue_mails(database, 4)
    with psycopg.connect(owner_url.reveal()) as owner:
        owner.execute("UPDATE outbox SET priority = 1 WHERE id = %s", (ids[3],))
    async with database.session() as session:
        await session.execute(
            text("UPDATE outbox SET available_at = available_at - interval '1 h' WHERE id = :id"), {"id": ids[2]}
        )
    assert [one.id for one in await take(database, club.league_id)] == [ids[3], ids[2], ids[0], ids[1]]


async def test_a_held_mail_is_not_claimed_before_its_time(database: Database) -> None:
    club, _, ids = await queue_mails(database, 1, hold_seconds=60)
    assert await take(database, club.league_id) == []
    async with database.session() as session:
        due = await next_due(session, club.league_id)
    assert due is not None
    assert 50 < due <= 60
    await shift(database, "available_at", 1)
    assert [one.id for one in await take(database, club.league_id)] == ids


async def test_an_address_suppressed_after_the_promise_gets_no_mail(database: Database) -> None:
    club, _, ids = await queue_mails(database, 3)
    async with database.session() as session:
        await session.execute(
            text(
                "INSERT INTO suppression (league_id, email, reason) "
                "VALUES (:league, 'Parent1@Families.test', 'bounced')"
            ),
            {"league": club.league_id},
        )
    assert [one.id for one in await take(database, club.league_id)] == [ids[0], ids[2]]
    left_out = await stored(database, ids[1])
    assert (left_out.state, left_out.error_class, left_out.error_text) == ("suppressed", "suppressed", "bounced")
    assert left_out.finalized_at is not None


async def test_an_address_that_may_be_written_to_again_gets_its_mail(database: Database) -> None:
    club, _, ids = await queue_mails(database)
    async with database.session() as session:
        await session.execute(
            text(
                "INSERT INTO suppression (league_id, email, reason, lifted_at, lifted_by) "
                "VALUES (:league, 'parent0@families.test', 'bounced', now(), 'maria')"
            ),
            {"league": club.league_id},
        )
    assert [one.id for one in await take(database, club.league_id)] == ids


async def test_a_mark_needs_the_token_a_living_lease_and_happens_once(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database)
    (one,) = await take(database, club.league_id)
    stranger = Claim(**asdict(one) | {"token": uuid4()})
    assert not await mark(database, stranger)
    assert await mark(database, one)
    assert not await mark(database, one)
    assert (await stored(database, id_)).attempts == 1


async def test_a_mark_after_the_lease_is_refused_even_if_nobody_swept_yet(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database)
    (one,) = await take(database, club.league_id)
    await run_out_leases(database)
    assert not await mark(database, one)
    async with database.session() as session:
        assert await extend(session, [one]) == frozenset()
    assert (await stored(database, id_)).attempts == 0


async def test_an_extended_lease_keeps_the_mail(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database)
    async with database.session() as session:
        (one,) = await claim(
            session, club.league_id, limit=1, worker="desk-1", provider="maildir", lease=timedelta(seconds=5)
        )
    before = (await stored(database, id_)).lease_until
    async with database.session() as session:
        assert await extend(session, [one]) == {id_}
    after = (await stored(database, id_)).lease_until
    assert before is not None
    assert after is not None
    assert after - before > timedelta(seconds=50)


async def test_a_lease_that_ran_out_before_the_wire_costs_nothing(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database)
    await take(database, club.league_id)
    assert await swept(database, club.league_id) == (0, 0, 0)
    await run_out_leases(database)
    assert await swept(database, club.league_id) == (1, 0, 0)
    after = await stored(database, id_)
    assert (after.state, after.attempts, after.claim_token) == (OutboxState.QUEUED, 0, None)
    assert [one.outcome for one in await history(database, id_)] == ["worker_lost"]


async def test_a_lease_that_ran_out_on_the_wire_is_a_doubt_and_is_never_sent_again_by_itself(
    database: Database,
) -> None:
    club, _, (id_,) = await queue_mails(database)
    await doubt(database, club.league_id)
    assert await swept(database, club.league_id) == (0, 0, 0)
    assert await take(database, club.league_id) == []
    after = await stored(database, id_)
    assert (after.state, after.attempts, after.error_class) == (OutboxState.IN_DOUBT, 1, "in_doubt")


@pytest.mark.parametrize(
    ("ending", "state"), [(Ending.SENT, "sent"), (Ending.FAILED, "dead"), (Ending.BACK_OFF, "queued")]
)
async def test_a_late_answer_of_the_true_owner_ends_its_doubt(database: Database, ending: Ending, state: str) -> None:
    club, _, (id_,) = await queue_mails(database)
    late = await doubt(database, club.league_id)
    assert await end(database, late, ending, counts=True) == state
    after = await stored(database, id_)
    assert (after.state, after.attempts) == (state, 1)
    assert [one.outcome for one in await history(database, id_)] == ["worker_lost", "as told"]


async def test_a_worker_that_was_replaced_can_write_nothing(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database)
    (zombie,) = await take(database, club.league_id)
    await run_out_leases(database)
    await swept(database, club.league_id)
    (owner,) = await take(database, club.league_id)
    assert not await mark(database, zombie)
    assert await end(database, zombie, Ending.FAILED, counts=True) is None
    async with database.session() as session:
        assert await hand_back(session, [zombie]) == frozenset()
        assert await extend(session, [zombie]) == frozenset()
    assert (await stored(database, id_)).claim_token == owner.token
    assert await mark(database, owner)
    assert await end(database, owner, Ending.SENT, counts=True) == "sent"
    assert await end(database, zombie, Ending.BACK_OFF, counts=True) is None
    assert (await stored(database, id_)).state == OutboxState.SENT


async def test_settling_twice_is_harmless(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database)
    (one,) = await take(database, club.league_id)
    await mark(database, one)
    assert await end(database, one, Ending.SENT, counts=True) == "sent"
    assert await end(database, one, Ending.SENT, counts=True) == "sent"
    assert ((await stored(database, id_)).attempts, len(await history(database, id_))) == (1, 1)


async def test_a_mail_on_which_workers_keep_dying_is_failed(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database)
    for _ in range(CRASH_LIMIT):
        await take(database, club.league_id)
        await run_out_leases(database)
        assert await swept(database, club.league_id) == (1, 0, 0)
    await take(database, club.league_id)
    await run_out_leases(database)
    assert await swept(database, club.league_id) == (0, 0, 1)
    after = await stored(database, id_)
    assert (after.state, after.error_class, after.attempts) == (OutboxState.DEAD, "crash_loop", 0)


async def test_an_orderly_answer_restarts_the_count_of_crashes(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database)
    for _ in range(CRASH_LIMIT):
        await take(database, club.league_id)
        await run_out_leases(database)
        await swept(database, club.league_id)
    (one,) = await take(database, club.league_id)
    await end(database, one, Ending.PUT_BACK, "provider_transient")
    await take(database, club.league_id)
    await run_out_leases(database)
    assert await swept(database, club.league_id) == (1, 0, 0)
    assert (await stored(database, id_)).state == OutboxState.QUEUED


async def test_a_fault_of_the_provider_burns_no_attempt_and_puts_the_mail_behind_the_others(
    database: Database,
) -> None:
    club, _, ids = await queue_mails(database, 2)
    (one,) = await take(database, club.league_id, 1)
    await mark(database, one)
    await end(database, one, Ending.PUT_BACK, "quota", code="550 5.4.5")
    after = await stored(database, one.id)
    assert (after.state, after.attempts, after.error_class) == (OutboxState.QUEUED, 0, "quota")
    assert [again.id for again in await take(database, club.league_id)] == [ids[1], ids[0]]


async def test_a_mail_that_is_handed_back_looks_as_if_it_had_never_been_taken(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database, 1)
    before = await stored(database, id_)
    (one,) = await take(database, club.league_id)
    async with database.session() as session:
        assert await hand_back(session, [one]) == {id_}
    after = await stored(database, id_)
    for column in ("state", "attempts", "claims", "claim_token", "claimed_by", "lease_until", "available_at"):
        assert getattr(after, column) == getattr(before, column), column
    assert await history(database, id_) == []


async def test_a_back_off_grows_fourfold_to_six_hours_and_jitter_only_lengthens(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database)
    waits = []
    for _ in range(7):
        (one,) = await take(database, club.league_id)
        await mark(database, one, None if one.frozen else MAIL)
        assert await end(database, one, Ending.BACK_OFF, counts=True) == "queued"
        async with database.session() as session:
            waits.append(await next_due(session, club.league_id) or 0)
        await shift(database, "available_at", 1)
    for seconds, least in zip(waits, (30, 120, 480, 1920, 7680, 21600, 21600), strict=True):
        assert least - 5 < seconds <= least * 1.25
    (one,) = await take(database, club.league_id)
    await mark(database, one, None)
    assert await end(database, one, Ending.BACK_OFF, counts=True) == "dead"
    assert ((await stored(database, id_)).attempts, one.n) == (8, 8)


async def test_the_providers_own_retry_after_wins_over_the_back_off(database: Database) -> None:
    club, _, _ = await queue_mails(database)
    (one,) = await take(database, club.league_id)
    await end(database, one, Ending.BACK_OFF, counts=True, retry_after=timedelta(minutes=15))
    async with database.session() as session:
        due = await next_due(session, club.league_id)
    assert due is not None
    assert 880 < due <= 900


async def test_the_mail_is_frozen_before_its_first_send_and_never_changes(database: Database) -> None:
    club, _, _ = await queue_mails(database)
    (one,) = await take(database, club.league_id)
    assert one.frozen is None
    await mark(database, one)
    await end(database, one, Ending.BACK_OFF, counts=True)
    await shift(database, "available_at", 1)
    (again,) = await take(database, club.league_id)
    assert again.frozen == replace(MAIL, sha256=sha256(MAIL.mime).digest())

    async def change(statement: str) -> None:
        async with database.session() as session:
            await session.execute(text(statement))

    with pytest.raises(Exception, match=r"never changed|may not do this"):
        await change("UPDATE outbox_message SET subject = 'Another'")


async def test_a_mail_that_was_not_marked_is_not_frozen(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database)
    (one,) = await take(database, club.league_id)
    await run_out_leases(database)
    assert not await mark(database, one)
    async with database.session() as session:
        assert await session.scalar(text("SELECT count(*) FROM outbox_message")) == 0
    assert id_ == one.id


async def test_finished_mails_are_forgotten_after_400_days_and_failures_and_doubts_never(database: Database) -> None:
    club, _, ids = await queue_mails(database, 4)
    await doubt(database, club.league_id)
    for ending in (Ending.FAILED, Ending.SENT):
        (one,) = await take(database, club.league_id, 1)
        await end(database, one, ending, counts=True)
    await shift(database, "finalized_at created_at", 399)
    async with database.session() as session:
        assert await forget(session, club.league_id) == 0
    await shift(database, "finalized_at created_at", 2)
    async with database.session() as session:
        assert await forget(session, club.league_id) == 1
        assert await forget(session, club.league_id) == 0
    assert await states(database) == {"in_doubt": 1, "dead": 1, "queued": 1}
    assert len(ids) == 4


@pytest.mark.parametrize(
    "change",
    [
        "state = 'sending'",
        "lease_until = now()",
        "state = 'sent'",
        "finalized_at = now()",
        "state = 'in_doubt', error_class = 'in_doubt'",
        "state = 'dead', finalized_at = now()",
        "attempts = 9, claims = 9",
        "attempts = 1",
        "state = 'posted'",
        "recipient = E'a@b\\r\\nBcc: c@d'",
        "recipient = E'a@b\\x7f'",
        "recipient = ''",
        "recipient = repeat('a', 255)",
    ],
)
async def test_the_database_refuses_a_state_whose_companions_do_not_fit(database: Database, change: str) -> None:
    await queue_mails(database)

    async def write() -> None:
        async with database.session() as session:
            await session.execute(text(f"UPDATE outbox SET {change}"))

    with pytest.raises(IntegrityError):
        await write()


async def test_sweeps_of_many_workers_at_once_end_each_lease_once(database: Database) -> None:
    club, _, ids = await queue_mails(database, 40)
    await take(database, club.league_id, 40)
    await run_out_leases(database)
    done = await asyncio.gather(*(swept(database, club.league_id) for _ in range(5)))
    assert sum(requeued for requeued, _, _ in done) == 40
    assert [len(await history(database, id_)) for id_ in ids] == [1] * 40
