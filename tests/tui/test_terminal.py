"""A terminal that goes away holds up nothing; an Enter from before it was the program's is an Enter; what comes in
together is forgotten together.
"""

import asyncio
import os
import pty
import select
import subprocess
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import IO, cast

import pytest
from textual import events
from textual.drivers._writer_thread import MAX_QUEUED_WRITES, WriterThread
from textual.message import Message

from bball_tui.tui.terminal import PAUSE, LastingDriver, LastingFile, typed_before
from bball_tui.tui.typed_ahead import PatientApp
from tests.tui.hands import running


def test_whoever_draws_on_a_terminal_that_is_gone_comes_to_an_end() -> None:
    """No one reads, so the terminal is full and the writer waits; then the terminal is closed."""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as file:
        writer = WriterThread(cast("IO[str]", LastingFile(file)))
        writer.start()

        def draw() -> None:
            for _ in range(4 * MAX_QUEUED_WRITES):
                writer.write("x" * 4096)
            writer.stop()

        drawing = Thread(target=draw, daemon=True)
        drawing.start()
        while not writer._queue.full():
            drawing.join(0.01)
        assert drawing.is_alive()
        os.close(ours)
        drawing.join(30)
        assert not drawing.is_alive()


IN_THE_MIDDLE = """
import asyncio, os, signal
from textual.app import App
from bball_tui.tui.terminal import LastingDriver

class Program(App):
    def on_ready(self):
        with self._driver._writer_thread._queue.mutex:
            os.kill(os.getpid(), signal.SIGCONT)
        asyncio.get_running_loop().call_soon(self.exit)

Program(driver_class=LastingDriver).run()
"""


def test_a_signal_in_the_middle_of_a_drawing_holds_up_nothing() -> None:
    """As after kill -STOP and kill -CONT: the terminal is taken over again when the drawing is done."""
    person, terminal = pty.openpty()
    said = b""
    with os.fdopen(terminal, "r+b", buffering=0) as place:
        program = subprocess.Popen([sys.executable, "-c", IN_THE_MIDDLE], stdin=place, stdout=place, stderr=place)
    try:
        while select.select([person], [], [], 30)[0] and (more := _read(person)):
            said += more
        assert program.wait(30) == 0
        assert said.count(b"\x1b[?1049h") == 2, said
    finally:
        program.kill()
        program.wait()
        os.close(person)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that nobody has the other side anymore
        return b""


def test_enter_that_was_typed_before_the_terminal_was_the_programs_stays_enter() -> None:
    person, terminal = pty.openpty()
    try:
        os.write(person, "tzoé\r".encode())
        assert select.select([terminal], [], [], 10)[0]
        tty.setraw(terminal, termios.TCSANOW)
        assert typed_before(terminal).decode() == "tzoé\r"
        assert typed_before(terminal) == b""
    finally:
        os.close(person)
        os.close(terminal)


class Refusing(PatientApp[None]):
    """Obeys every key; Enter is one that is refused."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.refused = Event()

    def on_key(self, event: events.Key) -> None:
        self.seen.append(event.key)
        if event.key == "enter":
            self.forget_keys()
            self.refused.set()


class HeldUp(LastingDriver):
    """Comes to what is behind an Enter only when that was refused, as on a busy machine; then ``behind`` is typed.

    Behind the mouse a ``z`` is typed.
    """

    def __init__(self, app: Refusing, terminal: int, type_in: Callable[[bytes], object], behind: bytes) -> None:
        super().__init__(app)
        self.fileno, self._refused, self._type_in, self._behind = terminal, app.refused, type_in, behind

    def send_message(self, message: Message) -> None:
        super().send_message(message)
        if isinstance(message, events.Key) and message.key == "enter":
            assert self._refused.wait(30)
            behind, self._behind = self._behind, b""
            self._type_in(behind)
        elif isinstance(message, events.MouseMove):
            self._type_in(b"z")


@contextmanager
def typing(app: Refusing, behind: bytes = b"") -> Iterator[Callable[[bytes], object]]:
    """Type into a terminal that ``app`` reads; ``behind`` comes in as soon as an Enter was refused."""
    person, terminal = pty.openpty()
    tty.setraw(terminal, termios.TCSANOW)
    driver = HeldUp(app, terminal, lambda keys: os.write(person, keys), behind)
    reading = Thread(target=driver.run_input_thread)
    reading.start()
    try:
        yield lambda keys: os.write(person, keys)
    finally:
        driver.exit_event.set()
        reading.join(30)
        os.close(person)
        os.close(terminal)


@pytest.mark.parametrize(
    ("write", "behind"),
    [(b"a\r40\r\r", b""), (b"a\r", b"40\r\r"), (b"a\r\x1b", b"j"), (b"a\r\x1b[", b"A")],
    ids=["one read", "two reads", "Escape and a key", "a key in two parts"],
)
async def test_what_came_in_with_a_key_that_is_refused_is_forgotten_however_slowly_it_is_read(
    write: bytes, behind: bytes
) -> None:
    app = Refusing()
    async with running(app), asyncio.timeout(30):
        with typing(app, behind) as type_in:
            type_in(write)
            while "z" not in app.seen:
                # Somebody who saw what became of it goes on.
                await asyncio.sleep(4 * PAUSE)
                type_in(b"z")
    assert [key for key in app.seen if key != "z"] == ["a", "enter"]


async def test_the_mouse_does_not_join_what_is_typed_before_it_and_behind_it() -> None:
    app = Refusing()
    async with running(app), asyncio.timeout(30):
        with typing(app, b"\x1b[<35;10;3M") as type_in:
            type_in(b"a\r")
            while "z" not in app.seen:  # noqa: ASYNC110 - nothing tells of a key
                await asyncio.sleep(PAUSE)
    assert app.seen == ["a", "enter", "z"]
