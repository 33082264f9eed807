"""What a worker has of its terminal: the signals that stop it, and where it says what it does."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from bball_tui.cli.output import echo_json, narrate, plain
from bball_tui.delivery.worker import Drained

LEFT_AT_ONCE = 130
"""The exit code after a second Ctrl-C."""


@contextmanager
def stop_signals(last_act: Callable[[], None] = lambda: None) -> Iterator[asyncio.Event]:
    """An event that the first SIGINT, SIGTERM or SIGHUP sets; another of the first two does ``last_act`` and leaves.

    A window that closes hangs up more than once (the terminal and the shell), so that is never meant as "at once".
    """
    stop = asyncio.Event()

    def heard() -> None:
        if stop.is_set():
            last_act()
            os._exit(LEFT_AT_ONCE)
        stop.set()
        narrate("Stopping: the e-mails on their way are finished, the others handed back. Once more leaves at once.")

    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    loop.add_signal_handler(signal.SIGINT, heard)
    loop.add_signal_handler(signal.SIGTERM, heard)
    # Anyone who started it with nohup wants it to outlive the terminal.
    if before[signal.SIGHUP] is not signal.SIG_IGN:
        loop.add_signal_handler(signal.SIGHUP, stop.set)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)


class _Narrator(logging.Handler):
    """Says what is logged, together where it comes together: e-mails are settled by the dozen, and a line costs more to
    write than to make."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(plain(self.format(record)))
        if len(self._lines) == 1:
            try:
                asyncio.get_running_loop().call_soon(self.flush)
            except RuntimeError:  # logged by a thread
                self.flush()

    def flush(self) -> None:
        lines, self._lines = self._lines, []
        if lines:
            narrate("\n".join(lines))


@contextmanager
def narration() -> Iterator[None]:
    """What the delivery says of itself, on stderr, one plain line each."""
    logger = logging.getLogger("bball_tui.delivery")
    handler = _Narrator()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.flush()
        logger.setLevel(level)


def tell_drained(drained: Drained, *, as_json: bool, into_folder: bool = False) -> None:
    """What a drain did and what still waits, on stdout."""
    if as_json:
        echo_json(drained)
    else:
        click.echo(
            f"{drained.sent} {'written to a folder' if into_folder else 'sent'}, {drained.failed} failed, "
            f"{drained.in_doubt} in doubt, {drained.queued} queued, {drained.held} held"
        )
