"""The Today tab: what needs a person, each one key away from its fix."""

from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from sqlalchemy import insert, text, update
from textual.widgets import Input

from bball_tui.database.engine import Database
from bball_tui.database.models import GroupLook, Team
from bball_tui.database.presence import Present
from bball_tui.database.states import LEFT_SINCE
from bball_tui.groupme.links.linking import unlink
from bball_tui.league.header_numbers import read_header_numbers
from bball_tui.mail.from_address import Outgoing
from bball_tui.outbox.counts import read_mail_day
from bball_tui.outbox.provider_gates import pause, reopen_gate
from bball_tui.outbox.queue import claim
from bball_tui.outbox.sending_status import WorkerInfo
from bball_tui.outbox.staff_actions import retry
from bball_tui.settings import SecretUrl, Settings
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.mail_setup import MailSetup
from bball_tui.tui.main_screen.header import _waits, header_facts
from bball_tui.tui.tabs.counts_panel import Kind
from bball_tui.tui.tabs.day_summary import spark
from bball_tui.tui.tabs.outbox import OutboxPane
from bball_tui.tui.tabs.today import TodayPane
from tests.support.factory import Club, Parent, make_club, make_family
from tests.support.mails import accept, beat_from_now_on, club_with_mails, doubt, fail, hold_restored, shut
from tests.support.reports import report
from tests.tui.desk_host import Desk, opened
from tests.tui.hands import resize

SMALL = (60, 20)


async def a_worker(database: Database, club: Club) -> None:
    async with database.session() as session:
        await beat_from_now_on(session, club.league_id, WorkerInfo(uuid4(), "desk-2", "desk-2", 1, "0", "gmail"))


async def today(desk: Desk) -> TodayPane:
    await desk.press("1")
    await desk.until(lambda: isinstance(desk.app.desk.pane, TodayPane))
    pane = desk.app.desk.pane
    assert isinstance(pane, TodayPane)
    await desk.until(lambda: pane.summary.day is not None and pane.records.total is not None)
    return pane


async def test_a_calm_day_says_so_with_its_numbers_and_a_pause_is_resumed_with_two_keys(
    quiet: Settings, database: Database, marias_database: Database
) -> None:
    club, ids = await club_with_mails(database, 4)
    await accept(database, ids[:3])
    await a_worker(database, club)
    async with opened(quiet, SMALL) as desk:
        await today(desk)
        await desk.shows(
            "All is well.", "Nothing needs you right now.", "4 contracts signed in Spring 2027 · 3 e-mails", "█"
        )
        async with marias_database.session() as session:
            await pause(session, club.league_id)
        await resize(desk.pilot, (120, 36))
        await desk.shows("Sending is paused by maria since")
        await desk.press("enter")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))
        await desk.shows("Resume sending")
        await desk.press("enter")
        await desk.shows("Sending goes on.")
        await today(desk)
        await desk.shows("All is well.")
        await desk.press("/")  # here it searches the contracts
        await desk.until(lambda: desk.app.desk.tabs.active == "contracts" and isinstance(desk.app.focused, Input))


async def test_after_a_restore_no_two_keys_send_what_families_may_have_already(
    quiet: Settings, database: Database
) -> None:
    club, _ = await club_with_mails(database, 3)
    await a_worker(database, club)
    await hold_restored(database, club, LEFT_SINCE.format(left=1))
    async with database.session() as session:
        await pause(session, club.league_id)
    async with opened(quiet) as desk:
        await today(desk)
        await desk.shows("Sending has been paused since", "which 1 of the e-mails that wait had")
        await desk.shows("would go out again.", "cancel (C) what families", "resume (P)")
        await desk.press("enter")
        await desk.until(lambda: isinstance(desk.app.desk.pane, OutboxPane))
        outbox = desk.app.desk.pane
        assert isinstance(outbox, OutboxPane)
        await desk.until(lambda: outbox.kind == Kind("queued") and outbox.records.total == 3)
        await desk.press("P")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))
        await desk.shows("3 e-mails wait", "sends them again.", "First cancel in the Outbox (C)")
        await desk.press("enter")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        async with database.session() as session:
            assert await session.scalar(text("SELECT state FROM provider_gate")) == "open"
        await desk.press("P")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))
        await desk.press("y")
        await desk.shows("Sending goes on.")


