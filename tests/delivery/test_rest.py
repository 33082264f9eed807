"""A worker at rest asks little, and yet sees to what others lost."""

import asyncio
from typing import Any

import msgspec
from sqlalchemy import event

from bball_tui.database.engine import Database
from bball_tui.delivery.timing import Timing
from bball_tui.delivery.worker import Worker
from bball_tui.mail.transports import open_transport
from bball_tui.outbox.queue import claim
from bball_tui.settings import SecretUrl, Settings
from tests.outbox.support import queue_mails, run_out_leases
from tests.support.smtp import SmtpServer


async def test_a_sign_of_life_and_a_look_for_lost_mails_are_one_transaction(
    database: Database, settings: Settings
) -> None:
    club, _, _ = await queue_mails(database, 1)
    async with database.session() as session:
        await claim(session, club.league_id, limit=1, worker="lost", provider="smtp")
    said: list[str] = []
    at_rest = asyncio.Event()

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        known = {"INSERT INTO worker": "beat", "wire_started_at IS NOT NULL THEN 'in_doubt'": "sweep"}
        said.append(next((word for part, word in known.items() if part in statement), "something else"))

    def committed(_connection: Any) -> None:
        said.append("commit")
        if said[-12:] == ["beat", "sweep", "commit"] * 4:
            at_rest.set()

    engine = database._engine.sync_engine
    event.listen(engine, "before_cursor_execute", hear)
    event.listen(engine, "commit", committed)
    stop = asyncio.Event()
    async with SmtpServer() as server:
        transport = open_transport(msgspec.structs.replace(settings, mail_url=SecretUrl(server.url)))
        worker = Worker(database, club.league_id, settings, transport, timing=Timing(sweep=0.02))
        running = asyncio.create_task(worker.run(stop))
        try:
            async with asyncio.timeout(60):
                await at_rest.wait()
            await run_out_leases(database)
            await server.received(1)
        finally:
            stop.set()
            await running
            await transport.close()
            event.remove(engine, "before_cursor_execute", hear)
            event.remove(engine, "commit", committed)
