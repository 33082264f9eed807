"""The HTML of a mail with holes for what people wrote: MJML is asked once for each shape of a mail, not for each mail.

Jinja and MJML are given marks instead of the texts. What they make of them is cut at the marks, and each mail is put
together from the pieces and its own texts, escaped as Jinja escapes them. So a text never meets Jinja or MJML and can
change nothing but its own hole. What may look different for it is the shape: whether a text is there at all, every yes
and no, and what styles and links of the league are made of. Before a skeleton is used, it is filled with hostile texts
and compared with the mail that is written the long way.
"""

import re
from binascii import b2a_qp
from collections.abc import Callable, Mapping

from markupsafe import Markup, escape

from bball_tui.mail.kinds.base import Value
from bball_tui.mail.mime import quoted_printable, wire_lines

OPEN, CLOSE = "`^", "^`"
"""Around the name of a variable: a mark. No color, language or link may have these characters (see ``values``)."""
LITERAL = frozenset({"language", "direction", "brand_color", "text_on_brand", "logo_url"})
"""Variables of checked characters that styles and attributes are made of: each value has a shape of its own."""
PLAIN = re.compile("[ -\\[\\]-~\u00c0-\u024f\u0400-\u0481\u05d0-\u05ea\u1e00-\u1eff\u2010-\u2027\u4e00-\u9fa5]*")
"""Texts that a hole may be filled with: ASCII without the backslash, letters, dashes and quotes.

MJML repeats the title as a label, in which it writes whatever it takes for unprintable, and a backslash, in another way
than elsewhere (Rust's ``escape_debug``). A mail with other characters is written the long way, as is one whose hole
would hold several lines.
"""
PROBES = ("""'"><b>&amp;</b> {{ x }} \u00e9\u2019=?=20. --> ]]> `^team^`""", "&", ".", "=" * 200)
_MARK = re.compile(r"`\^([a-z_]+)\^`")
_LINE = 76
"""Characters of a line, with the equals sign that says that it goes on (RFC 2045, 6.7)."""


class Framed(Markup):
    """Markup of ours with texts of people in it, escaped. ``frame`` is the same with the marks of their variables.

    What is ours in it belongs to the shape of the mail, as if the template said it.
    """

    frame: Markup

    @classmethod
    def of(cls, markup: str, frame: Markup) -> "Framed":
        made = cls(markup)
        made.frame = frame
        return made


def mark(name: str) -> str:
    """What stands for the variable ``name``."""
    return f"{OPEN}{name}{CLOSE}"


def shape_of(variables: Mapping[str, Value]) -> dict[str, Value]:
    """``variables`` with a mark in place of each text."""
    shape = {
        name: f"{OPEN}{name}{CLOSE}" if value and value is not True and name not in LITERAL else value
        for name, value in variables.items()
    }
    for name, value in variables.items():
        if isinstance(value, Framed):
            shape[name] = value.frame
    return shape


def skeleton_of(shape: Mapping[str, Value], html: Callable[[Mapping[str, Value]], str]) -> "Skeleton | None":
    """What ``html`` makes of ``shape``; None when it does more with a text than to show it, or a literal holds a mark.

    Raises:
        Exception: whatever ``html`` raises.
    """
    if any(OPEN in str(shape[name]) for name in LITERAL & shape.keys()):
        return None
    made = Skeleton(html(shape))
    for probe in PROBES:
        hostile = {name: _without_marks(value, probe) for name, value in shape.items()}
        if made.fill(hostile) != quoted_printable(html(hostile)):
            return None
    return made


def _without_marks(value: Value, text: str) -> Value:
    """``value`` of a shape with ``text`` in place of each mark."""
    if isinstance(value, Markup):
        return Markup(_MARK.sub(lambda _: str(escape(text)), value))  # noqa: S704 - a frame, and a text that is escaped
    return text if isinstance(value, str) and value.startswith(OPEN) else value  # no literal does


class Skeleton:
    """The quoted-printable HTML of one shape of a mail. ``html`` has the marks."""

    def __init__(self, html: str) -> None:
        # Every other one is the name of a variable.
        pieces = _MARK.split(wire_lines(html).decode())
        self._first, self._column = _Piece(pieces[0].encode()).at(0)
        self._holes = tuple(
            (name, _Piece(after.encode()), b"\r\n" if after.startswith("\r\n") else b"x")
            for name, after in zip(pieces[1::2], pieces[2::2], strict=True)
        )
        self._names = tuple(dict.fromkeys(pieces[1::2]))

    def fits(self, variables: Mapping[str, Value]) -> bool:
        """Whether the holes may be filled with these texts."""
        return PLAIN.fullmatch("".join([str(variables[name]) for name in self._names])) is not None

    def fill(self, variables: Mapping[str, Value]) -> bytes:
        """The same bytes as those of the HTML with ``variables``."""
        parts = [self._first]
        column = self._column
        escaped: dict[str, tuple[bytes, bool]] = {}
        for name, piece, beyond in self._holes:
            if name not in escaped:
                value = str(escape(variables[name])).encode()
                escaped[name] = value, value.replace(b" ", b"x").isalnum()
            value, words = escaped[name]
            if words and column + len(value) < _LINE:  # nothing in it is written in another way
                parts.append(value)
                column += len(value)
            else:
                made = _encoded(value, column, beyond)
                parts.append(made)
                column = _column(made, column)
            made, column = piece.at(column)
            parts.append(made)
        return b"".join(parts)


class _Piece:
    """What stands between two holes. Where lines break depends on the column that it begins in, up to its first line
    end; what comes of it is kept for each column."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._made: dict[int, tuple[bytes, int]] = {}

    def at(self, column: int) -> tuple[bytes, int]:
        """The piece from ``column`` on, and the column after it."""
        made = self._made.get(column)
        if made is None:
            text = self._text
            # The end of the mail has its line end; what stands before a hole is followed by a text.
            encoded = _encoded(text, column, b"" if text.endswith(b"\n") else b"x") if text else b""
            made = self._made[column] = (encoded, _column(encoded, column))
        return made


def _encoded(text: bytes, column: int, beyond: bytes) -> bytes:
    """``text`` as it is written from ``column`` on, before ``beyond``, of which nothing is written."""
    # The kind of soft line breaks comes from the first line end.
    made = b2a_qp(b"\r\n" + b"x" * column + text + beyond, istext=True)
    return made[2 + column : len(made) - len(beyond)]


def _column(made: bytes, before: int) -> int:
    """The column after ``made``, which began in the column ``before``."""
    end = made.rfind(b"\n")
    return before + len(made) if end < 0 else len(made) - end - 1
