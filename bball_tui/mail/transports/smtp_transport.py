"""Hands mails to an SMTP server, phase by phase, over a few connections that stay open.

The one-call methods of mail libraries hide whether a failure came before or after the final dot, and only that
decides whether the mail may be tried again. So every reply is read on its own and its phase is known, also where the
commands before the message are written together (RFC 2920) to save two of four journeys. Logging in for each mail makes
providers throttle the login (454 4.7.0), so connections are kept, reused, and replaced when they are old.
"""

import asyncio
import re
import ssl
from typing import Final

from bball_tui.errors import BballError
from bball_tui.mail.outcome import Outcome, OutcomeClass, Phase
from bball_tui.mail.providers import Tls
from bball_tui.mail.transports.base import Envelope, OnWire, TroubleError, stopped
from bball_tui.mail.transports.smtp_connection import Connection
from bball_tui.mail.transports.smtp_target import SmtpTarget
from bball_tui.mail.values import RenderError, address

MAILS_PER_CONNECTION: Final = 100
"""After that many mails a fresh connection; many servers count mails by connection and close it around there."""

IDLE_SECONDS: Final = 45.0
"""An unused connection is closed after this; servers do it themselves after one to five minutes, less politely."""

APART_SECONDS: Final = 600.0
"""So long new connections write commands one by one after a server let them be written together and did not answer: it
may not be able to do what it offers."""

_LINE_END = re.compile(rb"\r\n|\r|\n")


class SmtpTransport:
    """A pool of at most ``connections`` connections to one server; more sends than that wait for their turn.

    A definite answer gives a definite outcome. When the connection breaks before the message is written nothing was
    sent; after that, without an answer, the mail is in doubt.

    Args:
        connections: how many mails may be on the wire at a time.

    Raises:
        BballError: the certificate file is no PEM file.
    """

    def __init__(
        self,
        target: SmtpTarget,
        *,
        connections: int,
        mails_per_connection: int = MAILS_PER_CONNECTION,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._target = target
        self._context = _tls_context(target)
        self._slots = asyncio.Semaphore(connections)
        self._mails = mails_per_connection
        self._idle_seconds = idle_seconds
        self._idle: list[Connection] = []
        self._leaving: set[asyncio.Task[None]] = set()
        self._closed = False
        self._apart_until = 0.0

    @property
    def provider(self) -> str:
        """``smtp:host:port``."""
        return f"smtp:{self._target.host}:{self._target.port}"

    @property
    def rate(self) -> float | None:
        """As the mail URL says."""
        return self._target.rate

    async def send(self, envelope: Envelope, on_wire: OnWire) -> Outcome:
        """See :class:`Transport`."""
        try:
            sender = address(envelope.sender, "the sender")
            recipient = address(envelope.recipient, "the recipient")
        except RenderError as error:
            return Outcome(OutcomeClass.PERMANENT, Phase.RCPT, text=str(error))
        async with self._slots:
            try:
                connection = await self._begin(sender, recipient, envelope.mime)
            except TroubleError as trouble:
                return trouble.outcome
            try:
                if not await on_wire():
                    connection.drop()
                    return stopped(Phase.DATA)
                return await connection.message(stuffed(envelope.mime), self._target.data_timeout)
            except TroubleError as trouble:
                connection.drop()
                return trouble.outcome
            except BaseException:
                connection.drop()
                raise
            finally:
                self._keep(connection)

    async def check(self) -> Outcome | None:
        """Connect and log in as a mail would. See :class:`Transport`."""
        async with self._slots:
            try:
                connection = await self._take()
            except TroubleError as trouble:
                return trouble.outcome
            self._keep(connection)
            return None

    async def close(self) -> None:
        """Say goodbye on the idle connections; those at work are closed when their mail is done."""
        self._closed = True
        idle, self._idle = self._idle, []
        await asyncio.gather(*(connection.quit() for connection in idle), *self._leaving)

    async def _begin(self, sender: str, recipient: str, mime: bytes) -> Connection:
        """A connection on which the server waits for the message.

        A kept connection may have died of age without our knowing. Nothing was sent then, so another one is taken; only
        what a fresh connection says is final.
        """
        size = len(mime)
        utf8 = not (sender.isascii() and recipient.isascii() and mime.isascii())
        while True:
            fresh = not self._idle
            connection = await self._take()
            try:
                await connection.begin(sender, recipient, size, utf8=utf8)
            except TroubleError:
                usable = connection.usable
                if connection.confused:
                    self._apart_until = asyncio.get_running_loop().time() + APART_SECONDS
                self._keep(connection)
                if usable or fresh:
                    raise
            except BaseException:
                connection.drop()
                raise
            else:
                return connection

    async def _take(self) -> Connection:
        """The connection used last, so that the others grow idle and close; or a new one."""
        if self._idle:
            connection = self._idle.pop()
            if connection.expiry:
                connection.expiry.cancel()
            return connection
        together = asyncio.get_running_loop().time() >= self._apart_until
        connection = Connection(self._target, self._context, together=together)
        await connection.open()
        return connection

    def _keep(self, connection: Connection) -> None:
        if not connection.usable:
            connection.drop()
        elif self._closed or connection.mails >= self._mails:
            self._dismiss(connection)
        else:
            connection.expiry = asyncio.get_running_loop().call_later(self._idle_seconds, self._expire, connection)
            self._idle.append(connection)

    def _expire(self, connection: Connection) -> None:
        if connection in self._idle:
            self._idle.remove(connection)
            self._dismiss(connection)

    def _dismiss(self, connection: Connection) -> None:
        """Say goodbye in the background, so that no mail waits for it."""
        task = asyncio.get_running_loop().create_task(connection.quit())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)


def stuffed(mime: bytes) -> bytes:
    """The message as it is written: CRLF line ends, leading dots doubled, the final dot (RFC 5321 section 4.5.2)."""
    if mime.count(b"\r\n") != mime.count(b"\n") or mime.count(b"\r") != mime.count(b"\n"):
        # A lone line feed before a dot could end the message early at a careless server.
        mime = _LINE_END.sub(b"\r\n", mime)
    if not mime.endswith(b"\r\n"):
        mime += b"\r\n"
    if mime.startswith(b"."):
        mime = b"." + mime
    return mime.replace(b"\n.", b"\n..") + b".\r\n"


def _tls_context(target: SmtpTarget) -> ssl.SSLContext | None:
    if target.tls is Tls.NONE:
        return None
    try:
        return ssl.create_default_context(cafile=target.ca)
    except (OSError, ssl.SSLError):
        raise BballError(f"ca={target.ca} in the e-mail URL holds no certificates in PEM form.") from None
