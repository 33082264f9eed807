"""A mail that staff send to themselves: the very body of the family's, and a head that cannot be taken for it."""

from datetime import datetime
from email.utils import format_datetime
from html import escape
from uuid import uuid4

from bball_tui.mail.mime import Letter, Mailbox, build, header, quoted_printable, subject_line
from bball_tui.mail.safe_values import address, one_line

MARK = "X-Test-Of"
"""The header that names the Message-ID of the mail that was tried."""
PREFIX = "[Test] "
_REPLACED = ("date:", "to:", "subject:", "message-id:")


TRIAL_SUBJECT = "E-mail is set up"


def trial_mail(league: str, sender: str, *, date: datetime) -> bytes:
    """A mail of a few lines from ``league`` to itself, to see that mail goes out; :func:`as_test` addresses it.

    Raises:
        RenderError: ``sender`` is no address.
    """
    office = Mailbox(league, address(sender, "the From address"))
    text = f"This is a test from the contract desk of {one_line(league)}. E-mail to families goes out this way."
    html = f"<!doctype html><html><body><p>{escape(text)}</p></body></html>"
    message_id = f"<{uuid4()}@{office.address.rpartition('@')[2]}>"
    return build(Letter(office, office, None, TRIAL_SUBJECT, text, quoted_printable(html), message_id, date))


def as_test(mime: bytes, subject: str, recipient: str, *, date: datetime) -> bytes:
    """The frozen mail ``mime``, addressed to ``recipient`` alone, with a Message-ID of its own.

    Body and all other headers stay byte for byte as they are.

    Raises:
        RenderError: ``recipient`` is no address.
    """
    to = Mailbox("", address(recipient, "your own address"))
    head, gap, body = mime.partition(b"\r\n\r\n")
    kept: list[str] = []
    dropping = False
    for line in head.decode("utf-8", "replace").split("\r\n"):
        dropping = dropping if line.startswith((" ", "\t")) else line.lower().startswith(_REPLACED)
        if not dropping:
            kept.append(line)
    domain = (header(mime, "Message-ID") or "").rpartition("@")[2].rstrip(">") or "bball-tui.invalid"
    new = (
        f"Date: {format_datetime(date)}\r\n"
        f"{to.header('To')}"
        f"{subject_line(PREFIX + subject)}"
        f"Message-ID: <{uuid4()}@{domain}>\r\n"
        f"{MARK}: {header(mime, 'Message-ID') or '<unknown@bball-tui.invalid>'}\r\n"
    )
    return new.encode() + "\r\n".join(kept).encode() + gap + body
