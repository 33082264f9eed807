"""A terminal that goes away holds up nothing; an Enter from before it was the program's is an Enter."""

import os
import pty
import select
import termios
import tty
from threading import Thread
from typing import IO, cast

from textual.drivers._writer_thread import MAX_QUEUED_WRITES, WriterThread

from bball_tui.tui.terminal import LastingFile, typed_before


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
