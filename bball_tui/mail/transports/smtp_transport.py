"""Hands mails to an SMTP server, phase by phase, over a few connections that stay open.

The one-call methods of mail libraries hide whether a failure came before or after the final dot, and only that
decides whether the mail may be tried again. So every reply is read on its own and its phase is known, also where the
commands before the message are written together (RFC 2920) to save two of four journeys, and behind the message of the
mail before to save another. Logging in for each mail makes providers throttle the login (454 4.7.0), so connections are
kept, reused, and replaced when they are old.
"""

import asyncio
import re
import ssl
from contextlib import suppress
from typing import Final

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.mail.outcome import Outcome, OutcomeClass, Phase
from bball_tui.mail.providers import Tls
from bball_tui.mail.safe_values import RenderError, address
from bball_tui.mail.transports.base import Envelope, OnWire, Soon, TroubleError, Turn, not_now, stopped
from bball_tui.mail.transports.smtp_connection import CLOSING, Announcement, Connection
from bball_tui.mail.transports.smtp_target import SmtpTarget
from bball_tui.mail.transports.smtp_turns import PATIENCE_SECONDS, Mail, Trust, Turns, Verdict

MAILS_PER_CONNECTION: Final = 100
"""After that many mails a fresh connection; many servers count mails by connection and close it around there."""

IDLE_SECONDS: Final = 45.0
"""An unused connection is closed after this; servers do it themselves after one to five minutes, less politely."""

APART_SECONDS: Final = 600.0
"""So long new connections write commands one by one after a server let them be written together and did not answer: it
may not be able to do what it offers."""

ORDER_SECONDS: Final = 1.0
"""So long an accepted mail waits to be called accepted until the answers behind its own show that it was its own."""

_LINE_END = re.compile(rb"\r\n|\r|\n")
# Two searches, each for one byte first: as one, it takes fifteen times as long.
_LONE_RETURN = re.compile(rb"\r(?!\n)")
_LONE_FEED = re.compile(rb"\n(?<!\r\n)")


class SmtpTransport:
    """A pool of at most ``connections`` connections to one server; more sends than that wait for their turn.

    A definite answer gives a definite outcome. When the connection breaks before the message is written nothing was
    sent; after that, without an answer, the mail is in doubt.

    Args:
        connections: how many mails may be on the wire at a time.
        patience: how many seconds a mail may wait behind another one of which the server was told before.

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
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._target = target
        self._context = _tls_context(target)
        self._connections = connections
        self._turns = Turns(connections, patience=patience)
        self._trust = Trust()
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

    @property
    def ahead(self) -> int:
        """One for each connection: of that one the server may be told early."""
        return self._connections

    async def send(self, envelope: Envelope, on_wire: OnWire) -> Outcome:
        """See :class:`Transport`."""
        return await self.send_in_turn(envelope, on_wire, lambda: True, lambda: None)

    async def send_in_turn(self, envelope: Envelope, on_wire: OnWire, turn: Turn, soon: Soon) -> Outcome:
        """See :class:`QueueingTransport`."""
        try:
            announcement = _announced(envelope)
        except RenderError as error:
            return Outcome(OutcomeClass.PERMANENT, Phase.RCPT, text=str(error))
        mail = Mail(announcement, soon=soon)
        message = stuffed(envelope.mime)  # now, as nobody waits: from its turn on others do
        try:
            told = await self._turns.come(mail)
        except asyncio.CancelledError:
            if mail.verdict.done():  # told of, and canceled in the moment in which its turn came
                self._trust.judge(mail.verdict.result())
            raise
        try:
            if not turn():
                if told is not None:
                    told.drop()
                raise TroubleError(not_now(Phase.CONNECT))
            connection = await self._begin(mail, announcement, told)
        except BaseException as error:
            self._turns.leave()
            if isinstance(error, TroubleError):
                return error.outcome
            raise
        finally:
            if told is not None and not mail.verdict.done():
                self._judge(mail, Verdict.UNCLEAR)
        return await self._hand_in(connection, message, on_wire)

    async def check(self) -> Outcome | None:
        """Connect and log in as a mail would. See :class:`Transport`."""
        await self._turns.come(Mail(None))
        try:
            self._keep(await self._take())
        except TroubleError as trouble:
            return trouble.outcome
        finally:
            self._turns.leave()
        return None

    async def close(self) -> None:
        """Say goodbye on the idle connections; those at work are closed when their mail is done."""
        self._closed = True
        idle, self._idle = self._idle, []
        await asyncio.gather(*(connection.quit() for connection in idle), *self._leaving)

    async def _begin(self, mail: Mail, announcement: Announcement, told: Connection | None) -> Connection:
        """A connection on which the server waits for the message; ``told`` knows of the mail already.

        A kept connection may have died of age without our knowing. Nothing was sent then, so another one is taken; only
        what a fresh connection says is final.
        """
        while True:
            fresh = told is None and not self._idle
            connection = told or await self._take()
            try:
                await (connection.begin(announcement) if told is None else connection.begin_behind())
            except TroubleError:
                usable = connection.usable
                if told is not None:
                    self._judge(mail, _verdict_on(told))
                elif connection.confused:
                    self._apart_until = asyncio.get_running_loop().time() + APART_SECONDS
                self._keep(connection)
                if usable or fresh:
                    raise
                told = None
            except BaseException:
                connection.drop()
                raise
            else:
                if told is not None:
                    self._judge(mail, Verdict.KEPT)
                return connection

    async def _hand_in(self, connection: Connection, message: bytes, on_wire: OnWire) -> Outcome:
        """From the server's 354 to its answer to the message; behind that it is told of the next mail."""
        following: Mail | None = None
        notice: asyncio.TimerHandle | None = None
        try:
            if not await on_wire():
                connection.drop()
                return stopped(Phase.DATA)
            following = self._next_behind(connection)
            behind = None if following is None else following.announcement
            notice = self._notice(connection, following)
            begun = asyncio.get_running_loop().time()
            outcome = await connection.message(message, self._target.data_timeout, behind)
            self._trust.answered(asyncio.get_running_loop().time() - begun)
        except TroubleError as trouble:
            connection.drop()
            outcome = trouble.outcome
        except BaseException:
            connection.drop()
            raise
        finally:
            if notice is not None:
                notice.cancel()
            # Before anybody else runs: whoever comes next must find what this mail met.
            lost, handed = not connection.open, False
            if following is None:
                self._keep(connection)
                self._turns.leave()
            else:
                handed = self._turns.hand_over(connection, following)
                if lost or not handed:
                    self._trust.judge(Verdict.UNCLEAR)
        if following is None:
            return outcome
        if lost and outcome.phase is Phase.DOT and outcome.code != CLOSING:
            self._trust.judge(Verdict.BROKEN)
        elif handed and not lost and outcome.outcome_class is OutcomeClass.ACCEPTED and await _muddled(following):
            return connection.muddled()
        return outcome

    def _next_behind(self, connection: Connection) -> Mail | None:
        """The mail that the server at ``connection`` is to be told of behind the message that goes out now."""
        if self._closed or not connection.together or connection.mails + 1 >= self._mails:
            return None
        if not self._trust.may_tell() or (following := self._turns.next_behind(connection)) is None:
            return None
        self._trust.tried()
        return following

    def _notice(self, connection: Connection, following: Mail | None) -> asyncio.TimerHandle | None:
        """Let the mail behind the message that goes out now hear in time that its turn comes soon."""
        if following is None or (seconds := self._trust.notice()) is None:
            return None
        return asyncio.get_running_loop().call_later(seconds, self._turns.announce, connection, following)

    def _judge(self, mail: Mail, verdict: Verdict) -> None:
        mail.verdict.set_result(verdict)
        self._trust.judge(verdict)

    async def _take(self) -> Connection:
        """The connection used last, so that the others grow idle and close; or a new one."""
        if self._idle:
            connection = self._idle.pop()
            if connection.expiry:
                connection.expiry.cancel()
            return connection
        together = asyncio.get_running_loop().time() >= self._apart_until
        connection = Connection(self._target, self._context, together=together)
        await connection.connect()
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


