"""Tries a mail URL: logs in, sends nothing, and says in words for people what is in the way."""

import asyncio
import re
import socket
from dataclasses import replace

import msgspec

from bball_tui.mail.outcome import Outcome, OutcomeClass, Phase
from bball_tui.mail.sender import is_loopback
from bball_tui.mail.transports import SmtpTransport, Transport, open_transport
from bball_tui.mail.transports.url import SmtpTarget, Tls, parse_mail_url
from bball_tui.settings import SecretUrl, Settings

PATIENCE = 15.0
"""Seconds for each answer: somebody sits before it, and a server that takes longer is no good for trying."""


async def login_trouble(settings: Settings, url: SecretUrl) -> str | None:
    """What is in the way of sending through ``url``, with the way out; None when nothing is.

    Raises:
        BballError: the URL, or a file that it names, is not usable.
    """
    target = parse_mail_url(url)
    if not isinstance(target, SmtpTarget):
        trouble = await _tried(open_transport(msgspec.structs.replace(settings, mail_url=url)))
        return None if trouble is None else _by_file(trouble)
    if not await _known(target):
        return (
            f"There is no server called {target.host}. Check its spelling and that this computer is online; "
            f"nothing was sent."
        )
    trouble = await _tried(
        SmtpTransport(replace(target, reply_timeout=min(target.reply_timeout, PATIENCE)), connections=1)
    )
    return None if trouble is None else _in_words(trouble, target)


async def _tried(transport: Transport) -> Outcome | None:
    try:
        return await transport.check()
    finally:
        await transport.close()


async def _known(target: SmtpTarget) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            await asyncio.get_running_loop().getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError):
        return False
    return True


def _by_file(trouble: Outcome) -> str:
    if trouble.outcome_class is OutcomeClass.AUTH:
        return (
            "Google refuses the credentials file or the mailbox. Check the login, and that the file is the one of your "
            f"league. {_said(trouble)}"
        )
    return f"Google cannot be asked now. Check that this computer is online, then try again. {_said(trouble)}"


def _in_words(trouble: Outcome, target: SmtpTarget) -> str:
    """What to do first, what the server said last: that may be long."""
    said, where = _said(trouble), f"{target.host}, port {target.port}"
    match trouble.phase:
        case Phase.CONNECT if trouble.code is None:
            other = "" if is_loopback(target.host) else ", or the network here blocks it (try port 465 or 587)"
            if target.port == 465 and target.tls is Tls.STARTTLS:
                other = ", or port 465 wants encryption from the start: choose that"
            return f"Nobody answers at {where}: the port is closed or wrong{other}. {said}"
        case Phase.TLS if "STARTTLS" in said.upper():
            return (
                f"{where} does not offer STARTTLS, so the password would travel unprotected. Nothing was sent. "
                "Choose encryption from the start (port 465), or ask whoever runs the server."
            )
        case Phase.TLS if target.tls is Tls.IMPLICIT and re.search("WRONG_VERSION|RECORD_LAYER|PROTOCOL", said.upper()):
            return f"{where} does not begin with encryption. Choose STARTTLS (port 587)."
        case Phase.TLS:
            return (
                f"The certificate of {where} cannot be trusted, so nothing was sent. Check the server's name, or ask "
                f"whoever runs it. {said}"
            )
        case Phase.AUTH if trouble.outcome_class is OutcomeClass.AUTH and trouble.code is not None:
            return f"{target.host} refuses the login or the password. Type both anew. {said}"
        case Phase.AUTH if trouble.code is None:
            return said
    return f"{where} does not take mail now. Try again in a while, or ask whoever runs the server. {said}"


def _said(trouble: Outcome) -> str:
    """The reason as it was given, as a sentence."""
    code = " ".join(str(part) for part in (trouble.code, trouble.enhanced_code) if part is not None)
    said = f"{code} {trouble.text}".strip().rstrip(".")
    return f"It said: {said}." if code else f"{said}."
