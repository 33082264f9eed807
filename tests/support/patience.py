"""Patience that has an end at once, for those who wait by the clock of the event loop.

A short limit instead would, where the processor is away for as long, also end what was about to be answered.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

LOOK = 0.005
TURNS = 200
"""Turns of the loop after which whoever asked waits for the answer."""


@asynccontextmanager
async def over_after(seconds: float, silent: Callable[[], bool]) -> AsyncIterator[None]:
    """Once, when somebody has fallen ``silent``, so many seconds are over for all who wait."""
    skipping = asyncio.create_task(_skip(seconds, silent))
    try:
        yield
    finally:
        skipping.cancel()
        await asyncio.wait({skipping})


async def _skip(seconds: float, silent: Callable[[], bool]) -> None:
    while not silent():  # noqa: ASYNC110 - not every server sets an event
        await asyncio.sleep(LOOK)
    for _ in range(TURNS):
        await asyncio.sleep(0)
    loop: Any = asyncio.get_running_loop()
    usual = loop.time
    loop.time = lambda: usual() + seconds
