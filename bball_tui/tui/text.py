"""The one gate for people's text: nothing that a person typed reaches the terminal without passing here.

A name is data. It is never markup (build screens from :func:`content` or from segments, never from markup strings)
and never a terminal code: Textual lets ESC and C1 bytes through to the terminal from every widget.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Literal, TypeAlias

from rich.cells import cell_len, set_cell_size, split_graphemes
from textual.content import Content

from bball_tui.language import _
from bball_tui.wording import short_date

Align: TypeAlias = Literal["left", "right"]
Part: TypeAlias = str | tuple[str, str]
"""A piece of a line: text, or text with a style of ours (such as ``bold $success``)."""

ELLIPSIS = "…"
UNSEEN = "\ufffd"
"""Stands for a character that has no business in a name and would change what the terminal does."""

_LEAST_OF_NAME = 4
"""Cells of a last name by which it is still known."""
MARKS_PER_LETTER = 4
"""More accents than any living script needs; a taller stack would paint over the lines above it."""

_DOTTED_CIRCLE = "\u25cc"


def _replacements() -> dict[int, str | None]:
    table: dict[int, str | None] = {code: chr(0x2400 + code) for code in range(0x20)}  # ␀ to ␟
    table[0x7F] = "\u2421"
    table |= dict.fromkeys((*b"\t\n\v\f\r", 0x85, 0x2028, 0x2029), " ")
    table |= dict.fromkeys((code for code in range(0x80, 0xA0) if code != 0x85), UNSEEN)
    # Bidirectional controls would show the rest of the line in another order than it is stored.
    table |= dict.fromkeys((0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), UNSEEN)
    # Invisible characters that make two different names look the same, and tags that hide whole sentences.
    invisible = (0xAD, 0x180E, 0x200B, *range(0x2060, 0x2066), *range(0x206A, 0x2070), 0xFEFF)
    table |= dict.fromkeys((*invisible, *range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080)), UNSEEN)
    table |= dict.fromkeys(range(0xD800, 0xE000), UNSEEN)
    table |= dict.fromkeys((0xFFFE, 0xFFFF), UNSEEN)
    # Terminals disagree on the width of what these join or select; without them every terminal draws the same
    # cells: the members of an emoji family side by side, the heart in its plain form.
    table |= dict.fromkeys((0x200D, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)), None)
    # Spaces of all lengths are one space.
    table |= dict.fromkeys((0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000), " ")
    return table


_TABLE = _replacements()
_LINE_BREAK = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")


def _is_mark(character: str) -> bool:
    return character == "\u200c" or unicodedata.category(character) in {"Mn", "Me", "Mc"}


def _limit_marks(text: str) -> str:
    kept: list[str] = []
    marks = MARKS_PER_LETTER
    for character in text:
        if not _is_mark(character):
            marks = 0
        elif not kept:
            # A mark with no letter before it would land on whatever stands left of the cell.
            kept.append(_DOTTED_CIRCLE)
            marks = 1
        else:
            marks += 1
        if marks <= MARKS_PER_LETTER:
            kept.append(character)
    return "".join(kept)


@lru_cache(maxsize=4096)
def clean(text: str) -> str:
    """``text`` as one line that is safe to show: what cannot be seen or would act is replaced, nothing is obeyed.

    Line breaks and tabs become a space, other control characters their picture (ESC is ``␛``), bidirectional and
    invisible characters and lone surrogates ``�``; stacks of accents are cut, and letters are composed (NFC) so
    that their width is known. Cleaning twice changes nothing.
    """
    if text.isascii() and text.isprintable():
        return text
    return _limit_marks(unicodedata.normalize("NFC", text.translate(_TABLE)))


def clean_lines(text: str) -> list[str]:
    """``text`` of several lines (a note, a mail), each line cleaned. Empty text has no lines."""
    return [clean(line) for line in _LINE_BREAK.split(text)] if text else []


def width_of(text: str) -> int:
    """How many terminal cells a cleaned text takes."""
    return cell_len(text)


def shorten(text: str, width: int) -> str:
    """``text`` cleaned, and cut with an ellipsis to at most ``width`` cells."""
    line = clean(text)
    if cell_len(line) <= width:
        return line
    if width < 1:
        return ""
    kept, used = 0, 0
    for __, end, cells in split_graphemes(line)[0]:
        if used + cells > width - 1:
            break
        kept, used = end, used + cells
    return line[:kept].rstrip() + ELLIPSIS


def shorten_name(name: str, width: int) -> str:
    """``Whitaker, Farrah`` in few cells: the first name stays as long as it can, for siblings share the last one."""
    last, comma, first = clean(name).partition(", ")
    if not comma or cell_len(last) + cell_len(first) + 2 <= width:
        return shorten(name, width)
    room = width - 2 - cell_len(first)
    if room < min(cell_len(last), _LEAST_OF_NAME):
        room = min(cell_len(last), width // 3)
    return shorten(f"{shorten(last, room)}, {first}", width)


def cell(text: str, width: int, align: Align = "left") -> str:
    """``text`` cleaned, and cut or padded to exactly ``width`` cells."""
    line = shorten(text, width)
    if align == "right":
        return " " * (width - cell_len(line)) + line
    return set_cell_size(line, width)


def wrap(text: str, width: int) -> list[str]:
    """``text`` of one or several lines, cleaned, and broken between words to lines of at most ``width`` cells.

    A word longer than the width (an address, a link) is broken where the width ends. At least one line comes back.
    """
    width = max(2, width)
    lines: list[str] = []
    for paragraph in clean_lines(text):
        line = ""
        for word in paragraph.split(" "):
            joined = f"{line} {word}" if line else word
            if cell_len(joined) <= width:
                line = joined
                continue
            if line:
                lines.append(line)
            *full, line = _chop(word, width)
            lines += full
        lines.append(line)
    return lines or [""]


def clipped(texts: Iterable[str], width: int, most: int) -> list[str]:
    """``texts`` wrapped one below the other, at most ``most`` lines of them; the last one then counts the rest."""
    lines = [line for one in texts for line in wrap(one, width)]
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], _("… and {lines} more lines").format(lines=len(lines) - most + 1)]


def _chop(word: str, width: int) -> list[str]:
    pieces: list[str] = []
    start, used = 0, 0
    for begin, __, cells in split_graphemes(word)[0]:
        if used + cells > width:
            pieces.append(word[start:begin])
            start, used = begin, 0
        used += cells
    return [*pieces, word[start:]]


def content(*parts: Part) -> Content:
    """A line for any Textual widget: every part is cleaned and literal, only the styles are obeyed."""
    return Content.assemble(*(clean(part) if isinstance(part, str) else (clean(part[0]), part[1]) for part in parts))


def content_lines(lines: Iterable[Iterable[Part]]) -> Content:
    """Several such lines as one block."""
    return Content("\n").join([content(*line) for line in lines])


def short_time(moment: datetime, zone: tzinfo, now: datetime) -> str:
    """``14:02`` (or ``2:02 PM``) for a moment of today in the league's ``zone``, else its date.

    Raises:
        ValueError: ``moment`` or ``now`` has no time zone.
    """
    if moment.tzinfo is None or now.tzinfo is None:
        raise ValueError("a moment without a time zone is not a moment")
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    from bball_tui.time_format import clock  # here: time zones come with it, and the first paint shows none

    return clock(local) if local.date() == today else short_date(local.date(), today)


def matches(label: str, typed: str) -> bool:
    """Whether each word of ``typed`` is somewhere in ``label``, whatever the case and the accents."""
    folded = _folded(label)
    return all(word in folded for word in _folded(typed).split())


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in letters if not unicodedata.combining(one))
