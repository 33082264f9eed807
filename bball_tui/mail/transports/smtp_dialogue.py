"""What is said on an SMTP connection once it is open: commands out, replies in, each reply taken in its turn.

Commands may be written together where the server offers PIPELINING (RFC 2920); the server answers them in their order,
so the place of a reply says which command it is for. A reply that nobody asked for, or that is none, ends that: from
then on no reply could be told apart from another, and the connection is good for nothing more.
"""

import asyncio
from collections import deque
from typing import Final

from msgspec import Struct, field

LONGEST_REPLY: Final = 32_768
"""Bytes of one reply with all its lines; a server that goes on without an end must not fill the memory."""


class Reply(Struct, frozen=True):
    """A whole reply; ``text`` is that of its lines, without their codes. ``code`` is 0 when it was no SMTP at all."""

    code: int
    text: str


class ReplyReader(Struct):
    """Makes replies of bytes, in whatever pieces they come."""

    _rest: bytes = b""
    _lines: list[bytes] = field(default_factory=list)
    _length: int = 0
    malformed: bool = False
    """Something came that is no reply; all that follows is ignored."""

    def feed(self, data: bytes) -> list[Reply]:
        """The replies that ``data`` completes."""
        replies: list[Reply] = []
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if self.malformed:
                break
            if not line[:3].isdigit() or line[3:4] not in (b"-", b" ", b"\r", b""):
                replies.append(self._give_up(line))
                break
            self._lines.append(line[4:].strip())
            self._length += len(line)
            if line[3:4] != b"-":
                replies.append(Reply(int(line[:3]), _text(self._lines)))
                self._lines, self._length = [], 0
        if not self.malformed and self._length + len(self._rest) > LONGEST_REPLY:
            replies.append(self._give_up(b"more than a reply may hold"))
        return replies

    def _give_up(self, said: bytes) -> Reply:
        self.malformed = True
        self._rest, self._lines = b"", []
        return Reply(0, _text([said[:500].strip()]))


def _text(lines: list[bytes]) -> str:
    """Bytes that are no UTF-8 are kept as lone surrogates."""
    return b"\n".join(lines).decode("utf-8", "surrogateescape")


class Dialogue(asyncio.Protocol):
    """Takes over an open connection. One user at a time; every command that is written is waited for, in its turn."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._reader = ReplyReader()
        self._replies: deque[Reply] = deque()
        self._owed = 0
        self._lost = False
        self._unasked = False
        self._waiter: asyncio.Future[None] | None = None
        transport.set_protocol(self)

    @property
    def open(self) -> bool:
        """Whether a command may be written, now or later."""
        return not (self._lost or self._unasked or self._reader.malformed or self._transport.is_closing())

    @property
    def in_turn(self) -> bool:
        """Whether a command may be written now: what was said so far is answered, and no more than that."""
        return self.open and not self._owed

    def say(self, *commands: bytes) -> None:
        """Write ``commands`` at once; each is owed one reply.

        Raises:
            ConnectionError: it is closed already; nothing was written.
        """
        if not self.open:
            raise ConnectionResetError
        self._owed += len(commands)
        self._transport.write(b"".join(commands))

    async def reply(self, *, precious: bool = False) -> Reply:
        """The reply whose turn it is. A ``precious`` one that came in the moment of a cancellation is returned.

        Raises:
            ConnectionError: it was closed before the reply was there.
        """
        while (reply := self.at_hand()) is None:
            if self._lost or self._reader.malformed:
                raise ConnectionResetError
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            except asyncio.CancelledError:
                if not (precious and self._replies):
                    raise
            finally:
                self._waiter = None
        return reply

    def at_hand(self) -> Reply | None:
        """The reply whose turn it is, if it is there already: what came with the one before asks for no clock."""
        if not self._replies:
            return None
        self._owed -= 1
        return self._replies.popleft()

    def abort(self) -> None:
        """Close at once; what is not on the wire yet stays off it."""
        self._lost = True
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """See :class:`asyncio.Protocol`."""
        self._replies.extend(self._reader.feed(data))
        if len(self._replies) > self._owed:
            self._unasked = True
            while len(self._replies) > self._owed:
                self._replies.pop()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """See :class:`asyncio.Protocol`."""
        self._lost = True
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
