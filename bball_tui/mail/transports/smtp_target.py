"""A mail server as the mail URL names it."""

from dataclasses import dataclass, field
from pathlib import Path

from bball_tui.mail.providers import Tls
from bball_tui.mail.transports.options import DATA_TIMEOUT

REPLY_TIMEOUT = 30.0
"""Seconds to wait for the connection, and for each answer before the message is written; nothing was sent then."""


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
