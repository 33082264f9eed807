"""The event loop of a program that runs long and waits for many connections at once."""

import asyncio
import sys


def fast_loop() -> asyncio.AbstractEventLoop:
    """A loop of uvloop where that exists; its import is worth the time only to what runs long."""
    if sys.platform == "win32":  # uvloop is not made for it
        return asyncio.new_event_loop()
    import uvloop

    return uvloop.new_event_loop()
