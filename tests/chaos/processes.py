"""Starting, stopping and killing worker processes."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Any, Self

import msgspec

from bball_tui.cli.worker_processes import environment_for
from bball_tui.settings import SecretUrl
from tests.chaos.one_worker import Orders


class WorkerProcess:
    """One worker in a process of its own; leaving the block kills it, if it still lives."""

    def __init__(self, database: SecretUrl, league_id: int, mail: str, **more: Any) -> None:
        self.orders = Orders(database.reveal(), league_id, mail, **more)
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it; returns at once."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-W",
            "ignore",
            "-m",
            "tests.chaos.one_worker",
            msgspec.json.encode(self.orders).decode(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )

    @property
    def process(self) -> asyncio.subprocess.Process:
        assert self._process is not None
        return self._process

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def says(self, word: str, *, seconds: float = 30) -> str:
        """Wait until it says a line that begins with ``word``; returns the line."""
        assert self.process.stdout is not None
        async with asyncio.timeout(seconds):
            while line := (await self.process.stdout.readline()).decode().strip():
                if line.startswith(word):
                    return line
        raise AssertionError(f"the worker ended before it said {word!r}")

    def stop(self) -> None:
        """SIGSTOP: it neither runs nor dies."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    async def kill(self) -> None:
        """kill -9."""
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.alive:
            await self.kill()


@asynccontextmanager
async def workers(
    number: int, database: SecretUrl, league_id: int, mail: str, **more: Any
) -> AsyncIterator[list[WorkerProcess]]:
    """So many workers, all ready."""
    started = [WorkerProcess(database, league_id, mail, **more) for _ in range(number)]
    try:
        await asyncio.gather(*(one.start() for one in started))
        await asyncio.gather(*(one.says("ready") for one in started))
        yield started
    finally:
        await asyncio.gather(*(one.kill() for one in started if one.alive))


async def start_worker(environment: Mapping[str, str]) -> asyncio.subprocess.Process:
    """`bball-tui worker` as staff start it, with nothing shortened; returns at once."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "ignore", "-m", "bball_tui", "worker"),
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )


@asynccontextmanager
async def worker_commands(number: int, settings: Mapping[str, object]) -> AsyncIterator[None]:
    """So many of them with these settings, started and not yet ready; they are killed in the end."""
    started = [await start_worker(environment_for(settings)) for _ in range(number)]
    try:
        yield
    finally:
        for one in started:
            with suppress(ProcessLookupError):
                one.kill()
            await one.wait()
