"""A written mail as a person reads it."""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

from bball_tui.language import _, later
from bball_tui.mail.checks import parts
from bball_tui.mail.html_reader import LineKind, ReadLine, read_html
from bball_tui.mail.mail_diff import Change, DiffLine
from bball_tui.time_format import clock
from bball_tui.tui.text import Part
from bball_tui.tui.theme import STYLES, Tone
from bball_tui.wording import short_date

if TYPE_CHECKING:
    from bball_tui.mail.checks import Parts

SHOWN = (
    later("From"),
    later("To"),
    later("Reply-To"),
    later("Subject"),
    later("Date"),
    "Message-ID",
    "List-Unsubscribe",
)


def headers_of(mime: bytes, zone: tzinfo) -> tuple[tuple[str, str], ...]:
    """The headers that say something to staff, decoded; the moment as the league in ``zone`` writes it."""
    message = message_from_bytes(mime, policy=default)
    found = ((name, message[name]) for name in SHOWN if message[name] is not None)
    return tuple((_(name), _moment(value.datetime, zone) if name == "Date" else str(value)) for name, value in found)


def _moment(moment: datetime, zone: tzinfo) -> str:
    local = moment.astimezone(zone)
    return f"{short_date(local.date())}, {clock(local)}"


def sizes(mail: "Parts", mime: bytes) -> str:
    """``12 KB, of which the page 9 KB``: Gmail cuts a page off after 102 KB."""
    page = len(mail.html.encode())
    return _("{kilobytes} in all, the page {kilobytes_2} (Gmail shows up to 102 KB)").format(
        kilobytes=_kilobytes(len(mime)), kilobytes_2=_kilobytes(page)
    )


def _kilobytes(size: int) -> str:
    return _("{value} KB").format(value=max(1, round(size / 1000)))


def page_lines(mail: "Parts") -> list[list[Part]]:
    """The page as families see it; the text part where there is no page."""
    lines = read_html(mail.html) if mail.html else ()
    if not lines:
        return text_lines(mail)
    found: list[list[Part]] = []
    for before, line in zip((None, *lines), lines, strict=False):
        # Paragraphs stand apart; the items of a list and the rows of a table do not.
        if before is not None and not (before.kind is line.kind and line.kind in (LineKind.ITEM, LineKind.FACT)):
            found.append([])
        found.append(_page_line(line))
    return found


def text_lines(mail: "Parts") -> list[list[Part]]:
    """The part for plain readers."""
    return [[line] for line in mail.text.splitlines()]


def difference_lines(lines: Iterable[DiffLine]) -> list[list[Part]]:
    """Gone and new lines with their sign, the others as they are."""
    looks = {
        Change.SAME: ("  ", STYLES[Tone.MUTED]),
        Change.GONE: ("- ", STYLES[Tone.BAD]),
        Change.NEW: ("+ ", STYLES[Tone.GOOD]),
    }
    return [[(looks[line.change][0] + line.text, looks[line.change][1])] for line in lines]


def read_parts(mime: bytes) -> "Parts":
    """Both alternatives of the mail."""
    return parts(mime)


def _page_line(line: ReadLine) -> list[Part]:
    match line.kind:
        case LineKind.PREHEADER:
            return [(_("Inbox preview: {text}").format(text=line.text), STYLES[Tone.MUTED])]
        case LineKind.HEADING:
            return [(line.text, "bold underline")]
        case LineKind.ITEM:
            return [f"  • {line.text}"]
        case LineKind.FACT:
            name, __, value = line.text.partition(": ")
            return [(f"  {name}: ", STYLES[Tone.MUTED]), (value, STYLES[Tone.STRONG])]
        case LineKind.BUTTON:
            return [(f"[ {line.text} ]", "bold reverse"), (f"  → {line.target}", STYLES[Tone.ACCENT])]
        case LineKind.PICTURE:
            return [(_("(picture: {text})").format(text=line.text or _("without words")), STYLES[Tone.MUTED])]
        case LineKind.RULE:
            return [("─" * 20, STYLES[Tone.MUTED])]
        case LineKind.TEXT:
            return [line.text]
