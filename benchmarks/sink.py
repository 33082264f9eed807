"""A mail server that takes everything as fast as it can and notes when: the other end of the delivery benchmarks."""

import asyncio
import time
from types import TracebackType
from typing import Self


class Sink:
    """Listens on loopback. ``asked`` holds the moment of each DATA command, ``taken`` that of each accepted mail.

    Args:
        dot_seconds: how long it takes to accept a mail, whatever goes on at other connections.
        journey_seconds: how long a command and its answer are on the way together.
        together: whether commands may be written together (PIPELINING), as nearly every server offers.
    """

    def __init__(self, *, dot_seconds: float = 0.0, journey_seconds: float = 0.0, together: bool = True) -> None:
        self.dot_seconds = dot_seconds
        self.journey_seconds = journey_seconds
        self.extensions = b"250-PIPELINING\r\n" if together else b""
        self.asked: list[float] = []
        self.taken: list[float] = []
        self._server: asyncio.Server | None = None
        self._news = asyncio.Event()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"smtp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}?tls=none"

    @property
    def rate(self) -> float:
        """Mails a second between the first and the last one, so that nobody's start-up counts."""
        return (len(self.taken) - 1) / (self.taken[-1] - self.taken[0])

    def reset(self) -> None:
        self.asked.clear()
        self.taken.clear()

    def note(self, moments: list[float]) -> None:
        moments.append(time.perf_counter())
        self._news.set()

    async def until(self, count: int, seconds: float = 120) -> None:
        """Wait until so many mails were taken."""
        async with asyncio.timeout(seconds):
            while len(self.taken) < count:
                self._news.clear()
                await self._news.wait()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Conversation(self), "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()


class _Conversation(asyncio.Protocol):
    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._rest = b""
        self._in_mail = False
        self._thinking = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._say(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._rest += data
        self._work()

    def _work(self) -> None:
        # What came together is answered together and in its order, as mail servers do.
        answers: list[bytes] = []
        while self._rest and not self._thinking:
            end = b"\r\n.\r\n" if self._in_mail else b"\r\n"
            at = self._rest.find(end)
            if at < 0:
                break
            line, self._rest = self._rest[:at], self._rest[at + len(end) :]
            if not self._in_mail:
                answers.append(self._answer(line[:4].upper()))
            elif self._sink.dot_seconds:
                self._thinking = True
                asyncio.get_running_loop().call_later(self._sink.dot_seconds, self._thought)
            else:
                answers.append(self._take())
        if answers:
            self._say(b"".join(answers))

    def _say(self, answer: bytes) -> None:
        if self._sink.journey_seconds:
            asyncio.get_running_loop().call_later(self._sink.journey_seconds, self._transport.write, answer)
        else:
            self._transport.write(answer)

    def _thought(self) -> None:
        self._thinking = False
        self._say(self._take())
        self._work()

    def _take(self) -> bytes:
        self._in_mail = False
        self._sink.note(self._sink.taken)
        return b"250 2.0.0 taken\r\n"

    def _answer(self, verb: bytes) -> bytes:
        match verb:
            case b"EHLO":
                return b"250-sink\r\n%b250-8BITMIME\r\n250 SMTPUTF8\r\n" % self._sink.extensions
            case b"DATA":
                self._sink.note(self._sink.asked)
                self._in_mail = True
                return b"354 go on\r\n"
            case b"QUIT":
                return b"221 bye\r\n"
            case _:
                return b"250 2.0.0 fine\r\n"
