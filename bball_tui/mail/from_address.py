"""Who a league's mails come from when the league has not said so itself."""

import re
from urllib.parse import urlsplit

from msgspec import Struct

from bball_tui.language import _
from bball_tui.mail.safe_values import RenderError
from bball_tui.mail.transports import scheme_called
from bball_tui.settings import Settings

_DOMAIN = re.compile(r"[a-z0-9][a-z0-9.-]*[a-z0-9]")


FROM_NEEDED = "the league has no From address yet"


class NoSender(RenderError):
    """Nobody said in whose name mails go out. The mails wait for that."""


def has_default_sender(settings: Settings) -> bool:
    """Whether mails can go out from here for a league without a From address."""
    try:
        default_sender(settings)
    except NoSender:
        return False
    return True


class Outgoing(Struct, frozen=True):
    """What this computer adds to the way of a mail: the next step of every mail depends on it.

    ``mail_server``: one is set up here (`Settings.may_send`). ``sender``: mails can go out from here for a league
    without a From address of its own.
    """

    mail_server: bool
    sender: bool = True

    @classmethod
    def here(cls, settings: Settings) -> "Outgoing":
        """As the settings of this computer have it."""
        return cls(settings.may_send, has_default_sender(settings))


def domain_of(sender: str) -> str | None:
    """The right side of ``sender`` for a Message-ID; None for an address that nobody can have."""
    domain = sender.rpartition("@")[2].lower()
    return domain if _DOMAIN.fullmatch(domain) and not domain.endswith(".invalid") else None


def default_sender(settings: Settings) -> str:
    """The From address for a league without one.

    The account of the mail URL, where that is an address (as it is at most); otherwise, when the mail is only written
    into a folder, :data:`values.LOCAL_SENDER`.

    Raises:
        NoSender: a mail server would have it, also one on this machine: most of these hand on what they take. Nobody
            knows in whose name.
    """
    url = urlsplit(settings.mail_url.reveal() if settings.mail_url else "maildir:")
    sender = scheme_called(url.scheme).sender(url)
    if sender is None:
        raise NoSender(
            _(
                "The league has no From address yet, so no e-mail can go out in its name. Set the "
                "league's From address, or a login that is an e-mail address in the e-mail URL, then retry "
                "this e-mail in the outbox."
            )
        )
    return sender
