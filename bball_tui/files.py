"""Files that people asked for: written whole or not at all, readable by their owner alone."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from bball_tui.errors import BballError


class Piece(Protocol):
    """A part of a text, and how many records are in it."""

    @property
    def text(self) -> str: ...

    @property
    def records(self) -> int: ...


def write_file(path: Path, text: str) -> None:
    """Write ``text`` (UTF-8, line ends as they are) to ``path``; what was there before is replaced in one moment.

    Lists of children are nobody else's business, so only the owner may read the file.

    Raises:
        BballError: it cannot be written; the sentence says why.
    """
    with _replacing(path) as file:
        file.write(_encoded(text))


def short_path(path: Path) -> str:
    """``path`` as people write it: with ~ for their own folder."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path != home and path.is_relative_to(home) else str(path)


def tell_nobody(_: int) -> None:
    """For callers who do not watch."""


async def write_pieces(path: Path, pieces: AsyncIterator[Piece], told: Callable[[int], None] = tell_nobody) -> int:
    """Like :func:`write_file`, for a text that comes piece by piece; returns how many records it had.

    ``told`` hears after each piece how many records are written.

    An error or a cancellation on the way leaves what was there before.

    Raises:
        BballError: it cannot be written, or whatever ``pieces`` raises.
    """
    records = 0
    with _replacing(path) as file:
        async for piece in pieces:
            await asyncio.to_thread(file.write, _encoded(piece.text))
            records += piece.records
            told(records)
    return records


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")


@contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    path = path.expanduser()
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:50]}.")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BballError(f"The file {path} cannot be written: {reason}. Choose another place.") from None
