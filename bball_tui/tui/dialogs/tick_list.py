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
from bball_tui.tui.theme import SYMBOLS, Tone


class TickLine(Struct, frozen=True):
    """One line: its id, what it says, and whether it is ticked at first. Not ``tickable``: it is only to be read."""

    id: str
    parts: tuple[Part, ...]
    ticked: bool
    tickable: bool = True


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
        super().__init__(*(Option(self._prompt(line), line.id) for line in self._by_id.values()), id=id)

    @property
    def ticked(self) -> frozenset[str]:
        """The ids of the ticked lines."""
        return frozenset(self._chosen)

    def tick(self, ids: Collection[str]) -> None:
        """Tick exactly these."""
        self._chosen = {one for one in ids if one in self._by_id and self._by_id[one].tickable}
        for line in self._by_id.values():
            self.replace_option_prompt(line.id, self._prompt(line))
        self.post_message(self.Ticked())

    def tick_all(self) -> None:
        """Tick every line."""
        self.tick(self._by_id.keys())

    def _prompt(self, line: TickLine) -> Hanging:
        mark = SYMBOLS[Tone.GOOD] if line.id in self._chosen else " "
        return Hanging(content(f"[{mark}] " if line.tickable else "    ", *line.parts))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Tick it, or no longer."""
        event.stop()
        if event.option_id is not None and self._by_id[event.option_id].tickable:
            self._chosen ^= {event.option_id}
            self.replace_option_prompt(event.option_id, self._prompt(self._by_id[event.option_id]))
            self.post_message(self.Ticked())
