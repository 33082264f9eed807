"""Ports for programs that have to be told theirs before they listen."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def reserved_port() -> Iterator[int]:
    """A port of the loopback that nobody else gets while the block lasts; who was told it begins to listen in it.

    On a busy machine the kernel gives a port that was only free a moment ago to the next connection. It gives away none
    that is bound; and whoever asks for it by number, and for its reuse, as servers do, may listen at it all the same.
    """
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]
