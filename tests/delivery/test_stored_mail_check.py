"""What is stored is compared with its row before it is sent: foreign bytes go out in no one's name."""

from hashlib import sha256

import msgspec
import pytest
from sqlalchemy import text

from bball_tui.database.engine import Database
from bball_tui.database.states import OutboxState
from bball_tui.league.editing.profile import change_league
from bball_tui.league.leagues import find_league
from bball_tui.settings import SecretUrl, Settings
from tests.delivery.test_drain import drain
from tests.outbox.support import queue_mails, stored
from tests.support.smtp import SmtpServer

MAIL = "From: <{sender}>\r\nTo: <{to}>\r\nSubject: Hello\r\nMessage-ID: {id}\r\n\r\nforeign words\r\n"


@pytest.mark.parametrize(
    ("sender", "to", "message_id", "written", "said"),
    [
        ("office@westside.test", "parent0@families.test", None, None, None),
        ("office@eastside.test", "parent0@families.test", None, None, "its From is no address of this league"),
        ("office@westside.test", "someone@else.test", None, None, "its To is another address"),
        ("office@westside.test", "parent0@families.test", "<x@else.test>", None, "its Message-ID is another one"),
        (
            "office@westside.test",
            "parent0@families.test",
            None,
            b"our words",
            "its text is not the one that was written",
        ),
    ],
)
async def test_foreign_bytes_are_not_sent(
    database: Database,
    settings: Settings,
    sender: str,
    to: str,
    message_id: str | None,
    written: bytes | None,
    said: str | None,
) -> None:
    club, _, (id_,) = await queue_mails(database, 1)
    row = await stored(database, id_)
    mime = MAIL.format(sender=sender, to=to, id=message_id or row.message_id).encode()
    async with database.session() as session:
        await session.execute(
            text(
                "INSERT INTO outbox_message (outbox_id, league_id, subject, mime, sha256) "
                "VALUES (:id, :league, 'Hello', :mime, :sum)"
            ),
            {"id": id_, "league": club.league_id, "mime": mime, "sum": sha256(written or mime).digest()},
        )
    async with SmtpServer() as server:
        settings = msgspec.structs.replace(settings, mail_url=SecretUrl(server.url))
        await drain(database, club.league_id, settings)
    row = await stored(database, id_)
    if said is None:
        assert (row.state, len(server.messages)) == (OutboxState.SENT, 1)
    else:
        assert (row.state, server.messages) == (OutboxState.DEAD, [])
        assert said in (row.error_text or "")


@pytest.mark.slow
async def test_a_mail_of_before_a_new_from_address_still_goes_out(database: Database, settings: Settings) -> None:
    club, _, (id_,) = await queue_mails(database, 1)
    async with SmtpServer() as server:
        settings = msgspec.structs.replace(settings, mail_url=SecretUrl(server.url))
        server.script("dot", "452 4.2.2 Mailbox full")
        await drain(database, club.league_id, settings)
        async with database.session() as session:
            await change_league(session, await find_league(session), {"from_email": "new@westside.test"})
            await session.execute(text("UPDATE outbox SET available_at = now()"))
        await drain(database, club.league_id, settings)
        assert [mail.sender for mail in server.messages] == ["office@westside.test"]
    assert (await stored(database, id_)).state == OutboxState.SENT
