"""Starting, stopping and killing worker processes."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Any, Self

import msgspec

from bball_tui.cli.worker_processes import environment_for
from bball_tui.settings import SecretUrl
from tests.chaos.nursery import Nursery
from tests.chaos.one_worker import Orders
from tests.journeys.loaded_program import Order, Started, loaded_program

WORKER = "tests.chaos.one_worker"
"""What a :class:`Nursery` has to load."""


class WorkerProcess:
    """One worker in a process of its own; leaving the block kills it, if it still lives."""

    def __init__(self, nursery: Nursery, database: SecretUrl, league_id: int, mail: str, **more: Any) -> None:
        self.orders = Orders(database.reveal(), league_id, mail, **more)
        self._nursery = nursery
        self._pid = 0
        self._said: asyncio.StreamReader | None = None

    async def start(self) -> None:
        """Start it; returns at once."""
        loop = asyncio.get_running_loop()
        read, write = os.pipe()
        self._said = said = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(said), os.fdopen(read, "rb", 0))
        try:
            self._pid = self._nursery.fork(msgspec.json.encode(self.orders), write)
        finally:
            os.close(write)

    @property
    def said(self) -> asyncio.StreamReader:
        """Ends with the process, which alone writes to it."""
        assert self._said is not None
        return self._said

    @property
    def alive(self) -> bool:
        return self._said is not None and not self._said.at_eof()

    async def says(self, word: str, *, seconds: float = 60) -> str:
        """Wait until it says a line that begins with ``word``; returns the line."""
        async with asyncio.timeout(seconds):
            while line := (await self.said.readline()).decode().strip():
                if line.startswith(word):
                    return line
        raise AssertionError(f"the worker ended before it said {word!r}")

    def stop(self) -> None:
        """SIGSTOP: it neither runs nor dies."""
        os.kill(self._pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self._pid, signal.SIGCONT)

    async def kill(self) -> None:
        """kill -9."""
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        await self.said.read()

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
    number: int, nursery: Nursery, database: SecretUrl, league_id: int, mail: str, **more: Any
) -> AsyncIterator[list[WorkerProcess]]:
    """So many workers, all ready."""
    started = [WorkerProcess(nursery, database, league_id, mail, **more) for _ in range(number)]
    try:
        await asyncio.gather(*(one.start() for one in started))
        await asyncio.gather(*(one.says("ready") for one in started))
        yield started
    finally:
        await asyncio.gather(*(one.kill() for one in started if one.alive))


def start_worker(environment: dict[str, str]) -> Started:
    """`bball-tui worker` as staff start it, with nothing shortened but its loading; returns at once."""
    nothing = os.open(os.devnull, os.O_RDWR)
    try:
        return loaded_program().start(Order(("worker",), environment, on_terminal=False), nothing, nothing, nothing)
    finally:
        os.close(nothing)


@asynccontextmanager
async def worker_commands(number: int, settings: Mapping[str, object]) -> AsyncIterator[None]:
    """So many of them with these settings, started and not yet ready; they are killed in the end."""
    started = [start_worker(environment_for(settings)) for _ in range(number)]
    try:
        yield
    finally:
        for one in started:
            one.kill()
            await asyncio.to_thread(one.wait)
