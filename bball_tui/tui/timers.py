"""One-shot timers that always fire.

Textual skips the ticks of a timer that it is too late for. Where the processor is away for the whole delay between two
of its lines, that is also the only tick of a one-shot timer (Textual 8.2.8, ``Timer._run``). The one that follows the
size of the window waits for 8 milliseconds: on a busy machine it was lost, and while that one is waited for no other is
set, so the program never followed its window again.
"""

from typing import Any

from textual.message_pump import MessagePump
from textual.timer import Timer

_set_by_textual = MessagePump.set_timer


def fire_late_timers() -> None:
    """From now on a one-shot timer fires, however late. An interval goes on skipping what is over."""
    # Textual's own parts set timers, too, and the class below all of them is the only place that they share.
    MessagePump.set_timer = _set_timer  # type: ignore[method-assign]


def _set_timer(self: MessagePump, *args: Any, **kwargs: Any) -> Timer:
    timer = _set_by_textual(self, *args, **kwargs)
    timer._skip = False  # its task has not begun
    return timer
