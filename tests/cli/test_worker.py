"""`bball-tui worker` with several processes: real ones, as a service would run them."""

import asyncio
import fcntl
import json
import os
import signal
import sys
import termios
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psutil
import pytest

from bball_tui.cli.worker_processes import WorkerProcesses, environment_for
from bball_tui.database.engine import Database
from bball_tui.delivery.health import read_health
from bball_tui.outbox.queue import enqueue
from bball_tui.outbox.sending_status import WorkerInfo, running
from bball_tui.settings import SecretUrl
from tests.cli.conftest import CommandLine
from tests.delivery.test_monitoring import numbers
from tests.outbox.support import item, queue_mails, states, until_states
from tests.support.smtp import HANG, SmtpServer

pytestmark = pytest.mark.slow


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

    health = tmp_path / "health"
    watched = ("--metrics", "127.0.0.1:0", "--health", str(health))
    lasting = await asyncio.create_subprocess_exec(*command, *watched, env=environment, stderr=asyncio.subprocess.PIPE)
    assert lasting.stderr is not None
    where = (await lasting.stderr.readline()).decode().rstrip(".\n").rpartition(" ")[2]
    async with asyncio.timeout(60):
        while len(await workers_of(database, club.league_id)) < 2:  # noqa: ASYNC110 - other processes set no event of ours
            await asyncio.sleep(0.05)
    async with database.session() as session:
        late = [item(family, f"late-{n}@families.test") for n in range(60)]
        await enqueue(session, club.league_id, late, hold_seconds=0)
    await until_states(database, {"sent": 100})
    total = ("bball_mail_attempts_total", "westside", "accepted")
    async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(60):
        while (found := numbers((await client.get(where)).text)).get(total) != 60:  # noqa: ASYNC110 - they set no event
            await asyncio.sleep(0.05)
        assert found["bball_mail_sending_seconds_count", "westside"] == 60
        assert found["bball_mail_delay_seconds_count", "westside"] == 60
        assert {("bball_mails", "westside", "due"), ("bball_mail_oldest_seconds", "westside", "due")} <= set(found)
        assert found["bball_database_up",] == 1
        killed, _ = psutil.Process(lasting.pid).children()
        killed.kill()
        await asyncio.to_thread(psutil.wait_procs, [killed], 10)
        assert numbers((await client.get(where)).text)[total] == 60, "what it has done still counts"
    assert read_health(health, now=datetime.now(UTC)).pid == lasting.pid
    os.kill(lasting.pid, signal.SIGTERM)
    _, said = await lasting.communicate()
    assert lasting.returncode == 0
    assert b"Stopped. What was not sent stays queued." in said
    assert await states(database) == {"sent": 100}


async def test_a_stop_reaches_a_process_that_is_only_being_started(
    database: Database, database_url: SecretUrl, tmp_path: Path
) -> None:
    await queue_mails(database, 1, hold_seconds=600)
    environment = settings_for(database_url, tmp_path) | {"BBALL_MAIL_URL": f"maildir://{tmp_path}/mail"}
    workers, stop = WorkerProcesses(1, (), os.environ | environment), asyncio.Event()
    running = asyncio.create_task(workers.run(stop))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    stop.set()
    assert not workers._running
    async with asyncio.timeout(60):
        await running


async def test_workers_whose_terminal_goes_finish_the_mail_on_the_wire_and_hold_no_secret(
    database: Database, database_url: SecretUrl, tmp_path: Path
) -> None:
    """A closed window hangs up (SIGHUP), and takes stderr along: both are no reason to leave a mail in doubt.

    Also the password that a library reads from the environment reaches a worker, and is not seen there.
    """
    await queue_mails(database, 1)
    environment = settings_for(database_url, tmp_path) | {"GROUPME_ACCESS_TOKEN": "geheim", "PGPASSWORD": "geheim"}
    async with SmtpServer() as mail_server:
        mail_server.script("dot", HANG)
        environment |= {"BBALL_MAIL_URL": mail_server.url}
        async with on_a_terminal(environment, "--processes", "2") as (process, close_window):
            await mail_server.at("dot")
            async with asyncio.timeout(60):
                while len(workers := psutil.Process(process.pid).children()) < 2:  # noqa: ASYNC110 - they set no event of ours
                    await asyncio.sleep(0.05)
            seen = [worker.environ() for worker in workers]
            commands = [worker.cmdline() for worker in workers]
            close_window()
            mail_server.release()
            async with asyncio.timeout(60):
                assert await process.wait() == 0
    assert len(seen) == 2
    for variables in seen:
        assert "PATH" in variables
        assert not [name for name in variables if name.startswith(("BBALL_", "PG", "GROUPME"))]
        assert "geheim" not in str(variables)
    assert mail_server.url not in str(commands)
    assert await states(database) == {"sent": 1}
    assert len(mail_server.messages) == 1


async def test_a_worker_whose_terminal_goes_finishes_the_mail_on_the_wire(
    database: Database, database_url: SecretUrl, tmp_path: Path
) -> None:
    await queue_mails(database, 1)
    environment = settings_for(database_url, tmp_path)
    async with SmtpServer() as mail_server:
        mail_server.script("dot", HANG)
        async with on_a_terminal(environment | {"BBALL_MAIL_URL": mail_server.url}) as (process, close_window):
            await mail_server.at("dot")
            close_window()
            mail_server.release()
            async with asyncio.timeout(60):
                assert await process.wait() == 0
    assert await states(database) == {"sent": 1}
    assert len(mail_server.messages) == 1


