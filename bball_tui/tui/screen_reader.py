"""The screen for those who hear it: where the terminal's cursor stands, and lines without frames and bars.

A screen reader says the line that the terminal's cursor is in. Textual hides that cursor and leaves it anywhere, so
this finds the line that has the keys: the row of a list, the field of a form.
"""

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.filter import LineFilter
from textual.geometry import Offset

if TYPE_CHECKING:
    from textual.color import Color
    from textual.widget import Widget

SHOW_CURSOR = "\x1b[?25h"
_DRAWN = dict.fromkeys(range(0x2500, 0x25A0), " ")
"""Box drawing and block elements of Unicode: frames, bars, curves, scroll bars. Each is one cell, as a space is."""


class WithoutDrawing(LineFilter):
    """Takes frames and bars from every line; what they say stands beside them in words and numbers."""

    def apply(self, segments: list[Segment], background: "Color") -> list[Segment]:
        """The same line with spaces in their place."""
        return [
            segment
            if segment.text.isascii()
            else Segment(segment.text.translate(_DRAWN), segment.style, segment.control)
            for segment in segments
        ]


def reading_place(widget: "Widget | None") -> Offset:
    """Where on the screen the line begins that has the keys."""
    if widget is None:
        return Offset(0, 0)
    in_field = getattr(widget, "cursor_screen_offset", None)
    if isinstance(in_field, Offset):
        followed = getattr(widget.screen, "followed", None)
        if followed is None:
            return in_field
        widget = followed
    region = widget.content_region
    line = min(_line_of(widget), region.height - 1)
    return region.offset + Offset(0, max(0, line))


def _line_of(widget: "Widget") -> int:
    """The line of a list that has its cursor.

    Lists are told by what they have: to import their classes would delay the first paint.
    """
    if (told := getattr(widget, "reading_line", None)) is not None:
        return int(told)
    scrolled = round(widget.scroll_y)
    if (chosen := getattr(widget, "highlighted", None)) is not None:
        # Textual counts the lines of its options and tells nobody.
        return int(getattr(widget, "_index_to_line", {}).get(chosen, chosen)) - scrolled
    return int(getattr(widget, "cursor_line", 0)) - scrolled
