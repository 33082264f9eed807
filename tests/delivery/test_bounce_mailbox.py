"""A mail that came back is found again, once; what follows for the address and the family."""

from pathlib import Path

import pytest
from sqlalchemy import select, text

from bball_tui.database.engine import Database
from bball_tui.database.models import Guardian, League, Outbox
from bball_tui.database.states import OutboxState
from bball_tui.delivery.bounce_mailbox import Seen, UnreadReport, UnreadReports, read_bounces
from bball_tui.errors import BballError
from bball_tui.league.mails.send_again import lift_and_send, send_again
from bball_tui.league.mails.wrong_address import address_facts, fix_address
from bball_tui.mail.from_address import Outgoing
from bball_tui.outbox.addresses import SuppressionFilter, list_suppressions, suppress
from bball_tui.outbox.bounces import bounces_of
from bball_tui.outbox.counts import read_mail_day
from bball_tui.outbox.mail_list import BucketName, OutboxFilter, list_items
from bball_tui.outbox.queue import claim
from bball_tui.outbox.timeline import item_timeline
from tests.outbox.support import row, states
from tests.support.factory import Club
from tests.support.mails import accept, club_with_mails, doubt
from tests.support.reports import report

FREEZE = text(
    "INSERT INTO outbox_message (outbox_id, league_id, subject, mime, sha256) "
    "SELECT id, league_id, 'Welcome ' || id, 'x'::bytea, sha256('x') FROM outbox WHERE id = ANY(:ids)"
)


