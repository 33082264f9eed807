"""Reads back what the demo's mail server keeps."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from msgspec import Struct


class Arrived(Struct, frozen=True):
    """One mail in the folder: the address it went to, its subject and its text part."""

    recipient: str
    subject: str
    text: str
    file: Path


def arrived(folder: Path) -> list[Arrived]:
    """All mails of the maildir ``folder``, the oldest first."""
    files = sorted((folder / "new").glob("*"), key=lambda file: (file.stat().st_mtime_ns, file.name))
    return [_read(file) for file in files]


def _read(file: Path) -> Arrived:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - the policy makes it one
    body = message.get_body(("plain",))
    return Arrived(
        recipient=message["To"].addresses[0].addr_spec,
        subject=str(message["Subject"]),
        text=str(body.get_content()) if body else "",
        file=file,
    )
