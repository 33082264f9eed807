"""A job queue on PostgreSQL that is listened to, as our outbox is: how soon does its job have a mail on the wire?

`python -m benchmarks.procrastinate_worker DATABASE PORT` takes jobs from procrastinate, renders the same mail and sends
it with aiosmtplib over a connection that stays open, on uvloop like our worker. Needs the extra `bench`. It promises
less: a mail that was sent when the worker was killed waits for somebody to look, or is sent again.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import procrastinate
import uvloop
from aiosmtplib import SMTP

from bball_tui.mail.context import Brand, MessageContext
from bball_tui.mail.render import Renderer
from bball_tui.settings import Settings
from benchmarks.bare import CONNECTIONS, FACTS
from benchmarks.sink import Sink

TASK = "mail"


def queue(url: str) -> procrastinate.App:
    return procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url))


@asynccontextmanager
async def running(url: str, sink: Sink) -> AsyncIterator[procrastinate.App]:
    """A worker in a process of its own, which has sent one mail, on an empty database; yields where to defer jobs."""
    app = queue(url)
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        port = sink.url.rpartition(":")[2].partition("?")[0]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "ignore", "-m", "benchmarks.procrastinate_worker", url, port),
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            await defer(app)
            await sink.until(1)
            yield app
        finally:
            process.kill()
            await process.wait()


async def defer(app: procrastinate.App) -> None:
    await app.configure_task(TASK).defer_async(recipient="parent@families.test")


async def main(url: str, port: int) -> None:
    renderer = Renderer(Settings(data_dir=Path(), config_dir=Path()))
    context = MessageContext(FACTS, Brand("Bench", "#c2410c", from_email="a@bench.test"))
    app = queue(url)

    async with SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False) as connection:

        async def send(recipient: str) -> None:
            mail = renderer.render(context, recipient=recipient, message_id="<1@bench.test>", date=datetime.now(UTC))
            await connection.sendmail("a@bench.test", [recipient], mail.mime)

        app.task(name=TASK)(send)
        async with app.open_async():
            await app.run_worker_async(concurrency=CONNECTIONS, install_signal_handlers=False)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2])))
