"""The ways to send a mail, by what stands before ``://`` in the mail URL. A new one: its file, and a line here."""

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.mail.transports.base import (
    Envelope,
    LookedUp,
    OnWire,
    QueueingTransport,
    Transport,
    TwoStepTransport,
    not_now,
)
from bball_tui.mail.transports.gmail import GmailScheme
from bball_tui.mail.transports.maildir import MaildirScheme
from bball_tui.mail.transports.scheme import Limits, Scheme
from bball_tui.mail.transports.smtp import SmtpScheme
from bball_tui.settings import WITHOUT_SERVER, SecretUrl, Settings

__all__ = [
    "SCHEMES",
    "Envelope",
    "Limits",
    "LookedUp",
    "OnWire",
    "QueueingTransport",
    "Scheme",
    "Transport",
    "TwoStepTransport",
    "not_now",
    "open_transport",
    "parse_mail_url",
    "provider_name",
    "remove_kept",
    "scheme_called",
    "scheme_of",
    "stays_here",
]

SCHEMES: Mapping[str, Scheme[Any]] = {one.name: one for one in (SmtpScheme(), GmailScheme(), MaildirScheme())}


class _UnknownScheme(SmtpScheme):
    """Of a newer version, or misspelt: looks like a server, whose name is all that there is to say."""

    def label(self, provider: str) -> str:
        return provider


def scheme_called(name: str) -> Scheme[Any]:
    """The scheme of that name; one that nobody knows is taken for some server."""
    return SCHEMES.get(name.lower()) or _UnknownScheme()


def scheme_of(provider: str) -> Scheme[Any]:
    """The scheme of a provider as transports name it, such as ``smtp:mail.example.org:587``."""
    return scheme_called(provider.partition(":")[0])


def remove_kept(settings: Settings, message_ids: Collection[str]) -> int:
    """Delete what this machine keeps of these mails as files; returns how many. Blocking.

    Raises:
        BballError: one cannot be deleted, or the mail URL cannot be read.
    """
    if settings.mail_url is None:
        return 0
    scheme, target = parse_mail_url(settings.mail_url)
    return scheme.remove(target, message_ids)


def provider_name(provider: str) -> str:
    """``smtp:mail.example.org:587`` as people call it: ``mail.example.org``."""
    return scheme_of(provider).label(provider)


def stays_here(provider: str | None) -> bool:
    """Whether a mail that went through ``provider`` was only written to this machine: no server ever had it."""
    return provider is not None and scheme_of(provider).stays_here


def parse_mail_url(url: SecretUrl) -> tuple[Scheme[Any], Any]:
    """The scheme of a mail URL, and what the URL says in its terms. No message ever shows the URL itself.

    Raises:
        BballError: which part is wrong, and what it may be.
    """
    try:
        parts = urlsplit(url.reveal())
        port = parts.port
    except ValueError:
        raise BballError(
            _(
                "The e-mail URL cannot be read. Write it like {example}, and write special characters in "
                "a password as %40 (@), %2F (/), %23 (#)."
            ).format(example=SmtpScheme.example)
        ) from None
    scheme = SCHEMES.get(parts.scheme.lower())
    if scheme is None:
        raise BballError(
            _("The e-mail URL begins with {scheme!r}, which is no way to send e-mail. Use one of: {values}.").format(
                scheme=parts.scheme.lower()[:20], values=", ".join(one.example for one in SCHEMES.values())
            )
        )
    return scheme, scheme.parse(parts, port)


def open_transport(settings: Settings) -> Transport:
    """The transport of ``settings.mail_url``. Opens no connection yet.

    Raises:
        BballError: no mail server is set up; or the URL, or a file that it names, is not usable, and the message says
            which part and never a password.
    """
    if settings.mail_url is None:
        raise BballError(
            _("{no_mail_server}, so no e-mail can be sent. {set_up_mail}").format(
                no_mail_server=_(WITHOUT_SERVER.sentence), set_up_mail=_(WITHOUT_SERVER.way_out)
            )
        )
    scheme, target = parse_mail_url(settings.mail_url)
    return scheme.open(target, settings)
