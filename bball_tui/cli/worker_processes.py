"""`bball-tui worker --processes N`: several workers on one machine, each a process of its own with its own processor.

They need no leader: each is the worker that one would start by hand, and the queue keeps them apart. This process only
starts them, passes signals on, replaces one that was lost, and adds up what a drain did.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

import msgspec

from bball_tui.child_environment import small_environment
from bball_tui.cli.output import narrate
from bball_tui.delivery.worker import Drained
from bball_tui.errors import BballError
from bball_tui.outbox.counts import Backlog

START_AGAIN_SECONDS = 2.0
"""Between the end of a worker process and the next one, so that a broken setting does not keep the machine busy."""


_OURS_ALONE = frozenset({"NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC"})
"""The service's manager hears from this process, not from its children."""


def environment_for(overrides: Mapping[str, object]) -> dict[str, str]:
    """The environment of a child that has the same settings, passwords included: handed over by its standard input."""
    given = {f"BBALL_{name.upper()}": str(value) for name, value in overrides.items() if value}
    return {name: value for name, value in os.environ.items() if name not in _OURS_ALONE} | given


class WorkerProcesses:
    """``number`` processes of ``bball-tui worker OPTIONS``.

    They are no part of our process group, so that a Ctrl-C at the terminal reaches each of them once, through us.
    """

    def __init__(self, number: int, options: Sequence[str], environment: Mapping[str, str]) -> None:
        self._number = number
        self._options = options
        self._environment = environment
        self._running: set[asyncio.subprocess.Process] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Keep them all running until ``stop``, then let each of them finish."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._number):
                group.create_task(self._keep_one(stop))
            group.create_task(self._pass_on(stop))

    async def drain(self, stop: asyncio.Event, waiting: Callable[[], Awaitable[Sequence[Backlog]]]) -> Drained:
        """Let each drain, and add up what they did; what still waits is counted when all have ended.

        Each of them took for waiting what another one had in hand.

        Raises:
            BballError: one of them could not work; it has said why. Or the database is away by then.
        """
        passing_on = asyncio.create_task(self._pass_on(stop))
        try:
            # All are waited for: one that cannot work must not leave the others behind without anybody.
            ended = await asyncio.gather(*(self._drain_one(stop) for _ in range(self._number)), return_exceptions=True)
        finally:
            passing_on.cancel()
        parts: list[Drained] = []
        for one in ended:
            if isinstance(one, BaseException):
                raise one
            parts.append(one)
        left = await waiting()
        return Drained(
            sent=sum(part.sent for part in parts),
            failed=sum(part.failed for part in parts),
            in_doubt=sum(part.in_doubt for part in parts),
            queued=sum(one.queued + one.sending for one in left),
            held=sum(one.held for one in left),
        )

    def leave_at_once(self) -> None:
        """End them without waiting for the mails on their way; the leases see to those."""
        for process in self._running:
            process.kill()

    async def _keep_one(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            process = await self._start(stop)
            code = await process.wait()
            self._running.discard(process)
            if stop.is_set():
                return
            narrate(f"A worker process ended by itself (code {code}); another one is started.")
            try:
                await asyncio.wait_for(stop.wait(), START_AGAIN_SECONDS)
            except TimeoutError:
                continue

    async def _drain_one(self, stop: asyncio.Event) -> Drained:
        process = await self._start(stop)
        output, _ = await process.communicate()
        self._running.discard(process)
        if process.returncode != 0:
            raise BballError("One of the worker processes could not work; what it said is above. No e-mail is lost.")
        return msgspec.json.decode(output, type=Drained)

    async def _pass_on(self, stop: asyncio.Event) -> None:
        await stop.wait()
        for process in self._running:
            _tell(process)

    async def _start(self, stop: asyncio.Event) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bball_tui.cli.worker_child", "worker", *self._options),
            env=small_environment(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE if "--drain" in self._options else asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        self._running.add(process)
        assert process.stdin is not None  # noqa: S101 - it is a pipe
        with suppress(ConnectionError):  # it is gone already; anyone who waits for its end learns that
            process.stdin.write(msgspec.json.encode(self._environment))
            await process.stdin.drain()
        process.stdin.close()
        if stop.is_set():  # maybe before it was there to be told
            _tell(process)
        return process


def _tell(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):  # it has just ended by itself
        process.send_signal(signal.SIGTERM)
