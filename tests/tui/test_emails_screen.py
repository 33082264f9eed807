"""The e-mails by keys, on a real database."""

from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select, text, update

from bball_tui.database.engine import Database
from bball_tui.database.models import Guardian
from bball_tui.league.editing.erasing import erase, preview_guardian
from bball_tui.league.mails.preview import preview_mail
from bball_tui.league.mails.reminders import set_schedule
from bball_tui.outbox.addresses import suppress
from bball_tui.outbox.queue import claim
from bball_tui.settings import SecretUrl, Settings
from bball_tui.tui.dialogs.block_address import BlockAddress
from bball_tui.tui.dialogs.find_family import FindFamily
from bball_tui.tui.dialogs.my_address import MyAddress
from bball_tui.tui.dialogs.new_address import NewAddress
from bball_tui.tui.dialogs.read_mail import ReadMail
from bball_tui.tui.dialogs.reminder_schedule import ReminderSchedule
from bball_tui.tui.tabs.counts_panel import Kind
from bball_tui.tui.tabs.emails import check
from bball_tui.tui.tabs.emails.check import MailCheckPane
from bball_tui.tui.tabs.emails.tab import EmailsPane
from bball_tui.tui.tabs.outbox import OutboxPane
from tests.support.factory import Parent, make_club, make_family
from tests.support.mails import accept, club_with_mails, fail
from tests.tui.desk_host import Desk, opened

SMALL = (60, 20)


async def emails(desk: Desk) -> EmailsPane:
    await desk.press("6")
    await desk.until(lambda: isinstance(desk.app.desk.pane, EmailsPane) and desk.records.total is not None)
    pane = desk.app.desk.pane
    assert isinstance(pane, EmailsPane)
    return pane


async def test_the_log_has_every_mail_and_shows_one_outcome_at_a_time(quiet: Settings, database: Database) -> None:
    _, ids = await club_with_mails(database, 4)
    await accept(database, ids[:2])
    await fail(database, ids[2:3], said="[red]No such \x1b[2Juser")
    async with opened(quiet, SMALL) as desk:
        pane = await emails(desk)
        await desk.shows("p3@families.test", "p0@families.test", "accepted", "failed", "queued")
        assert desk.records.targets == (max(ids),)
        await desk.press("f")
        await desk.until(lambda: desk.records.total == 2)
        await desk.press("f", "f", "f", "f")
        await desk.until(lambda: desk.records.total == 1)
        await desk.press("enter")
        await desk.shows("[red]No such ␛[2Juser")
        await desk.press("escape", "escape")
        await desk.until(lambda: desk.records.total == 4)
        async with database.session() as session:
            message_id = await session.scalar(text("SELECT message_id FROM outbox WHERE id = :id"), {"id": ids[1]})
        pane.search_bar.start()
        await desk.press(*message_id)
        await desk.until(lambda: desk.records.total == 1)
        await desk.press("enter", "p")
        await desk.until(lambda: isinstance(desk.app.screen, ReadMail))
        await desk.shows("p1@families.test")


async def test_without_a_mail_server_it_is_said_how_one_is_set_up(quiet: Settings, database: Database) -> None:
    async with database.session() as session:
        await make_family(session, await make_club(session))
    async with opened(msgspec.structs.replace(quiet, mail_url=None)) as desk:
        await desk.until(lambda: desk.records.total == 1)
        await desk.press("p")
        await desk.until(lambda: isinstance(desk.app.screen, ReadMail))
        await desk.press("t")
        await desk.shows("Press Esc until")
        await desk.press("escape", "5")
        await desk.until(lambda: isinstance(desk.app.desk.pane, OutboxPane) and desk.records.total == 0)
        await desk.press("O")
        await desk.until(lambda: any("“Set up e-mail” (;)" in one.message for one in desk.app._notifications))


