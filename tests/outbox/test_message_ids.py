"""Message-IDs: unlike in any other database, and of the league's own domain before the mail is frozen."""

import asyncio
import logging

import msgspec
import psycopg
import pytest
from sqlalchemy import text

from bball_tui.database.engine import Database
from bball_tui.delivery.timing import Timing
from bball_tui.delivery.worker import Drained, Worker
from bball_tui.mail.from_address import FROM_NEEDED
from bball_tui.mail.transports import open_transport
from bball_tui.outbox.message_ids import UNADDRESSED
from bball_tui.outbox.queue import enqueue
from bball_tui.settings import SecretUrl, Settings
from tests.outbox.support import item, queue_mails, stored, until_states
from tests.support.smtp import SmtpServer


async def drain(database: Database, league_id: int, settings: Settings) -> Drained:
    transport = open_transport(settings)
    try:
        return await Worker(database, league_id, settings, transport).drain()
    finally:
        await transport.close()


async def test_another_salt_makes_other_ids_of_the_same_promise(database: Database, owner_url: SecretUrl) -> None:
    club, family, _ = await queue_mails(database, 0)
    ids = []
    for _ in range(2):
        async with database.session() as session:
            (id_,) = await enqueue(session, club.league_id, [item(family, "rosa@families.test")], hold_seconds=0)
        ids.append((await stored(database, id_)).message_id)
        async with database.session() as session:
            await session.execute(text("UPDATE outbox SET dedupe_key = dedupe_key || '-' || id"))
        with psycopg.connect(owner_url.reveal()) as owner:
            owner.execute("UPDATE league SET mail_salt = gen_random_uuid()")
    assert ids[0] != ids[1]


async def test_a_mail_waits_for_the_from_address_and_leaves_with_an_id_of_its_domain(
    database: Database, settings: Settings
) -> None:
    club, _, (id_,) = await queue_mails(database, 1)
    async with database.session() as session:
        await session.execute(text("UPDATE league SET from_email = NULL"))
        await session.execute(
            text("UPDATE outbox SET message_id = split_part(message_id, '@', 1) || '@bball-tui.invalid>'")
        )
    away = msgspec.structs.replace(settings, mail_url=SecretUrl("smtp://mx.example.org:587"))
    assert await drain(database, club.league_id, away) == Drained(0, 0, 0, 1, 0)
    waits = await stored(database, id_)
    assert (waits.state, waits.claims) == ("queued", 0)
    assert UNADDRESSED in waits.message_id

    async with database.session() as session:
        await session.execute(text("UPDATE league SET from_email = 'office@westside.example'"))
    async with SmtpServer() as server:
        near = msgspec.structs.replace(settings, mail_url=SecretUrl(server.url))
        assert (await drain(database, club.league_id, near)).sent == 1
    sent = await stored(database, id_)
    assert sent.message_id.endswith("@westside.example>")
    assert sent.message_id.encode() in server.messages[0].data


async def test_a_worker_that_knows_the_from_address_hears_that_it_was_taken_away(
    database: Database, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """It asks once, not for each mail; a mail that cannot be written without says that it has to ask again."""
    club, family, _ = await queue_mails(database, 1)
    caplog.set_level(logging.INFO)
    away = msgspec.structs.replace(settings, mail_url=SecretUrl("smtp://mx.example.org:587"))
    stop = asyncio.Event()
    async with SmtpServer() as server:
        transport = open_transport(msgspec.structs.replace(settings, mail_url=SecretUrl(server.url)))
        running = asyncio.create_task(
            Worker(database, club.league_id, away, transport, timing=Timing(poll=0.05)).run(stop)
        )
        await server.received(1)
        async with database.session() as session:
            await session.execute(text("UPDATE league SET from_email = NULL"))
            (id_,) = await enqueue(session, club.league_id, [item(family, "rosa@families.test")], hold_seconds=0)
        async with asyncio.timeout(60):
            while FROM_NEEDED not in caplog.text:  # noqa: ASYNC110 - the log sets no event
                await asyncio.sleep(0.01)
        await until_states(database, {"sent": 1, "queued": 1})
        assert (await stored(database, id_)).attempts == 0
        assert len(server.messages) == 1

        async with database.session() as session:
            await session.execute(text("UPDATE league SET from_email = 'office@westside.example'"))
        assert (await server.received(2))[1].recipient == "rosa@families.test"
        stop.set()
        await running
        await transport.close()
