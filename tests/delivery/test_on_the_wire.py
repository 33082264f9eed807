"""While a mail travels, the database is left alone."""

import asyncio
from pathlib import Path

from bball_tui.database.engine import Database
from bball_tui.delivery.worker import Worker
from bball_tui.mail.transports import open_transport
from tests.conftest import Server
from tests.mail.factory import make_settings
from tests.outbox.support import queue_mails, states
from tests.support.smtp import HANG, SmtpServer

OPEN = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"


async def test_no_transaction_is_open_while_a_mail_is_on_the_wire(
    database: Database, database_name: str, server: Server, tmp_path: Path
) -> None:
    club, _, _ = await queue_mails(database, 3)
    async with SmtpServer() as mail_server:
        for phase in ("rcpt", "dot"):
            mail_server.script(phase, HANG)
        settings = make_settings(tmp_path, mail_url=mail_server.url, concurrency=1)
        transport = open_transport(settings)
        worker = Worker(database, club.league_id, settings, transport)
        draining = asyncio.create_task(worker.drain(asyncio.Event()))
        for phase in ("rcpt", "dot"):
            await mail_server.at(phase)
            # The worker's own loops look at the queue now and then, each for a moment.
            async with asyncio.timeout(30):
                while server.admin.execute(OPEN, (database_name,)).fetchone() != (0,):  # noqa: ASYNC110 - another server's state
                    await asyncio.sleep(0.01)
            mail_server.release()
        await draining
        await transport.close()
    assert await states(database) == {"sent": 3}
