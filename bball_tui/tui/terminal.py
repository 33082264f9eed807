"""The terminal that the screen is drawn on, as one that may go away at any moment.

Textual draws through a thread with a short queue. On a terminal that is gone that thread would die, the queue would
fill up, and the program would stand still forever in the middle of a drawing, deaf to every signal but SIGKILL.
"""

import array
import asyncio
import fcntl
import os
import select
import sys
import termios
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable
from contextlib import suppress
from threading import Event, Thread
from time import monotonic
from typing import IO, TYPE_CHECKING, Any

from textual import events
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from bball_tui.tui.escape_keys import EscapeParser

if TYPE_CHECKING:
    from textual.app import App

AT_ONCE = 4096
"""Bytes of keys that are read at once."""
KEYS_LOOK = 0.1
"""Seconds after which it is seen whether an Escape stood alone, and whether the program has ended."""
PAUSE = 0.03
"""Seconds within which nobody reacts to what is shown: keys that follow each other faster were typed as one."""
LOOK = 200
"""Milliseconds after which the watch sees that the program has ended by itself."""


def typed_before(fileno: int) -> bytes:
    """What was typed before the terminal was the program's. Until then the terminal makes every Enter a new line
    (POSIX, ICRNL), which would be another key.
    """
    waiting = array.array("i", [0])
    fcntl.ioctl(fileno, termios.FIONREAD, waiting)
    return os.read(fileno, waiting[0]).replace(b"\n", b"\r") if waiting[0] else b""


class LastingFile:
    """Takes what is written for as long as somebody writes, also when nobody can read it anymore."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> None:
        """Write ``text``, or lose it with the terminal."""
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        """Hand on what was written, or lose it with the terminal."""
        with suppress(OSError):
            self._file.flush()

    def fileno(self) -> int:
        """The number of the file behind it."""
        return self._file.fileno()


class LastingDriver(LinuxDriver):
    """Textual's driver, without an end of its own when the terminal ends."""

    def __init__(self, app: "App[Any]", *, debug: bool = False, mouse: bool = True, size: Any = None) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._file: Any = LastingFile(self._file)
        self._left = False

    def stop_application_mode(self) -> None:
        """Give the terminal back, for a pause or for good."""
        self._left = True
        super().stop_application_mode()

    def resume_application_mode(self) -> None:
        """Take the terminal over again."""
        self._left = False
        super().resume_application_mode()

    def run_input_thread(self) -> None:
        """Hand on what is typed; Textual's own would take Escape and the key behind it for another key.

        The event loop obeys the first key of a read, and perhaps forgets those behind it, while this thread still makes
        the others. So a key carries the time when it was read, and not when it was made. One write can come in by
        several reads: those without a pause between them carry the time of the first. The pause is what the terminal
        had nothing for, as ``select`` tells, and not what this thread took, which waits for a busy loop.
        """
        parser = EscapeParser(self._debug)
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        since = monotonic()
        goes_on = self._hand_on(parser.feed(decode(typed_before(self.fileno))), since)
        while not self.exit_event.is_set():
            if select.select([self.fileno], [], [], PAUSE if goes_on else KEYS_LOOK)[0]:
                since = since if goes_on else monotonic()
                goes_on = self._hand_on(parser.feed(decode(os.read(self.fileno, AT_ONCE))), since)
            else:
                goes_on = parser.unfinished
            self._hand_on(parser.tick(), since)

    def _hand_on(self, messages: Iterable[Message], since: float) -> bool:
        """Hand on what came in at ``since``; whether what comes next may belong to it, as it does not to the mouse."""
        typed = other = False
        for message in messages:
            if isinstance(message, events.Key | events.Paste):
                message.time, typed = since, True
            else:
                other = True
            self.process_message(message)
        return typed or not other

    # A signal comes at any moment, also while the program hands a drawing to the thread that writes: another write from
    # within that one would wait for it forever. So what follows a signal waits for its turn in the event loop.

    def _sigtstp_application(self, *_: object) -> None:
        with suppress(RuntimeError):  # the loop has ended meanwhile, as below
            self._loop.call_soon_threadsafe(super()._sigtstp_application)

    def _sigcont_application(self, *_: object) -> None:
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._go_on)

    def _go_on(self) -> None:
        """Draw again after a pause, and only then.

        Along with the SIGHUP of a closed window comes a SIGCONT (POSIX, `_exit`; Linux: every hang-up).
        Textual would take the terminal over once more, with threads that nobody ends: the process would stay after its
        end, and run hot on a terminal that is gone. So it would after a SIGSTOP, of which we hear by its end alone.
        """
        ended = self._left and not self._must_signal_resume
        if not ended and os.isatty(self.fileno):
            if not self._left:
                self.suspend_application_mode()
            super()._sigcont_application()


class HangUpWatch:
    """Tells the event loop, once, that the terminal is gone.

    A signal says so only to the terminal's own session; to anyone who was started in another one nobody says anything.
    """

    def __init__(self, gone: Callable[[], None]) -> None:
        self._gone = gone
        self._loop = asyncio.get_running_loop()
        self._ended = Event()
        self._thread = Thread(target=self._watch, name="hang-up-watch", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Watch no longer."""
        self._ended.set()

    def _watch(self) -> None:
        poll = select.poll()
        poll.register(sys.__stdin__.fileno() if sys.__stdin__ else 0, 0)  # only that it hung up, not that a key came in
        while not self._ended.is_set():
            if poll.poll(LOOK):
                with suppress(RuntimeError):  # the loop has ended meanwhile
                    self._loop.call_soon_threadsafe(self._gone)
                return
