"""A night's failure reaches a person: once, by a way that works, without a word about a family and without a secret."""

import asyncio
import logging
from email import message_from_bytes
from email.policy import default
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from bball_tui.database.engine import Database
from bball_tui.database.states import AlertCause, AlertChannel
from bball_tui.delivery.alerts.channels import accounts
from bball_tui.delivery.alerts.message import Message
from bball_tui.delivery.alerts.tell_staff import Looked, look
from bball_tui.delivery.alerts.webhook import post
from bball_tui.league.mails.alerting import set_alerting
from bball_tui.mail.from_address import Outgoing
from bball_tui.outbox.sending_status import read_sending_status
from bball_tui.settings import LeagueSettings, SecretLink, SecretUrl, Settings
from tests.delivery.test_outage import drain_quickly
from tests.outbox.support import queue_mails
from tests.support.smtp import Received, SmtpServer
from tests.support.webhook import SECRET, WebhookServer

STAFF = ("maria@westside.test", "jonas@westside.test")


def through(settings: Settings, server: SmtpServer, **more: Any) -> Settings:
    return msgspec.structs.replace(settings, mail_url=SecretUrl(server.url), **more)


def alone(settings: Settings) -> Settings:
    """Nothing sends from here."""
    return msgspec.structs.replace(settings, mail_url=None)


async def alerted(database: Database, league_id: int, *emails: str, minutes: int = 15) -> None:
    async with database.session() as session:
        await set_alerting(session, league_id, emails=emails or STAFF, minutes=minutes)


async def later(database: Database, minutes: int) -> None:
    """As if everything that is known of alerts, gates and workers were so much longer ago."""
    async with database.session() as session:
        ago = f"make_interval(mins => {minutes})"
        await session.execute(
            text(
                f"UPDATE alert_notice SET since = since - {ago}, told_at = told_at - {ago}, "
                f"try_after = try_after - {ago}"
            )
        )
        await session.execute(text(f"UPDATE provider_gate SET updated_at = updated_at - {ago}"))
        await session.execute(text(f"UPDATE worker SET heartbeat_at = heartbeat_at - {ago}"))


async def fail(database: Database, league_id: int, settings: Settings, server: SmtpServer) -> None:
    """The mails that wait are refused for good."""
    server.script("rcpt", "550 5.1.1 <rosa@families.test> no such user", times=None, match="families.test")
    await drain_quickly(database, league_id, settings)


def subjects(mails: list[Received]) -> list[str]:
    return [str(message_from_bytes(mail.data, policy=default)["Subject"]) for mail in mails]


