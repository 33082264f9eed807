"""What the outbox says about this day."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import text

from bball_tui.database.engine import Database
from bball_tui.mail.from_address import Outgoing
from bball_tui.outbox.counts import MailDay, read_mail_day
from bball_tui.outbox.provider_gates import pause
from bball_tui.outbox.sending_status import WorkerInfo, beat
from bball_tui.outbox.staff_actions import park
from tests.support.factory import Club, make_club
from tests.support.mails import accept, club_with_mails, doubt, fail, shut


async def day(database: Database, club: Club) -> MailDay:
    async with database.session() as session:
        return await read_mail_day(session, club.league_id, Outgoing(mail_server=True))


async def a_worker(database: Database, club: Club, provider: str = "maildir") -> None:
    async with database.session() as session:
        await beat(session, club.league_id, WorkerInfo(uuid4(), "desk-1", "desk-1", 1, "0", provider))


async def wait_since(database: Database, ids: list[int], minutes: int) -> None:
    async with database.session() as session:
        statement = "UPDATE outbox SET available_at = now() - make_interval(mins => :m) WHERE id = ANY(:ids)"
        await session.execute(text(statement), {"m": minutes, "ids": ids})


@pytest.mark.slow
async def test_failed_mails_are_grouped_by_cause_the_largest_heap_first(database: Database) -> None:
    club, ids = await club_with_mails(database, 6)
    await fail(database, ids[:1], error_class="render", code="", said="No such field")
    await fail(database, ids[1:3])
    await doubt(database, ids[3:4])
    found = await day(database, club)
    assert [(heap.cause.name, heap.count) for heap in found.failed] == [("no_such_mailbox", 2), ("template", 1)]
    assert found.in_doubt is not None
    assert (found.in_doubt.count, found.due, found.waiting) == (1, 2, 2)


@pytest.mark.slow
async def test_what_is_put_aside_is_not_among_the_failed(database: Database) -> None:
    club, ids = await club_with_mails(database, 2)
    async with database.session() as session:
        await park(session, club.league_id, ids[:1], reason="the coach asks first")
    found = await day(database, club)
    assert (found.failed, found.parked, found.waiting) == ((), 1, 1)


async def test_accepted_mails_are_counted_by_the_hour_of_the_leagues_clock(database: Database) -> None:
    club, ids = await club_with_mails(database, 3)
    async with database.session() as session:
        await session.execute(text("UPDATE league SET timezone = 'Pacific/Auckland'"))
    await accept(database, ids[:2])
    await accept(database, ids[2:], ago=3 * 86400)
    found = await day(database, club)
    here = found.sending.now.astimezone(found.sending.zone)
    assert sum(found.hours) == found.sent == 2
    assert found.hours[here.hour] == 2 or here.minute == 0
    assert found.last_sent is not None
    assert abs((found.last_sent - datetime.now(UTC)).total_seconds()) < 60


async def test_a_due_mail_is_late_only_while_a_worker_could_send_it_and_none_goes_out(database: Database) -> None:
    club, ids = await club_with_mails(database, 2)
    await wait_since(database, ids[:1], 10)
    assert (await day(database, club)).late_since is None, "no worker runs: that is another line"
    await a_worker(database, club)
    assert (await day(database, club)).late_since is not None
    await accept(database, ids[1:])
    assert (await day(database, club)).late_since is None, "e-mails go out one after another"


async def test_held_mails_are_not_late(database: Database) -> None:
    club, ids = await club_with_mails(database, 1)
    await wait_since(database, ids, 10)
    await a_worker(database, club)
    async with database.session() as session:
        await pause(session, club.league_id)
    found = await day(database, club)
    assert found.late_since is None
    (gate,) = found.sending.holding()
    sentence = found.sending.hold(gate)
    assert sentence.startswith("Sending is paused by ")
    assert " since " in sentence
    assert "1 e-mail waits until it is resumed." in sentence


async def test_a_gate_that_no_running_worker_uses_holds_nothing(database: Database) -> None:
    club, _ = await club_with_mails(database, 1)
    await shut(database, club, provider="gmail")
    found = (await day(database, club)).sending
    assert found.hold(found.holding()[0]).startswith("Gmail's daily limit is used up; 1 e-mail waits, next try ")
    await a_worker(database, club, "smtp:mail.example.org:587")
    assert (await day(database, club)).sending.holding() == ()


async def test_a_gate_whose_time_is_up_holds_nothing_while_no_mail_waits(database: Database) -> None:
    club, ids = await club_with_mails(database, 1)
    await shut(database, club, provider="gmail")
    async with database.session() as session:
        await session.execute(text("UPDATE provider_gate SET open_until = now() - interval '1 s'"))
    assert len((await day(database, club)).sending.holding()) == 1
    await accept(database, ids)
    assert (await day(database, club)).sending.holding() == ()
    async with database.session() as session:
        await session.execute(text("UPDATE provider_gate SET open_until = now() + interval '1 hour'"))
    assert len((await day(database, club)).sending.holding()) == 1, "the next e-mail would have to wait"


async def test_another_leagues_mails_do_not_count(database: Database) -> None:
    club, ids = await club_with_mails(database, 1)
    await fail(database, ids)
    async with database.session() as session:
        other = await make_club(session, name="Eastside", slug="eastside")
    assert (await day(database, other)).failed == ()
    assert len((await day(database, club)).failed) == 1
