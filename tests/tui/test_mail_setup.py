"""From the desk to a mail server by keys: saved in the settings file, and used at once."""

import os
import tomllib
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest
from sqlalchemy import func, select
from textual.widgets import Input

from bball_tui.database.engine import Database
from bball_tui.database.models import Audit, League, Outbox
from bball_tui.database.states import GateCause, GateState, OutboxState
from bball_tui.delivery.gate_policy import Verdict, report
from bball_tui.demo.marker import READY
from bball_tui.errors import BballError
from bball_tui.league.editing.profile import change_league
from bball_tui.league.leagues import find_league
from bball_tui.league.mails.account import keep_account
from bball_tui.outbox.provider_gates import gates
from bball_tui.settings import SecretUrl, Settings
from bball_tui.tui.dialogs.mail_setup import MailSetup
from bball_tui.tui.tab_events import FixWanted
from bball_tui.tui.tabs.today_items import Fix
from tests.support.authority import Authority
from tests.support.mails import club_with_mails
from tests.support.smtp import SmtpServer
from tests.tui.desk_host import Desk, club_with, opened

PASSWORD = "pa ss/w@rd:#%€"
LOGIN = "office@westside.test"


@pytest.fixture
async def mail_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SmtpServer]:
    """A mail server with STARTTLS and a login, which this computer trusts."""
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    monkeypatch.delenv("BBALL_MAIL_URL", raising=False)
    made = SmtpServer(tls="starttls", context=authority.context("127.0.0.1"), users={LOGIN: PASSWORD}, patience=30)
    async with made:
        yield made


async def put(desk: Desk, name: str, value: str) -> None:
    """What stands in a field now."""
    field = desk.app.screen.query_one(f"#in-{name}", Input)
    field.focus()
    await desk.settle()
    await desk.press("end", "ctrl+u")
    field.insert_text_at_cursor(value)
    await desk.settle()


async def fill_in(desk: Desk, mail_server: SmtpServer, password: str = PASSWORD) -> None:
    await desk.until(lambda: isinstance(desk.app.screen, MailSetup))
    await desk.press("space", *"another", "enter")
    for name, value in (
        ("server", "127.0.0.1"),
        ("port", str(mail_server.port)),
        ("login", LOGIN),
        ("password", password),
    ):
        await put(desk, name, value)


async def test_a_test_to_oneself_saves_nothing_and_mails_that_wait_go_out_as_soon_as_it_is_set_up(
    settings: Settings, database: Database, mail_server: SmtpServer
) -> None:
    _, ids = await club_with_mails(database, 2)
    async with opened(msgspec.structs.replace(settings, mail_url=None)) as desk:
        assert desk.app.connection is not None
        assert not desk.app.connection.sends_mail
        await desk.press(";")
        await fill_in(desk, mail_server)
        await put(desk, "from", "info@westside.test")
        await put(desk, "mine", "me@families.test")
        assert PASSWORD not in desk.text
        await desk.press("ctrl+t")
        (trial,) = await mail_server.received(1)
        await desk.shows("The mail server took the test for me@families.test.")
        assert (trial.sender, trial.recipient) == ("info@westside.test", "me@families.test")
        assert b"Westside Basketball" in trial.data
        assert not settings.config_file.exists()
        await desk.press("enter")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        received = (await mail_server.received(3))[1:]
        await desk.shows("E-mail is set up.", "● worker idle")
        assert len(received) == len(ids)
        assert {mail.sender for mail in received} == {"info@westside.test"}
        assert set(mail_server.logins) == {LOGIN}
        assert "! no worker" not in desk.text

    file = settings.config_file
    assert file.stat().st_mode & 0o777 == 0o600
    url = f"smtp://{quote(LOGIN, safe='')}:{quote(PASSWORD, safe='')}@127.0.0.1:{mail_server.port}?tls=starttls"
    assert tomllib.loads(file.read_text()) == {"mail_url": url}
    async with database.session() as session:
        assert await session.scalar(select(League.from_email)) == "info@westside.test"
        states = set(await session.scalars(select(Outbox.state)))
        noted = [str((one.before, one.after, one.reason)) for one in await session.scalars(select(Audit))]
    assert states == {OutboxState.SENT}
    assert not [one for one in noted if PASSWORD in one or quote(PASSWORD, safe="") in one]
    logged = settings.log_file.read_text() if settings.log_file.exists() else ""
    assert PASSWORD not in logged