async def test_each_failure_is_one_key_away_from_its_fix_and_goes_by_itself_when_a_colleague_settles_it(
    quiet: Settings, database: Database, marias_database: Database
) -> None:
    """The header counts what the tab lists, before it was ever looked at and after something changed."""
    club, ids = await club_with_mails(database, 4)
    await fail(database, ids[:2], ago=3600)
    await fail(database, ids[2:3], error_class="render", code="", said="x")
    await doubt(database, ids[3:])
    async with database.session() as session:
        await make_family(session, club, first="Mute", parents=(Parent(email=None),))
    async with opened(quiet) as desk:
        await desk.shows("▲ 4")
        pane = await today(desk)
        await desk.shows(
            "4 things need you.", "2 e-mails failed: no such mailbox", "1 e-mail may or may not have arrived"
        )
        await desk.shows("1 player with an open offer has no parent e-mail")
        await desk.press("g", "enter")
        await desk.until(lambda: isinstance(desk.app.desk.pane, OutboxPane))
        outbox = desk.app.desk.pane
        assert isinstance(outbox, OutboxPane)
        await desk.until(lambda: outbox.kind == Kind("failed", "no_such_mailbox") and outbox.records.total == 2)
        await today(desk)

        def on_the_doubt() -> bool:
            return pane.records.current is not None and pane.records.current.key == "in doubt"

        for _ in range(4):
            if not on_the_doubt():
                await desk.press("j")
        assert on_the_doubt()
        await a_worker(database, club)
        async with marias_database.session() as session:
            await retry(session, club.league_id, ids[:2])
        await desk.shows("3 things need you.", "▲ 3")
        await desk.settle()
        assert on_the_doubt(), "the cursor stays on it"
        await resize(desk.pilot, SMALL)
        await desk.shows("3 things need you.", "▲ 3")
        await desk.press("enter")
        await desk.until(lambda: outbox.kind == Kind("in_doubt"))


async def test_a_missing_from_address_holds_the_mails_and_leads_to_the_set_up(
    quiet: Settings, database: Database
) -> None:
    club, _ = await club_with_mails(database, 2)
    await a_worker(database, club)
    async with database.session() as session:
        await session.execute(text("UPDATE league SET from_email = NULL"))
    nobody = msgspec.structs.replace(quiet, mail_url=SecretUrl("smtp://mail.example.org:587"))
    async with opened(nobody) as desk:
        await today(desk)
        await desk.shows("No From address is set yet: 2 e-mails wait.", "Set up e-mail")
        await desk.press("5")
        await desk.shows("No From address is set yet, so nothing goes out; 2 e-mails wait.")
        await today(desk)
        await desk.press("enter")
        await desk.until(lambda: isinstance(desk.app.screen, MailSetup))


async def test_what_lies_in_folders_stands_there_until_somebody_saw_to_it(
    quiet: Settings, database: Database, tmp_path: Path
) -> None:
    """A template that cannot be used, and returned e-mails that cannot be read."""
    club, _ = await club_with_mails(database, 1)
    await a_worker(database, club)
    templates, box = tmp_path / "templates", tmp_path / "box"
    file = templates / "contract_signed" / "subject.txt"
    file.parent.mkdir(parents=True)
    file.write_text("{{ playr }}", encoding="utf-8")
    for name in ("cur", "new", "tmp"):
        (box / name).mkdir(parents=True)
    odd = b"From: MAILER-DAEMON@x.test\r\nSubject: Undeliverable: Hi\r\n\r\nOdd."
    first, second = box / "new" / "1.a", box / "new" / "2.b"
    first.write_bytes(odd)
    second.write_bytes(odd.replace(b"Hi", b"[bold]Hello"))
    (box / "new" / "3.c").write_bytes(report("stranger@families.test"))
    async with opened(msgspec.structs.replace(quiet, template_dir=templates, bounce_dir=box)) as desk:
        pane = await today(desk)
        await desk.shows("3 things need you.", "▲ 3", "A returned e-mail cannot be read: Undeliverable: Hi.", "[bold]")
        await desk.shows("Your template contract_signed/subject.txt can't be used.")
        await desk.press("g")
        await desk.shows("new/1.a", "marked as read")
        await desk.press("G")
        await desk.shows("mean player? Until")
        assert "Kinds" not in desk.text  # the Check view lists it
        first.rename(box / "cur" / "1.a:2,S")
        pane.ask()
        await desk.shows("2 things need you.")
        second.unlink()
        file.write_text("{{ player }}", encoding="utf-8")
        pane.ask()
        await desk.shows("All is well.")
        box.rename(tmp_path / "elsewhere")
        pane.ask()
        await desk.shows("1 thing needs you.", "Returned e-mails cannot be read.", "There is no mail folder")


