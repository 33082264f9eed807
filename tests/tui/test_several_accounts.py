"""The screen where there are several leagues: an account is one league's alone, as it is for the worker."""

import tomllib
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from textual.widgets import Input

from bball_tui.database.engine import Database
from bball_tui.outbox.sending_status import WorkerInfo
from bball_tui.settings import SecretUrl, Settings
from bball_tui.tui.dialogs.mail_setup import MailSetup
from tests.support.factory import Club, make_club
from tests.support.mails import beat_from_now_on, club_with_mails
from tests.support.smtp import SmtpServer
from tests.tui.desk_host import Desk, opened


async def two_leagues(database: Database) -> tuple[Club, Club]:
    """The first one's e-mails wait."""
    club, _ = await club_with_mails(database, 2)
    async with database.session() as session:
        return club, await make_club(session, name="Eastside", slug="eastside")


async def put(desk: Desk, name: str, value: str) -> None:
    field = desk.app.screen.query_one(f"#in-{name}", Input)
    field.focus()
    await desk.press("end", "ctrl+u")
    field.insert_text_at_cursor(value)
    await desk.settle()


async def test_an_account_for_all_sends_for_no_league_that_was_only_chosen_here(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    await two_leagues(database)
    async with opened(settings, wait=False) as desk:
        await desk.shows("Which league?", "Eastside", "Westside")
        await desk.press("down", "enter")
        await desk.until(lambda: desk.app.connection is not None)
        assert desk.app.connection is not None
        assert not desk.app.connection.sends_mail
        await desk.press("1")
        await desk.shows("No mail server is set up yet: 2 e-mails wait.")
    mine = msgspec.structs.replace(settings, league="westside")
    async with opened(mine) as desk:
        assert desk.app.connection is not None
        assert desk.app.connection.sends_mail, "the settings say whose it is"


async def test_to_set_up_one_league_leaves_the_account_of_the_other(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BBALL_MAIL_URL", raising=False)
    await two_leagues(database)
    file = settings.config_file
    file.parent.mkdir(parents=True, exist_ok=True)
    common = "smtp://one:secret@mail.one.test:587?tls=starttls"
    file.write_text(f'league = "westside"\nmail_url = "{common}"\n')
    there = msgspec.structs.replace(
        settings, mail_url=SecretUrl(common), league="eastside", league_of_call=True, worker=False
    )
    async with SmtpServer() as relay, opened(there) as desk:
        await desk.press(";")
        await desk.until(lambda: isinstance(desk.app.screen, MailSetup))
        await desk.shows("This account is for Eastside alone; other leagues keep theirs.")
        assert "mail.one.test" not in desk.text
        await desk.press("space", *"another", "enter")
        await put(desk, "server", "127.0.0.1")
        await put(desk, "port", str(relay.port))
        desk.app.screen.query_one("#in-tls").focus()
        await desk.press("space", *"none", "enter")
        await put(desk, "from", "office@eastside.test")
        await desk.press("enter")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        await desk.shows("E-mail is set up.")
        assert desk.app.connection is not None
        assert desk.app.connection.settings.may_send
    own = f"smtp://127.0.0.1:{relay.port}?tls=none"
    assert tomllib.loads(file.read_text()) == {
        "league": "westside",
        "leagues": {"westside": {"mail_url": common}, "eastside": {"mail_url": own}},
    }


async def test_a_worker_that_serves_other_leagues_is_not_told_to_be_started(
    settings: Settings, database: Database
) -> None:
    _, other = await two_leagues(database)
    async with database.session() as session:
        worker = WorkerInfo(uuid4(), "desk-2 (worker 7)", "desk-2", 7, "1", "smtp:mail.east.test:25")
        await beat_from_now_on(session, other.league_id, worker)
    async with opened(msgspec.structs.replace(settings, worker=False, league="westside")) as desk:
        await desk.press("1")
        await desk.shows("No worker sends for this league: 2 e-mails cannot")
        await desk.shows("2 e-mails cannot go out.", "A worker runs on desk-2, but not for")
        assert "Start one with" not in desk.text
