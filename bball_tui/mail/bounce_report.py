"""Reads reports that a mail could not be delivered: RFC 3464, its international form RFC 6533, and RFC 6522 around,
and the plain texts of Exim and qmail.

Only a final failure is one. What says that a mail is late, was relayed, was read (RFC 8098), or that somebody is on
holiday, is none; neither is anything that is no report at all. Pure: bytes in, facts out, whatever the bytes are.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, message_from_string
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.policy import compat32
from email.utils import parsedate_to_datetime
from hashlib import sha256
from itertools import islice

from msgspec import Struct

from bball_tui.mail.answer_patterns import (
    ABOUT_US,
    NO_MAILBOX,
    PROVES_NOTHING,
    deciding,
    letters,
    mentions,
    without_addresses,
)
from bball_tui.mail.safe_values import one_line

LARGEST = 5_000_000
"""Bytes of a report that are looked at; no mail server returns more."""
MOST_BLOCKS = 1_000
"""Addresses of one report that are looked at; ours is about one."""
_STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED_TYPES = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"})
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_MESSAGE_ID = re.compile(r"<[^<>\s]+@[^<>\s]+>")
_BLANK_LINE = re.compile(r"\r?\n[ \t]*\r?\n")
_HEX = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")
# RFC 3463, 3.2: there is no such mailbox. 5.1.0 and 5.0.0 say only that something about an address is wrong.
_NO_MAILBOX = re.compile(r"5\.1\.(1|10)")
_COMMENT = re.compile(r"\([^()]*\)")
# The plain texts: Exim's and its relatives', then qmail's. A mail that is only late has neither sentence.
_EXIM = re.compile(
    r"(?ms)^.{0,200}could not be delivered to (?:one or more|all|any) of its\s+recipients\..{0,300}?failed:\s*$"
)
_QMAIL = re.compile(r"(?m)^Hi\. This is the .{1,100}$(?s:.{0,300}?)^This is a permanent error;.{0,100}$")
_COPY = re.compile(r"(?m)^-{2,}.*\b(?:copy|header|original|below)\b.*$", re.IGNORECASE)
_LISTED = re.compile(r"^ {0,2}<?(?P<address>[^\s<>,;:@()]+@[^\s<>,;:@()]+)>?:? *$")
_GENERATED = re.compile(r"^\s*\((?:ultimately )?generated from ([^\s()]+@[^\s()]+)\)\s*$")
_MACHINE = re.compile(r"mailer-daemon|postmaster|mail delivery|mail[- ]?daemon|<>\s*$", re.IGNORECASE)
_SUBJECT = re.compile(
    r"undeliver|not (be )?deliver|deliver\w* (status|fail|has failed|problem|incomplete)|failure notice"
    r"|returned (mail|to)|mail (delivery )?failed|unzustellbar|non remis|no entregado|mancato recapito|rejected",
    re.IGNORECASE,
)
_NOT_FINAL = re.compile(r"delay|warning|verz\xf6ger|retras", re.IGNORECASE)
_LONGEST_WORDS = 1_000
_JUDGED = 5_000
_LONGEST_NAME = 255


class Failure(Struct, frozen=True):
    """One address that a mail did not reach. ``addresses``: as it was written first, then as it was tried last.

    ``permanent``: the status and the words both say that there is no such mailbox, and no word speaks of anything
    else, so the next mail would come back as well. ``about_us``: the words complain about the league's mail or server.
    """

    addresses: tuple[str, ...]
    permanent: bool
    status: str | None
    diagnostic: str | None
    about_us: bool = False


class BounceReport(Struct, frozen=True):
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


def unread_failure(raw: bytes) -> str | None:
    """The subject of a mail that :func:`read_report` cannot read and that looks like a failure all the same."""
    try:
        message = message_from_bytes(raw[:LARGEST], policy=compat32)
        senders = f"{_decoded(message.get('From'))} {_decoded(message.get('Return-Path'))}"
        subject = one_line(_decoded(message.get("Subject")))
        if not _MACHINE.search(senders) or not _SUBJECT.search(subject) or _NOT_FINAL.search(subject):
            return None
        blocks = islice((block for part in _status_parts(message) for block in _blocks(part)), MOST_BLOCKS)
        actions = {action for block in blocks if (action := _action(block))}
    except (MessageError, LookupError, ValueError, AttributeError, TypeError, RecursionError):
        return None
    return None if actions and "failed" not in actions else subject[:_LONGEST_NAME]


def _report(message: "Message[str, str]", raw: bytes) -> BounceReport | None:
    parts = list(_leaves(message))
    blocks = list(islice((block for part in _status_parts(message) for block in _blocks(part)), MOST_BLOCKS))
    # A line break in the middle of a field ends the fields; what follows is judged with them all the same.
    stray = " ".join(str(block.get_payload()) for block in blocks)
    failures = tuple(one for block in blocks if (one := _failure(block, stray)) is not None)
    returned = next((part for part in parts if part.get_content_type() in _RETURNED_TYPES), None)
    headers = None if returned is None else _returned(returned)
    if not blocks and (text := _plain(message, parts)) is not None:
        said, _, copy = text
        failures = tuple(_listed(said))
        if headers is None and copy:
            headers = message_from_string(copy, policy=compat32)
    if not failures:
        return None
    return BounceReport(
        key=sha256(raw).hexdigest(),
        failures=failures,
        message_id=None if headers is None else _message_id(headers),
        subject=None if headers is None else _subject(headers),
        reporter=(_typed(blocks[0].get("Reporting-MTA"))[:_LONGEST_NAME] or None) if blocks else None,
        reported_at=_moment(message.get("Date")),
    )


def _leaves(message: "Message[str, str]") -> "Iterator[Message[str, str]]":
    """The parts of a mail, however deeply they are wrapped, but not those of a mail inside it."""
    if message.get_content_maintype() != "multipart" or not message.is_multipart():
        yield message
        return
    kind = str(message.get_param("report-type") or "delivery-status").lower()
    if kind not in ("delivery-status", "global-delivery-status"):
        return  # somebody read the mail, or complains about it
    for part in message.get_payload():
        if isinstance(part, Message):
            yield from _leaves(part)


def _status_parts(message: "Message[str, str]") -> "Iterator[Message[str, str]]":
    return (part for part in _leaves(message) if part.get_content_type() in _STATUS_TYPES)


def _plain(message: "Message[str, str]", parts: "list[Message[str, str]]") -> tuple[str, str, str] | None:
    """A failure in plain words: the list of addresses, the line behind it, and the copy of the mail."""
    senders = f"{_decoded(message.get('From'))} {_decoded(message.get('Return-Path'))}"
    first = next((part for part in parts if part.get_content_type() == "text/plain"), None)
    if first is None or not (_MACHINE.search(senders) or message.get("X-Failed-Recipients")):
        return None
    payload = first.get_payload(decode=True)
    text = letters(payload).replace("\r\n", "\n") if isinstance(payload, bytes) else ""
    found = _EXIM.search(text) or _QMAIL.search(text)
    if found is None:
        return None
    rest = text[found.end() :]
    cut = _COPY.search(rest)
    return (rest, "", "") if cut is None else (rest[: cut.start()], cut[0], rest[cut.end() :].lstrip("\n"))


def _listed(text: str) -> Iterator[Failure]:
    """The addresses of a plain text, each with the lines that follow it."""
    addresses: list[str] = []
    said: list[str] = []
    for line in [*text.split("\n"), None]:
        started = None if line is None else _LISTED.match(line)
        if addresses and (line is None or started is not None):
            words = one_line(" ".join(said))
            found = _STATUS.search(without_addresses(words[:_JUDGED]))
            yield _judged(tuple(dict.fromkeys(addresses)), None if found is None else found[0], words)
            addresses, said = [], []
        if started is not None:
            addresses = [one for one in (_address(started["address"]),) if one]
        elif line is not None and addresses and (origin := _GENERATED.match(line)):
            addresses.insert(0, origin[1])
        elif line is not None:
            said.append(line)


def _blocks(part: "Message[str, str]") -> "Iterator[Message[str, str]]":
    """The groups of fields: one about the mail, then one for each address."""
    for block in _BLANK_LINE.split(_content(part)):
        if block.strip():
            yield message_from_string(block.strip("\r\n"), policy=compat32)


def _action(block: "Message[str, str]") -> str:
    """What was done, without a comment: ``failed (bad destination)``."""
    return _COMMENT.sub("", str(block.get("Action") or "")).strip().lower()


def _content(part: "Message[str, str]") -> str:
    """The part without its own header, decoded. Python takes what is inside a message/* part for a mail."""
    whole = part.as_bytes(policy=compat32.clone(max_line_length=None))
    _, _, body = whole.replace(b"\r\n", b"\n").partition(b"\n\n")
    encoding = str(part.get("Content-Transfer-Encoding") or "").strip().lower()
    if encoding in ("base64", "quoted-printable"):
        head = f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n".encode()
        decoded = message_from_bytes(head + body, policy=compat32).get_payload(decode=True)
        body = decoded if isinstance(decoded, bytes) else b""
    return letters(body)


def _failure(block: "Message[str, str]", stray: str) -> Failure | None:
    if _action(block) != "failed":
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
    words = one_line(f"{_typed(block.get('Diagnostic-Code'))} {stray}")
    # Some servers say the truth only in their own words: 5.0.0 in the field, 550 5.1.1 behind it.
    if (found is None or found[0].endswith(".0.0")) and (inner := _STATUS.search(without_addresses(words[:_JUDGED]))):
        found = inner
    return _judged(addresses, None if found is None else found[0], words)


def _judged(addresses: tuple[str, ...], status: str | None, words: str) -> Failure:
    said = without_addresses(words[:_JUDGED])
    no_mailbox = status is not None and bool(_NO_MAILBOX.fullmatch(status)) and mentions(deciding(said), NO_MAILBOX)
    return Failure(
        addresses,
        permanent=no_mailbox and len(words) <= _JUDGED and not mentions(said, PROVES_NOTHING),
        status=status,
        diagnostic=words[:_LONGEST_WORDS] or None,
        about_us=mentions(deciding(said), ABOUT_US),
    )


def _decoded(value: object) -> str:
    """A header's value with the letters of its encoded words."""
    text = "" if value is None else str(value)
    try:
        return str(make_header(decode_header(text)))
    except (LookupError, ValueError, MessageError):
        return text


def _typed(value: object) -> str:
    """What stands behind the type: ``rfc822; rosa@example.org``."""
    text = one_line(_decoded(value))
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
    value = headers.get("Subject")
    return None if value is None else one_line(_decoded(value))


def _moment(value: object) -> datetime | None:
    try:
        found = parsedate_to_datetime(str(value))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
