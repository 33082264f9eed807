"""What people do with mails: retry, cancel, resolve, each fenced by the mail's state and written to the audit."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.change_listener import OUTBOX, Changed, Connection, listen
from bball_tui.database.engine import Database
from bball_tui.database.models import Audit
from bball_tui.database.states import OutboxState
from bball_tui.errors import BballError
from bball_tui.outbox.leases import sweep
from bball_tui.outbox.queue import Claim, Departure, Frozen, claim, mark_on_wire
from bball_tui.outbox.settling import Ending, Report, settle
from bball_tui.outbox.staff_actions import Acted, cancel, park, resolve, retry, why_no_doubt
from tests.outbox.support import queue_mails, run_out_leases, stored

MAIL = Frozen("Welcome", b"From: a@b.test\r\n\r\nHello\r\n")


async def take(database: Database, league_id: int, limit: int = 10) -> list[Claim]:
    async with database.session() as session:
        return await claim(session, league_id, limit=limit, worker="desk-1", provider="smtp:mail.example.org:587")


async def end(database: Database, one: Claim, ending: Ending, outcome: str, *, counts: bool = True) -> None:
    async with database.session() as session:
        await settle(session, [Report(one, ending, outcome, counts=counts, phase="rcpt", code="550 5.1.1")])


async def fail(database: Database, league_id: int) -> Claim:
    """Take one mail and have it refused for good."""
    (one,) = await take(database, league_id, 1)
    await end(database, one, Ending.FAILED, "permanent")
    return one


async def doubt(database: Database, league_id: int) -> Claim:
    """Take one mail and lose the worker while it is being sent."""
    (one,) = await take(database, league_id, 1)
    async with database.session() as session:
        await mark_on_wire(session, [Departure(one, MAIL)])
    await run_out_leases(database)
    async with database.session() as session:
        assert (await sweep(session, league_id)).in_doubt == (one.id,)
    return one


async def acts(database: Database, id_: int) -> list[tuple[str, str | None]]:
    async with database.session() as session:
        query = select(Audit.action, Audit.reason).where(Audit.entity == "outbox", Audit.entity_id == id_)
        return [(row.action, row.reason) for row in await session.execute(query.order_by(Audit.id))]


async def test_a_failed_mail_is_queued_again_and_keeps_its_tries(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database)
    await fail(database, club.league_id)
    async with database.session() as session:
        acted = await retry(session, club.league_id, [id_], reason="new address book")
    assert (acted.done, acted.refused) == ((id_,), ())
    after = await stored(database, id_)
    assert (after.state, after.attempts, after.max_attempts) == (OutboxState.QUEUED, 1, 8)
    assert (after.finalized_at, after.claim_token) == (None, None)
    assert await acts(database, id_) == [("outbox_retried", "new address book")]
    assert [one.id for one in await take(database, club.league_id)] == [id_]


async def test_a_retry_allows_one_more_try_when_all_are_used_up(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database)
    async with database.session() as session:
        await session.execute(text("UPDATE outbox SET attempts = 7, claims = 7"))
    await fail(database, club.league_id)
    async with database.session() as session:
        await retry(session, club.league_id, [id_])
    after = await stored(database, id_)
    assert (after.attempts, after.max_attempts) == (8, 9)
    await fail(database, club.league_id)
    assert (await stored(database, id_)).attempts == 9


async def test_a_mail_that_waits_for_later_is_due_at_once_after_a_retry(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database, hold_seconds=3600)
    assert await take(database, club.league_id) == []
    async with database.session() as session:
        assert (await retry(session, club.league_id, [id_])).done == (id_,)
    assert [one.id for one in await take(database, club.league_id)] == [id_]


async def test_a_retry_wakes_the_workers(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database)
    await fail(database, club.league_id)
    events = listen(database, club.league_id, OUTBOX)
    assert await anext(events) == Connection("up")
    async with database.session() as session:
        await retry(session, club.league_id, [id_])
    async with asyncio.timeout(60):
        assert await anext(events) == Changed("")
    await events.aclose()


@pytest.mark.parametrize("act", [cancel, park])
async def test_a_mail_that_a_worker_only_has_in_hand_is_taken_from_it(
    database: Database, act: Callable[..., Awaitable[Acted]]
) -> None:
    club, _, (id_,) = await queue_mails(database)
    (one,) = await take(database, club.league_id)
    async with database.session() as session:
        told = (await retry(session, club.league_id, [id_])).refused[0].reason
        assert "in hand: it goes out in a moment, or waits again" in told
        assert (await act(session, club.league_id, [id_], reason="wrong family")).done == (id_,)
    async with database.session() as session:
        assert not await mark_on_wire(session, [Departure(one, MAIL)])
    await end(database, one, Ending.HAND_BACK, "stopped", counts=False)
    after = await stored(database, id_)
    assert (after.state in ("cancelled", "dead"), after.claims, after.claimed_by) == (True, 0, None)


async def test_each_refusal_says_why(database: Database) -> None:
    club, _, ids = await queue_mails(database, 5)
    due, on_its_way, sent, doubted, cancelled = reversed(ids)
    async with database.session() as session:
        await cancel(session, club.league_id, [cancelled], reason="wrong family")
    await doubt(database, club.league_id)
    (one,) = await take(database, club.league_id, 1)
    await end(database, one, Ending.SENT, "accepted")
    (leaving,) = await take(database, club.league_id, 1)
    async with database.session() as session:
        await mark_on_wire(session, [Departure(leaving, MAIL)])
    async with database.session() as session:
        acted = await retry(session, club.league_id, [*ids, 999_999])
    why = {one.id: one.reason for one in acted.refused}
    assert acted.done == ()
    assert "due already" in why[due]
    assert "being sent" in why[on_its_way]
    assert "accepted" in why[sent]
    assert "Settle" in why[doubted]
    assert "was canceled" in why[cancelled]
    assert why[999_999].startswith("That e-mail isn't in this league.")
    async with database.session() as session:
        acted = await cancel(session, club.league_id, [on_its_way, sent, doubted, cancelled], reason="no")
        resolved = await resolve(session, club.league_id, due, arrived=True)
    assert (acted.done, len(acted.refused)) == ((), 4)
    assert "no doubt" in resolved.refused[0].reason
    assert [(await stored(database, id_)).state for id_ in ids] == [
        "cancelled", "in_doubt", "sent", "sending", "queued",
    ]  # fmt: skip


async def test_a_league_cannot_touch_the_mails_of_another(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database)
    await fail(database, club.league_id)
    async with database.session() as session:
        acted = await retry(session, club.league_id + 1, [id_])
    assert (acted.done, len(acted.refused)) == ((), 1)
    assert (await stored(database, id_)).state == OutboxState.DEAD


async def test_a_cancelled_mail_never_goes_out_and_its_reason_is_kept(database: Database) -> None:
    club, _, ids = await queue_mails(database, 2)
    failed = await fail(database, club.league_id)
    async with database.session() as session:
        acted = await cancel(session, club.league_id, ids, reason="the family moved away")
    assert acted.done == tuple(ids)
    assert await take(database, club.league_id) == []
    after = await stored(database, failed.id)
    assert (after.state, after.error_text, after.error_class) == ("cancelled", "the family moved away", None)
    assert await acts(database, failed.id) == [("outbox_cancelled", "the family moved away")]


async def test_cancelling_needs_a_reason(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database)
    async with database.session() as session:
        with pytest.raises(BballError, match="reason is empty"):
            await cancel(session, club.league_id, [id_], reason="  ")


async def test_a_doubt_ends_when_staff_say_that_it_arrived(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database)
    late = await doubt(database, club.league_id)
    async with database.session() as session:
        acted = await resolve(session, club.league_id, id_, arrived=True, reason="Rosa has it")
    assert acted.done == (id_,)
    assert (await stored(database, id_)).state == OutboxState.SENT
    assert await acts(database, id_) == [("outbox_resolved_as_arrived", "Rosa has it")]
    async with database.session() as session:
        assert await settle(session, [Report(late, Ending.SENT, "accepted", counts=True)]) == {id_: None}


async def test_who_comes_later_hears_how_a_colleague_settled_a_doubt(
    database: Database, marias_database: Database
) -> None:
    club, _, (id_, again) = await queue_mails(database, 2)
    await doubt(database, club.league_id)
    await doubt(database, club.league_id)
    async with marias_database.session() as session:
        await resolve(session, club.league_id, id_, arrived=True)
        await resolve(session, club.league_id, again, arrived=False)

    async def refused(act: Callable[[AsyncSession], Awaitable[Acted]]) -> str:
        async with database.session() as session:
            ((one,), done) = ((acted := await act(session)).refused, acted.done)
            assert done == ()
            return one.reason

    to = (await stored(database, id_)).recipient
    other = (await stored(database, again)).recipient
    for act in (
        lambda session: resolve(session, club.league_id, id_, arrived=False),
        lambda session: why_no_doubt(session, club.league_id, id_),
    ):
        assert (
            await refused(act) == f"There is no doubt about the e-mail to {to}: it was found by maria to have arrived."
        )
    said = await refused(lambda session: cancel(session, club.league_id, [id_], reason="no"))
    assert said == f"The e-mail to {to} was found by maria to have arrived; it cannot be canceled anymore."
    said = await refused(lambda session: resolve(session, club.league_id, again, arrived=True))
    assert said == f"maria had the e-mail to {other} sent again."
    (once_more,) = await take(database, club.league_id)
    await end(database, once_more, Ending.SENT, "accepted")
    said = await refused(lambda session: resolve(session, club.league_id, again, arrived=True))
    assert said == (
        f"maria had the e-mail to {other} sent again. There is no doubt about the e-mail to {other}: it was accepted "
        "by the mail server."
    )


async def test_a_doubt_that_staff_send_again_has_the_same_bytes_and_shuts_out_the_late_worker(
    database: Database,
) -> None:
    club, _, (id_,) = await queue_mails(database)
    late = await doubt(database, club.league_id)
    async with database.session() as session:
        assert (await resolve(session, club.league_id, id_, arrived=False)).done == (id_,)
        assert await settle(session, [Report(late, Ending.FAILED, "permanent", counts=True)]) == {id_: None}
    (again,) = await take(database, club.league_id)
    assert again.frozen is not None
    assert (again.frozen.subject, again.frozen.mime) == (MAIL.subject, MAIL.mime)
    async with database.session() as session:
        assert await mark_on_wire(session, [Departure(again, None)]) == {id_}
        assert await mark_on_wire(session, [Departure(late, None)]) == frozenset()


async def test_nothing_is_done_and_nothing_audited_when_the_transaction_fails(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database)
    await fail(database, club.league_id)

    async def retry_and_break() -> None:
        async with database.session() as session:
            await retry(session, club.league_id, [id_])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await retry_and_break()
    assert (await stored(database, id_)).state == OutboxState.DEAD
    assert await acts(database, id_) == []


@pytest.mark.slow
async def test_two_desks_that_retry_all_at_once_queue_each_mail_once(
    database: Database, marias_database: Database
) -> None:
    club, _, ids = await queue_mails(database, 20)
    for one in await take(database, club.league_id, 20):
        await end(database, one, Ending.FAILED, "permanent")

    async def retry_all(through: Database, order: list[int]) -> tuple[int, ...]:
        async with through.session() as session:
            return (await retry(session, club.league_id, order)).done

    first, second = await asyncio.gather(retry_all(database, ids), retry_all(marias_database, ids[::-1]))
    assert sorted(first + second) == ids
    assert [len(await acts(database, id_)) for id_ in ids] == [1] * 20
