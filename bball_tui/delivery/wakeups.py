"""What the loops of a worker tell each other."""

import asyncio

from msgspec import Struct, field


class Signals(Struct, frozen=True):
    """``wake``: something may be due. ``room``: a mail is done. ``back``: the database answered."""

    wake: asyncio.Event = field(default_factory=asyncio.Event)
    room: asyncio.Event = field(default_factory=asyncio.Event)
    back: asyncio.Event = field(default_factory=asyncio.Event)

    def all(self) -> None:
        """Let nobody wait anymore."""
        for event in (self.wake, self.room, self.back):
            event.set()


async def heard(event: asyncio.Event, seconds: float | None) -> bool:
    """Wait for ``event``, at most ``seconds``; whether it came."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
