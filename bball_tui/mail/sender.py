"""Who a league's mails come from when the league has not said so itself."""

import ipaddress
import re
from urllib.parse import unquote, urlsplit

from bball_tui.mail.values import RenderError
from bball_tui.settings import Settings

LOCAL_SENDER = "no-reply@league.invalid"
"""For mail that stays on this machine; ``.invalid`` can never be anybody's address (RFC 2606)."""

_DOMAIN = re.compile(r"[a-z0-9][a-z0-9.-]*[a-z0-9]")
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine itself, so that nothing sent there crosses a network."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


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


def domain_of(sender: str) -> str | None:
    """The right side of ``sender`` for a Message-ID; None for an address that nobody can have."""
    domain = sender.rpartition("@")[2].lower()
    return domain if _DOMAIN.fullmatch(domain) and not domain.endswith(".invalid") else None


def default_sender(settings: Settings) -> str:
    """The From address for a league without one.

    The mailbox of the Gmail API; the login name at the mail server when it is an address (as it is at most); otherwise,
    when the mail stays on this machine (a mail folder, a server on loopback), :data:`LOCAL_SENDER`.

    Raises:
        NoSender: the mail would leave the machine and nobody knows in whose name.
    """
    url = urlsplit(settings.mail_url.reveal() if settings.mail_url else "maildir:")
    try:
        user, host = unquote(url.username or ""), url.hostname or ""
    except ValueError:
        user, host = "", ""
    if url.scheme.lower() == "gmail":
        user = f"{user}@{host}"
    if _ADDRESS.fullmatch(user):
        return user
    if url.scheme.lower() == "maildir" or is_loopback(host):
        return LOCAL_SENDER
    raise NoSender(
        "The league has no From address yet, so no mail can go out in its name. Set the league's From address, "
        "or a login that is an e-mail address in the mail URL, and send this mail again."
    )
