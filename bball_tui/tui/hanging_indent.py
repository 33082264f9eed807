"""Lines that are wrapped below their own text: what stands left of it (an indent, a sign, a tick) keeps its column."""

import re

from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual

from bball_tui.tui.theme import SYMBOLS

_LEFT = re.compile(rf" *(?:\[.\] |[{re.escape(''.join(SYMBOLS.values()))}•] )?")
_NARROWEST = 20
"""With less room for the text than this, the lines are wrapped over the whole width."""


class Hanging(Visual):
    """The lines of ``whole``, for a Static."""

    def __init__(self, whole: Content) -> None:
        self._whole = whole
        self._wrapped: tuple[int, Content] = (-1, whole)

    def wrapped(self, width: int) -> Content:
        """The lines as they stand in ``width`` cells."""
        if self._wrapped[0] != width:
            lines = [piece for line in self._whole.split(allow_blank=True) for piece in _wrap(line, width)]
            self._wrapped = (width, Content("\n").join(lines))
        return self._wrapped[1]

    def render_strips(self, width: int, height: int | None, style: Style, options: RenderOptions) -> list[Strip]:
        """Part of Textual's protocol."""
        return self.wrapped(width).render_strips(width, height, style, options)

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        """Part of Textual's protocol."""
        return self._whole.get_optimal_width(rules, container_width)

    def get_height(self, rules: RulesMap, width: int) -> int:
        """Part of Textual's protocol."""
        return self.wrapped(width).get_height(rules, width)


def _wrap(line: Content, width: int) -> list[Content]:
    found = _LEFT.match(line.plain)
    left = found.end() if found else 0
    if line.cell_length <= width or not left or width - left < _NARROWEST:
        return [line]
    first, *others = line[left:].wrap(width - left)
    return [line[:left] + first, *(other.pad_left(left) for other in others)]
