"""Reads the mail URL. No message ever shows the URL itself, for it may hold a password."""

import math
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from bball_tui.errors import BballError
from bball_tui.mail.sender import is_loopback
from bball_tui.mail.values import RenderError, address
from bball_tui.settings import SecretUrl

SCHEMES = (
    "smtp://user:password@host:587?tls=starttls",
    "gmail://office@example.org?credentials=/path/to/key.json",
    "maildir:///folder",
)
GMAIL = "https://gmail.googleapis.com"

DATA_TIMEOUT = 120.0
"""Seconds to wait for the answer to the final dot.

RFC 5321 section 4.5.3.2.6 asks for ten minutes, because a client that gives up too soon sends the mail again. This
program never does that: no answer makes the mail "in doubt", and people decide. So two minutes lose nothing but a
connection, and they keep one slow server from holding a worker for ten.
"""

REPLY_TIMEOUT = 30.0
"""Seconds to wait for the connection, and for each answer before the message is written; nothing was sent then."""


class Tls(StrEnum):
    """How the connection is protected."""

    STARTTLS = "starttls"
    """Starts in the clear and insists on TLS before anything else is said (RFC 3207)."""
    IMPLICIT = "implicit"
    """TLS from the first byte (RFC 8314)."""
    NONE = "none"
    """For a server on this machine only."""


_PORTS = {Tls.STARTTLS: 587, Tls.IMPLICIT: 465, Tls.NONE: 25}


@dataclass(frozen=True, slots=True)
class SmtpTarget:
    """Where and how to hand in mail. ``ca`` is a PEM file that replaces the system's certificate authorities.

    ``rate`` is how many mails a second the server takes from all workers together; None: as many as they can.
    """

    host: str
    port: int
    tls: Tls
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca: Path | None = None
    data_timeout: float = DATA_TIMEOUT
    reply_timeout: float = REPLY_TIMEOUT
    rate: float | None = None


@dataclass(frozen=True, slots=True)
class GmailTarget:
    """The mailbox that sends, the file with Google's credentials, and where the Gmail API is.

    ``data_timeout`` is for the answer to the sending, ``call_timeout`` for every other; both in seconds.
    """

    user: str
    credentials: Path
    endpoint: str = GMAIL
    data_timeout: float = DATA_TIMEOUT
    call_timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class MaildirTarget:
    """A folder that mails are put into."""

    folder: Path


def parse_mail_url(url: SecretUrl) -> SmtpTarget | GmailTarget | MaildirTarget:
    """Read ``smtp://...``, ``gmail://...`` or ``maildir:///folder``.

    Without ``tls``, port 465 means implicit, a server on this machine none, everything else starttls.

    Raises:
        BballError: which part is wrong, and what it may be.
    """
    try:
        parts = urlsplit(url.reveal())
        port = parts.port
    except ValueError:
        raise BballError(
            "The mail URL cannot be read. Write it like "
            f"{SCHEMES[0]}, and write special characters in a password as %40 (@), %2F (/), %23 (#)."
        ) from None
    match parts.scheme.lower():
        case "smtp":
            return _smtp(parts, port)
        case "gmail":
            return _gmail(parts, port)
        case "maildir":
            return _maildir(parts)
        case scheme:
            raise BballError(
                f"The mail URL begins with {scheme[:20]!r}, which is no way to send mail. "
                f"Use one of: {', '.join(SCHEMES)}."
            )


def _maildir(parts: SplitResult) -> MaildirTarget:
    if parts.netloc or parts.query or not parts.path.startswith("/"):
        raise BballError("A mail folder is written with three slashes and its whole path: maildir:///folder.")
    return MaildirTarget(Path(unquote(parts.path)))


def _smtp(parts: SplitResult, port: int | None) -> SmtpTarget:
    host = parts.hostname
    if not host or parts.path not in ("", "/") or parts.fragment or port == 0:
        raise BballError(
            f"The mail URL needs a host and nothing after it but options, like {SCHEMES[0]}. "
            "Write special characters in a password as %40 (@), %2F (/), %23 (#)."
        )
    options = _options(parts.query, "tls", "ca", "data_timeout", "reply_timeout", "rate")
    tls = _tls(options.get("tls"), host, port)
    if (parts.username is None) != (parts.password is None):
        raise BballError("The mail URL needs both a user name and a password, or neither: smtp://user:password@host.")
    return SmtpTarget(
        host=host,
        port=port or _PORTS[tls],
        tls=tls,
        username=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
        ca=_ca(options.get("ca"), tls),
        data_timeout=_seconds(options, "data_timeout", DATA_TIMEOUT),
        reply_timeout=_seconds(options, "reply_timeout", REPLY_TIMEOUT),
        rate=_rate(options.get("rate")),
    )


