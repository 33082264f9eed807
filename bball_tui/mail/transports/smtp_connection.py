"""One connection to an SMTP server, on which every step knows its phase."""

import asyncio
import re
import socket
import ssl
from base64 import b64encode
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any, cast

from aiosmtplib import (
    SMTP,
    SMTPConnectError,
    SMTPException,
    SMTPResponse,
    SMTPResponseException,
    SMTPTimeoutError,
)
from msgspec import Struct

from bball_tui.language import _, stored
from bball_tui.mail.answer_patterns import letters
from bball_tui.mail.outcome import Fault, Outcome, Phase, classify_exception, classify_smtp
from bball_tui.mail.providers import Tls
from bball_tui.mail.transports.base import TroubleError
from bball_tui.mail.transports.smtp_dialogue import Dialogue, Reply
from bball_tui.mail.transports.smtp_target import SmtpTarget

QUIT_TIMEOUT = 2.0
CLOSING = 421
"""The server closes the connection after this, whatever it was an answer to (RFC 5321 section 3.8)."""
_RESET = b"RSET\r\n"
_DOTTED_HOST = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")

_Step = tuple[Phase, int, bytes]
"""A command: its phase, the good answer to it, and how it is written."""


class Announcement(Struct, frozen=True):
    """What a server is told of a mail before its message. ``utf8``: an address or the message has other letters."""

    sender: str
    recipient: str
    size: int
    utf8: bool


