"""The ways to send a mail; :func:`open_transport` picks one by the mail URL."""

from bball_tui.mail.transports.base import Envelope, LookedUp, OnWire, Transport, TwoStepTransport
from bball_tui.mail.transports.maildir import MaildirTransport
from bball_tui.mail.transports.smtp import SmtpTransport
from bball_tui.mail.transports.url import GmailTarget, MaildirTarget, parse_mail_url
from bball_tui.settings import Settings

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
    """The transport of ``settings.mail_url``; without one, a mail folder, so that nothing leaves the machine.

    Opens no connection yet.

    Raises:
        BballError: the URL, or a file that it names, is not usable; the message says which part and never a password.
    """
    if settings.mail_url is None:
        return MaildirTransport(settings.maildir)
    target = parse_mail_url(settings.mail_url)
    if isinstance(target, MaildirTarget):
        return MaildirTransport(target.folder)
    if isinstance(target, GmailTarget):
        # Imported here because its HTTP client takes as long to load as all the rest of the program.
        from bball_tui.mail.transports.gmail import GmailTransport

        return GmailTransport(target)
    return SmtpTransport(target, connections=settings.worker_concurrency)
