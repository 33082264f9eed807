"""The ways to send a mail; :func:`open_transport` picks one by the mail URL."""

from bball_tui.errors import BballError
from bball_tui.mail.transports.base import Envelope, LookedUp, OnWire, Transport, TwoStepTransport
from bball_tui.mail.transports.maildir import MaildirTransport
from bball_tui.mail.transports.smtp import SmtpTransport
from bball_tui.mail.transports.url import GmailTarget, MaildirTarget, parse_mail_url
from bball_tui.settings import NO_MAIL_SERVER, SET_UP_MAIL, Settings

__all__ = [
    "Envelope",
    "LookedUp",
    "MaildirTransport",
    "OnWire",
    "SmtpTransport",
    "Transport",
    "TwoStepTransport",
    "open_transport",
]


def open_transport(settings: Settings) -> Transport:
    """The transport of ``settings.mail_url``. Opens no connection yet.

    Raises:
        BballError: no mail server is set up; or the URL, or a file that it names, is not usable, and the message says
            which part and never a password.
    """
    if settings.mail_url is None:
        raise BballError(f"{NO_MAIL_SERVER.capitalize()}, so no mail can be sent. {SET_UP_MAIL}")
    target = parse_mail_url(settings.mail_url)
    if isinstance(target, MaildirTarget):
        return MaildirTransport(target.folder)
    if isinstance(target, GmailTarget):
        # Imported here because its HTTP client takes as long to load as all the rest of the program.
        from bball_tui.mail.transports.gmail import GmailTransport

        return GmailTransport(target)
    return SmtpTransport(target, connections=settings.worker_concurrency)