async def test_overdue_and_unreachable_contracts_lead_to_the_list_of_them(quiet: Settings, database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        late = await make_family(session, club, first="Late")
        await make_family(session, club, first="Mute", parents=(Parent(email=None),))
        await make_family(session, club, first="Fine")
        await session.execute(
            text("UPDATE contract SET offered_on = '2026-01-01', due_on = '2026-02-01' WHERE id = :id"),
            {"id": late.contract_id},
        )
    async with opened(quiet) as desk:
        await today(desk)
        await desk.shows(
            "Spring 2027: 1 contract is overdue, the first since",
            "Spring 2027: 1 player with an open offer has no parent e-mail",
            "0 contracts signed in Spring 2027",
        )
        await desk.press("enter")
        await desk.until(lambda: desk.app.desk.tabs.active == "contracts" and desk.records.total == 1)
        await desk.shows("overdue ×", "Hamilton, Late")
        await desk.press("escape")
        await desk.until(lambda: desk.records.total == 3)
        await today(desk)
        await desk.press("G", "enter")
        await desk.shows("no guardian e-mail ×", "Hamilton, Mute")


async def test_a_chat_that_is_gone_needs_somebody_and_leads_to_groupme(quiet: Settings, database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        await session.execute(update(Team).values(groupme_group_id="4711"))
        look = {"state": "broken", "group_id": "4711", "found": [], "why": "It is gone.", "warnings": []}
        ids = {"team_id": club.team_id, "league_id": club.league_id}
        await session.execute(insert(GroupLook).values(account="Maria", **look, **ids))
    async with opened(quiet) as desk:
        await desk.shows("▲ 1")
        await today(desk)
        await desk.shows("1 thing needs you.", "Spring 2027: 1 team needs you for its chat.")
        await desk.press("enter")
        await desk.until(lambda: desk.app.desk.tabs.active == "groupme" and desk.records.total == 1)
        await desk.shows("chat: broken ×", "Hawks U12", "It is gone.")
        async with database.session() as session:
            await unlink(session, club.league_id, club.team_id, reason="gone")
        await today(desk)
        await desk.shows("All is well.")
        await desk.until(lambda: "▲" not in desk.text)


async def test_hostile_reasons_are_shown_literally_and_each_reason_to_wait_has_its_own_sentence(
    quiet: Settings, database: Database
) -> None:
    club, _ = await club_with_mails(database, 2)
    evil = "[@click=app.quit]x[/] \x1b[2J\u202eevil " + "long" * 40
    evil_server = "smtp:[b]evil\u202e[/b]:25"
    await shut(database, club, provider=evil_server, cause="outage", reason=evil)
    async with opened(quiet) as desk:
        await today(desk)
        await desk.shows("[b]evil")
        assert not any(character in desk.text for character in "\x1b\x9b\u202e")
        await desk.press("enter")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))
        assert not any(character in desk.text for character in "\x1b\x9b\u202e")
        assert desk.app.is_running
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        await shut(database, club)
        await today(desk)
        await desk.shows("Gmail's daily limit is used up; 2 e-mails wait, next try", "No worker is running: 2 e-mails")

        # A mail server that asks to send more slowly is not said to be away.
        async with database.session() as session:
            for provider in ("gmail", evil_server):
                await reopen_gate(session, club.league_id, provider)
        said = "Too many messages from desk@club.test, slow down"
        await shut(database, club, provider="smtp:mail.club.test:587", cause="outage", reason=said)
        sentence = "Mail.club.test asks to send more slowly; 2 e-mails wait"
        await desk.shows(sentence, "next try", "The pace is", "rate=0.5", "Too many")
        await desk.press("enter")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))
        await desk.shows(sentence, "rate=0.5")
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        await desk.shows(sentence, "rate=0.5")
        assert "cannot be reached" not in desk.text


def test_bars_show_one_mail_and_the_busiest_hour() -> None:
    assert spark([0, 1, 50, 100]) == "·▁▄█"
    assert spark([0, 0]) == "··"
    assert spark([]) == ""


def test_the_header_counts_one_email_as_one() -> None:
    assert [_waits(number) for number in (1, 2, 1200)] == ["1 waits", "2 wait", "1,200 wait"]


async def test_the_header_and_today_count_the_same_mails(quiet: Settings, database: Database) -> None:
    club, ids = await club_with_mails(database, 3)
    await a_worker(database, club)
    async with database.session() as session:
        held = text("UPDATE outbox SET available_at = now() + interval '1 hour' WHERE id = ANY(:ids)")
        await session.execute(held, {"ids": ids[:2]})
        seen = await read_header_numbers(session, club.league_id, club.season_id)
        day = await read_mail_day(session, club.league_id, Outgoing.here(quiet))
    facts = header_facts(seen, Present(), quiet, sends_mail=True, needs=0)
    assert (facts.worker.text, day.waiting) == ("● worker, 3 wait", 3)


@pytest.mark.parametrize(("mails", "says"), [(2, "● sending 2"), (3, "● sending 2, 1 waits")])
async def test_a_worker_that_has_mails_in_hand_is_not_idle(
    quiet: Settings, database: Database, mails: int, says: str
) -> None:
    club, _ids = await club_with_mails(database, mails)
    await a_worker(database, club)
    async with database.session() as session:
        await claim(session, club.league_id, limit=2, worker="desk-1", provider="null")
        seen = await read_header_numbers(session, club.league_id, club.season_id)
    assert header_facts(seen, Present(), quiet, sends_mail=True, needs=0).worker.text == says
