"""The panel on the right: one record whole, as sections of facts and of what happened."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import msgspec
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from bball_tui.tui.text import Part, cell, clean, content_lines, width_of, wrap
from bball_tui.tui.theme import STYLES, Styled, Tone

_INDENT = 1
_GAP = 2
_TEXT_FLOOR = 12
"""A text column narrower than this goes on a line of its own, below its label."""


class Fact(msgspec.Struct, frozen=True):
    """A value with its label."""

    label: str
    value: str | Styled


class TimelineEntry(msgspec.Struct, frozen=True):
    """One line of a timeline: a short time, what happened, and who did it."""

    when: str
    what: str | Styled
    who: str = ""


class Note(msgspec.Struct, frozen=True):
    """A sentence, over the whole width."""

    text: str | Styled


SectionLine: TypeAlias = Fact | TimelineEntry | Note


class Section(msgspec.Struct, frozen=True):
    """A titled group of lines; an empty title puts no line above them."""

    title: str
    lines: tuple[SectionLine, ...]


def lay_out(sections: Sequence[Section], width: int) -> list[list[Part]]:
    """Sections as styled lines of at most ``width`` cells; long values are wrapped below themselves."""
    lines: list[list[Part]] = []
    for section in sections:
        if lines:
            lines.append([])
        if section.title:
            lines += [[(line, "bold $text-primary")] for line in wrap(section.title, width)]
        labels = [width_of(clean(_label(line))) for line in section.lines if _label(line)]
        column = min(max(labels, default=0), max(4, width // 3))
        for line in section.lines:
            lines += _lay_out_line(line, column, width)
    return lines


def _label(line: SectionLine) -> str:
    match line:
        case Fact():
            return line.label
        case TimelineEntry():
            return line.when
        case Note():
            return ""


def _lay_out_line(line: SectionLine, column: int, width: int) -> Iterator[list[Part]]:
    match line:
        case Note(text):
            yield from _hanging("", _styled(text), 0, width)
        case Fact(label, value):
            yield from _hanging(label, _styled(value), column, width)
        case TimelineEntry(when, what, who):
            yield from _hanging(when, _styled(what), column, width)
            if who:
                yield from _hanging("", Styled(who, Tone.MUTED), column, width)


def _styled(value: str | Styled) -> Styled:
    return Styled(value) if isinstance(value, str) else value


def _hanging(label: str, value: Styled, column: int, width: int) -> Iterator[list[Part]]:
    left = _INDENT + (column + _GAP if column else 0)
    if width - left < _TEXT_FLOOR and column:
        if label:
            yield [" " * _INDENT, (cell(label, width - _INDENT), STYLES[Tone.MUTED])]
        column, left, label = 0, 2 * _INDENT, ""
    elif width_of(clean(label)) > column:  # a label is never cut: it has a line of its own
        yield [" " * _INDENT, (cell(label, width - _INDENT), STYLES[Tone.MUTED])]
        label = ""
    for number, text in enumerate(wrap(value.text, width - left)):
        head: list[Part] = [" " * left]
        if number == 0 and column:
            head = [" " * _INDENT, (cell(label, column), STYLES[Tone.MUTED]), " " * _GAP]
        yield [*head, (text, STYLES[value.tone])]


class Inspector(VerticalScroll):
    """Shows a record. Its text can be marked with the mouse and copied with ctrl+c."""

    DEFAULT_CSS = """
    Inspector {
        background: $background;
        padding: 0 1;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        & > Static { width: 1fr; height: auto; }
    }
    """
    BINDING_GROUP_TITLE = "In the panel"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._body = Static("")
        self._sections: tuple[Section, ...] = ()
        self._subject: int | None = None
        self._laid_out = 0

    def compose(self) -> ComposeResult:
        """One block of text."""
        yield self._body

    def show(self, sections: Sequence[Section], subject: int | None = None) -> None:
        """Show ``sections``. The same ``subject`` (a record's id) again keeps the place that was scrolled to."""
        if subject is None or subject != self._subject:
            self.scroll_home(animate=False)
        self._subject, self._sections = subject, tuple(sections)
        self._draw()

    def on_resize(self) -> None:
        """Wrap the lines again when the width has changed."""
        if self._laid_out != self._width:
            self._draw()

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    def _draw(self) -> None:
        self._laid_out = self._width
        if self._laid_out > 0:
            self._body.update(content_lines(lay_out(self._sections, self._laid_out)))
