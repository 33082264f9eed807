"""`bball-tui worker` with several processes: real ones, as a service would run them."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from bball_tui.cli.worker_processes import environment_for
from bball_tui.database.engine import Database
from bball_tui.outbox.queue import enqueue
from bball_tui.outbox.workers import WorkerInfo, running
from bball_tui.settings import SecretUrl
from tests.cli.conftest import CommandLine
from tests.outbox.support import item, queue_mails, states, until_states


async def workers_of(database: Database, league_id: int) -> tuple[WorkerInfo, ...]:
    async with database.session() as session:
        return await running(session, league_id)


async def test_processes_share_the_queue_and_stop_together(
    database: Database, database_url: SecretUrl, tmp_path: Path
) -> None:
    club, family, _ = await queue_mails(database, 40)
    mail = tmp_path / "mail"
    settings = {
        "database_url": database_url.reveal(),
        "data_dir": tmp_path / "data",
        "mail_url": f"maildir://{mail}",
    }
    environment = environment_for(settings) | {"BBALL_CONFIG": str(tmp_path / "config.toml")}
    command = (sys.executable, "-W", "ignore", "-m", "bball_tui", "worker", "--processes", "2")
    drain = await asyncio.create_subprocess_exec(
        *command, "--drain", "--json", env=environment, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await drain.communicate()
    assert drain.returncode == 0
    assert json.loads(out) == {"sent": 40, "failed": 0, "in_doubt": 0, "queued": 0, "held": 0}
    assert len(list((mail / "new").iterdir())) == 40

    lasting = await asyncio.create_subprocess_exec(*command, env=environment, stderr=asyncio.subprocess.PIPE)
    async with database.session() as session:
        await enqueue(session, club.league_id, [item(family, "late@families.test")], hold_seconds=0)
    await until_states(database, {"sent": 41})
    async with asyncio.timeout(30):
        while len(await workers_of(database, club.league_id)) < 2:  # noqa: ASYNC110 - other processes set no event of ours
            await asyncio.sleep(0.05)
    os.kill(lasting.pid, signal.SIGTERM)
    _, said = await lasting.communicate()
    assert lasting.returncode == 0
    assert said.count(b"Stopped. What was not sent stays queued.") == 2
    assert await states(database) == {"sent": 41}


def test_a_process_that_cannot_work_is_told(command_line: CommandLine) -> None:
    command_line("init", "--league", "Westside Basketball")
    refused = command_line("worker", "--processes", "2", "--drain")
    assert refused.code == 1
    assert "BBALL_MAIL_URL" in refused.err
