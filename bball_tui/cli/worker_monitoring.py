"""What watches a running worker from outside: numbers for Prometheus, a health file, and systemd."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bball_tui.cli.output import narrate
from bball_tui.database.engine import Database
from bball_tui.delivery.health import HealthFile, Systemd
from bball_tui.delivery.monitoring import LOOK_SECONDS, Looks, Watched, watch

if TYPE_CHECKING:
    from bball_tui.delivery.metrics import Counts

COUNTING = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that tells prometheus_client the folder in which each of several processes counts."""


@asynccontextmanager
async def watched(
    database: Database,
    leagues: Callable[[], Awaitable[Sequence[Watched]]],
    *,
    metrics: str | None,
    health: Path | None,
    counted_in: Path | None = None,
    seconds: float = LOOK_SECONDS,
) -> AsyncIterator["Counts | None"]:
    """While the block runs, ``leagues`` are looked at for anyone who wants to know; yields where this process counts.

    With ``counted_in`` other processes count, each in a file of that folder, and the numbers served are their sums.

    Raises:
        BballError: the place of the numbers or of the health file cannot be used.
    """
    listeners: list[Callable[[Looks], None]] = []
    counted = None
    async with AsyncExitStack() as stack:
        systemd = Systemd()
        if systemd.listens:
            stack.callback(systemd.stopping)
            listeners.append(systemd.seen)
        if metrics is not None:
            from bball_tui.delivery.metrics import Metrics, metrics_place, serving  # a library that few need

            numbers = Metrics(counted_in)
            where = stack.enter_context(serving(numbers, metrics_place(metrics)))
            narrate(f"Numbers for Prometheus are at {where}.")
            listeners.append(numbers.seen)
            counted = numbers.counts
        elif COUNTING in os.environ:
            from bball_tui.delivery.metrics import Counts

            counted = Counts()
        if health is not None:
            file = HealthFile(health)
            stack.callback(file.close)
            listeners.append(file.seen)
        if listeners:
            looking = asyncio.create_task(watch(database, leagues, listeners, seconds=seconds))
            stack.push_async_callback(asyncio.wait, (looking,))
            stack.callback(looking.cancel)
        yield counted