def _gmail(parts: SplitResult, port: int | None) -> GmailTarget:
    if parts.password is not None or port is not None or parts.path not in ("", "/") or parts.fragment:
        raise BballError(
            "The mail URL for Gmail holds no password and no port: only the address that sends and the file with "
            f"Google's credentials, like {SCHEMES[1]}."
        )
    options = _options(parts.query, "credentials", "endpoint", "data_timeout")
    try:
        user = address(f"{unquote(parts.username or '')}@{parts.hostname or ''}", "the address in the mail URL")
    except RenderError:
        raise BballError(f"The mail URL for Gmail begins with the address that sends, like {SCHEMES[1]}.") from None
    path = Path(options.get("credentials", "")).expanduser()
    if not path.is_file():
        raise BballError(
            "The mail URL for Gmail needs credentials=FILE with the JSON file from Google, "
            + (f"but there is no file {path}." if options.get("credentials") else f"like {SCHEMES[1]}.")
        )
    return GmailTarget(user, path, _endpoint(options.get("endpoint")), _seconds(options, "data_timeout", DATA_TIMEOUT))


def _endpoint(value: str | None) -> str:
    if value is None:
        return GMAIL
    try:
        parts = urlsplit(value)
        local = parts.scheme == "http" and is_loopback(parts.hostname or "") and parts.port != 0
        fits = local and not (parts.path or parts.query or parts.username)
    except ValueError:
        fits = False
    if not fits:
        raise BballError(
            "endpoint= in the mail URL is for trying things out with a server on this machine, like "
            "endpoint=http://127.0.0.1:8025. Leave it out to send through Gmail."
        )
    return value


def _options(query: str, *known: str) -> dict[str, str]:
    pairs = parse_qsl(query, keep_blank_values=True)
    options = dict(pairs)
    unknown = sorted(options.keys() - set(known))
    if unknown or len(options) < len(pairs):
        raise BballError(
            f"The mail URL may have the options {', '.join(known[:-1])} and {known[-1]} after its question mark, "
            "each once; "
            f"not: {', '.join(name[:20] for name in unknown) or 'the same one twice'}."
        )
    return options


def _tls(value: str | None, host: str, port: int | None) -> Tls:
    local = is_loopback(host)
    if value is None:
        if port == _PORTS[Tls.IMPLICIT]:
            return Tls.IMPLICIT
        return Tls.NONE if local else Tls.STARTTLS
    if value not in set(Tls):
        raise BballError(f"tls={value[:20]} in the mail URL is unknown. It may be {', '.join(Tls)}.")
    if value == Tls.NONE and not local:
        raise BballError(
            f"tls=none would send mail to {host} unprotected. It is allowed for a server on this machine only; "
            "use tls=starttls (port 587) or tls=implicit (port 465)."
        )
    return Tls(value)


def _ca(value: str | None, tls: Tls) -> Path | None:
    if value is None:
        return None
    path = Path(value).expanduser()
    if tls is Tls.NONE or not path.is_file():
        why = "tls=none needs none" if tls is Tls.NONE else "there is no such file"
        raise BballError(f"ca={value} in the mail URL should name a PEM file with the authorities to trust, but {why}.")
    return path


def _seconds(options: dict[str, str], name: str, usual: float) -> float:
    value = options.get(name)
    if value is None:
        return usual
    seconds = _number(value)
    if not 1 <= seconds <= 600:
        raise BballError(f"{name}={value[:20]} in the mail URL should be a number of seconds from 1 to 600.")
    return seconds


def _rate(value: str | None) -> float | None:
    if value is None:
        return None
    rate = _number(value)
    if not 0.01 <= rate <= 1000:
        raise BballError(
            f"rate={value[:20]} in the mail URL should be the number of mails a second that the server takes, "
            "from 0.01 to 1000. Thirty a minute are 0.5."
        )
    return rate


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return math.nan
