"""``smtp://``: a mail server, with a login and a password."""

import asyncio
import re
import socket
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import IPv6Address
from pathlib import Path
from typing import ClassVar
from urllib.parse import SplitResult, quote, unquote, urlencode

from bball_tui.errors import BballError
from bball_tui.language import _, later
from bball_tui.mail.account import Account, WrongFields
from bball_tui.mail.outcome import Outcome, OutcomeClass, Phase
from bball_tui.mail.providers import BY_ID, OWN, Tls, provider_at
from bball_tui.mail.safe_values import is_loopback
from bball_tui.mail.transports.base import Transport
from bball_tui.mail.transports.options import DATA_TIMEOUT, number, options_in, seconds_in
from bball_tui.mail.transports.scheme import Scheme, said
from bball_tui.mail.transports.smtp_target import REPLY_TIMEOUT, SmtpTarget
from bball_tui.settings import SecretUrl, Settings

TRIAL_TIMEOUT = 15.0
"""Seconds to wait where somebody sits before it: a server that takes longer is no good for trying."""

_PORTS = {Tls.STARTTLS: 587, Tls.IMPLICIT: 465, Tls.NONE: 25}
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_BLANKS = re.compile(r"[a-z0-9]{4}(?:\s[a-z0-9]{4}){3}", re.IGNORECASE)
"""An app password as Google and Yahoo show it: four groups of four, which the blanks are no part of."""


class SmtpScheme(Scheme[SmtpTarget]):
    """A mail server."""

    name: ClassVar[str] = "smtp"
    example: ClassVar[str] = "smtp://user:password@host:587?tls=starttls"
    pace: ClassVar[str] = later("The pace is set by rate in the e-mail URL: rate=0.5 sends 30 e-mails a minute.")
    fields: ClassVar[tuple[str, ...]] = ("server", "port", "tls", "login", "password")

    def parse(self, parts: SplitResult, port: int | None) -> SmtpTarget:
        host = parts.hostname
        if not host or parts.path not in ("", "/") or parts.fragment or port == 0:
            raise BballError(
                _(
                    "The e-mail URL needs a host and nothing after it but options, like {example}. Write "
                    "special characters in a password as %40 (@), %2F (/), %23 (#)."
                ).format(example=self.example)
            )
        options = options_in(parts.query, "tls", "ca", "data_timeout", "reply_timeout", "rate")
        tls = _tls(options.get("tls"), host, port)
        if (parts.username is None) != (parts.password is None):
            raise BballError(
                _("The e-mail URL needs both a user name and a password, or neither: smtp://user:password@host.")
            )
        return SmtpTarget(
            host=host,
            port=port or _PORTS[tls],
            tls=tls,
            username=None if parts.username is None else unquote(parts.username),
            password=None if parts.password is None else unquote(parts.password),
            ca=_ca(options.get("ca"), tls),
            data_timeout=seconds_in(options, "data_timeout", DATA_TIMEOUT),
            reply_timeout=seconds_in(options, "reply_timeout", REPLY_TIMEOUT),
            rate=_rate(options.get("rate")),
        )

    def open(self, target: SmtpTarget, settings: Settings) -> Transport:
        from bball_tui.mail.transports.smtp_transport import SmtpTransport

        return SmtpTransport(target, connections=settings.worker_concurrency)

    def label(self, provider: str) -> str:
        where = provider.partition(":")[2]
        return where.rpartition(":")[0] or where

    def account(self, target: SmtpTarget) -> Account:
        provider = provider_at(target.host)
        return Account(provider.id, target.host, str(target.port), target.tls.value, target.username or "")

    def known_password(self, account: Account, known: SmtpTarget) -> str | None:
        same = (known.host, known.username) == (account.server.strip().lower(), account.login.strip())
        return known.password if same else None

    def url(self, account: Account, known: SmtpTarget | None, options: Mapping[str, str]) -> SecretUrl:
        server, login = account.server.strip(), account.login.strip()
        password = _password(account) or (self.known_password(account, known) if known is not None else None) or ""
        problems = {}
        if not _is_host(server):
            problems["server"] = _("Type the server's name alone, such as smtp.example.org.")
        if not (account.port.isascii() and account.port.strip().isdigit() and 0 < int(account.port) < 65536):
            problems["port"] = _("A port is a number from 1 to 65535, most often 587 or 465.")
        if account.tls not in set(Tls):
            problems["tls"] = _("This is one of {tls}.").format(tls=", ".join(Tls))
        elif account.tls == Tls.NONE and not is_loopback(server):
            problems["tls"] = _(
                "Without encryption e-mail may go to a server on this computer only. Choose one of the others."
            )
        if login and not password:
            problems |= {"password": _("Type the password.")}
        if password and not login:
            problems["login"] = _("Type the login, most often the whole e-mail address.")
        if not login and account.provider != OWN:
            problems["login"] = _("Type your whole e-mail address.")
        for name, text in (("login", login), ("password", password)):
            if not _can_be_written(text):
                problems[name] = _("There is a character in it that cannot be sent. Type it again.")
        if problems:
            raise WrongFields(problems)
        who = f"{quote(login, safe='')}:{quote(password, safe='')}@" if login else ""
        host = f"[{server}]" if ":" in server else server
        same = known is not None and known.host == server.lower()
        kept = {name: value for name, value in options.items() if same and name != "tls"}
        return SecretUrl(f"smtp://{who}{host}:{int(account.port)}?{urlencode({'tls': account.tls, **kept})}")

    def trial(self, target: SmtpTarget, settings: Settings) -> Transport:
        from bball_tui.mail.transports.smtp_transport import SmtpTransport

        quick = replace(target, reply_timeout=min(target.reply_timeout, TRIAL_TIMEOUT))
        return SmtpTransport(quick, connections=1)

    async def unknown_host(self, target: SmtpTarget) -> str | None:
        try:
            async with asyncio.timeout(TRIAL_TIMEOUT):
                await asyncio.get_running_loop().getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError, TimeoutError):
            return target.host
        return None

    def login_trouble(self, trouble: Outcome, target: SmtpTarget) -> str:
        answer, where = said(trouble), _("{host}, port {port}").format(host=target.host, port=target.port)
        match trouble.phase:
            case Phase.CONNECT if trouble.code is None:
                other = "" if is_loopback(target.host) else _(", or the network here blocks it (try port 465 or 587)")
                if target.port == 465 and target.tls is Tls.STARTTLS:
                    other = _(", or port 465 wants encryption from the start: choose that")
                return _("No one answers at {where}: the port is closed or wrong{other}. {answer}").format(
                    where=where, other=other, answer=answer
                )
            case Phase.TLS if "STARTTLS" in answer.upper():
                return _(
                    "{where} does not offer STARTTLS, so the password would travel unprotected. Nothing was "
                    "sent. Choose encryption from the start (port 465), or ask the person who runs the "
                    "server."
                ).format(where=where)
            case Phase.TLS if target.tls is Tls.IMPLICIT and re.search(
                "WRONG_VERSION|RECORD_LAYER|PROTOCOL", answer.upper()
            ):
                return _("{where} does not begin with encryption. Choose STARTTLS (port 587).").format(where=where)
            case Phase.TLS:
                return _(
                    "The certificate of {where} cannot be trusted, so nothing was sent. Check the server's "
                    "name, or ask the person who runs it. {answer}"
                ).format(where=where, answer=answer)
            case Phase.AUTH if trouble.outcome_class is OutcomeClass.AUTH and trouble.code is not None:
                return _("{host} rejected the login or the password. Type both again. {answer}").format(
                    host=target.host, answer=answer
                )
            case Phase.AUTH if trouble.code is None:
                return answer
        return _("{where} does not take e-mail now. Try again in a while, or ask whoever runs it. {answer}").format(
            where=where, answer=answer
        )