def _announced(envelope: Envelope) -> Announcement:
    """What a server is told of it.

    Raises:
        RenderError: an address is not usable.
    """
    sender = address(envelope.sender, _("the sender"))
    recipient = address(envelope.recipient, _("the recipient"))
    utf8 = not (sender.isascii() and recipient.isascii() and envelope.mime.isascii())
    return Announcement(sender, recipient, len(envelope.mime), utf8)


def _verdict_on(told: Connection) -> Verdict:
    """What it says of a server that it did not take a mail of which it was told behind another one."""
    if told.out_of_order:
        return Verdict.MUDDLED
    return Verdict.UNCLEAR if told.usable or told.closing else Verdict.BROKEN


async def _muddled(following: Mail) -> bool:
    """Whether the answers to the mail behind came out of order, as far as that is known soon.

    A cancellation ends the wait alone: the answer that is there spares a doubt.
    """
    with suppress(asyncio.CancelledError):
        await asyncio.sleep(0)  # mostly it takes its turn at once, and the answers came with this one
        if not following.verdict.done():
            await asyncio.wait((following.verdict,), timeout=ORDER_SECONDS)
    return following.verdict.done() and following.verdict.result() is Verdict.MUDDLED


def stuffed(mime: bytes) -> bytes:
    """The message as it is written: CRLF line ends, leading dots doubled, the final dot (RFC 5321 section 4.5.2)."""
    # The lines end as they should in nearly all mails; to look whether they do is cheaper than to write them again. A
    # line that begins with a dot is in every mail of a template made with MJML.
    if _LONE_FEED.search(mime) is not None or _LONE_RETURN.search(mime) is not None:
        # A lone line feed before a dot could end the message early at a careless server.
        mime = _LINE_END.sub(b"\r\n", mime)
    if b"\n." in mime:
        mime = mime.replace(b"\n.", b"\n..")
    if mime.startswith(b"."):
        mime = b"." + mime
    return mime + (b".\r\n" if mime.endswith(b"\r\n") else b"\r\n.\r\n")


def _tls_context(target: SmtpTarget) -> ssl.SSLContext | None:
    if target.tls is Tls.NONE:
        return None
    try:
        return ssl.create_default_context(cafile=target.ca)
    except (OSError, ssl.SSLError):
        raise BballError(
            _("ca={ca} in the e-mail URL holds no certificates in PEM form.").format(ca=target.ca)
        ) from None
