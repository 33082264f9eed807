"""The program in a terminal: real keys go in, a real picture comes out, and every byte is kept."""

import codecs
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pexpect
import psutil
from pexpect.fdpexpect import fdspawn

from tests.journeys.loaded_program import Order, give_size, loaded_program
from tests.support.emulator import QuickScreen, QuickStream

PATIENCE = 60.0
"""Seconds after which a test gives up: many times what a busy machine needs."""
QUIET = 0.4
"""Seconds without a byte after which the program has drawn what there is to draw."""
REACTION = 0.1
"""Seconds that a quick person needs at least to press the next key: what follows faster was typed ahead."""
UNKNOWN_TO_PYTE = (b"\x1b[>", b"\x1b[<", b"\x1b[?u", b"\x1b[=")


class Forked:
    """As much of pexpect's ``spawn`` as is used here, for a program that was loaded before."""

    def __init__(self, arguments: tuple[str, ...], environment: dict[str, str], rows: int, columns: int) -> None:
        self.child_fd, theirs = os.openpty()
        give_size(self.child_fd, rows, columns)
        try:
            self._process = loaded_program().start(Order(arguments, environment, True), theirs, theirs, theirs)
        finally:
            os.close(theirs)
        self._through = fdspawn(self.child_fd, timeout=PATIENCE)
        self.pid = self._process.pid
        self.kill = self._process.kill

    def read_nonblocking(self, size: int, timeout: float) -> bytes:
        data: bytes = self._through.read_nonblocking(size, timeout)
        return data

    def send(self, data: bytes) -> None:
        self._through.send(data)

    def setwinsize(self, rows: int, columns: int) -> None:
        give_size(self.child_fd, rows, columns)

    def isalive(self) -> bool:
        return not self._process.ended()

    @property
    def exitstatus(self) -> int | None:
        code = self._process.wait()
        return code if code >= 0 else None

    @property
    def signalstatus(self) -> int:
        return -self._process.wait()

    def close(self, *, force: bool) -> None:
        os.close(self.child_fd)
        if force:
            self.kill()
            self._process.wait()


