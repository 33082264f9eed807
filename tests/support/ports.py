"""Ports that nobody else gets.

On a busy machine the kernel gives a port that was only free a moment ago to the next connection. It gives away none
that is bound; and whoever asks for it by number, and for its reuse, as servers do, may listen at it all the same.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


def hold_port(port: int = 0) -> socket.socket:
    """What holds that port of the loopback, or any free one, until it is closed."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", port))
    return held


@contextmanager
def reserved_port() -> Iterator[int]:
    """For a program that has to be told its port before it listens; in the block it begins to."""
    with hold_port() as held:
        yield held.getsockname()[1]
