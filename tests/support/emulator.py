"""pyte's terminal, quicker at what the program writes all day: colors, places, and text that fits its line.

A frame of the program is thousands of short sequences. pyte takes each apart letter by letter and makes every cell new,
which took longer than the program's own work. Whatever else comes goes pyte's own way.
"""

import re
from functools import cache, lru_cache

import pyte
from pyte import charsets, modes
from pyte.screens import Char, wcwidth

CSI = "\x1b["
WHOLE = re.compile(r"\x1b\[([0-9;]*)([A-Za-z@])")
"""A whole sequence without a mark of a private one; only those that pyte knows are taken."""


class QuickScreen(pyte.Screen):
    """What pyte's screen is, with rows that are put together again only if something was written in them."""

    def __init__(self, columns: int, lines: int) -> None:
        self._rows: dict[int, str] = {}
        super().__init__(columns, lines)

    @property
    def display(self) -> list[str]:
        for row in [row for row in range(self.lines) if row in self.dirty or row not in self._rows]:
            line = self.buffer[row]
            self._rows[row] = "".join([line[column].data for column in range(self.columns)])  # a wide one's stub is ""
        self.dirty.clear()
        return [self._rows[row] for row in range(self.lines)]

    def draw(self, data: str) -> None:
        cursor, end = self.cursor, self.cursor.x + len(data)
        plain = not self.charset and self.g0_charset == charsets.LAT1_MAP and modes.IRM not in self.mode
        if not plain or end > self.columns or not _narrow(data):
            if not cursor.x:
                self.dirty.add(cursor.y - 1)  # an accent alone belongs to the letter before it; pyte forgets to say so
            super().draw(data)
            return
        attributes = cursor.attrs
        self.buffer[cursor.y].update(zip(range(cursor.x, end), [_cell(attributes, one) for one in data], strict=True))
        cursor.x = end
        self.dirty.add(cursor.y)

    def select_graphic_rendition(self, *attrs: int) -> None:
        known = (self.cursor.attrs, attrs)
        if known not in _styles:
            super().select_graphic_rendition(*attrs)
            _styles[known] = self.cursor.attrs
        self.cursor.attrs = _styles[known]


_styles: dict[tuple[Char, tuple[int, ...]], Char] = {}


@cache
def _cell(attributes: Char, letter: str) -> Char:
    return attributes._replace(data=letter)


@lru_cache(maxsize=4096)
def _narrow(data: str) -> bool:
    return all(wcwidth(letter) == 1 for letter in data)


class QuickStream(pyte.Stream):
    """What pyte's stream is, with whole sequences taken at once."""

    def feed(self, data: str) -> None:
        assert self.listener is not None
        offset = 0
        while offset < len(data):
            found = WHOLE.match(data, offset) if self._taking_plain_text else None
            event = found and self.csi.get(found[2])
            if found and event:
                numbers = [min(int(number or 0), 9999) for number in found[1].split(";")]
                getattr(self.listener, event)(*numbers)
                offset = found.end()
                continue
            begins = data.find(CSI, offset + 1)
            end = begins if begins > 0 else len(data)
            super().feed(data[offset:end])
            offset = end
