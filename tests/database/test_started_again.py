"""The embedded server that is stopped under those who use it is started again by them, once, and only where it was."""

import asyncio
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text

from bball_tui.database import embedded
from bball_tui.database.engine import Database
from bball_tui.database.errors import DatabaseAway
from tests.database.test_embedded import answers, server_process

pytestmark = pytest.mark.slow


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "postgresql"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
async def test_a_server_that_was_stopped_is_started_again_once_by_whoever_asks(
    directory: Path, how: signal.Signals
) -> None:
    with ThreadPoolExecutor() as pool:
        servers = [embedded.start(directory) for _ in range(2)]
        url = servers[0].url("postgres", "postgres")
        databases = [Database(url, start_again=server.start_again) for server in servers]
        try:
            async with databases[0].session() as session:
                await session.execute(text("CREATE TABLE kept AS SELECT 42 AS answer"))
            stopped = psutil.Process(server_process(directory))
            os.kill(stopped.pid, how)
            await asyncio.get_running_loop().run_in_executor(pool, stopped.wait)
            with pytest.raises(DatabaseAway):
                await databases[0].check()  # on the connection that it had
            await asyncio.gather(*(database.check() for database in databases * 2))
            started = server_process(directory)
            assert started != stopped.pid
            async with databases[0].session() as session:
                assert await session.scalar(text("SELECT answer FROM kept")) == 42
                await session.execute(text("DROP TABLE kept"))
            with pytest.raises(DatabaseAway):
                await Database(servers[0].url("postgres", "none"), start_again=servers[0].start_again).check()
            assert server_process(directory) == started
        finally:
            for database in databases:
                await database.dispose()
            for server in servers:
                server.release()
    assert not answers(url.reveal()), "it is stopped after the last"


def test_a_folder_that_is_gone_is_not_made_again(directory: Path, tmp_path: Path) -> None:
    server = embedded.start(directory)
    server.release()
    away = tmp_path / "away"
    (directory / "cluster").rename(away)
    try:
        with pytest.raises(OSError, match="PG_VERSION"):
            server.start_again()
        assert not (directory / "cluster").exists()
    finally:
        away.rename(directory / "cluster")
