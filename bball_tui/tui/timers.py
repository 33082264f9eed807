"""Timers that are to ring once, so that they do.

Textual leaves out those rings of a timer that it is too late for. Where the processor is away between two of its lines
for longer than the delay, a timer that rings once was over without a ring (Textual 8.2.8, ``Timer._run``). The one that
follows the size of the window waits for 8 milliseconds: on a busy machine it was lost, and while that one is waited for
no other is set, so the program never followed its window again.
"""

from functools import partial

from textual.message_pump import MessagePump
from textual.timer import Timer, TimerCallback


def ring_once() -> None:
    """From now on a timer that is set rings, however late. Repeated ones go on leaving out what is over."""
    MessagePump.set_timer = _set_timer  # type: ignore[method-assign]


def _set_timer(
    self: MessagePump,
    delay: float,
    callback: TimerCallback | None = None,
    *,
    name: str | None = None,
    pause: bool = False,
) -> Timer:
    """What Textual's own does, without leaving anything out."""
    called = None if callback is None else partial(self.call_next, callback)
    timer = Timer(self, delay, name=name, callback=called, repeat=0, skip=False, pause=pause)
    timer._start()
    self._timers.add(timer)
    return timer
