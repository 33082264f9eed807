"""Mails that the server was told of behind another one: taken back at once, and nothing is held against them."""

import asyncio

import msgspec
import pytest
from sqlalchemy import text

from bball_tui.database.engine import Database
from bball_tui.database.states import OutboxState
from bball_tui.delivery.worker import Drained, Worker
from bball_tui.mail.transports import open_transport
from bball_tui.settings import SecretUrl, Settings
from tests.delivery.test_drain import drain
from tests.delivery.test_outage import drain_quickly
from tests.outbox.support import history, queue_mails, states, stored, until_states
from tests.support.smtp import HANG, SmtpServer


def one_connection(settings: Settings, server: SmtpServer) -> Settings:
    return msgspec.structs.replace(settings, mail_url=SecretUrl(server.url), worker_concurrency=1)


def told_of(server: SmtpServer) -> list[str]:
    """Everybody the server was ever told of, in order."""
    return [command.partition("<")[2].partition("@")[0] for command in server.commands if command.startswith("RCPT")]


async def test_a_stop_takes_it_back_while_the_mail_before_it_is_still_without_an_answer(
    database: Database, settings: Settings
) -> None:
    club, _, ids = await queue_mails(database, 4)
    async with SmtpServer() as server:
        server.script("dot", HANG, match="parent1@")
        settings = one_connection(settings, server)
        transport, stop = open_transport(settings), asyncio.Event()
        worker = asyncio.create_task(Worker(database, club.league_id, settings, transport).run(stop))
        await server.received(2)
        stop.set()
        await until_states(database, {"sent": 1, "sending": 1, "queued": 2})
        server.release()
        await worker
        await transport.close()
        await server.idle()
        assert await states(database) == {"sent": 2, "queued": 2}
        assert told_of(server) == ["parent0", "parent1", "parent2"]
        assert [mail.recipient for mail in server.messages] == ["parent0@families.test", "parent1@families.test"]
    taken_back = await stored(database, ids[2])
    assert (taken_back.state, taken_back.attempts, taken_back.claims) == (OutboxState.QUEUED, 0, 0)
    assert await history(database, ids[2]) == []


@pytest.mark.parametrize("answer", ["550 5.4.5 Daily sending quota exceeded", "421 4.3.2 Closing"])
async def test_a_fault_of_the_provider_in_the_mail_before_it_holds_it(
    database: Database, settings: Settings, answer: str
) -> None:
    club, _, ids = await queue_mails(database, 4)
    async with SmtpServer() as server:
        server.script("dot", answer, match="parent1@")
        settings = one_connection(settings, server)
        assert await drain_quickly(database, club.league_id, settings) == Drained(1, 0, 0, 3, 0)
        assert [mail.recipient for mail in server.messages] == ["parent0@families.test"]
    assert [(await stored(database, id_)).attempts for id_ in ids] == [1, 0, 0, 0]
    assert await history(database, ids[2]) == []


async def test_what_is_not_ours_anymore_when_its_turn_comes_is_not_sent(database: Database, settings: Settings) -> None:
    club, _, ids = await queue_mails(database, 4)
    async with SmtpServer() as server:
        server.script("dot", HANG, match="parent1@")
        settings = one_connection(settings, server)
        draining = asyncio.create_task(drain(database, club.league_id, settings))
        await server.received(2)
        async with database.session() as session:
            late = text("UPDATE outbox SET lease_until = now() - interval '1 s' WHERE id = :id AND state = 'sending'")
            await session.execute(late, {"id": ids[2]})
        server.release()
        assert await draining == Drained(4, 0, 0, 0, 0)
        assert told_of(server)[:3] == ["parent0", "parent1", "parent2"]
        assert told_of(server).count("parent2") == 2, "told of, not sent, and sent when it was ours again"
        assert sorted(mail.recipient for mail in server.messages) == [f"parent{n}@families.test" for n in range(4)]
    assert [(await stored(database, id_)).attempts for id_ in ids] == [1, 1, 1, 1]


async def test_one_refusal_after_another_costs_no_one_else_anything(database: Database, settings: Settings) -> None:
    club, _, ids = await queue_mails(database, 12)
    async with SmtpServer() as server:
        server.script("rcpt", "550 5.1.1 No such user", match="parent2@")
        server.script("dot", "450 4.2.1 Receiving too fast", match="parent5@")
        server.script("dot", "552 5.3.4 Too large", match="parent6@")
        settings = one_connection(settings, server)
        assert await drain(database, club.league_id, settings) == Drained(9, 2, 0, 1, 0)
        assert len(server.messages) == 9
        assert server.connections <= 2, "a 354 after a refusal ends a connection, a refusal does not"
    wanted = {2: OutboxState.DEAD, 5: OutboxState.QUEUED, 6: OutboxState.DEAD}
    assert [(await stored(database, id_)).state for id_ in ids] == [wanted.get(n, OutboxState.SENT) for n in range(12)]
