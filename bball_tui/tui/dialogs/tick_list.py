"""Many lines, each ticked or not: one widget for all of them, however many there are."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import ClassVar

from msgspec import Struct
from textual.binding import Binding
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from bball_tui.tui.hanging_indent import Hanging
from bball_tui.tui.text import Part, content
from bball_tui.tui.theme import STYLES, SYMBOLS, Tone


class TickLine(Struct, frozen=True):
    """One line: its id, what it says, and whether it is ticked at first. Not ``tickable``: it is only to be read.

    ``needs`` is the id of a line without which this one means nothing: it goes and comes with that one.
    """

    id: str
    parts: tuple[Part, ...]
    ticked: bool
    tickable: bool = True
    needs: str | None = None


class TickList(OptionList, inherit_bindings=False):
    """Space, or a click, ticks the line under the cursor. The mark is a sign, not only a color; Enter does nothing."""

    DEFAULT_CSS = """
    TickList, TickList:focus {
        background: $surface; border: none; padding: 0; height: auto; scrollbar-size-vertical: 1;
    }
    """
    BINDINGS: ClassVar = [
        Binding("space", "select", "tick", show=False),
        Binding("down,j", "cursor_down", "down", show=False),
        Binding("up,k", "cursor_up", "up", show=False),
        Binding("home", "first", "first", show=False),
        Binding("end", "last", "last", show=False),
        Binding("pagedown", "page_down", "page down", show=False),
        Binding("pageup", "page_up", "page up", show=False),
    ]

    @dataclass
    class Ticked(Message):
        """Something was ticked, or is no longer."""

    def __init__(self, lines: Iterable[TickLine], *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        self._by_id = {line.id: line for line in lines}
        self._chosen = {line.id for line in self._by_id.values() if line.ticked and line.tickable}
        self._chosen = {one for one in self._chosen if self._stands(self._by_id[one])}
        super().__init__(*(Option(self._prompt(line), line.id) for line in self._by_id.values()), id=id)

    @property
    def ticked(self) -> frozenset[str]:
        """The ids of the ticked lines."""
        return frozenset(self._chosen)

    def tick(self, ids: Collection[str]) -> None:
        """Tick exactly these."""
        self._chosen = {one for one in ids if one in self._by_id and self._by_id[one].tickable}
        self._chosen = {one for one in self._chosen if self._stands(self._by_id[one])}
        self._draw(self._by_id.values())

    def tick_all(self) -> None:
        """Tick every line."""
        self.tick(self._by_id.keys())

    def _draw(self, lines: Iterable[TickLine]) -> None:
        for line in lines:
            self.replace_option_prompt(line.id, self._prompt(line))
        self.post_message(self.Ticked())

    def _stands(self, line: TickLine) -> bool:
        """Whether all is ticked that the line needs."""
        return line.needs is None or (line.needs in self._chosen and self._stands(self._by_id[line.needs]))

    def _prompt(self, line: TickLine) -> Hanging:
        if not self._stands(line):  # without its box, too: no state is told by color alone
            words = "".join(part if isinstance(part, str) else part[0] for part in line.parts)
            return Hanging(content("    ", (words, STYLES[Tone.MUTED])))
        mark = SYMBOLS[Tone.GOOD] if line.id in self._chosen else " "
        return Hanging(content(f"[{mark}] " if line.tickable else "    ", *line.parts))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Tick it, or no longer; what needs it goes with it, and comes back with it as it was at first."""
        event.stop()
        line = None if event.option_id is None else self._by_id[event.option_id]
        if line is None or not line.tickable or not self._stands(line):
            return
        self._chosen ^= {line.id}
        with_it = [one for one in self._by_id.values() if self._needs(one, line.id)]
        if line.id in self._chosen:
            self._chosen |= {one.id for one in with_it if one.ticked and one.tickable}
        self._chosen = {one for one in self._chosen if self._stands(self._by_id[one])}
        self._draw((line, *with_it))

    def _needs(self, line: TickLine, other_id: str) -> bool:
        above = None if line.needs is None else self._by_id.get(line.needs)
        return above is not None and (above.id == other_id or self._needs(above, other_id))
