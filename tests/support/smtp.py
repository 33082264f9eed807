"""A small SMTP server on loopback that records every byte and misbehaves on order.

Typical use::

    async with SmtpServer() as server:
        server.script("rcpt", "550 5.1.1 No such user", match="nobody@")  # once, for that address
        server.script("dot", HANG, times=None)  # forever: take the mail, never answer
        ...  # send through server.url
        first, second = await server.received(2)

Phases, in the order of a conversation: ``connect`` (instead of the greeting), ``ehlo``, ``starttls``,
``auth``, ``mail``, ``rcpt``, ``data`` (instead of 354), ``dot`` (after the whole message came in), ``rset``,
``quit``. A script is used up ``times`` times (None: forever), then the server behaves again. It can be:

* a reply line such as ``"421 4.3.2 Shutting down"`` (several lines: separate them with a line feed). After a
  421 the server closes the connection, as RFC 5321 section 3.8 wants;
* ``HANG``: no reply until :meth:`SmtpServer.release`, which lets every waiting conversation go on as normal;
* ``DISCONNECT``: the connection is closed without a word;
* only for ``dot``, of a message that other commands came along with (RFC 2920 allows them behind it): ``LOSE`` answers
  the message and loses the commands, ``MUTE`` answers it and nothing after it, ``EARLY`` answers the commands first.
"""

import asyncio
import base64
import socket
import ssl
import time
import weakref
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Self

from tests.support.ports import hold_port


class Misbehavior(Enum):
    HANG = "hang"
    DISCONNECT = "disconnect"
    LOSE = "lose"
    MUTE = "mute"
    EARLY = "early"


HANG = Misbehavior.HANG
DISCONNECT = Misbehavior.DISCONNECT
LOSE = Misbehavior.LOSE
MUTE = Misbehavior.MUTE
EARLY = Misbehavior.EARLY


class Tls(StrEnum):
    """How the server speaks TLS; the words are those of the ``tls`` part of a mail URL."""

    NONE = "none"
    STARTTLS = "starttls"
    IMPLICIT = "implicit"


PHASES = ("connect", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "dot", "rset", "quit")
ONE_BY_ONE = ("8BITMIME", "SMTPUTF8", "SIZE 35882577", "ENHANCEDSTATUSCODES")
EXTENSIONS = ("PIPELINING", *ONE_BY_ONE)


@dataclass(frozen=True, slots=True)
class Received:
    """One message whose final dot arrived and that was not refused, with the dot-stuffing taken off again.

    ``answered`` is False when the server took the message and gave no reply (hang, disconnect): the sender
    cannot know that it is here. ``connection`` counts the connections from 1, ``at`` is the monotonic clock's time.
    """

    sender: str
    recipient: str
    data: bytes
    connection: int
    answered: bool
    at: float


@dataclass(slots=True)
class _Script:
    phase: str
    reply: str | Misbehavior
    times: int | None
    match: str


class _GoneError(Exception):
    """This conversation is over."""


