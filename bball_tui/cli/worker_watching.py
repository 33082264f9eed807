"""What watches a running worker from outside: numbers for Prometheus, a health file, and systemd."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bball_tui.cli.output import narrate
from bball_tui.database.engine import Database
from bball_tui.delivery.health import HealthFile, Systemd
from bball_tui.delivery.watching import LOOK_SECONDS, Looks, Watched, watch

if TYPE_CHECKING:
    from bball_tui.delivery.metrics import Metrics


@asynccontextmanager
async def watched(
    database: Database,
    leagues: Callable[[], Sequence[Watched]],
    *,
    metrics: str | None,
    health: Path | None,
    seconds: float = LOOK_SECONDS,
) -> AsyncIterator["Metrics | None"]:
    """While the block runs, ``leagues`` are looked at for anyone who wants to know; yields the numbers that are served.

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

            counted = Metrics()
            where = stack.enter_context(serving(counted, metrics_place(metrics)))
            narrate(f"Numbers for Prometheus are at {where}.")
            listeners.append(counted.seen)
        if health is not None:
            file = HealthFile(health)
            stack.callback(file.close)
            listeners.append(file.seen)
        if listeners:
            looking = asyncio.create_task(watch(database, leagues, listeners, seconds=seconds))
            stack.push_async_callback(asyncio.wait, (looking,))
            stack.callback(looking.cancel)
        yield counted
