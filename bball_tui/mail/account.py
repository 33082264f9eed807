"""The mail account as people type it, field by field, and the mail URL that it stands for.

People never escape anything: what they type is percent-encoded here (RFC 3986 section 2.1).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import IPv6Address
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from bball_tui.errors import BballError
from bball_tui.mail.providers import BY_ID, GMAIL_API, OWN, PROVIDERS, Provider, provider_at
from bball_tui.mail.sender import is_loopback
from bball_tui.mail.transports.url import GmailTarget, MaildirTarget, SmtpTarget, Tls, parse_mail_url
from bball_tui.mail.values import RenderError, address
from bball_tui.settings import SecretUrl

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_BLANKS = re.compile(r"[a-z0-9]{4}(?:\s[a-z0-9]{4}){3}", re.IGNORECASE)
"""An app password as Google and Yahoo show it: four groups of four, which the blanks are no part of."""


@dataclass(frozen=True, slots=True)
class Account:
    """What the fields say. ``credentials`` is the path of Google's file; an empty ``password`` keeps the known one."""

    provider: str = PROVIDERS[0].id
    server: str = PROVIDERS[0].host
    port: str = str(PROVIDERS[0].port)
    tls: str = PROVIDERS[0].tls.value
    login: str = ""
    password: str = field(default="", repr=False)
    credentials: str = ""

    @property
    def by_file(self) -> bool:
        """Whether it goes by Google's interface."""
        return self.provider == GMAIL_API

    def at(self, provider: Provider) -> "Account":
        """The same person at another provider, whose server is filled in."""
        server, port = provider.host, str(provider.port)
        return replace(self, provider=provider.id, server=server, port=port, tls=provider.tls.value, password="")


class WrongFields(BballError):
    """Some fields cannot be; ``problems`` says for each by its name what is wrong."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


def account_of(url: SecretUrl | None) -> Account:
    """The account that ``url`` stands for, without its password; the first provider's when it is none."""
    target = _read(url)
    match target:
        case SmtpTarget():
            provider = provider_at(target.host)
            return Account(provider.id, target.host, str(target.port), target.tls.value, target.username or "")
        case GmailTarget():
            blank = Account().at(BY_ID[GMAIL_API])
            return replace(blank, login=target.user, credentials=str(target.credentials))
        case _:
            return Account()


def has_password(account: Account, known: SecretUrl | None) -> bool:
    """Whether ``known`` holds the password of this login at this server, so that it need not be typed again."""
    return _known_password(account, known) is not None


def mail_url(account: Account, known: SecretUrl | None = None) -> SecretUrl:
    """The mail URL for ``account``.

    Of ``known``, the URL until now, the password stays when none was typed, and options such as ``rate`` stay, both
    only for the very same server (and login).

    Raises:
        WrongFields: what cannot be, field by field.
    """
    url = _by_file(account, known) if account.by_file else _smtp(account, known)
    try:
        parse_mail_url(url)
    except BballError as error:
        raise WrongFields({"credentials" if account.by_file else "server": str(error)}) from None
    return url


def _smtp(account: Account, known: SecretUrl | None) -> SecretUrl:
    server, login = account.server.strip(), account.login.strip()
    password = _password(account) or _known_password(account, known) or ""
    problems = {}
    if not _is_host(server):
        problems["server"] = "Type the server's name alone, such as smtp.example.org."
    if not (account.port.isascii() and account.port.strip().isdigit() and 0 < int(account.port) < 65536):
        problems["port"] = "A port is a number from 1 to 65535, most often 587 or 465."
    if account.tls not in set(Tls):
        problems["tls"] = f"This is one of {', '.join(Tls)}."
    elif account.tls == Tls.NONE and not is_loopback(server):
        problems["tls"] = "Without encryption mail may go to a server on this computer only. Choose one of the others."
    if login and not password:
        problems |= {"password": "Type the password."}
    if password and not login:
        problems["login"] = "Type the login, most often the whole e-mail address."
    if not login and account.provider != OWN:
        problems["login"] = "Type your whole e-mail address."
    for name, text in (("login", login), ("password", password)):
        if not _can_be_written(text):
            problems[name] = "There is a character in it that cannot be sent. Type it anew."
    if problems:
        raise WrongFields(problems)
    who = f"{quote(login, safe='')}:{quote(password, safe='')}@" if login else ""
    host = f"[{server}]" if ":" in server else server
    target = _read(known)
    same = isinstance(target, SmtpTarget) and target.host == server.lower()
    kept = _options(known, "tls") if same else {}
    return SecretUrl(f"smtp://{who}{host}:{int(account.port)}?{urlencode({'tls': account.tls, **kept})}")


def _by_file(account: Account, known: SecretUrl | None) -> SecretUrl:
    problems = {}
    login = account.login.strip()
    try:
        login = address(login, "the mailbox that sends")
    except RenderError:
        problems["login"] = "Type the whole address of the mailbox that sends, such as office@example.org."
    path = Path(account.credentials.strip()).expanduser()
    if not account.credentials.strip():
        problems["credentials"] = "Type the path of the JSON file that Google gave."
    elif not path.is_file():
        problems["credentials"] = f"There is no file {path}."
    if problems:
        raise WrongFields(problems)
    user, _, host = login.rpartition("@")
    target = _read(known)
    kept = _options(known, "credentials") if isinstance(target, GmailTarget) and target.user == login else {}
    options = {"credentials": str(path.absolute()), **kept}
    return SecretUrl(f"gmail://{quote(user, safe='')}@{host}?{urlencode(options)}")


def _read(url: SecretUrl | None) -> SmtpTarget | GmailTarget | MaildirTarget | None:
    try:
        return None if url is None else parse_mail_url(url)
    except BballError:
        return None


def _options(url: SecretUrl | None, *without: str) -> dict[str, str]:
    query = "" if url is None else urlsplit(url.reveal()).query
    return {name: value for name, value in parse_qsl(query) if name not in without}


def _known_password(account: Account, known: SecretUrl | None) -> str | None:
    target = _read(known)
    if not isinstance(target, SmtpTarget):
        return None
    same = (target.host, target.username) == (account.server.strip().lower(), account.login.strip())
    return target.password if same else None


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