class SmtpServer:
    """Async context manager; listens on 127.0.0.1 at :attr:`port`.

    Args:
        tls, context: how to encrypt, and the server's certificate (needed unless ``tls`` is none).
        users: names and passwords; when given, MAIL before AUTH is refused with 530.
        extensions: the EHLO keywords (STARTTLS and AUTH are added as they apply).
        port: a fixed port, for a server that comes back where it was; 0 picks a free one.
        dot_seconds: how long the server thinks about each message before it answers the final dot.
        patience: seconds after which a wait for messages or phases fails the test.
    """

    def __init__(
        self,
        *,
        tls: Tls | str = Tls.NONE,
        context: ssl.SSLContext | None = None,
        users: Mapping[str, str] | None = None,
        extensions: tuple[str, ...] = EXTENSIONS,
        port: int = 0,
        dot_seconds: float = 0.0,
        patience: float = 60.0,
    ) -> None:
        self.tls = Tls(tls)
        if self.tls is not Tls.NONE and context is None:
            raise ValueError("TLS needs a context with a certificate")
        self.port = port
        self.messages: list[Received] = []
        self.commands: list[str] = []
        """Every command line as it came, without its line end; AUTH lines without their argument."""
        self.connections = 0
        self.open_connections = 0
        self.logins: list[str] = []
        self.reached: Counter[str] = Counter()
        """How often each phase was reached; see :meth:`at`."""
        self.silences = 0
        """How often it left a command without an answer and kept the connection."""
        self._context = context
        self._users = users
        self._extensions = extensions
        self._dot_seconds = dot_seconds
        self._patience = patience
        self._scripts: list[_Script] = []
        self._server: asyncio.Server | None = None
        self._held: socket.socket | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Condition()
        self._released = asyncio.Event()

    @property
    def url(self) -> str:
        """The mail URL of this server, without credentials and without a ``ca``."""
        return f"smtp://127.0.0.1:{self.port}?tls={self.tls}"

    def script(self, phase: str, reply: str | Misbehavior, *, times: int | None = 1, match: str = "") -> None:
        """Answer ``phase`` with ``reply`` the next ``times`` times that its argument contains ``match``.

        The argument is that of MAIL and RCPT, the user of AUTH, the (first) recipient of ``dot``, else empty.
        """
        if phase not in PHASES:
            raise ValueError(f"unknown phase {phase!r}, choose from {PHASES}")
        self._scripts.append(_Script(phase, reply, times, match))

    def behave(self) -> None:
        """Forget all scripts."""
        self._scripts.clear()

    def release(self) -> None:
        """Let every conversation that hangs go on, now."""
        self._released.set()
        self._released = asyncio.Event()

    async def received(self, count: int) -> list[Received]:
        """Wait until at least ``count`` messages are here; returns all of them."""
        await self._until(lambda: len(self.messages) >= count, f"{count} messages")
        return list(self.messages)

    async def at(self, phase: str, count: int = 1) -> None:
        """Wait until ``phase`` was reached ``count`` times (before any reply to it is given)."""
        await self._until(lambda: self.reached[phase] >= count, f"{count} times {phase}")

    async def idle(self) -> None:
        """Wait until no connection is open."""
        await self._until(lambda: self.open_connections == 0, "no open connection")

    async def start(self) -> None:
        """Listen (again), at the same port as before if there was one."""
        if self._held is None:
            self._held = hold_port(self.port)  # also while nobody listens there
            self.port = self._held.getsockname()[1]
            weakref.finalize(self, self._held.close)
        implicit = self._context if self.tls is Tls.IMPLICIT else None
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, ssl=implicit, limit=2**26)

    async def stop(self) -> None:
        """Stop listening and drop every open connection, like a machine that lost power."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # Closing takes one more turn of the loop. wait_closed() would wait forever after a failed TLS handshake.
        await asyncio.sleep(0)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _until(self, true: Callable[[], bool], what: str) -> None:
        try:
            async with asyncio.timeout(self._patience), self._changed:
                await self._changed.wait_for(true)
        except TimeoutError:
            raise AssertionError(
                f"waited {self._patience} s for {what}; got {len(self.messages)} messages, phases {dict(self.reached)}"
            ) from None

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open_connections += 1
        task = asyncio.create_task(self._serve(_Conversation(self, reader, writer, self.connections)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, conversation: "_Conversation") -> None:
        try:
            await conversation.run()
        except (_GoneError, OSError, asyncio.IncompleteReadError):
            pass
        except asyncio.CancelledError:
            conversation.brutal = True
            raise
        finally:
            if conversation.brutal:
                conversation.writer.transport.abort()
            else:
                conversation.writer.close()
            self.open_connections -= 1
            await self._notify()

    def _take_script(self, phase: str, line: str) -> str | Misbehavior | None:
        for script in self._scripts:
            if script.phase == phase and script.match in line:
                if script.times is not None:
                    script.times -= 1
                    if script.times <= 0:
                        self._scripts.remove(script)
                return script.reply
        return None


class _Conversation:
    """One connection from its greeting to its end."""

    def __init__(
        self, server: SmtpServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        self.server = server
        self.reader = reader
        self.writer = writer
        self.number = number
        self.brutal = False
        self.encrypted = server.tls is Tls.IMPLICIT
        self.user: str | None = None
        self.sender: str | None = None
        self.recipients: list[str] = []
        self.ahead = bytearray()
        """What the client wrote while we hung."""

    async def line(self) -> bytes:
        """The next line, without its line end only when the client went away in the middle of it."""
        while b"\n" not in self.ahead:
            if not (more := await self.reader.readline()):
                break
            self.ahead += more
        end = self.ahead.find(b"\n") + 1 or len(self.ahead)
        line = bytes(self.ahead[:end])
        del self.ahead[:end]
        return line

    async def run(self) -> None:
        await self.answer("connect", "220 loopback ESMTP")
        while line := await self.line():
            text = line.decode("utf-8", "surrogateescape").rstrip("\r\n")
            verb, _, rest = text.partition(" ")
            verb = verb.upper()
            self.server.commands.append("AUTH ..." if verb == "AUTH" else text)
            await self.command(verb, rest)

    async def command(self, verb: str, rest: str) -> None:
        match verb:
            case "EHLO" | "HELO":
                await self.answer("ehlo", self.greeting())
            case "STARTTLS":
                if await self.answer("starttls", "220 2.0.0 Ready"):
                    await self.writer.start_tls(self.context())
                    self.encrypted = True
            case "AUTH":
                await self.authenticate(rest)
            case "MAIL":
                await self.mail(rest)
            case "RCPT":
                reply = "250 2.1.5 OK" if self.sender is not None else "503 5.5.1 MAIL first"
                if await self.answer("rcpt", reply, rest):
                    self.recipients.append(_address(rest))
            case "DATA":
                await self.data()
            case "RSET":
                self.reset()
                await self.answer("rset", "250 2.0.0 OK")
            case "NOOP":
                await self.say("250 2.0.0 OK")
            case "QUIT":
                await self.answer("quit", "221 2.0.0 Bye")
                raise _GoneError
            case _:
                await self.say("500 5.5.2 What?")

    def context(self) -> ssl.SSLContext:
        assert self.server._context is not None
        return self.server._context

    def greeting(self) -> str:
        keywords = list(self.server._extensions)
        if self.server.tls is Tls.STARTTLS and not self.encrypted:
            keywords.append("STARTTLS")
        if self.server._users is not None:
            keywords.append("AUTH PLAIN LOGIN")
        return "\n".join(f"250 {text}" for text in ("loopback", *keywords))

    async def authenticate(self, rest: str) -> None:
        method, _, initial = rest.partition(" ")
        if method.upper() == "PLAIN":
            _, user, password = base64.b64decode(initial).decode().split("\0")
        else:
            user = base64.b64decode(initial or await self.ask("Username:")).decode()
            password = base64.b64decode(await self.ask("Password:")).decode()
        known = (self.server._users or {}).get(user) == password
        reply = "235 2.7.0 Welcome" if known else "535 5.7.8 Username and password not accepted"
        if await self.answer("auth", reply, user):
            self.user = user
            self.server.logins.append(user)

    async def ask(self, prompt: str) -> bytes:
        await self.say("334 " + base64.b64encode(prompt.encode()).decode())
        return (await self.line()).strip()

    async def mail(self, rest: str) -> None:
        if self.server._users is not None and self.user is None:
            await self.answer("mail", "530 5.7.0 Authentication required", rest)
        elif self.sender is not None:
            await self.answer("mail", "503 5.5.1 Nested MAIL", rest)
        elif await self.answer("mail", "250 2.1.0 OK", rest):
            self.sender = _address(rest)

    async def data(self) -> None:
        ready = "354 Go on" if self.recipients else "503 5.5.1 RCPT first"
        if not await self.answer("data", ready):
            return
        lines = bytearray()
        while (line := await self.line()) != b".\r\n":
            if not line.endswith(b"\n"):
                raise _GoneError
            lines += line[1:] if line.startswith(b".") else line
        await asyncio.sleep(self.server._dot_seconds)
        await self.dot(bytes(lines))

    async def dot(self, data: bytes) -> None:
        sender, recipients = self.sender or "", tuple(self.recipients)
        self.reset()
        script = await self.begin("dot", recipients[0])
        if isinstance(script, str) and not script.startswith("2"):
            await self.say(script)
            return
        answered, now = script not in (HANG, DISCONNECT), time.monotonic()
        self.server.messages += [
            Received(sender, recipient, data, self.number, answered, now) for recipient in recipients
        ]
        await self.server._notify()
        usual = f"250 2.0.0 OK queued as {len(self.server.messages)}"
        if script in (LOSE, MUTE, EARLY):
            await self.mishandle(script, usual)
        else:
            await self.carry_out(script, usual)

    async def mishandle(self, script: str | Misbehavior | None, usual: str) -> None:
        behind = [await self.line()]
        while behind[-1] not in (b"DATA\r\n", b"QUIT\r\n", b""):
            behind.append(await self.line())
        if script is EARLY:
            for line in behind:
                await self.say("354 Go on" if line == b"DATA\r\n" else "250 2.0.0 OK")
        await self.say(usual)
        if script is LOSE:
            self.server.silences += 1
        else:
            await self.hang()

    def reset(self) -> None:
        self.sender = None
        self.recipients = []

    async def answer(self, phase: str, usual: str, line: str = "") -> bool:
        """Reply as scripted or as ``usual``; True when the reply was a good one (2xx, 3xx)."""
        return await self.carry_out(await self.begin(phase, line), usual)

    async def begin(self, phase: str, line: str) -> str | Misbehavior | None:
        self.server.reached[phase] += 1
        await self.server._notify()
        return self.server._take_script(phase, line)

    async def carry_out(self, script: str | Misbehavior | None, usual: str) -> bool:
        if script is DISCONNECT:
            self.brutal = True
            raise _GoneError
        if script is HANG:
            await self.hang()
        reply = script if isinstance(script, str) else usual
        await self.say(reply)
        return reply[0] in "23"

    async def hang(self) -> None:
        """Wait for the release, or for the client to give up."""
        self.server.silences += 1
        release = asyncio.ensure_future(self.server._released.wait())
        gone = asyncio.ensure_future(self.until_gone())
        try:
            done, _ = await asyncio.wait((release, gone), return_when=asyncio.FIRST_COMPLETED)
        finally:
            release.cancel()
            gone.cancel()
            await asyncio.gather(release, gone, return_exceptions=True)
        if gone in done:
            raise _GoneError

    async def until_gone(self) -> None:
        while more := await self.reader.read(2**16):
            self.ahead += more

    async def say(self, reply: str) -> None:
        *first, last = reply.split("\n")
        code = last[:3]
        block = "".join(f"{code}-{line[4:]}\r\n" for line in first) + last + "\r\n"
        self.writer.write(block.encode("utf-8", "surrogateescape"))
        await self.writer.drain()
        if code == "421":
            raise _GoneError


def _address(argument: str) -> str:
    """What stands between the angle brackets of ``FROM:<a@b> SIZE=1``."""
    return argument.partition("<")[2].partition(">")[0]