def words(mail: Received) -> str:
    body = message_from_bytes(mail.data, policy=default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def readable(mail: Received) -> str:
    """All that the mail says to a reader. Its id and the lines between its parts are random, and hold any digits."""
    message = message_from_bytes(mail.data, policy=default)
    heads = [f"{name}: {value}" for name, value in message.items() if name not in ("Message-ID", "Content-Type")]
    return "\n".join([*heads, *(str(part.get_content()) for part in message.walk() if not part.is_multipart())])


@pytest.mark.slow
async def test_failed_mails_are_told_once_to_each_of_the_staff_and_their_end_once(
    database: Database, settings: Settings
) -> None:
    club, _, _ = await queue_mails(database, 3)
    await alerted(database, club.league_id)
    async with SmtpServer() as server:
        settings = through(settings, server)
        await fail(database, club.league_id, settings, server)
        looked = await look(database, club.league_id, settings)
        assert [one.cause for one in looked.findings] == [AlertCause.FAILED]
        for _ in range(3):
            await look(database, club.league_id, settings)
        assert sorted(mail.recipient for mail in server.messages) == sorted(STAFF)
        assert subjects(server.messages) == ["Westside Basketball: 3 e-mails failed"] * 2
        assert "3 e-mails: no such mailbox." in words(server.messages[0])
        async with database.session() as session:
            await session.execute(text("UPDATE outbox SET state = 'cancelled' WHERE state = 'dead'"))
        for _ in range(3):
            await look(database, club.league_id, settings)
        assert subjects(server.messages)[2:] == ["Westside Basketball: over: e-mails failed"] * 2


@pytest.mark.slow
async def test_many_workers_that_look_at_once_say_it_once(database: Database, settings: Settings) -> None:
    club, _, _ = await queue_mails(database, 1)
    await alerted(database, club.league_id, "maria@westside.test")
    async with SmtpServer() as server:
        settings = through(settings, server)
        await fail(database, club.league_id, settings, server)
        await asyncio.gather(*(look(database, club.league_id, settings) for _ in range(8)))
        assert len(server.messages) == 1


async def test_no_word_about_a_family_leaves(database: Database, settings: Settings) -> None:
    """What the mail server said of the mail is not repeated either: it names the family's address."""
    club, _, _ = await queue_mails(database, 2)
    await alerted(database, club.league_id, "maria@westside.test")
    async with SmtpServer() as server, WebhookServer() as hook:
        settings = through(settings, server, alert_webhook=SecretLink(hook.url))
        await fail(database, club.league_id, settings, server)
        async with database.session() as session:
            await session.execute(
                text(
                    "UPDATE outbox SET state = 'sent', finalized_at = now(), wire_started_at = now(), "
                    "bounced_at = now(), error_class = 'bounced', error_code = '5.1.1', "
                    "error_text = 'Amara Hamilton moved' "
                    "WHERE id = (SELECT min(id) FROM outbox)"
                )
            )
        looked = await look(database, club.league_id, settings)
        assert {one.cause for one in looked.findings} == {AlertCause.FAILED, AlertCause.RETURNED}
        told = readable(server.messages[0]) + str(hook.posts[0].body)
        for word in ("Amara", "Hamilton", "Rosa", "families.test", "Hawks", "2015"):
            assert word not in told


async def test_another_account_tells_that_the_leagues_own_is_refused(database: Database, settings: Settings) -> None:
    club, _, _ = await queue_mails(database, 3)
    await alerted(database, club.league_id, "maria@westside.test")
    async with SmtpServer(users={"office": "right"}) as own, SmtpServer(users={"desk@other.test": "pw"}) as other:
        other_url = SecretUrl(other.url.replace("smtp://", "smtp://desk%40other.test:pw@"))
        settings = msgspec.structs.replace(
            settings,
            mail_url=SecretUrl(own.url.replace("smtp://", "smtp://office:wrong@")),
            alert_mail_url=other_url,
        )
        await drain_quickly(database, club.league_id, settings)
        logins = len(own.logins)
        assert (await look(database, club.league_id, settings)).told == {}, "it may pass by itself"
        await later(database, 16)
        await look(database, club.league_id, settings)
        (mail,) = other.messages
        assert (mail.sender, mail.recipient) == ("desk@other.test", "maria@westside.test")
        assert subjects([mail]) == ["Westside Basketball: sending is held, 3 e-mails waiting"]
        assert "127.0.0.1 rejected the password; 3 e-mails wait" in words(mail)
        assert own.messages == []
        assert len(own.logins) == logins, "more tries with a wrong password can lock the account"


async def test_the_other_account_takes_over_when_the_own_one_does_not_take_the_alert(
    database: Database, settings: Settings
) -> None:
    club, _, _ = await queue_mails(database, 1)
    await alerted(database, club.league_id)
    async with SmtpServer() as own, SmtpServer() as other:
        settings = through(settings, own, alert_mail_url=SecretUrl(other.url))
        await fail(database, club.league_id, settings, own)
        own.script("mail", "451 4.3.0 Try later", times=None)
        await look(database, club.league_id, settings)
        assert sorted(mail.recipient for mail in other.messages) == sorted(STAFF)


async def test_what_cannot_be_told_is_tried_again_and_said(database: Database, settings: Settings) -> None:
    club, _, _ = await queue_mails(database, 1)
    async with SmtpServer() as server, WebhookServer(status=500) as hook:
        settings = through(settings, server, alert_webhook=SecretLink(hook.url))
        await fail(database, club.league_id, settings, server)
        looked = await look(database, club.league_id, settings)
        assert looked.problems == {AlertChannel.WEBHOOK: "The webhook at 127.0.0.1 answered with 500."}
        assert (await look(database, club.league_id, settings)).problems == {}, "not at every look"
        await later(database, 16)
        hook.status = 200
        assert list((await look(database, club.league_id, settings)).told) == [AlertChannel.WEBHOOK]
        assert len(hook.posts) == 2


async def test_a_lost_worker_is_told_and_its_return(database: Database, settings: Settings) -> None:
    club, _, _ = await queue_mails(database, 1)
    async with database.session() as session:
        await session.execute(
            text(
                "INSERT INTO worker (id, league_id, name, host, pid, version, provider, heartbeat_at) VALUES "
                "(gen_random_uuid(), :league, 'desk-2 (worker 7)', 'desk-2', 7, '1', 'smtp:x:25', "
                "now() - interval '20 min'), "
                "(gen_random_uuid(), :league, 'laptop (screen 8)', 'laptop', 8, '1', 'smtp:x:25', "
                "now() - interval '20 min')"
            ),
            {"league": club.league_id},
        )
    async with WebhookServer() as hook:
        settings = msgspec.structs.replace(alone(settings), alert_webhook=SecretLink(hook.url))
        looked = await look(database, club.league_id, settings)
        assert looked.told[AlertChannel.WEBHOOK].title == "Westside Basketball: a worker is gone"
        assert "desk-2 (worker 7) has said nothing since" in looked.told[AlertChannel.WEBHOOK].text
        assert "laptop" not in looked.told[AlertChannel.WEBHOOK].text
        async with database.session() as session:
            await session.execute(
                text(
                    "INSERT INTO worker (id, league_id, name, host, pid, version, provider) VALUES "
                    "(gen_random_uuid(), :league, 'desk-2 (worker 9)', 'desk-2', 9, '1', 'smtp:x:25')"
                ),
                {"league": club.league_id},
            )
        looked = await look(database, club.league_id, settings)
        assert looked.told[AlertChannel.WEBHOOK].title == "Westside Basketball: over: a worker is gone"


@pytest.mark.parametrize("kind", ["slack", "discord", "ntfy", "json"])
async def test_each_service_gets_what_it_reads(database: Database, settings: Settings, kind: Any) -> None:
    club, _, _ = await queue_mails(database, 2)
    async with SmtpServer() as server, WebhookServer() as hook:
        settings = through(settings, server, alert_webhook=SecretLink(hook.url), alert_webhook_format=kind)
        await fail(database, club.league_id, settings, server)
        await look(database, club.league_id, settings)
        (got,) = hook.posts
    assert got.headers["content-type"] == "application/json"
    title, body = "Westside Basketball: 2 e-mails failed", got.body
    match kind:
        case "slack":
            assert got.path == SECRET
            assert body["text"].startswith(f"{title}\n")
        case "discord":
            assert body["content"].startswith(f"{title}\n")
            assert body["allowed_mentions"] == {"parse": []}
        case "ntfy":
            assert got.path == "/"
            assert (body["topic"], body["title"], body["priority"]) == (SECRET.strip("/"), title, 4)
        case _:
            assert (body["league"], body["title"]) == ("westside", title)
            (one,) = body["alerts"]
            assert (one["cause"], one["stage"], one["count"]) == ("failed", "begins", 2)


async def test_names_of_leagues_call_nobody_and_are_no_markup() -> None:
    async with WebhookServer() as hook:
        message = Message("<!channel> @everyone & co", "x")
        assert await post(SecretLink(hook.url), "slack", message) is None
        assert await post(SecretLink(hook.url), "discord", message) is None
    assert "<" not in hook.posts[0].body["text"]
    assert hook.posts[1].body["allowed_mentions"] == {"parse": []}


async def test_the_link_of_a_webhook_is_in_no_message_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.NOTSET)
    async with WebhookServer(status=302, location="https://elsewhere.test/") as hook:
        link = SecretLink(hook.url)
        said = [await post(link, None, Message("Westside", "westside"))]
        assert len(hook.posts) == 1, "a redirect is not followed"
        hook.status = None
        said.append(await post(link, None, Message("Westside", "westside")))
    said.append(await post(link, None, Message("Westside", "westside")))
    said.append(await post(SecretLink("http://hooks.test" + SECRET), None, Message("Westside", "westside")))
    said.append(await post(SecretLink("https://[" + SECRET), None, Message("Westside", "westside")))
    assert None not in said
    assert "s3cretXy" not in f"{said} {link} {link!r} {caplog.text} {Settings.__name__}"


async def test_a_league_has_a_webhook_and_another_account_of_its_own(database: Database, settings: Settings) -> None:
    club, _, _ = await queue_mails(database, 1)
    own = LeagueSettings(alert_webhook=SecretLink("https://x.test/own"), alert_mail_url=SecretUrl("smtp://other.test"))
    settings = msgspec.structs.replace(settings, leagues={"westside": own})
    assert settings.of_league("eastside").alert_webhook is None
    mine = settings.of_league("westside")
    assert mine.alert_webhook == own.alert_webhook
    async with database.session() as session:
        status = await read_sending_status(session, club.league_id, Outgoing.here(mine))
    assert [one.mail_url for one in accounts(mine, status)] == [own.alert_mail_url, settings.mail_url], "not the folder"


async def test_nobody_is_told_when_nobody_is_to_be(database: Database, settings: Settings) -> None:
    club, _, _ = await queue_mails(database, 1)
    async with SmtpServer() as server:
        settings = through(settings, server)
        await fail(database, club.league_id, settings, server)
        looked = await look(database, club.league_id, settings)
        assert isinstance(looked, Looked)
        assert (looked.told, looked.problems, server.messages) == ({}, {}, [])
