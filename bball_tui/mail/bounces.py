"""Reads reports that a mail could not be delivered: RFC 3464, its international form RFC 6533, and RFC 6522 around.

Only a final failure is one. What says that a mail is late, was relayed, was read (RFC 8098), or that somebody is on
holiday, is none; neither is anything that is no report at all. Pure: bytes in, facts out, whatever the bytes are.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, message_from_string
from email.errors import MessageError
from email.message import Message
from email.policy import compat32
from email.utils import parsedate_to_datetime
from hashlib import sha256

from bball_tui.mail.values import one_line

LARGEST = 5_000_000
"""Bytes of a report that are looked at; no mail server returns more."""
_STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED_TYPES = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"})
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_MESSAGE_ID = re.compile(r"<[^<>\s]+@[^<>\s]+>")
_BLANK_LINE = re.compile(r"\r?\n[ \t]*\r?\n")
_HEX = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")
# RFC 3463, 3.2 and 3.3: the addressed mailbox is the trouble, and not the mail, its size, or the one who sent it.
_NO_MAILBOX = re.compile(r"5\.1\.(0|1|2|3|4|5|6|10)|5\.2\.1")
_VAGUE = re.compile(r"5\.0\.\d+|5\.4\.1|5\.5\.\d+")
_WORDS = re.compile(
    r"no such (user|mailbox|recipient|address)|(user|recipient|mailbox) (is )?(unknown|not found|unavailable)"
    r"|unknown (user|recipient)|does(n't| not) exist|mailbox disabled|account (is )?disabled|invalid recipient",
    re.IGNORECASE,
)
_LONGEST_WORDS = 1_000
_LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Failure:
    """One address that a mail did not reach. ``addresses``: as it was written first, then as it was tried last.

    ``permanent``: the mailbox is not there or is switched off, so the next mail would come back as well.
    """

    addresses: tuple[str, ...]
    permanent: bool
    status: str | None
    diagnostic: str | None


@dataclass(frozen=True, slots=True)
class BounceReport:
    """One report. ``key`` names its bytes; ``message_id`` and ``subject`` are those of the mail that came back, None
    where the report does not return them.
    """

    key: str
    failures: tuple[Failure, ...]
    message_id: str | None
    subject: str | None
    reporter: str | None
    reported_at: datetime | None


def read_report(raw: bytes) -> BounceReport | None:
    """The report in a mail; None when the mail is no report of a final failure."""
    if len(raw) > LARGEST:
        return None
    try:
        message = message_from_bytes(raw, policy=compat32)
        return _report(message, raw)
    # Mails from outside are malformed in ways that the package does not foresee; none of them may stop the reading.
    except (MessageError, LookupError, ValueError, AttributeError, TypeError, RecursionError):
        return None


def _report(message: "Message[str, str]", raw: bytes) -> BounceReport | None:
    if message.get_content_type() != "multipart/report":
        return None
    kind = str(message.get_param("report-type") or "").lower()
    if kind not in ("delivery-status", "global-delivery-status", ""):
        return None
    parts = [part for part in message.get_payload() if isinstance(part, Message)]
    about = next((part for part in parts if part.get_content_type() in _STATUS_TYPES), None)
    if about is None:
        return None
    blocks = [message_from_string(block, policy=compat32) for block in _blocks(about)]
    failures = tuple(one for block in blocks if (one := _failure(block)) is not None)
    if not failures:
        return None
    returned = next((part for part in parts if part.get_content_type() in _RETURNED_TYPES), None)
    headers = None if returned is None else _returned(returned)
    return BounceReport(
        key=sha256(raw).hexdigest(),
        failures=failures,
        message_id=None if headers is None else _message_id(headers),
        subject=None if headers is None else _subject(headers),
        reporter=_typed(blocks[0].get("Reporting-MTA"))[:_LONGEST_NAME] or None,
        reported_at=_moment(message.get("Date")),
    )


def _blocks(part: "Message[str, str]") -> Iterator[str]:
    """The groups of fields: one about the mail, then one for each address."""
    for block in _BLANK_LINE.split(_content(part)):
        if block.strip():
            yield block.strip("\r\n")


def _content(part: "Message[str, str]") -> str:
    """The part without its own header, decoded. Python takes what is inside a message/* part for a mail."""
    whole = part.as_bytes(policy=compat32.clone(max_line_length=None))
    _, _, body = whole.replace(b"\r\n", b"\n").partition(b"\n\n")
    encoding = str(part.get("Content-Transfer-Encoding") or "").strip().lower()
    if encoding in ("base64", "quoted-printable"):
        head = f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n".encode()
        decoded = message_from_bytes(head + body, policy=compat32).get_payload(decode=True)
        body = decoded if isinstance(decoded, bytes) else b""
    return body.decode("utf-8", "replace")


def _failure(block: "Message[str, str]") -> Failure | None:
    if str(block.get("Action") or "").strip().lower() != "failed":
        return None
    addresses = tuple(
        dict.fromkeys(
            address
            for name in ("Original-Recipient", "Final-Recipient")
            if (address := _address(_typed(block.get(name))))
        )
    )
    if not addresses:
        return None
    found = _STATUS.search(str(block.get("Status") or ""))
    diagnostic = _typed(block.get("Diagnostic-Code"))[:_LONGEST_WORDS]
    # Some servers say the truth only in their own words: 5.0.0 in the field, 550 5.1.1 behind it.
    if (found is None or found[0].endswith(".0.0")) and (inner := _STATUS.search(diagnostic)):
        found = inner
    status = None if found is None else found[0]
    return Failure(addresses, _permanent(status, diagnostic), status, diagnostic or None)


def _permanent(status: str | None, diagnostic: str) -> bool:
    if status is not None and _NO_MAILBOX.fullmatch(status):
        return True
    return (status is None or bool(_VAGUE.fullmatch(status))) and bool(_WORDS.search(diagnostic))


def _typed(value: object) -> str:
    """What stands behind the type: ``rfc822; rosa@example.org``."""
    text = one_line(str(value or ""))
    kind, semicolon, rest = text.partition(";")
    return rest.strip() if semicolon and " " not in kind.strip() else text


def _address(value: str) -> str:
    # RFC 6533, 3: the form of an address for those who know no UTF-8.
    text = _HEX.sub(lambda found: chr(int(found[1], 16)) if int(found[1], 16) < 0x110000 else "", value)
    text = one_line(text).strip("<>").strip()
    return text if re.fullmatch(r"[^\s<>,;@]+@[^\s<>,;@]+", text) and len(text) <= 254 else ""


def _returned(part: "Message[str, str]") -> "Message[str, str] | None":
    if part.get_content_type() in ("message/rfc822", "message/global"):
        inner = part.get_payload()
        if isinstance(inner, list) and inner and isinstance(inner[0], Message) and inner[0].keys():
            return inner[0]
    return message_from_string(_content(part), policy=compat32)


def _message_id(headers: "Message[str, str]") -> str | None:
    # Google keeps the one that it replaced.
    for name in ("X-Google-Original-Message-ID", "Message-ID"):
        if found := _MESSAGE_ID.search(str(headers.get(name) or "")):
            return found[0]
    return None


def _subject(headers: "Message[str, str]") -> str | None:
    from email.header import decode_header, make_header

    value = headers.get("Subject")
    if value is None:
        return None
    try:
        return one_line(str(make_header(decode_header(str(value)))))
    except (LookupError, ValueError, MessageError):
        return one_line(str(value))


def _moment(value: object) -> datetime | None:
    try:
        found = parsedate_to_datetime(str(value))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
