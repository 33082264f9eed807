"""`worker --drain` from the queue to the mailbox, over a real mail server and into a maildir."""

import msgspec
import pytest

from bball_tui.database.engine import Database
from bball_tui.database.states import OutboxState
from bball_tui.delivery.worker import Drained, Worker
from bball_tui.league.timeline.read import contract_detail
from bball_tui.mail.from_address import Outgoing
from bball_tui.mail.transports import open_transport
from bball_tui.outbox.queue import enqueue
from bball_tui.outbox.timeline import item_timeline
from bball_tui.settings import SecretUrl, Settings
from tests.outbox.support import history, item, queue_mails, states, stored
from tests.support.smtp import SmtpServer


async def drain(database: Database, league_id: int, settings: Settings) -> Drained:
    transport = open_transport(settings)
    try:
        return await Worker(database, league_id, settings, transport).drain()
    finally:
        await transport.close()


async def test_a_drain_sends_each_mail_once_and_a_second_drain_nothing(database: Database, settings: Settings) -> None:
    club, _, ids = await queue_mails(database, 12)
    async with SmtpServer() as server:
        settings = msgspec.structs.replace(settings, mail_url=SecretUrl(server.url))
        assert await drain(database, club.league_id, settings) == Drained(12, 0, 0, 0, 0)
        assert await drain(database, club.league_id, settings) == Drained(0, 0, 0, 0, 0)
        assert sorted(mail.recipient for mail in server.messages) == sorted(
            f"parent{n}@families.test" for n in range(12)
        )
        sent = await stored(database, ids[0])
        assert (sent.state, sent.attempts, sent.claims) == (OutboxState.SENT, 1, 1)
        assert [attempt.outcome for attempt in await history(database, ids[0])] == ["accepted"]
        mime = next(mail.data for mail in server.messages if mail.recipient == "parent0@families.test")
        assert sent.message_id.encode() in mime


async def test_a_drain_into_a_maildir_is_never_called_accepted(database: Database, settings: Settings) -> None:
    club, family, ids = await queue_mails(database, 3)
    assert (await drain(database, club.league_id, settings)).sent == 3
    assert len(list((settings.data_dir / "mail" / "new").iterdir())) == 3
    async with database.session() as session:
        story = await item_timeline(session, club.league_id, ids[0], Outgoing(mail_server=True))
        contract = await contract_detail(session, club.league_id, family.contract_id, Outgoing(True))
    assert story.item.in_folder
    assert story.next.startswith("Nothing: it was written to a folder at ")
    told = [story.next, *(event.text for event in story.events), *(event.text for event in contract.trace)]
    assert not [text for text in told if "accepted" in text]
    assert any("written to a folder" in event.text for event in contract.trace)


@pytest.mark.slow
async def test_a_drain_waits_for_a_short_hold_and_reports_a_long_one(database: Database, settings: Settings) -> None:
    club, family, _ = await queue_mails(database, 1, hold_seconds=1)
    async with database.session() as session:
        await enqueue(session, club.league_id, [item(family, "later@families.test")], hold_seconds=3600)
    assert await drain(database, club.league_id, settings) == Drained(1, 0, 0, 0, 1)


async def test_one_refused_recipient_stops_nobody_else(database: Database, settings: Settings) -> None:
    club, _, ids = await queue_mails(database, 5)
    async with SmtpServer() as server:
        server.script("rcpt", "550 5.1.1 No such user", match="parent2@")
        server.script("rcpt", "450 4.2.1 Receiving too fast", match="parent3@")
        settings = msgspec.structs.replace(settings, mail_url=SecretUrl(server.url))
        assert await drain(database, club.league_id, settings) == Drained(3, 1, 0, 1, 0)
    failed, waiting = await stored(database, ids[2]), await stored(database, ids[3])
    assert (failed.state, failed.error_class, failed.error_code) == (OutboxState.DEAD, "permanent", "550 5.1.1")
    assert (waiting.state, waiting.attempts, waiting.error_class) == (OutboxState.QUEUED, 1, "recipient_transient")
    assert await states(database) == {"sent": 3, "dead": 1, "queued": 1}