@asynccontextmanager
async def on_a_terminal(
    environment: dict[str, str], *options: str, before: tuple[str, ...] = ()
) -> AsyncIterator[tuple[asyncio.subprocess.Process, Callable[[], None]]]:
    """A worker that has a terminal of its own, and what closes its window. Killed at the end if it still runs."""
    master, slave = os.openpty()
    command = (*before, sys.executable, "-W", "ignore", "-m", "bball_tui", "worker", *options)
    process = await asyncio.create_subprocess_exec(
        *command,
        env=environment,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        preexec_fn=_takes_the_terminal,
        cwd=environment["BBALL_DATA_DIR"],
    )
    os.close(slave)
    window = ExitStack()
    window.callback(os.close, master)
    try:
        yield process, window.close
    finally:
        window.close()
        if process.returncode is None:
            for child in psutil.Process(process.pid).children(recursive=True):
                child.kill()
            process.kill()
            await process.wait()


def _takes_the_terminal() -> None:
    # Anyone who runs the tests with nohup has them ignore it, and a program inherits that.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def settings_for(database_url: SecretUrl, folder: Path) -> dict[str, str]:
    """The environment of a worker of the test's database."""
    data_dir = folder / "data"
    data_dir.mkdir()
    settings = {"database_url": database_url.reveal(), "data_dir": data_dir}
    return environment_for(settings) | {"BBALL_CONFIG": str(folder / "config.toml")}


def test_a_process_that_cannot_work_is_told(command_line: CommandLine) -> None:
    command_line("init", "--league", "Westside Basketball")
    command_line.setenv("BBALL_MAIL_URL", "pigeon://loft")
    refused = command_line("worker", "--processes", "2", "--drain")
    assert refused.code == 1
    assert "pigeon" in refused.err


async def numbers_at(path: Path) -> str:
    """What a scrape of that socket gets."""
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(b"GET /metrics HTTP/1.0\r\n\r\n")
    answer = (await reader.read()).decode()
    writer.close()
    return answer


async def test_a_worker_that_is_to_outlive_its_terminal_goes_on_and_is_watched_from_outside(
    database: Database, database_url: SecretUrl, tmp_path: Path, without_database: CommandLine
) -> None:
    """nohup has it ignore the hangup. Its health file and its numbers are gone when it is stopped."""
    club, family, _ = await queue_mails(database, 1)
    environment = settings_for(database_url, tmp_path)
    health, numbers = tmp_path / "health", tmp_path / "numbers"
    async with SmtpServer() as mail_server:
        environment |= {"BBALL_MAIL_URL": mail_server.url}
        options = ("--health", str(health), "--metrics", str(numbers))
        async with on_a_terminal(environment, *options, before=("nohup",)) as (process, close_window):
            await mail_server.received(1)
            close_window()
            async with database.session() as session:
                await enqueue(session, club.league_id, [item(family, "late@families.test")], hold_seconds=0)
            await until_states(database, {"sent": 2})
            counted = 'bball_mail_attempts_total{league="westside",outcome="accepted"} 2.0'
            async with asyncio.timeout(60):
                while counted not in await numbers_at(numbers):  # noqa: ASYNC110 - another process sets no event of ours
                    await asyncio.sleep(0.05)
                while (well := without_database("health", health, "--json")).code != 0:  # noqa: ASYNC110 - nor here
                    await asyncio.sleep(0.05)
            assert well.json["pid"] == process.pid
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(60):
                assert await process.wait() == 0
    gone = without_database("health", health)
    assert (gone.code, "no worker writes it" in gone.err) == (1, True)
    assert not numbers.exists()


def test_what_cannot_be_watched_is_refused(command_line: CommandLine, tmp_path: Path) -> None:
    command_line("init", "--league", "Westside Basketball")
    command_line.setenv("BBALL_MAIL_URL", f"maildir://{tmp_path}/mail")
    open_to_all = command_line("worker", "--metrics", "0.0.0.0:9464")
    assert (open_to_all.code, "could be read by other machines" in open_to_all.err) == (1, True)
    assert command_line("worker", "--drain", "--health", tmp_path / "health").code == 1
    assert "cannot be written" in command_line("worker", "--health", tmp_path / "none" / "health").err


def test_one_drain_serves_every_league_through_its_own_account(command_line: CommandLine, tmp_path: Path) -> None:
    for slug in ("westside", "eastside", "northside"):
        assert command_line("init", "--league", slug.title(), "--slug", slug).code == 0
        command_line("--league", slug, "league", "set", "--from-email", f"office@{slug}.test")
    file = tmp_path / "config.toml"
    file.write_text(
        "".join(f'[leagues.{slug}]\nmail_url = "maildir://{tmp_path}/{slug}"\n' for slug in ("westside", "eastside"))
    )
    file.chmod(0o600)
    ran = command_line("worker", "--drain", "--json")
    assert (ran.code, ran.json) == (3, {"sent": 0, "failed": 0, "in_doubt": 0, "queued": 0, "held": 0})
    assert "northside: its e-mails wait. No mail server is set up yet for it here." in ran.err
    alone = command_line("--league", "northside", "worker", "--drain", "--json")
    assert alone.code == 1