async def test_a_refused_login_on_today_leads_to_it_and_a_fixed_password_opens_the_gate_that_it_closed(
    settings: Settings, database: Database, mail_server: SmtpServer
) -> None:
    club, _ = await club_with_mails(database, 1)
    provider = f"smtp:127.0.0.1:{mail_server.port}"
    async with database.session() as session:
        await report(session, club.league_id, provider, Verdict(GateCause.AUTH, True, "535 5.7.8 No"))
    wrong = SecretUrl(f"smtp://{quote(LOGIN)}:wrong@127.0.0.1:{mail_server.port}?tls=starttls")
    quiet = msgspec.structs.replace(settings, mail_url=wrong, worker=False)
    async with opened(quiet) as desk:
        await desk.press("1")
        await desk.shows("rejected the password; 1 e-mail waits: see Set up")
        await desk.shows("Enter opens Set up e-mail")
        await desk.press("enter")
        await desk.until(lambda: isinstance(desk.app.screen, MailSetup))
        await desk.shows("Set up e-mail", "127.0.0.1")
        await put(desk, "password", "wrong again")
        await desk.press("enter")
        await desk.shows("rejected the login or the password.", "Save anyway")
        await put(desk, "password", PASSWORD)
        await desk.press("enter")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
    async with database.session() as session:
        (gate,) = await gates(session, club.league_id)
        assert gate.state is GateState.CLOSED
        reopened = select(func.count()).select_from(Audit).where(Audit.action == "gate_reopened")
        assert await session.scalar(reopened) == 1


async def test_the_environment_wins_and_the_dialog_says_so(
    settings: Settings, database: Database, mail_server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await club_with(database, 1)
    monkeypatch.setenv("BBALL_MAIL_URL", f"maildir://{settings.data_dir}/mails")
    quiet = msgspec.structs.replace(settings, mail_url=SecretUrl(os.environ["BBALL_MAIL_URL"]), worker=False)
    async with opened(quiet) as desk:
        await desk.press(";")
        await fill_in(desk, mail_server)
        desk.app.screen.query_one(".dialog--body").scroll_home(animate=False)
        await desk.shows("BBALL_MAIL_URL is set on this computer and wins")
        await desk.press("enter")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        assert desk.app.connection is not None
        assert desk.app.connection.settings == quiet
    assert settings.config_file.exists()


async def test_it_is_reached_from_the_palette_the_league_and_today_and_what_was_typed_on_the_way_is_not_lost(
    quiet: Settings, database: Database
) -> None:
    await club_with(database, 1)
    async with opened(quiet) as desk:

        async def shown() -> None:
            await desk.until(lambda: isinstance(desk.app.screen, MailSetup))
            await desk.press("escape")
            await desk.until(lambda: desk.app.screen is desk.app.desk)

        await desk.press("ctrl+p")
        await desk.shows("Search")
        await desk.press(*"set up e")
        await desk.shows("Set up e-mail")
        await desk.press("enter")
        await shown()
        await desk.press(",")
        await desk.shows("Set up e-mail", "From, address")
        await desk.press("ctrl+t")
        await shown()
        desk.app.desk.post_message(FixWanted(Fix("today", command="mail.setup")))
        await shown()
        await desk.press(",")
        await desk.shows("From, address")
        await put(desk, "name", "Eastside")
        await desk.press("ctrl+t")
        await desk.shows("Discard your changes?")
        await desk.press("escape")
        await desk.shows("Eastside", "From, address")


async def test_a_file_that_cannot_be_read_saves_nothing_at_all(settings: Settings, database: Database) -> None:
    club = await club_with(database, 1)
    settings.config_file.parent.mkdir(parents=True)
    settings.config_file.write_text("this is no settings file")
    with pytest.raises(BballError, match="not TOML"):
        async with database.session() as session:
            league = await find_league(session, "westside")
            url = SecretUrl(f"smtp://u:{quote(PASSWORD, safe='')}@127.0.0.1:1?tls=none")
            await keep_account(session, settings, league, url, "other@westside.test")
    async with database.session() as session:
        assert await session.scalar(select(League.from_email).where(League.id == club.league_id)) == LOGIN
    assert settings.config_file.read_text() == "this is no settings file"


async def test_the_demo_sends_to_no_real_server(settings: Settings, database: Database) -> None:
    await club_with(database, 1)
    settings.data_dir.mkdir(parents=True)
    (settings.data_dir / READY).touch()
    async with opened(msgspec.structs.replace(settings, worker=False)) as desk:
        await desk.press(";")
        await desk.shows("This is the demo: its e-mails stay on this computer.")
        await desk.press(",")
        await desk.shows("From, address")
        await desk.press("ctrl+t")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        assert not isinstance(desk.app.screen, MailSetup)


async def test_an_account_brings_no_from_address_back_that_a_colleague_changed_meanwhile(
    settings: Settings, database: Database, marias_database: Database
) -> None:
    club = await club_with(database, 1)
    url = SecretUrl(f"smtp://u:{quote(PASSWORD, safe='')}@127.0.0.1:1?tls=none")
    async with marias_database.session() as session:
        seen = await find_league(session, "westside")
        await change_league(session, seen, {"from_email": "new@westside.test"})
    assert seen.from_email is not None
    async with database.session() as session:
        league = await find_league(session, "westside")
        await keep_account(session, settings, league, url, seen.from_email, seen=seen.from_email)
    with pytest.raises(BballError, match="Someone else has just changed this"):
        async with database.session() as session:
            await keep_account(session, settings, league, url, "third@westside.test", seen=seen.from_email)
    async with database.session() as session:
        found = await session.scalar(select(League.from_email).where(League.id == club.league_id))
    assert found == "new@westside.test"
