"""How long the event loop is held up, and by whom."""

import asyncio
import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

EVERY = 0.001
"""Seconds between two calls that the loop is asked for."""


@dataclass(slots=True)
class Held:
    """The longest of one stretch of time, in seconds.

    ``clock`` is how long the loop answered nobody: what a person at the keys feels, and what a busy machine adds to.
    ``work`` is how much of such a time the program itself was on a processor, its other threads included, because they
    hold the interpreter. ``pause`` is the longest search for garbage, on the clock.
    """

    clock: float = 0.0
    work: float = 0.0
    pause: float = 0.0


@contextmanager
def sampled() -> Iterator[Held]:
    """Have the running loop call back every millisecond, and keep the longest times that it did not."""
    held, loop = Held(), asyncio.get_running_loop()
    last, worked, began = time.perf_counter(), time.process_time(), 0.0
    timer: asyncio.TimerHandle

    def tick() -> None:
        nonlocal last, worked, timer
        before, worked_before = last, worked
        last, worked = time.perf_counter(), time.process_time()
        late = last - before - EVERY
        held.clock = max(held.clock, late)
        held.work = max(held.work, min(late, worked - worked_before))
        timer = loop.call_later(EVERY, tick)

    def collecting(phase: str, _info: dict[str, int]) -> None:
        nonlocal began
        if phase == "start":
            began = time.perf_counter()
        else:
            held.pause = max(held.pause, time.perf_counter() - began)

    tick()
    gc.callbacks.append(collecting)
    try:
        yield held
    finally:
        gc.callbacks.remove(collecting)
        timer.cancel()
