"""Files that people asked for: written whole or not at all, readable by their owner alone."""

import asyncio
import os
import re
import shlex
import stat
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol
from urllib.parse import unquote, urlsplit

from bball_tui.errors import BballError
from bball_tui.language import _


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
    write_bytes(path, _encoded(text))


def write_bytes(path: Path, content: bytes) -> None:
    """Like :func:`write_file`, for what is no text."""
    with _replacing(path) as file:
        file.write(content)


def read_bytes(path: Path, most: int) -> bytes:
    """The first ``most`` bytes of a file.

    Raises:
        BballError: there is no such file, or it may not be read.
    """
    try:
        # Without waiting: a named pipe to which nobody writes would keep us forever.
        with open(path.expanduser(), "rb", opener=_without_waiting) as file:
            if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return file.read(most)
        reason = _("it isn't a file, but a pipe or a device")
    except IsADirectoryError:
        reason = _("it is a folder")
    except FileNotFoundError:
        reason = _("there is no such file")
    except PermissionError:
        reason = _("you may not read it")
    except (OSError, ValueError, RuntimeError) as error:
        reason = str(getattr(error, "strerror", None) or error)
    raise BballError(
        _("The file {path} cannot be opened: {reason}. Check the path and try again.").format(
            path=short_name(path), reason=reason
        )
    )


def short_name(path: Path) -> str:
    """The path for a sentence: on one line, with pictures of what acts on a terminal, and not endless."""
    text = str(path)
    return "".join(one if one.isprintable() else "\ufffd" for one in (text if len(text) < 200 else f"{text[:199]}…"))


def path_typed(text: str) -> Path:
    """The file that is meant by a line: typed, pasted, or dragged onto the terminal.

    A terminal pastes a dragged file in quotation marks, with backslashes before its blanks, or as a ``file:`` address.
    """
    text = text.strip()
    if text.startswith("file://"):
        return Path(unquote(urlsplit(text).path))
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "'\""
    if quoted or (re.search(r"\\[^A-Za-z0-9]", text) and os.sep == "/"):
        try:
            words = shlex.split(text)
        except ValueError:
            words = []
        if len(words) == 1:
            text = words[0]
    try:
        return Path(text).expanduser()
    except RuntimeError:  # a home folder of nobody
        return Path(text)


def _without_waiting(name: str, flags: int) -> int:
    return os.open(name, flags | os.O_NONBLOCK)


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
        raise BballError(
            _("The file {path} cannot be written: {reason}. Choose another place.").format(path=path, reason=reason)
        ) from None
