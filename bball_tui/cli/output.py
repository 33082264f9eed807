"""How commands print: aligned columns for people, JSON for scripts, people's text made harmless for the terminal."""

import re
import sys
import unicodedata
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol, TypeVar

import click
import msgspec
from msgspec import Struct

from bball_tui.cli.command_hints import typed_out
from bball_tui.database.states import OutboxState

RowT = TypeVar("RowT")

# JSON escapes C0 itself. DEL, C1, bidi and other invisible characters are legal in JSON text and obeyed by terminals.
_OBEYED = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def echo_json(value: object) -> None:
    """``value`` (dataclasses and dates allowed) as one JSON document, UTF-8, on stdout."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    click.echo(_OBEYED.sub(_escaped, typed_out(text)))


class Answer(Protocol):
    """What a command found or did; printed when its transaction is committed."""

    def show(self, *, as_json: bool) -> int:
        """Print it; returns the exit code."""


class Found(Struct, frozen=True):
    """Something to read: ``text`` on stdout for people, with sentences around it, or with --json ``data``.

    ``said`` is told to both, on stderr.
    """

    data: Callable[[], object]
    text: Callable[[], str]
    said: Sequence[str] = ()
    before: Sequence[str] = ()
    after: Sequence[str] = ()

    def show(self, *, as_json: bool) -> int:
        """Print it; returns 0."""
        for sentence in self.said:
            narrate(sentence)
        if as_json:
            echo_json(self.data())
            return 0
        for sentence in self.before:
            narrate(sentence)
        if text := self.text():
            click.echo(typed_out(text))
        for sentence in self.after:
            narrate(sentence)
        return 0


def listed(
    headers: Sequence[str],
    rows: Sequence[RowT],
    cells: Callable[[RowT], Sequence[str]],
    line: Callable[[RowT], object] | None = None,
) -> Found:
    """A table for people; for scripts the rows as they are, or as ``line`` makes them."""
    return Found(
        data=lambda: rows if line is None else [line(row) for row in rows],
        text=lambda: table(headers, [cells(row) for row in rows]),
    )


class Did(Struct, frozen=True):
    """Something that was done: sentences on stderr, and ``data`` for scripts (:func:`wants_json`), if there is any."""

    sentences: Sequence[str] = ()
    data: object | None = None
    code: int = 0

    def show(self, *, as_json: bool) -> int:
        """Print it; returns the exit code."""
        if self.data is not None and wants_json(as_json):
            echo_json(self.data)
        for sentence in self.sentences:
            narrate(sentence)
        return self.code


def wants_json(asked: bool) -> bool:
    """Whether a command that tells people its result on stderr also prints it as JSON.

    A script reads stdout, so there it always gets the JSON; a person at a terminal only with ``--json``.
    """
    return asked or not sys.stdout.isatty()


def narrate(text: str) -> None:
    """A sentence for the person who watches: on stderr, so that stdout stays data.

    Nobody watches anymore once the terminal is gone; that is no reason to stop what is under way.
    """
    with suppress(OSError):
        click.echo("\n".join(plain(line) for line in typed_out(text).split("\n")), err=True)


def echo_lines(text: str) -> None:
    """Whole lines of a file's text on stdout: as they are for a file or a program, made harmless for a terminal."""
    shown = "\n".join(map(plain, text.splitlines())) + "\n" if sys.stdout.isatty() else text
    click.echo(shown, nl=False)


def echo_plain(text: str) -> None:
    """Lines on stdout, made harmless for a terminal."""
    click.echo("\n".join(plain(line) for line in text.splitlines()))


def plain(text: str) -> str:
    """``text`` without anything that a terminal obeys: control, format and surrogate characters become a space."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        " " if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else character
        for character in unicodedata.normalize("NFC", text)
    )


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Left-aligned columns, two spaces apart."""
    cells = [[plain(cell) for cell in row] for row in (headers, *rows)]
    sizes = [list(map(_width, row)) for row in cells]
    widths = list(map(max, zip(*sizes, strict=True)))
    return "\n".join(
        "  ".join([cell + " " * (width - size) for cell, size, width in zip(row, taken, widths, strict=True)]).rstrip()
        for row, taken in zip(cells, sizes, strict=True)
    )


def spoken(state: OutboxState) -> str:
    """The word for a mail's state in everything that people and scripts see: a dead mail is ``failed``."""
    return "failed" if state is OutboxState.DEAD else str(state)


def exit_code(done: int, refused: int) -> int:
    """0 all done, 1 nothing done, 3 partly done."""
    if not refused:
        return 0
    return 3 if done else 1


def _width(text: str) -> int:
    """Terminal cells: East Asian wide characters take two, combining marks none (UAX #11)."""
    if text.isascii() or max(text) < "\u0300":  # Latin letters, before the first mark
        return len(text)
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text
    )


def _escaped(found: re.Match[str]) -> str:
    """The character as JSON writes it in ASCII: one or two UTF-16 units."""
    units = found[0].encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
