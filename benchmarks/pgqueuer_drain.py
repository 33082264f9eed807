"""The fastest of the queues that were studied, at the same job.

`python -m benchmarks.pgqueuer_drain DATABASE PORT MAILS` takes jobs from PgQueuer, renders the same mail and sends it
with aiosmtplib over ten connections, on uvloop like PgQueuer's own command. Needs the extra `bench`. It promises less:
a mail that was sent when the worker was killed is sent again.
"""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import uvloop
from aiosmtplib import SMTP
from pgqueuer.core.qm import QueueManager
from pgqueuer.db import AsyncpgDriver
from pgqueuer.models import Job
from pgqueuer.queries import Queries
from pgqueuer.types import QueueExecutionMode

from bball_tui.mail.context import Brand, MessageContext
from bball_tui.mail.render import Renderer
from bball_tui.settings import Settings
from benchmarks.bare import CONNECTIONS, FACTS

BATCH = 10
"""PgQueuer's default."""


async def main(url: str, port: int, mails: int) -> None:
    database = await asyncpg.connect(url)
    queries = Queries(AsyncpgDriver(database))
    if not await queries.schema_is_installed():
        await queries.install()
    numbers = [str(number).encode() for number in range(mails)]
    await queries.enqueue(["mail"] * mails, list(numbers), [0] * mails)
    await database.execute("ANALYZE pgqueuer")

    renderer = Renderer(Settings(data_dir=Path(), config_dir=Path()))
    context = MessageContext(FACTS, Brand("Bench", "#c2410c", from_email="a@bench.test"))
    free: asyncio.Queue[SMTP] = asyncio.Queue()
    connections = [SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False) for _ in range(CONNECTIONS)]
    for connection in connections:
        await connection.connect()
        free.put_nowait(connection)
    manager = QueueManager(queries)

    async def send(job: Job) -> None:
        number = (job.payload or b"").decode()
        recipient = f"p{number}@families.test"
        mail = renderer.render(
            context,
            recipient=recipient,
            message_id=f"<{number}@bench.test>",
            date=datetime.now(UTC),
        )
        connection = await free.get()
        try:
            await connection.sendmail("a@bench.test", [recipient], mail.mime)
        finally:
            free.put_nowait(connection)

    # Not as a decorator: where the library is not installed, mypy knows nothing of its types.
    manager.entrypoint("mail")(send)
    await manager.run(batch_size=BATCH, mode=QueueExecutionMode.drain)
    for connection in connections:
        await connection.quit()
    await database.close()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
