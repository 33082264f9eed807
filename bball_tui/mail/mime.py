"""Builds and reads the bytes of a mail: RFC 5322 headers, RFC 2047 words, two alternatives, 7 bits, CRLF.

Written by hand because the same input must give the same bytes forever (a retry must not change the mail) and
because `email.message.EmailMessage` costs about ten times as much. The tests read every mail back with the `email`
package.
"""

import re
from base64 import b64encode
from binascii import b2a_qp
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote

from msgspec import Struct

from bball_tui.mail.safe_values import one_line

# RFC 5322 section 3.2.3: a phrase made of these needs no quotes.
_PLAIN_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,200}@[!-;=?-~]{1,200}>")
_LINE = 76
# RFC 2047 section 2: an encoded word has at most 75 characters; 45 bytes become 60 and the frame takes 12.
_WORD_BYTES = 45


class Mailbox(Struct, frozen=True):
    """A name for people and the address on the wire; the address was checked by ``values.address``."""

    name: str
    address: str

    def header(self, field: str) -> str:
        """The whole header line ``field: name <address>``, folded."""
        name, mail = _phrase(one_line(self.name), len(field) + 2), f"<{self.address}>"
        if not name:
            return f"{field}: {mail}\r\n"
        last = name.rpartition("\r\n ")[2]
        start = 1 if "\r\n" in name else len(field) + 2
        gap = " " if start + len(last) + 1 + len(mail) <= _LINE else "\r\n "
        return f"{field}: {name}{gap}{mail}\r\n"


class Letter(Struct, frozen=True):
    """What :func:`build` turns into bytes. ``date`` has a zone; ``message_id`` comes with its angle brackets.

    ``html`` is quoted-printable already (:func:`quoted_printable`). ``unsubscribe_to`` is the address of RFC 2369's
    List-Unsubscribe; one click (RFC 8058) would need a web page, which a league does not have.
    """

    sender: Mailbox
    recipient: Mailbox
    reply_to: str | None
    subject: str
    text: str
    html: bytes
    message_id: str
    date: datetime
    unsubscribe_to: str | None = None


def build(letter: Letter) -> bytes:
    """The mail as it goes on the wire, the same bytes for the same letter.

    Every line ends in CRLF and has at most 998 bytes (RFC 5322 section 2.1.1); all is ASCII unless an address has a
    local part outside ASCII (RFC 6532).

    Raises:
        ValueError: the Message-ID is malformed, or the date has no zone. Both are our own mistakes.
    """
    if not _MESSAGE_ID.fullmatch(letter.message_id):
        raise ValueError(f"malformed Message-ID {letter.message_id!r}")
    if letter.date.tzinfo is None:
        raise ValueError("the date of an e-mail needs a time zone")
    # "=_" cannot come up in quoted-printable text, so no body can ever contain the boundary.
    boundary = "=_" + sha256(letter.message_id.encode()).hexdigest()[:32]
    reply_to = f"Reply-To: <{letter.reply_to}>\r\n" if letter.reply_to else ""
    leave = ""
    if letter.unsubscribe_to:
        leave = f"List-Unsubscribe: <mailto:{quote(letter.unsubscribe_to, safe='@')}?subject=unsubscribe>\r\n"
    head = (
        f"Date: {_dated(letter.date, letter.date.utcoffset())}\r\n"
        f"{letter.sender.header('From')}"
        f"{reply_to}"
        f"{leave}"
        f"{letter.recipient.header('To')}"
        f"{subject_line(letter.subject)}"
        f"Message-ID: {letter.message_id}\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n'
        "\r\n"
    )
    return b"".join(
        (
            head.encode(),
            _part(boundary, "plain", quoted_printable(letter.text)),
            _part(boundary, "html", letter.html),
            f"--{boundary}--\r\n".encode(),
        )
    )


@lru_cache(maxsize=16)
def _dated(moment: datetime, _offset: timedelta | None) -> str:
    """As RFC 5322 writes it; the mails of a second share it. One moment is equal to itself in another zone."""
    return format_datetime(moment)


def subject_line(subject: str) -> str:
    """The whole header line, folded."""
    return f"Subject: {_unstructured(one_line(subject), len('Subject: '))}\r\n"


def header(mime: bytes, name: str) -> str | None:
    """The unfolded value of the first header ``name`` of our own mails, its encoded words left as they are."""
    head = mime.partition(b"\r\n\r\n")[0].decode("utf-8", "replace").replace("\r\n ", " ")
    wanted = name.lower() + ":"
    for line in head.split("\r\n"):
        if line.lower().startswith(wanted):
            return line[len(wanted) :].strip()
    return None


def quoted_printable(text: str) -> bytes:
    """``text`` as the body of a part (RFC 2045 section 6.7), every line ended by CRLF."""
    return b2a_qp(wire_lines(text), istext=True)


def wire_lines(text: str) -> bytes:
    """``text`` with CRLF behind every line."""
    # The last line end must be there: b2a_qp takes the kind of its soft line breaks from the text.
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    return (lines.replace("\n", "\r\n") + "\r\n").encode()


def _part(boundary: str, subtype: str, body: bytes) -> bytes:
    return (
        f"--{boundary}\r\n"
        f"Content-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
    ).encode() + body


def _phrase(name: str, used: int) -> str:
    if name.isascii() and "=?" not in name and len(name) <= 60:
        if _PLAIN_PHRASE.fullmatch(name) or not name:
            return name
        return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return _encoded_words(name, used)


def _unstructured(text: str, used: int) -> str:
    """``text`` folded; as encoded words when it is not ASCII, looks like one, or has a word too long to fold."""
    if not text.isascii() or "=?" in text or any(len(word) > _LINE - used for word in text.split(" ")):
        return _encoded_words(text, used)
    lines: list[str] = []
    current = ""
    for word in text.split(" "):
        room = _LINE - (used if not lines else 1)
        if current and len(current) + 1 + len(word) > room:
            lines.append(current)
            current = word
        else:
            current = f"{current} {word}" if current else word
    return "\r\n ".join((*lines, current))


def _encoded_words(text: str, used: int) -> str:
    """RFC 2047 words, each with whole characters; a reader joins them without the white space between.

    ``used`` is the room that the field's name takes on the first line: with encoded words a line has at most 76
    characters, name and all.
    """
    words: list[bytes] = []
    chunk = b""
    for character in text:
        encoded = character.encode()
        room = _WORD_BYTES if words else (_LINE - used - 12) // 4 * 3
        if len(chunk) + len(encoded) > room:
            words.append(chunk)
            chunk = b""
        chunk += encoded
    words.append(chunk)
    return "\r\n ".join(f"=?utf-8?b?{b64encode(word).decode()}?=" for word in words)
