"""What staff read about the mails: rows, buckets, causes and the story with its next step."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from bball_tui.database.engine import Database
from bball_tui.database.paging import FIRST, Anchor, PageRequest, Sort
from bball_tui.database.states import GateCause, OutboxState, WaitsFor
from bball_tui.errors import BballError
from bball_tui.mail.from_address import Outgoing
from bball_tui.outbox.counts import buckets
from bball_tui.outbox.mail_list import BucketName, OutboxFilter, OutboxSource, list_items
from bball_tui.outbox.provider_gates import lock, pause, store
from bball_tui.outbox.queue import Departure, enqueue, mark_on_wire
from bball_tui.outbox.sending_status import WorkerInfo, beat
from bball_tui.outbox.settling import Ending, Report, settle
from bball_tui.outbox.staff_actions import cancel, resolve, retry
from bball_tui.outbox.timeline import ItemTimeline, item_timeline
from tests.outbox.support import item, queue_mails, run_out_leases
from tests.outbox.test_staff import MAIL, doubt, take
from tests.support.factory import make_club


async def tell(database: Database, league_id: int, id_: int) -> ItemTimeline:
    async with database.session() as session:
        return await item_timeline(session, league_id, id_, Outgoing(mail_server=True))


async def settled(database: Database, league_id: int, ending: Ending, outcome: str, code: str, detail: str) -> int:
    """Take one mail and end it so; returns its id."""
    (one,) = await take(database, league_id, 1)
    counts = ending is not Ending.PUT_BACK
    report = Report(one, ending, outcome, counts=counts, phase="rcpt", code=code or None, detail=detail or None)
    async with database.session() as session:
        await settle(session, [report])
    return one.id


async def a_worker(database: Database, league_id: int, provider: str = "maildir") -> None:
    async with database.session() as session:
        await beat(session, league_id, WorkerInfo(uuid4(), "desk-2 (worker 7)", "desk-2", 7, "1", provider))


async def shut(database: Database, league_id: int, provider: str, cause: GateCause, minutes: int | None) -> None:
    async with database.session() as session:
        gate = await lock(session, league_id, provider)
        await store(
            session,
            league_id,
            type(gate)(
                provider,
                state=gate.state.OPEN,
                now=gate.now,
                cause=cause,
                reason="as told",
                open_until=None if minutes is None else gate.now + timedelta(minutes=minutes),
                refilled_at=gate.now,
                day=gate.now.date(),
            ),
        )


CAUSES = (
    ("permanent", "550 5.1.1", "No such user", "no_such_mailbox"),
    ("permanent", "550 5.1.10", "Null MX", "no_such_mailbox"),
    ("permanent", "550", "Requested action not taken: user unknown", "no_such_mailbox"),
    ("permanent", "550 5.2.1", "Disabled", "mailbox_off"),
    ("permanent", "552 5.2.2", "Full", "mailbox_full"),
    ("recipient_transient", "452 4.2.2", "Full", "mailbox_full"),
    ("recipient_transient", "450 4.2.1", "Slow down", "too_fast"),
    ("recipient_transient", "451 4.7.1", "Greylisted", "not_now"),
    ("permanent", "552 5.3.4", "Too big", "too_large"),
    ("permanent", "550 5.7.1", "Policy", "against_rules"),
    ("permanent", "451", "Recipient on suppression list", "on_a_list"),
    ("permanent", "554", "No", "refused"),
    ("render", "", "no_such_variable", "template"),
    ("no_recipient", "", "", "no_address"),
    ("something_new", "", "", "other"),
)


@pytest.mark.slow
async def test_every_failure_has_one_cause_in_words(database: Database) -> None:
    club, _, _ = await queue_mails(database, len(CAUSES))
    wanted: dict[str, set[int]] = {}
    for outcome, code, detail, cause in CAUSES:
        failed_id = await settled(database, club.league_id, Ending.FAILED, outcome, code, detail)
        wanted.setdefault(cause, set()).add(failed_id)
    async with database.session() as session:
        (failed,) = [one for one in await buckets(session, club.league_id) if one.name == "failed"]
        assert {child.name: child.count for child in failed.children} == {
            name: len(ids) for name, ids in wanted.items()
        }
        for child in failed.children:
            rows = await list_items(session, club.league_id, child.wanted)
            assert {row.id for row in rows} == wanted[child.name]
            assert {row.why for row in rows} == {child.label}


@pytest.mark.slow
async def test_every_mail_is_in_exactly_one_bucket(database: Database) -> None:
    club, family, _ = await queue_mails(database, 6)
    league = club.league_id
    await doubt(database, league)
    await settled(database, league, Ending.FAILED, "permanent", "550 5.1.1", "No such user")
    await settled(database, league, Ending.FAILED, "permanent", "550 5.1.1", "No such user")
    await settled(database, league, Ending.FAILED, "render", "", "broken")
    await settled(database, league, Ending.SENT, "accepted", "250", "OK")
    await take(database, league, 1)
    async with database.session() as session:
        held = await enqueue(
            session, league, [item(family, f"held{n}@families.test") for n in range(3)], hold_seconds=60
        )
        await cancel(session, league, held[:1], reason="no")
        await enqueue(session, league, [item(family, "due@families.test")], hold_seconds=0)
        waiting = replace(item(family, "waiting@families.test"), waits_for=WaitsFor.TEAM_CHAT)
        await enqueue(session, league, [waiting], hold_seconds=0)
    async with database.session() as session:
        found = {one.name: one for one in await buckets(session, league)}
        assert {name: one.count for name, one in found.items()} == {
            "queued": 1, "held": 2, "sending": 1, "in_doubt": 1, "failed": 3, "sent": 1, "in_folder": 0, "cancelled": 1,
            "suppressed": 0, "parked": 0, "bounced": 0, "waiting": 1,
        }  # fmt: skip
        assert [(one.label, one.count) for one in found["failed"].children] == [
            ("no such mailbox", 2),
            ("the e-mail could not be written", 1),
        ]
        assert (found["suppressed"].oldest, found["held"].oldest is not None) == (None, True)
        seen = []
        for one in found.values():
            rows = await list_items(session, league, one.wanted)
            assert [row.bucket for row in rows] == [BucketName(one.name)] * one.count
            seen += [row.id for row in rows]
        everything = await list_items(session, league, OutboxFilter())
    assert sorted(seen) == sorted(row.id for row in everything)
    assert len(set(seen)) == len(seen) == 11


@pytest.mark.slow
async def test_the_list_pages_by_key_in_every_order(database: Database) -> None:
    club, _, ids = await queue_mails(database, 25)
    source = OutboxSource(database, club.league_id, OutboxFilter())
    assert await source.count() == 25
    for column in ("id", "to", "about", "since", "next", "state", "why"):
        for descending in (False, True):
            sort = Sort(column, descending)
            seen, anchor, start = [], FIRST, 0
            while page := (got := await source.page(PageRequest(start, 10, sort, anchor))).rows:
                seen += [row.id for row in page]
                start += len(page)
                anchor = Anchor(start - 1, got.last_key)
            assert sorted(seen) == ids
            assert await source.locate(seen[7], sort) == 7
    newest = await source.page(PageRequest(0, 3, Sort("id", descending=True)))
    assert [row.id for row in newest.rows] == ids[::-1][:3]


async def test_the_list_finds_mails_by_address_and_by_player(database: Database) -> None:
    club, family, ids = await queue_mails(database, 3)
    for typed, wanted in (
        ("parent1", ids[1:2]),
        ("PARENT1@families.test", ids[1:2]),
        ("parent1@", ids[1:2]),
        ("<parent1@families.test>", ids[1:2]),
        ("parent1@families.test amara", ids[1:2]),
        ("parent@families.test", []),
        ("p_rent1@families.test", []),
        ("hamil", ids),
        ("amara families", ids),
        ("nobody", []),
        ("100%", []),
    ):
        source = OutboxSource(database, club.league_id, OutboxFilter(text=typed))
        assert sorted(await source.ids()) == wanted, typed
    async with database.session() as session:
        rows = await list_items(session, club.league_id, OutboxFilter(contract_id=family.contract_id), limit=2)
    assert [(row.about, row.team) for row in rows] == [("Amara Hamilton", "Hawks U12")] * 2


async def test_the_story_of_a_mail_that_waits_for_its_hold(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database, hold_seconds=60)
    story = await tell(database, club.league_id, id_)
    # A busy machine may let some of them pass in between.
    assert re.fullmatch(r"Waits \d\d more seconds so that it can be taken back\.", story.next or "")
    assert (story.item.held, story.item.why) == (True, "can still be taken back")


async def test_the_story_of_a_mail_that_nobody_takes(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database)
    story = await tell(database, club.league_id, id_)
    assert story.next == (
        "No worker is running, so nothing goes out; 1 e-mail waits. Start one with 'bball-tui worker'."
    )
    async with database.session() as session:
        other = await make_club(session, name="Eastside", slug="eastside")
    await a_worker(database, other.league_id)
    assert (await tell(database, club.league_id, id_)).next == (
        "No worker sends for this league, so nothing goes out; 1 e-mail waits. A worker runs on desk-2, but not for "
        "this league: no e-mail account is set up for it there, or the worker's login is not a mailer here."
    )
    await a_worker(database, club.league_id)
    assert "the next free worker takes it (try 1 of 8)" in (await tell(database, club.league_id, id_)).next


@pytest.mark.parametrize(
    ("provider", "cause", "minutes", "sentence"),
    [
        ("gmail", GateCause.QUOTA, 30, "Gmail's daily limit is used up; 3 e-mails wait, next try "),
        ("smtp:mail.club.test:587", GateCause.OUTAGE, 1, "Mail.club.test cannot be reached or has trouble; 3 e-mails"),
        (
            "gmail",
            GateCause.AUTH,
            None,
            "Gmail rejected the password; 3 e-mails wait: see Set up",
        ),
    ],
)
async def test_the_story_of_a_mail_behind_a_gate(
    database: Database, provider: str, cause: GateCause, minutes: int | None, sentence: str
) -> None:
    club, _, ids = await queue_mails(database, 3)
    await a_worker(database, club.league_id, provider)
    await shut(database, club.league_id, provider, cause, minutes)
    assert sentence in (await tell(database, club.league_id, ids[0])).next


async def test_the_story_of_a_mail_while_all_sending_is_paused(database: Database) -> None:
    club, _, ids = await queue_mails(database, 2)
    await a_worker(database, club.league_id)
    async with database.session() as session:
        await pause(session, club.league_id)
        who = await session.scalar(text("SELECT session_user"))
    told = (await tell(database, club.league_id, ids[0])).next
    assert told.startswith(f"Sending is paused by {who} since ")
    assert told.endswith("; 2 e-mails wait until it is resumed.")


async def test_the_story_of_a_mail_that_is_tried_again_later(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database)
    await a_worker(database, club.league_id)
    await settled(database, club.league_id, Ending.BACK_OFF, "recipient_transient", "452 4.2.2", "Mailbox full")
    story = await tell(database, club.league_id, id_)
    assert story.item.why == "mailbox full, try 2 of 8"
    assert story.next.startswith("Try 2 of 8 at ")
    assert story.next.endswith(", because of: mailbox full.")
    assert [event.text for event in story.events][-2:] == [
        "taken by desk-1",
        "RCPT → 452 4.2.2 Mailbox full",
    ]


@pytest.mark.slow
async def test_the_story_of_a_mail_on_its_way(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database)
    (one,) = await take(database, club.league_id)
    assert (await tell(database, club.league_id, id_)).next.startswith("Being prepared: desk-1 took it at ")
    async with database.session() as session:
        await mark_on_wire(session, [Departure(one, MAIL)])
    story = await tell(database, club.league_id, id_)
    assert story.next.startswith("Being sent: desk-1 took it at ")
    assert story.mail is not None
    assert (story.mail.subject, story.mail.size) == ("Welcome", len(MAIL.mime))
    assert [event.text for event in story.events][-3:] == [
        "taken by desk-1",
        "written and kept: Welcome",
        "being sent",
    ]
    await run_out_leases(database)
    assert "has not been heard of since; it counts as in doubt" in (await tell(database, club.league_id, id_)).next


async def test_the_story_of_a_doubt_and_its_end(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database)
    await doubt(database, club.league_id)
    story = await tell(database, club.league_id, id_)
    assert story.next.startswith("It may have arrived or not")
    assert story.item.why == "no answer after it was sent"
    async with database.session() as session:
        await resolve(session, club.league_id, id_, arrived=True, reason="Rosa has it")
        who = await session.scalar(text("SELECT session_user"))
    story = await tell(database, club.league_id, id_)
    assert story.next == f"Nothing: {who} found out that it arrived."
    assert story.events[-1].text == f"resolved as arrived by {who}: Rosa has it"


async def test_the_story_of_a_failed_mail_names_the_way_out(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database)
    await settled(database, club.league_id, Ending.FAILED, "permanent", "550 5.1.1", "No such user")
    assert (await tell(database, club.league_id, id_)).next == (
        "Nothing by itself, because of: no such mailbox. "
        "Ask the family for another address, or cancel it and tell them another way."
    )
    async with database.session() as session:
        await retry(session, club.league_id, [id_], reason="typo fixed")
        await cancel(session, club.league_id, [id_], reason="told by phone")
    story = await tell(database, club.league_id, id_)
    assert [act.action for act in story.acts] == ["outbox_retried", "outbox_cancelled"]
    assert story.next.endswith("(told by phone).")
    assert story.item.state is OutboxState.CANCELLED


async def test_there_is_no_story_of_a_mail_of_another_league(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database)
    with pytest.raises(BballError, match="That e-mail isn't in this league"):
        await tell(database, club.league_id + 1, id_)
