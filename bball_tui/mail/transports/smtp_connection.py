"""One connection to an SMTP server, on which every step knows its phase."""

import asyncio
import re
import socket
import ssl
from base64 import b64encode
from collections.abc import Coroutine
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

from bball_tui.mail.outcome import Fault, Outcome, Phase, classify_exception, classify_smtp
from bball_tui.mail.providers import Tls
from bball_tui.mail.server_words import letters
from bball_tui.mail.transports.base import TroubleError
from bball_tui.mail.transports.smtp_target import SmtpTarget

QUIT_TIMEOUT = 2.0
_DOTTED_HOST = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


class Connection:
    """Opened by :meth:`open`; every method raises :class:`TroubleError` when its step fails.

    ``mails`` counts the messages accepted here; ``dirty`` says that a transaction was begun and not finished, so the
    server needs a RSET before the next one.
    """

    def __init__(self, target: SmtpTarget, context: ssl.SSLContext | None) -> None:
        self.mails = 0
        self.dirty = False
        self.expiry: asyncio.TimerHandle | None = None
        self._target = target
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
        """Whether another command may be sent."""
        return self._smtp.is_connected

    async def open(self) -> None:
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

    async def begin(self, sender: str, recipient: str, size: int, *, utf8: bool) -> None:
        """MAIL, RCPT and DATA, up to the server's 354."""
        if self.dirty:
            await self._command(Phase.MAIL, 250, b"RSET")
        self.dirty = True
        options = [f"SIZE={size}".encode()] if self._smtp.supports_extension("size") else []
        if utf8:
            if not self._smtp.supports_extension("smtputf8"):
                raise TroubleError(
                    classify_exception(
                        Phase.MAIL,
                        Fault.UNSUPPORTED,
                        f"The mail server {self._target.host} takes no address with letters outside a-z before the @ "
                        "(it has no SMTPUTF8). Ask for another address of this person.",
                    )
                )
            options += [b"SMTPUTF8", b"BODY=8BITMIME"]
        await self._command(Phase.MAIL, 250, b"MAIL", b"FROM:<" + sender.encode() + b">", *options)
        await self._command(Phase.RCPT, 250, b"RCPT", b"TO:<" + recipient.encode() + b">")
        await self._command(Phase.DATA, 354, b"DATA")

    async def message(self, stuffed: bytes, timeout: float) -> Outcome:  # noqa: ASYNC109 - counts from the last byte written
        """Write the message with its final dot, and wait up to ``timeout`` seconds for the answer to it."""
        protocol = self._smtp.protocol
        if protocol is None or not protocol.is_connected:
            # Nothing was written yet, so this is still the phase before.
            raise TroubleError(self._failed(Phase.DATA, Fault.DISCONNECTED, "closed the connection"))

        async def talk() -> SMTPResponse:
            async with asyncio.timeout(timeout):
                protocol.write(stuffed)
                return await protocol.read_response()

        reply = await self._step(Phase.DOT, talk())
        self.dirty = not 200 <= reply.code < 300
        self.mails += not self.dirty
        return self._classified(Phase.DOT, reply.code, reply.message)

    async def quit(self) -> None:
        """Say goodbye if there is still somebody to hear it."""
        if self.expiry:
            self.expiry.cancel()
        try:
            if self.usable:
                with suppress(SMTPException, OSError):
                    await self._smtp.quit(timeout=QUIT_TIMEOUT)
        finally:
            self.drop()

    def drop(self) -> None:
        """Close at once; what is not on the wire yet stays off it."""
        if self.expiry:
            self.expiry.cancel()
        # Not isinstance(): the transports of uvloop are asyncio's by their methods alone.
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
                    f"The mail server {self._target.host} offers no login with a password. Check server, port and "
                    "encryption in Set up e-mail.",
                )
            )
        await self._step(Phase.AUTH, login)

    async def _command(self, phase: Phase, expected: int, *words: bytes) -> None:
        async def talk() -> SMTPResponse:
            # The library's own time limit costs two more turns of the event loop for each command.
            async with asyncio.timeout(self._target.reply_timeout):
                return await self._smtp.execute_command(*words, timeout=None)

        reply = await self._step(phase, talk())
        # 251 and 252 are as good as 250: will forward, will try (RFC 5321 section 4.2.3).
        if reply.code // 10 != expected // 10:
            raise TroubleError(self._classified(phase, reply.code, reply.message))

    async def _step(self, phase: Phase, step: Coroutine[Any, Any, SMTPResponse]) -> SMTPResponse:
        """Take one step; whatever goes wrong in it becomes an outcome of ``phase``."""
        task = asyncio.current_task()
        asked_to_stop = task.cancelling() if task else 0
        try:
            reply = await step
        except SMTPResponseException as error:
            outcome = self._classified(phase, error.code, error.message)
        except (SMTPTimeoutError, TimeoutError):
            self._smtp.close()
            outcome = self._failed(phase, Fault.TIMEOUT, "did not answer in time")
        except (SMTPException, OSError) as error:
            outcome = self._diagnosed(phase, error)
        else:
            # Swallowed by wait_for(), see open(). After the dot the answer is worth more than the haste.
            if task and task.cancelling() > asked_to_stop and phase is not Phase.DOT:
                raise asyncio.CancelledError
            return reply
        raise TroubleError(outcome)

    def _diagnosed(self, phase: Phase, error: SMTPException | OSError) -> Outcome:
        cause = error.__cause__ if isinstance(error, SMTPConnectError) else error
        if isinstance(cause, ssl.SSLError):
            why = getattr(cause, "verify_message", None) or cause.reason or "no agreement"
            return self._failed(Phase.TLS, Fault.TLS, f"cannot be trusted or does not speak TLS: {why}")
        if isinstance(error, SMTPConnectError):
            why = getattr(cause, "strerror", None) or "no greeting"
            return self._failed(phase, Fault.UNREACHABLE, f"cannot be reached: {why}")
        if isinstance(error, OSError):
            return self._failed(phase, Fault.DISCONNECTED, "closed the connection")
        return self._failed(phase, Fault.UNSUPPORTED, f"cannot do what is needed: {error}")

    def _classified(self, phase: Phase, code: int, text: str) -> Outcome:
        if not 200 <= code <= 599:
            return self._failed(phase, Fault.MALFORMED, f"gave an answer that is no SMTP: {text}")
        if not text.isascii():  # the library keeps bytes that are no UTF-8 as lone surrogates
            text = letters(text.encode("utf-8", "surrogateescape"))
        return classify_smtp(phase, code, None, self._redacted(text))

    def _failed(self, phase: Phase, fault: Fault, what: str) -> Outcome:
        text = f"The mail server {self._target.host}:{self._target.port} {what}."
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
