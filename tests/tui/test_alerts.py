"""Alerts from the desk: a webhook that is typed, tried and kept where nobody reads it."""

import tomllib

import msgspec
from sqlalchemy import select, text

from bball_tui.database.engine import Database
from bball_tui.database.models import League
from bball_tui.league.mails.alerting import Alerting, read_alerting, set_alerting
from bball_tui.settings import Settings
from bball_tui.tui.dialogs.alerts import Alerts
from tests.support.webhook import SECRET, WebhookServer
from tests.tui.desk_host import Desk, club_with, opened


async def put(desk: Desk, name: str, value: str) -> None:
    """What stands in a field now."""
    field = desk.app.screen.query_one(f"#{name}")
    field.focus()
    await desk.settle()
    await desk.press("end", "ctrl+u", *value)


async def test_a_webhook_is_tried_then_saved_and_seen_nowhere(settings: Settings, database: Database) -> None:
    await club_with(database, 1)
    seen = ""
    async with WebhookServer() as server, opened(msgspec.structs.replace(settings, worker=False)) as desk:
        await desk.press("*")
        await desk.until(lambda: isinstance(desk.app.screen, Alerts))
        await put(desk, "webhook", "http://hooks.test/s3cretXy")
        await desk.press("enter")
        await desk.shows("This is no https link.")
        await put(desk, "webhook", server.url)
        await desk.shows("By its host the link is for a program (JSON).")
        seen += desk.text
        await desk.press("ctrl+t")
        await desk.shows("The webhook took the test")
        server.status = 404
        await desk.press("ctrl+t")
        await desk.shows("The webhook at 127.0.0.1 answered with 404.")
        seen += desk.text
        assert not settings.config_file.exists()
        await put(desk, "emails", "maria@westside.test")
        await put(desk, "minutes", "30")
        await desk.press("enter")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        await desk.shows("The alerts are saved.")
        await desk.press("*")
        await desk.shows("as it is: http://127.0.0.1", "maria@westside.test")
        seen += desk.text
        assert [post.path for post in server.posts] == [SECRET, SECRET]
        assert server.posts[0].body["title"] == "Westside Basketball: test of the alerts"

    file = settings.config_file
    assert file.stat().st_mode & 0o777 == 0o600
    assert tomllib.loads(file.read_text()) == {"leagues": {"westside": {"alert_webhook": server.url}}}
    async with database.session() as session:
        assert (await session.execute(select(League.alert_emails, League.alert_minutes))).one() == (
            ["maria@westside.test"],
            30,
        )
        kept = str((await session.execute(text("SELECT audit::text FROM audit"))).all())
        kept += str((await session.execute(text("SELECT league::text FROM league"))).all())
    logged = settings.log_file.read_text() if settings.log_file.exists() else ""
    assert "s3cretXy" not in seen + kept + logged


async def test_read_only_changes_no_alerts(settings: Settings, database: Database) -> None:
    await club_with(database, 1)
    async with opened(msgspec.structs.replace(settings, read_only=True)) as desk:
        await desk.press("*")
        await desk.shows("This is read only")
        assert not isinstance(desk.app.screen, Alerts)


async def test_who_a_colleague_adds_meanwhile_stays_and_what_both_change_is_looked_at_again(
    settings: Settings, database: Database, marias_database: Database
) -> None:
    club = await club_with(database, 1)
    async with opened(msgspec.structs.replace(settings, worker=False)) as desk:
        await desk.press("*")
        await desk.until(lambda: isinstance(desk.app.screen, Alerts))
        async with marias_database.session() as session:
            await set_alerting(session, club.league_id, emails=["maria@westside.test"])
        await put(desk, "minutes", "30")
        await desk.press("enter")
        await desk.shows("The alerts are saved.")
        async with database.session() as session:
            assert await read_alerting(session, club.league_id) == Alerting(("maria@westside.test",), 30)

        await desk.press("*")
        await desk.shows("maria@westside.test")
        async with marias_database.session() as session:
            await set_alerting(session, club.league_id, minutes=5)
        await put(desk, "minutes", "60")
        await desk.press("enter")
        await desk.shows("Someone else has just changed this.")
    async with database.session() as session:
        assert await read_alerting(session, club.league_id) == Alerting(("maria@westside.test",), 5)