@pytest.fixture
def box(tmp_path: Path) -> Path:
    for name in ("cur", "new", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    return tmp_path / "box"


async def message_id(database: Database, id_: int) -> str:
    async with database.session() as session:
        return (await row(session, id_)).message_id


async def blocked(database: Database, club: Club) -> list[str]:
    async with database.session() as session:
        return [one.email for one in await list_suppressions(session, club.league_id, SuppressionFilter())]


@pytest.mark.slow
async def test_a_returned_mail_is_noted_once_and_its_address_takes_no_more(database: Database, box: Path) -> None:
    club, ids = await club_with_mails(database, 3)
    await accept(database, ids[:2])
    await doubt(database, ids[2:])
    names = [await message_id(database, id_) for id_ in ids]
    (box / "new" / "1.a").write_bytes(report("p0@families.test", message_id=names[0]))
    (box / "new" / "2.b").write_bytes(report("p1@families.test", status="5.2.2", said="552 mailbox full"))
    (box / "cur" / "3.c:2,S").write_bytes(report("p2@families.test", message_id=names[2], number=3))
    (box / "new" / "4.d").write_bytes(report("stranger@families.test", number=4))
    (box / "new" / "5.e").write_bytes(b"Subject: Away\r\nAuto-Submitted: auto-replied\r\n\r\n550 5.1.1")
    (box / "new" / "5.g").write_bytes(b"From: MAILER-DAEMON@x.test\r\nSubject: Undeliverable: Hi\r\n\r\nOdd.")
    (box / "tmp" / "6.f").write_bytes(report("p0@families.test", number=6))

    first = await read_bounces(database, club.league_id, box)
    assert sorted(one.outbox_id or 0 for one in first.new) == ids
    assert (first.known, first.strangers, first.others, first.unread) == (0, 1, 2, ("Undeliverable: Hi",))
    assert sorted(one.recipient for one in first.new if one.blocked) == ["p0@families.test", "p2@families.test"]
    assert sorted(await blocked(database, club)) == ["p0@families.test", "p2@families.test"]
    (box / "new" / "1.a").rename(box / "cur" / "1.a:2,S")
    again = await read_bounces(database, club.league_id, box)
    assert (again.new, again.known) == ((), 3)

    assert await states(database) == {"sent": 3}
    async with database.session() as session:
        rows = await list_items(session, club.league_id, OutboxFilter(bucket=BucketName.BOUNCED))
        assert [(one.id, one.why) for one in rows] == [
            (ids[2], "no such mailbox"),
            (ids[1], "mailbox full"),
            (ids[0], "no such mailbox"),
        ]
        assert await list_items(session, club.league_id, OutboxFilter(bucket=BucketName.SENT)) == []
        story = await item_timeline(session, club.league_id, ids[0], Outgoing(mail_server=True))
    assert any("550 5.1.1 No such user" in event.text for event in story.events)
    assert "came back" in story.next
    async with database.session() as session:
        entries = await list_suppressions(session, club.league_id, SuppressionFilter())
        assert {entry.recorded_by for entry in entries} == {"report"}
        audited = await session.scalars(text("SELECT action FROM audit WHERE entity = 'suppression'"))
        assert set(audited) == {"address_blocked_by_report"}
        await suppress(session, club.league_id, "other@families.test", "asked us to stop")
        (other,) = await list_suppressions(session, club.league_id, SuppressionFilter(text="other"))
        assert other.recorded_by not in ("", "report")


@pytest.mark.parametrize("known", ["nothing", "another's", "subject"])
async def test_a_forged_report_blocks_nobody_and_waits_for_a_person(database: Database, box: Path, known: str) -> None:
    club, ids = await club_with_mails(database, 2)
    await accept(database, ids)
    async with database.session() as session:
        await session.execute(FREEZE, {"ids": ids})
    match known:
        case "nothing":
            forged = report("p0@families.test")
        case "another's":  # p1 knows the Message-ID of the own mail, and no other
            forged = report("p0@families.test", message_id=await message_id(database, ids[1]))
        case _:
            forged = report("p0@families.test", subject=f"Welcome {ids[0]}")
    (box / "new" / "1").write_bytes(forged)
    (found,) = (await read_bounces(database, club.league_id, box)).new
    assert not found.blocked
    assert await blocked(database, club) == []
    async with database.session() as session:
        story = await item_timeline(session, club.league_id, found.outbox_id or 0, Outgoing(mail_server=True))
    assert any("proves nothing" in event.text for event in story.events)


@pytest.mark.slow
async def test_a_report_without_the_message_id_ends_no_doubt(database: Database, box: Path) -> None:
    club, ids = await club_with_mails(database, 1)
    await doubt(database, ids)
    (box / "new" / "1").write_bytes(report("p0@families.test"))
    assert (await read_bounces(database, club.league_id, box)).strangers == 1
    assert await states(database) == {"in_doubt": 1}


async def test_an_address_that_was_forwarded_to_a_dead_one_is_not_blocked(database: Database, box: Path) -> None:
    club, ids = await club_with_mails(database, 1)
    await accept(database, ids)
    raw = report("p0@families.test", message_id=await message_id(database, ids[0]))
    raw = raw.replace(b"Final-Recipient: rfc822; p0@families.test", b"Final-Recipient: rfc822; gone@elsewhere.test")
    (box / "new" / "1").write_bytes(raw)
    assert [one.blocked for one in (await read_bounces(database, club.league_id, box)).new] == [False]


async def test_nobody_asks_the_family_when_the_sender_was_refused(database: Database, box: Path) -> None:
    club, ids = await club_with_mails(database, 1)
    await accept(database, ids)
    said = "550 5.7.515 Access denied, sending domain does not meet the required authentication level"
    raw = report("p0@families.test", message_id=await message_id(database, ids[0]), status="5.7.515", said=said)
    (box / "new" / "1").write_bytes(raw)
    await read_bounces(database, club.league_id, box)
    async with database.session() as session:
        story = await item_timeline(session, club.league_id, ids[0], Outgoing(mail_server=True))
        (heap,) = (await read_mail_day(session, club.league_id, Outgoing(mail_server=True))).bounced
    assert "Nothing is wrong with the family's address" in story.next
    assert "Ask the famil" not in story.next + heap.cause.way_out


async def test_a_league_may_want_to_decide_about_addresses_itself(database: Database, box: Path) -> None:
    club, ids = await club_with_mails(database, 1)
    await accept(database, ids)
    async with database.session() as session:
        await session.execute(text("UPDATE league SET bounce_blocks = false"))
    (box / "new" / "1").write_bytes(report("p0@families.test"))
    found = await read_bounces(database, club.league_id, box)
    assert [one.blocked for one in found.new] == [False]
    assert await blocked(database, club) == []


async def test_a_report_is_matched_by_id_then_by_address_and_subject(database: Database, box: Path) -> None:
    club, ids = await club_with_mails(database, 2)
    await accept(database, ids)
    async with database.session() as session:
        await session.execute(FREEZE, {"ids": ids})
    # Gmail writes a Message-ID of its own; the subject tells the mail from somebody else's.
    (box / "new" / "1").write_bytes(
        report("p1@families.test", message_id="<CAF@mail.gmail.com>", subject=f"Welcome {ids[1]}")
    )
    (box / "new" / "2").write_bytes(report("p0@families.test", message_id="<other@list.test>", subject="News"))
    found = await read_bounces(database, club.league_id, box)
    assert [one.outbox_id for one in found.new] == [ids[1]]
    assert found.strangers == 1


@pytest.mark.parametrize("form", ["mbox", "eml", "one"])
async def test_other_kinds_of_folders(database: Database, tmp_path: Path, form: str) -> None:
    club, ids = await club_with_mails(database, 1)
    await accept(database, ids)
    raw = report("p0@families.test")
    if form == "mbox":
        place = tmp_path / "returned.mbox"
        place.write_bytes(b"From MAILER-DAEMON Thu Nov 26 08:00:00 2026\n" + raw.replace(b"\r\n", b"\n") + b"\n")
    elif form == "one":
        place = tmp_path / "one.eml"
        place.write_bytes(raw)
    else:
        place = tmp_path / "folder"
        place.mkdir()
        (place / "one.eml").write_bytes(raw)
        (place / "notes.txt").write_bytes(raw)
    seen = Seen()
    assert [one.outbox_id for one in (await read_bounces(database, club.league_id, place, seen)).new] == ids
    quiet = await read_bounces(database, club.league_id, place, seen)
    assert (quiet.new, quiet.known, quiet.others) == ((), 0, 0)


async def test_a_file_that_cannot_be_opened_does_not_keep_the_others_from_being_read(
    database: Database, box: Path
) -> None:
    club, ids = await club_with_mails(database, 1)
    await accept(database, ids)
    (box / "new" / "1.broken").symlink_to("/proc/self/mem")  # its first bytes cannot be read, whoever asks
    (box / "new" / "3.good").write_bytes(report("p0@families.test"))
    assert [one.outbox_id for one in (await read_bounces(database, club.league_id, box)).new] == ids
    (unread,) = UnreadReports(box).look()
    assert (unread.file, unread.subject, bool(unread.fault)) == ("new/1.broken", "", True)


def test_what_a_person_has_to_read_is_judged_once_and_forgotten_when_it_is_gone(box: Path) -> None:
    odd = box / "new" / "1"
    odd.write_bytes(b"From: MAILER-DAEMON@x.test\r\nSubject: Undeliverable: Hi\r\n\r\nOdd.")
    (box / "new" / "2").write_bytes(report("p0@families.test"))
    (box / "new" / "3").write_bytes(b"Subject: Away\r\n\r\nBack on Monday.")
    unread = UnreadReports(box)
    assert unread.look() == unread.look() == (UnreadReport("new/1", "Undeliverable: Hi"),)
    odd.rename(box / "cur" / "1:2,S")
    assert unread.look() == ()
    (box / "cur" / "1:2,S").rename(box / "cur" / "1:2,")
    assert unread.look() == (UnreadReport("cur/1:2,", "Undeliverable: Hi"),)
    (box / "cur" / "1:2,").unlink()
    assert unread.look() == ()


async def test_a_folder_that_is_not_there_is_a_sentence(database: Database, tmp_path: Path) -> None:
    club, _ = await club_with_mails(database, 0)
    with pytest.raises(BballError, match="There is no mail folder"):
        await read_bounces(database, club.league_id, tmp_path / "none")


async def test_correct_the_address_and_resend_settles_it(database: Database, box: Path) -> None:
    club, (old,) = await club_with_mails(database, 1)
    await accept(database, [old])
    async with database.session() as session:
        with pytest.raises(BballError, match="was accepted"):
            await address_facts(session, club.league_id, old)
    (box / "new" / "1").write_bytes(report("p0@families.test"))
    await read_bounces(database, club.league_id, box)
    async with database.session() as session:
        assert (await address_facts(session, club.league_id, old)).mails == 1
        fixed = await fix_address(session, club.league_id, old, "rosa@families.test")
    (moved,) = fixed.redirected
    async with database.session() as session:
        before, after = await row(session, old), await row(session, moved.new)
        assert (before.state, after.state, after.recipient) == ("sent", "queued", "rosa@families.test")
        assert before.bounced_at is not None
        assert before.bounce_settled_at is not None
        assert list(await session.scalars(select(Guardian.email))) == ["rosa@families.test"]
        assert len(await bounces_of(session, old)) == 1
        assert await list_items(session, club.league_id, OutboxFilter(bucket=BucketName.BOUNCED)) == []
        assert len(await list_items(session, club.league_id, OutboxFilter(came_back=True))) == 1


async def test_an_accepted_mail_is_sent_again_as_a_mail_of_its_own(database: Database) -> None:
    club, (first,) = await club_with_mails(database, 1)
    async with database.session() as session:
        with pytest.raises(BballError, match="not sent yet"):
            await send_again(session, club.league_id, first)
    await accept(database, [first])
    async with database.session() as session:
        second = await send_again(session, club.league_id, first, reason="lost it")
        with pytest.raises(BballError, match="being sent again already"):
            await send_again(session, club.league_id, first)
    await accept(database, [second])
    async with database.session() as session:
        third = await send_again(session, club.league_id, second)
        keys = [(await row(session, id_)).dedupe_key for id_ in (first, second, third)]
        assert keys == [keys[0], f"{keys[0]}:again:1", f"{keys[0]}:again:2"]
        assert len({(await row(session, id_)).message_id for id_ in (first, second, third)}) == 3
        assert any(
            "again" in act.action
            for act in (await item_timeline(session, club.league_id, second, Outgoing(mail_server=True))).acts
        )
    async with database.session() as session:
        await session.execute(text("UPDATE contract SET revision = revision + 1"))
        with pytest.raises(BballError, match="not true anymore"):
            await send_again(session, club.league_id, first)


async def test_a_lifted_address_gets_what_was_kept_back_if_it_is_still_true(database: Database) -> None:
    club, ids = await club_with_mails(database, 2)
    async with database.session() as session:
        await session.execute(text("UPDATE outbox SET recipient = 'both@families.test'"))
        assert await suppress(session, club.league_id, "both@families.test", "asked us to stop")
        assert not await suppress(session, club.league_id, "BOTH@families.test", "again")
    async with database.session() as session:
        assert await claim(session, club.league_id, limit=5, worker="w", provider="maildir") == []
    async with database.session() as session:
        (entry,) = await list_suppressions(session, club.league_id, SuppressionFilter())
        assert (entry.kept_back, entry.reason) == (2, "asked us to stop")
        await session.execute(
            text(
                "UPDATE contract SET revision = revision + 1 WHERE id = (SELECT contract_id FROM outbox WHERE id = :id)"
            ),
            {"id": ids[1]},
        )
        lifted, sent = await lift_and_send(session, club.league_id, "Both@Families.test", send=True)
        assert (lifted.kept_back, sent) == (tuple(ids), (ids[0],))
        with pytest.raises(BballError, match="not on the list"):
            await lift_and_send(session, club.league_id, "both@families.test", send=False)
        assert await list_suppressions(session, club.league_id, SuppressionFilter()) == []
        (old,) = await list_suppressions(session, club.league_id, SuppressionFilter(lifted=True))
        assert old.lifted_by is not None
    assert await states(database) == {"queued": 1, "suppressed": 1}


async def test_columns_of_the_league_are_kept_sane(database: Database) -> None:
    await club_with_mails(database, 0)
    async with database.session() as session:
        league = (await session.scalars(select(League))).one()
        assert (league.bounce_blocks, league.reminder_days, league.reminder_cap) == (True, [], 2)
        assert (await session.scalars(select(Outbox.bounced_at).where(Outbox.state == OutboxState.SENT))).all() == []