async def test_the_check_finds_what_is_missing_and_each_is_one_key_from_its_fix(
    quiet: Settings, database: Database
) -> None:
    async with database.session() as session:
        club = await make_club(session, team="Hawks [red]U12")
        await make_family(session, club, first="Wren\x1b[2J", last="Hammond", parents=(Parent(email=None),))
        await make_family(session, club, first="Samir", last="Hamdi", parents=(Parent("Ali", email="ali@f.test"),))
        await suppress(session, club.league_id, "ali@f.test", "[b]asked us[/b]")
    async with opened(quiet) as desk:
        pane = await emails(desk)
        await desk.press("v")
        await desk.shows("2 of 2 contracts have a warning")
        assert "\x1b" not in desk.text
        await desk.until(lambda: desk.records.total == 2)
        view = pane.view
        assert isinstance(view, MailCheckPane)
        await desk.press("enter")
        await desk.shows("Wren␛[2J", "has no e-mail address")
        await desk.press("escape", "e")
        await desk.until(lambda: isinstance(desk.app.screen, NewAddress))
        await desk.press(*"rosa", "enter")
        await desk.shows("This isn't a valid e-mail address")
        await desk.press(*"@f.test", "enter")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        await desk.until(lambda: all(one.kind != Kind("no_address") for one in view.panel.lines))
        # The one who can be reached now gets a mail without the button.
        await desk.until(lambda: any(one.kind == Kind("chat") for one in view.panel.lines))
        await desk.press("f")
        await desk.until(lambda: view.kind == Kind("blocked") and desk.records.total == 1)
        await desk.press("e")
        await desk.shows("ali@f.test gets e-mail again")
        await desk.press("enter")
        await desk.shows("2 of 2 contracts have a warning", "2 e-mails looked at")
        await desk.press("p")
        await desk.until(lambda: isinstance(desk.app.screen, ReadMail))
        await desk.press("escape", "e")
        await desk.until(lambda: desk.app.desk.tabs.active == "groupme")
    async with database.session() as session:
        assert set(await session.scalars(select(Guardian.email))) == {"ali@f.test", "rosa@f.test"}


async def test_an_erased_parent_is_named_no_longer_in_a_league_too_large_to_be_looked_at_each_time(
    quiet: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "AUTOMATIC", 0)
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club, parents=(Parent(email=None), Parent("Dan", "Hamilton", None)))
    async with opened(quiet) as desk:
        await emails(desk)
        await desk.press("v")
        await desk.shows("Rosa Hamilton and Dan Hamilton have")
        async with database.session() as session:
            seen = await preview_guardian(session, club.league_id, family.guardian_ids[1])
            await erase(session, club.league_id, seen)
        await desk.shows("Rosa Hamilton has no e-mail")
        await desk.until(lambda: "Dan Hamil" not in desk.text)


async def test_an_address_is_blocked_and_lifted_with_what_was_kept_back(quiet: Settings, database: Database) -> None:
    club, (mail,) = await club_with_mails(database, 1)
    async with database.session() as session:
        await session.execute(update(Guardian).values(phone="+1 2125550100"))
    async with opened(quiet) as desk:
        await emails(desk)
        await desk.press("v", "v", "v")
        await desk.shows("No address is blocked")
        await desk.press("n")
        await desk.until(lambda: isinstance(desk.app.screen, BlockAddress))
        await desk.press(*"p0@families.test", "enter", *"asked", "enter")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        await desk.shows("p0@families.test", "asked", "Whom to ask", "+1 2125550100  Rosa Hamilton")
        async with database.session() as session:
            await claim(session, club.league_id, limit=5, worker="w", provider="maildir")
        await desk.shows("1 e-mail kept back")
        await desk.press("e")
        await desk.shows("1 e-mail that was kept back goes out at once")
        await desk.press("y")
        await desk.shows("1 e-mail queued", "No address is blocked")
        await desk.press("f")
        await desk.shows("lifted ones too", "lifted")
    async with database.session() as session:
        assert await session.scalar(text("SELECT state FROM outbox WHERE id = :id"), {"id": mail}) == "queued"


async def test_a_mail_is_opened_sent_to_oneself_compared_and_written_to_a_file(
    settings: Settings, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "1")
    shown = msgspec.structs.replace(settings, worker=False, mail_url=SecretUrl(f"maildir://{tmp_path}/sent"))
    _, (first, second) = await club_with_mails(database, 2)
    async with database.session() as session:
        await session.execute(text("UPDATE outbox SET recipient = 'rosa@f.test'"))
        league_id = (await session.scalar(text("SELECT id FROM league"))) or 0
        earlier = await preview_mail(session, league_id, shown, first)
        await session.execute(
            text(
                "INSERT INTO outbox_message (outbox_id, league_id, subject, mime, sha256) "
                "SELECT id, league_id, :subject, :mime, sha256(:mime) FROM outbox WHERE id = :id"
            ),
            {"id": first, "subject": earlier.subject, "mime": earlier.mime},
        )
    await accept(database, [first])
    async with opened(shown) as desk:
        await emails(desk)
        await desk.press("p")
        await desk.until(lambda: isinstance(desk.app.screen, ReadMail))
        await desk.shows("The page, as families see it", "Welcome to Hawks U12!")
        await desk.press("h")
        await desk.shows("The plain text")
        await desk.press("o")
        await desk.shows("There is no browser here", "scp")
        (page,) = (settings.data_dir / "pages").iterdir()
        assert (page.stat().st_mode & 0o777, page.parent.stat().st_mode & 0o777) == (0o600, 0o700)
        assert page.read_text().lstrip().lower().startswith("<!doctype html>")
        await desk.press("d")
        await desk.shows("What is new since the last e-mail", "- ", "+ ")
        await desk.press("t")
        await desk.until(lambda: isinstance(desk.app.screen, MyAddress))
        await desk.press(*"me@office.test", "enter")
        await desk.shows("A copy went to me@office.test")
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        await desk.press("G", "x")
        await desk.shows("1 e-mail written to")
    assert not list((settings.data_dir / "pages").glob("*"))
    (test,) = (tmp_path / "sent" / "new").iterdir()
    assert b"[Test]" in test.read_bytes()
    assert b"rosa@f.test" not in test.read_bytes()
    (written,) = (settings.data_dir / "exports").rglob("*.eml")
    assert written.read_bytes() == earlier.mime
    async with database.session() as session:
        assert (await session.scalars(text("SELECT state FROM outbox ORDER BY id"))).all() == ["sent", "queued"]
        assert await session.scalar(text("SELECT count(*) FROM audit WHERE action = 'test_mail_sent'")) == 1
    assert second