@dataclass
class Terminal:
    """One program on one terminal."""

    child: "pexpect.spawn[bytes] | Forked"
    screen: QuickScreen
    stream: QuickStream
    decoder: codecs.IncrementalDecoder
    written: bytearray = field(default_factory=bytearray)
    _pressed_at: float = 0.0
    _drawn: tuple[int, int, int] = (-1, 0, 0)
    _text: str = ""
    """What stood there when ``_drawn``, which is asked for many times and takes long to put together."""

    def read(self, seconds: float = 0.05) -> None:
        """Take in what the program writes within ``seconds``."""
        try:
            data = self.child.read_nonblocking(65536, timeout=seconds)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return
        self.written += data
        # Requests about the keyboard that this emulator does not know would be shown as text.
        for unknown in UNKNOWN_TO_PYTE:
            data = data.replace(unknown, b"\x1b[")
        self.stream.feed(self.decoder.decode(data))

    def rest(self) -> None:
        """Read until nothing more is written."""
        deadline, before = time.monotonic() + PATIENCE, -1
        while before != len(self.written):
            assert time.monotonic() < deadline, f"it draws without end:\n{self.text}"
            before = len(self.written)
            self.read(QUIET)

    @property
    def text(self) -> str:
        """What stands on the terminal."""
        drawn = (len(self.written), self.screen.lines, self.screen.columns)
        if drawn != self._drawn:
            self._drawn, self._text = drawn, "\n".join(self.screen.display)
        return self._text

    def until(self, condition: Callable[[], bool]) -> None:
        """Read until ``condition`` holds."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                shown = self.text
                raise AssertionError(f"it never happened; the terminal shows:\n{shown}\n{self._where_it_stands()}")
            self.read()

    def _where_it_stands(self) -> str:
        """What every thread of the program is doing; ends the program."""
        before = len(self.written)
        self.child.kill(signal.SIGABRT)
        self.rest()
        return self.written[before:].decode(errors="replace")

    def shows(self, *texts: str) -> None:
        """Read until all of these stand on the terminal."""
        self.until(lambda: all(text in self.text for text in texts))

    def shows_any(self, *texts: str) -> None:
        """Read until at least one of these stands on the terminal."""
        self.until(lambda: any(text in self.text for text in texts))

    def press(self, *keys: str) -> None:
        """Send keys one by one, as a terminal does, not faster than somebody who looked; each may be many letters."""
        while (early := self._pressed_at + REACTION - time.monotonic()) > 0:
            self.read(early)
        for key in keys:
            self.child.send(key.encode())
        self._pressed_at = time.monotonic()

    def press_at_once(self, *keys: str) -> None:
        """Send all keys in one write, as a line that stood still does, or a paste."""
        self.press("".join(keys))

    def resize(self, rows: int, columns: int) -> None:
        """Give the window another size.

        The emulator throws away lines at the top when it shrinks, and real ones throw away others; the program has to
        draw them again.
        """
        self.screen.resize(rows, columns)
        self.child.setwinsize(rows, columns)

    def ended(self) -> int:
        """Wait for the end; the exit code (128 and the signal's number for a killed program)."""
        self.until(lambda: not self.child.isalive())
        self.rest()  # a terminal hands out a few thousand bytes at a time
        if self.child.exitstatus is not None:
            return int(self.child.exitstatus)
        return 128 + (self.child.signalstatus or 0)

    def stands_still_drawing(self, key: str) -> None:
        """Press ``key``, which draws something, and read nothing, until the program waits for its terminal."""
        busy = psutil.Process(self.child.pid)
        for _ in range(30):
            self.child.send(key.encode() * 100)  # a press would read what was drawn meanwhile
        worked = -1.0
        deadline = time.monotonic() + PATIENCE
        while (now := sum(busy.cpu_times()[:2])) - worked > 0.1:  # its input thread looks for keys all the time
            assert time.monotonic() < deadline, "it draws and draws"
            worked = now
            with suppress(psutil.TimeoutExpired):
                busy.wait(1.0)

    def close_window(self) -> None:
        """The terminal is gone from one moment to the next; waits for the program's end."""
        with Path(os.devnull).open("rb") as nothing:
            os.dup2(nothing.fileno(), self.child.child_fd)  # closes it, and leaves pexpect something to close
        self.until(lambda: not self.child.isalive())

    def terminate(self) -> None:
        """As a system that shuts down does."""
        self.child.kill(signal.SIGTERM)


@contextmanager
def terminal(
    environment: dict[str, str],
    *arguments: str,
    rows: int = 24,
    columns: int = 80,
    module: str = "bball_tui",
    kind: str = "xterm-256color",
    loaded: bool = True,
) -> Iterator[Terminal]:
    """`bball-tui` with ``arguments`` on a terminal of its own, killed at the end of the block if it still runs.

    Args:
        module: another program of ours instead of it.
        kind: what TERM says.
        loaded: fork it from a process that has loaded it (in English), and do not start it from nothing.
    """
    environment = environment | {"TERM": kind, "COLORTERM": "truecolor", "PYTHONUNBUFFERED": "1"}
    child: pexpect.spawn[bytes] | Forked
    if loaded and module == "bball_tui":
        child = Forked(arguments, environment, rows, columns)
    else:
        child = pexpect.spawn(
            sys.executable,
            ["-X", "faulthandler", "-m", module, *arguments],
            env=environment,
            dimensions=(rows, columns),
            timeout=PATIENCE,
        )
    screen = QuickScreen(columns, rows)
    try:
        yield Terminal(child, screen, QuickStream(screen), codecs.getincrementaldecoder("utf-8")("replace"))
    finally:
        child.kill(signal.SIGKILL)
        child.close(force=True)


ENTER = "\r"
ESC = "\x1b"
UP = "\x1b[A"
TAB = "\t"
CTRL_Q = "\x11"
