"""Waiting for a database that is away, for as long as it takes."""

import asyncio
import random
from contextlib import suppress

FIRST_WAIT = 0.25
LONGEST_WAIT = 30.0


class Backoff:
    """Waits longer each time, 0.25 s to 30 s with jitter; :meth:`reset` after a success.

    The jitter is half of it, up or down: programs that lost the database together do not come back together.
    ``back`` is an event that cuts the wait short: somebody has just reached the database again.
    """

    def __init__(self, back: asyncio.Event | None = None) -> None:
        self._back = back or asyncio.Event()
        self._wait = FIRST_WAIT

    async def wait(self) -> None:
        """Wait before the next try."""
        seconds, self._wait = self._wait, min(self._wait * 2, LONGEST_WAIT)
        self._back.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds * random.uniform(0.5, 1.5)):  # noqa: S311 - jitter, not a secret
                await self._back.wait()

    def reset(self) -> None:
        """The database answered."""
        self._wait = FIRST_WAIT