async def test_each_kind_reads_as_a_sample_and_as_a_family_found_by_name_gets_it_and_reminders_are_planned(
    quiet: Settings, database: Database
) -> None:
    async with database.session() as session:
        club = await make_club(session)
        await make_family(session, club, first="Wren [red]", last="Hammond", parents=(Parent(email="w@f.test"),))
        await make_family(session, club, first="Amara", parents=(Parent(email="h@f.test"),))
        await make_family(session, club, first="Mute", last="Hammer", parents=(Parent(email=None),))
        days = "due_on = CURRENT_DATE + 3, offered_on = CURRENT_DATE - 9"
        await session.execute(text(f"UPDATE contract SET {days}"))
    async with opened(quiet, SMALL) as desk:
        pane = await emails(desk)
        await desk.press("left")
        await desk.shows("Reminders are off")
        await desk.press("e")
        await desk.until(lambda: isinstance(desk.app.screen, ReminderSchedule))
        await desk.press(*"soon", "enter")
        await desk.shows("is no number of days")
        async with database.session() as session:
            await set_schedule(session, club.league_id, (), 4)  # a colleague: what is not changed here stays theirs
        await desk.press(*("backspace",) * 4, *"7,2", "enter")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        await desk.shows("7, 2 days before", "4 reminders", "Wren [red]", "today")
        await desk.press("slash", *"a@f.test", "enter")
        await desk.until(lambda: desk.records.total == 0)
        await desk.press("slash", *"w@f.test", "enter")
        await desk.until(lambda: desk.records.total == 1)
        await desk.until(lambda: bool(desk.records.targets))
        await desk.press("p")
        await desk.until(lambda: isinstance(desk.app.screen, ReadMail))
        await desk.press("escape", "left", "left")
        await desk.until(lambda: pane.bar.active == "kinds" and desk.records.total == 6)
        # A family is found by its name.
        await desk.press("c")
        await desk.until(lambda: isinstance(desk.app.screen, FindFamily))
        finder = desk.app.screen
        await desk.shows("3 contracts in the season", "Hamilton, Amara")
        await desk.press(*"hamm", "enter")  # faster than the list; it waits for it
        await desk.shows("No e-mail: Mute Hammer")
        await desk.press("down", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, ReadMail))
        await desk.shows("To: ", "w@f.test")
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is finder)
        await desk.press(*("backspace",) * 4, *"zzz")
        await desk.shows("No one matches.")
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        await desk.press("p")
        await desk.shows("sample@families.invalid")
        await desk.press("escape", "down", "down", "down", "e")
        await desk.shows("To: ", "h@f.test")
        await desk.press("escape", "down", "e")
        await desk.shows("A correction is about one signature")
    async with database.session() as session:
        assert await session.scalar(text("SELECT count(*) FROM outbox")) == 0, "a look queues nothing"


async def test_what_the_league_must_fix_leads_to_its_settings(quiet: Settings, database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session, chat_url="https://groupme.com/join_group/1/a")
        await make_family(session, club)
        await session.execute(text("UPDATE league SET from_email = NULL"))
    async with opened(quiet) as desk:
        await emails(desk)
        await desk.press("v")
        await desk.shows("1 of 1 contract has a warning", "no From address")
        await desk.until(lambda: bool(desk.records.targets))
        await desk.press("e")
        await desk.until(lambda: desk.app.screen is not desk.app.desk)
        await desk.shows("From, address")
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
