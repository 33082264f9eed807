"""A mailbox of Gmail as the mail URL names it."""

from pathlib import Path

from msgspec import Struct

from bball_tui.mail.transports.options import DATA_TIMEOUT

GMAIL = "https://gmail.googleapis.com"


class GmailTarget(Struct, frozen=True):
    """The mailbox that sends, the file with Google's credentials, and where the Gmail API is.

    ``data_timeout`` is for the answer to the sending, ``call_timeout`` for every other; both in seconds.
    """

    user: str
    credentials: Path
    endpoint: str = GMAIL
    data_timeout: float = DATA_TIMEOUT
    call_timeout: float = 30.0