class Connection:
    """Opened by :meth:`connect`; every method raises :class:`TroubleError` when its step fails.

    ``mails`` counts the messages accepted here; ``dirty`` says that a transaction was begun and not finished, so the
    server needs a RSET before the next one; ``confused`` that commands which were written together, as the server
    offers, were not all answered; ``out_of_order`` that a good answer came where another was due; ``closing`` that it
    ends by the rules: the server said goodbye, or waits for a message that it must not get.

    Args:
        together: write the commands of a mail at once, if the server offers that.
    """

    def __init__(self, target: SmtpTarget, context: ssl.SSLContext | None, *, together: bool = True) -> None:
        self.mails = 0
        self.dirty = False
        self.confused = False
        self.out_of_order = False
        self.closing = False
        self.expiry: asyncio.TimerHandle | None = None
        self._target = target
        self._together = together
        self._dialogue: Dialogue | None = None
        self._behind: Sequence[_Step] = ()
        self._smtp = SMTP(
            hostname=target.host,
            port=target.port,
            local_hostname=_own_name(),
            timeout=target.reply_timeout,
            use_tls=target.tls is Tls.IMPLICIT,
            start_tls=False,  # done by hand below, to know the phase
            tls_context=context,
        )

    @property
    def usable(self) -> bool:
        """Whether another mail may be begun."""
        return self._dialogue is not None and self._dialogue.in_turn

    @property
    def open(self) -> bool:
        """Whether the server may still say something."""
        return self._dialogue is not None and self._dialogue.open

    @property
    def together(self) -> bool:
        """Whether commands may be written before those ahead of them are answered."""
        return self._together and bool(self._smtp.supports_extension("pipelining"))

    def can_say(self, mail: Announcement) -> bool:
        """Whether this server can be told of ``mail`` at all."""
        return not mail.utf8 or bool(self._smtp.supports_extension("smtputf8"))

    async def connect(self) -> None:
        """Connect, protect, greet, log in."""
        opening = asyncio.ensure_future(self._open())
        try:
            # Not `await opening`: before Python 3.12 asyncio.wait_for(), used below, can swallow a cancellation.
            await asyncio.wait((opening,))
            opening.result()
        except BaseException:
            while not opening.done():
                opening.cancel()
                await asyncio.sleep(0)
            if not opening.cancelled():
                opening.exception()  # seen, so that asyncio does not complain about it
            self.drop()
            raise

    async def _open(self) -> None:
        await self._step(Phase.CONNECT, self._smtp.connect())
        await self._step(Phase.HELLO, self._smtp.ehlo())
        if self._target.tls is Tls.STARTTLS:
            await self._step(Phase.TLS, self._smtp.starttls())
            await self._step(Phase.HELLO, self._smtp.ehlo())
        if self._target.username is not None and self._target.password is not None:
            await self._login(self._target.username, self._target.password)
        # From here on we speak for ourselves: the library writes no two commands together.
        # Not isinstance(): the transports of uvloop are asyncio's by their methods alone.
        transport = cast("asyncio.Transport | None", self._smtp.transport)
        if transport is None:
            raise TroubleError(self._failed(Phase.HELLO, Fault.DISCONNECTED, stored("closed the connection")))
        self._dialogue = Dialogue(transport)

    async def begin(self, mail: Announcement) -> None:
        """MAIL, RCPT and DATA, up to the server's 354."""
        dialogue = self._speaking(Phase.MAIL)
        commands = self._commands(mail, reset=self.dirty)
        self.dirty = True
        if self.together:
            await self._converse_together(dialogue, commands)
        else:
            for phase, expected, command in commands:
                reply = await self._answer(phase, dialogue, self._target.reply_timeout, command)
                self._demand(phase, expected, reply)

    async def message(
        self,
        stuffed: bytes,
        timeout: float,  # noqa: ASYNC109 - counts from the last byte written
        following: Announcement | None = None,
    ) -> Outcome:
        """Write the message with its final dot, and wait up to ``timeout`` seconds for the answer to it.

        Behind the dot the server is told of the ``following`` mail, in the same write: see :meth:`begin_behind`.
        """
        # As long as nothing was written, this is still the phase before.
        dialogue = self._speaking(Phase.DATA)
        # With a RSET always: whether this message will be refused, and what the server then forgets, is not known yet.
        self._behind = () if following is None else self._commands(following, reset=True)
        reply = await self._answer(Phase.DOT, dialogue, timeout, stuffed, *(command for _, _, command in self._behind))
        accepted = 200 <= reply.code < 300
        self.mails += accepted
        self.dirty = not accepted or following is not None
        if following is not None and not accepted and reply.code < 400:
            self.drop()  # whose answer the next one is nobody can say
        return self._classified(Phase.DOT, reply)

    async def begin_behind(self) -> None:
        """The answers to what the server was told behind the last message, up to its 354; that one is answered."""
        commands, self._behind = self._behind, ()
        if self._dialogue is None or not self._dialogue.open:
            self.drop()
            raise TroubleError(self._failed(Phase.MAIL, Fault.DISCONNECTED, stored("closed the connection")))
        await self._converse_together(self._dialogue, commands, written=True)

    def muddled(self) -> Outcome:
        """What becomes of a mail whose good answer may have been that to another one: a doubt."""
        return self._failed(Phase.DOT, Fault.MALFORMED, stored("answered out of order"))

    def _commands(self, mail: Announcement, *, reset: bool) -> list[_Step]:
        parameters = self._parameters(mail.size, utf8=mail.utf8)
        return [
            *([(Phase.MAIL, 250, _RESET)] if reset else ()),
            (Phase.MAIL, 250, b"MAIL FROM:<%b>%b\r\n" % (mail.sender.encode(), parameters)),
            (Phase.RCPT, 250, b"RCPT TO:<%b>\r\n" % mail.recipient.encode()),
            (Phase.DATA, 354, b"DATA\r\n"),
        ]

    async def _converse_together(self, dialogue: Dialogue, commands: Sequence[_Step], *, written: bool = False) -> None:
        """Every command is answered, whatever became of those before it; the first refusal is what counts."""
        refusal: TroubleError | None = None
        to_write = () if written else tuple(command for _, _, command in commands)
        for phase, expected, command in commands:
            try:
                reply = await self._answer(phase, dialogue, self._target.reply_timeout, *to_write)
                if refusal is not None and phase is Phase.DATA and reply.code == expected:
                    # It waits for a message that it must not get. An empty one, as RFC 2920 proposes, might be
                    # delivered, so the connection goes.
                    self.closing = True
                    self.drop()
                self._demand(phase, expected, reply)
            except TroubleError as trouble:
                refusal = refusal or trouble
                # A connection that died of age says nothing of how the commands were written.
                self.confused |= trouble.outcome.code is None and (phase is not Phase.MAIL or not self.mails)
                if command == _RESET:
                    self.drop()  # the mail was not even mentioned, so this is no answer to it
                if not dialogue.open:
                    break
            to_write = ()
        if refusal is not None:
            raise refusal

    async def quit(self) -> None:
        """Say goodbye if there is still somebody to hear it."""
        if self.expiry:
            self.expiry.cancel()
        try:
            if self._dialogue is not None and self._dialogue.in_turn:
                with suppress(TimeoutError, OSError):
                    async with asyncio.timeout(QUIT_TIMEOUT):
                        self._dialogue.say(b"QUIT\r\n")
                        await self._dialogue.reply()
        finally:
            self.drop()

    def drop(self) -> None:
        """Close at once; what is not on the wire yet stays off it."""
        if self.expiry:
            self.expiry.cancel()
        if self._dialogue is not None:
            self._dialogue.abort()
            return
        transport = cast("asyncio.WriteTransport | None", self._smtp.transport)
        self._smtp.close()
        if transport is not None:
            transport.abort()

    async def _login(self, username: str, password: str) -> None:
        # One method, one try: a second try with a wrong password counts against the account.
        offered = self._smtp.server_auth_methods
        if "plain" in offered:
            login = self._smtp.auth_plain(username, password)
        elif "login" in offered:
            login = self._smtp.auth_login(username, password)
        elif "cram-md5" in offered:
            login = self._smtp.auth_crammd5(username, password)
        else:
            raise TroubleError(
                classify_exception(
                    Phase.AUTH,
                    Fault.UNSUPPORTED,
                    _(
                        "The mail server {host} offers no login with a password. Check server, port and "
                        "encryption in Set up e-mail."
                    ).format(host=self._target.host),
                )
            )
        await self._step(Phase.AUTH, login)

    def _parameters(self, size: int, *, utf8: bool) -> bytes:
        """What follows the address of MAIL."""
        parameters = b" SIZE=%d" % size if self._smtp.supports_extension("size") else b""
        if not utf8:
            return parameters
        if not self._smtp.supports_extension("smtputf8"):
            raise TroubleError(
                classify_exception(
                    Phase.MAIL,
                    Fault.UNSUPPORTED,
                    _(
                        "The mail server {host} takes no address with letters outside a-z before the @ (it has "
                        "no SMTPUTF8). Ask for another address of this person."
                    ).format(host=self._target.host),
                )
            )
        return parameters + b" SMTPUTF8 BODY=8BITMIME"

    def _speaking(self, phase: Phase) -> Dialogue:
        """The dialogue, if it is our turn in it."""
        if self._dialogue is None or not self._dialogue.in_turn:
            self.drop()
            raise TroubleError(self._failed(phase, Fault.DISCONNECTED, stored("closed the connection")))
        return self._dialogue

    async def _answer(
        self,
        phase: Phase,
        dialogue: Dialogue,
        timeout: float,  # noqa: ASYNC109 - of this step alone
        *commands: bytes,
    ) -> Reply:
        """The reply whose turn it is, after ``commands`` were written; what goes wrong is an outcome of ``phase``."""
        try:
            reply = None if commands else dialogue.at_hand()
            if reply is None:
                async with asyncio.timeout(timeout):
                    if commands:
                        dialogue.say(*commands)
                    # After the dot the answer is worth more than the haste: it spares a doubt.
                    reply = await dialogue.reply(precious=phase is Phase.DOT)
        except TimeoutError:
            dialogue.abort()
            raise TroubleError(self._failed(phase, Fault.TIMEOUT, stored("did not answer in time"))) from None
        except OSError:
            dialogue.abort()
            raise TroubleError(self._failed(phase, Fault.DISCONNECTED, stored("closed the connection"))) from None
        if reply.code == CLOSING:
            self.closing = True
            dialogue.abort()
        return reply

    def _demand(self, phase: Phase, expected: int, reply: Reply) -> None:
        # 251 and 252 are as good as 250: will forward, will try (RFC 5321 section 4.2.3).
        if reply.code // 10 != expected // 10:
            if reply.code < 400:  # it answers something else than what was said
                self.out_of_order |= reply.code > 0
                self.drop()
            raise TroubleError(self._classified(phase, reply))

    async def _step(self, phase: Phase, step: Coroutine[Any, Any, SMTPResponse]) -> SMTPResponse:
        """Take one step; whatever goes wrong in it becomes an outcome of ``phase``."""
        task = asyncio.current_task()
        asked_to_stop = task.cancelling() if task else 0
        try:
            reply = await step
        except SMTPResponseException as error:
            outcome = self._classified(phase, Reply(error.code, error.message))
        except (SMTPTimeoutError, TimeoutError):
            self._smtp.close()
            outcome = self._failed(phase, Fault.TIMEOUT, stored("did not answer in time"))
        except (SMTPException, OSError) as error:
            outcome = self._diagnosed(phase, error)
        else:
            # Swallowed by wait_for(), see connect().
            if task and task.cancelling() > asked_to_stop:
                raise asyncio.CancelledError
            return reply
        raise TroubleError(outcome)

    def _diagnosed(self, phase: Phase, error: SMTPException | OSError) -> Outcome:
        cause = error.__cause__ if isinstance(error, SMTPConnectError) else error
        if isinstance(cause, ssl.SSLError):
            why = getattr(cause, "verify_message", None) or cause.reason or stored("no agreement")
            return self._failed(
                Phase.TLS, Fault.TLS, stored("cannot be trusted or does not speak TLS: {why}").format(why=why)
            )
        if isinstance(error, SMTPConnectError):
            why = getattr(cause, "strerror", None) or stored("no greeting")
            return self._failed(phase, Fault.UNREACHABLE, stored("cannot be reached: {why}").format(why=why))
        if isinstance(error, OSError):
            return self._failed(phase, Fault.DISCONNECTED, stored("closed the connection"))
        return self._failed(phase, Fault.UNSUPPORTED, stored("cannot do what is needed: {error}").format(error=error))

    def _classified(self, phase: Phase, reply: Reply) -> Outcome:
        text = reply.text
        if not text.isascii():  # bytes that are no UTF-8 are kept as lone surrogates
            text = letters(text.encode("utf-8", "surrogateescape"))
        if not 200 <= reply.code <= 599:
            return self._failed(
                phase, Fault.MALFORMED, stored("gave an answer that is no SMTP: {text}").format(text=text)
            )
        return classify_smtp(phase, reply.code, None, self._redacted(text))

    def _failed(self, phase: Phase, fault: Fault, what: str) -> Outcome:
        text = stored("The mail server {host}:{port} {what}.").format(
            host=self._target.host, port=self._target.port, what=what
        )
        return classify_exception(phase, fault, self._redacted(text))

    def _redacted(self, text: str) -> str:
        """``text`` without the password; some servers repeat what they were sent."""
        password, username = self._target.password, self._target.username
        if not password:
            return text
        plain = f"\0{username}\0{password}"
        for secret in (password, *(b64encode(part.encode()).decode() for part in (password, plain))):
            text = text.replace(secret, "***")
        return text


def _own_name() -> str:
    """What we call ourselves in EHLO: a host name with a dot, else an address literal (RFC 5321 section 4.1.3)."""
    name = socket.gethostname()
    return name if _DOTTED_HOST.fullmatch(name) else "[127.0.0.1]"