def _tls(value: str | None, host: str, port: int | None) -> Tls:
    local = is_loopback(host)
    if value is None:
        if port == _PORTS[Tls.IMPLICIT]:
            return Tls.IMPLICIT
        return Tls.NONE if local else Tls.STARTTLS
    if value not in set(Tls):
        raise BballError(
            _("tls={value} in the e-mail URL is unknown. It may be {tls}.").format(value=value[:20], tls=", ".join(Tls))
        )
    if value == Tls.NONE and not local:
        raise BballError(
            _(
                "tls=none would send e-mail to {host} unprotected. It is allowed for a server on this "
                "machine only; use tls=starttls (port 587) or tls=implicit (port 465)."
            ).format(host=host)
        )
    return Tls(value)


def _ca(value: str | None, tls: Tls) -> Path | None:
    if value is None:
        return None
    path = Path(value).expanduser()
    if tls is Tls.NONE or not path.is_file():
        why = _("tls=none needs none") if tls is Tls.NONE else _("there is no such file")
        raise BballError(
            _("ca={value} in the e-mail URL should name a PEM file with authorities to trust, but {why}.").format(
                value=value, why=why
            )
        )
    return path


def _rate(value: str | None) -> float | None:
    if value is None:
        return None
    rate = number(value)
    if not 0.01 <= rate <= 1000:
        raise BballError(
            _(
                "rate={value} in the e-mail URL should be the number of e-mails a second that the server "
                "takes, from 0.01 to 1000. Thirty a minute are 0.5."
            ).format(value=value[:20])
        )
    return rate


def _password(account: Account) -> str:
    typed = account.password
    provider = BY_ID.get(account.provider)
    if provider is not None and provider.app_password and _BLANKS.fullmatch(typed.strip()):
        return "".join(typed.split())
    return typed


def _is_host(server: str) -> bool:
    if _HOST.fullmatch(server):
        return True
    try:
        return bool(IPv6Address(server))
    except ValueError:
        return False


def _can_be_written(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text
