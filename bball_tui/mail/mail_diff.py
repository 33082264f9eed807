"""What is new in a mail compared with an earlier one: the headers that families see, and the text, line by line."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from email import message_from_bytes
from email.policy import default
from enum import StrEnum

from msgspec import Struct

from bball_tui.mail.checks import parts

COMPARED = ("From", "Reply-To", "Subject")
MOST_LINES = 2_000
"""Lines that are compared; comparing takes time with the square of them."""


class Change(StrEnum):
    """What became of a line."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


class DiffLine(Struct, frozen=True):
    """One line of either mail."""

    change: Change
    text: str


def difference(old: bytes, new: bytes) -> tuple[DiffLine, ...]:
    """All lines of both mails in order; what differs is marked."""
    before, after = _lines(old), _lines(new)
    found: list[DiffLine] = []
    for tag, low, high, left, right in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [DiffLine(Change.SAME, line) for line in before[low:high]]
        else:
            found += [DiffLine(Change.GONE, line) for line in before[low:high]]
            found += [DiffLine(Change.NEW, line) for line in after[left:right]]
    return tuple(found)


def _lines(mime: bytes) -> list[str]:
    return list(_read(mime))[:MOST_LINES]


def _read(mime: bytes) -> Iterator[str]:
    message = message_from_bytes(mime, policy=default)
    for name in COMPARED:
        if message[name] is not None:
            yield f"{name}: {message[name]}"
    yield ""
    yield from parts(mime).text.splitlines()
