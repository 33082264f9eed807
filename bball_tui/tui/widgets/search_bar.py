"""One line above a list: what is searched for, which filters are on, how many rows that leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Static

from bball_tui.language import _
from bball_tui.tui.text import Part, clean, content, shorten, width_of
from bball_tui.tui.widgets.one_line import OneLine
from bball_tui.wording import counted

if TYPE_CHECKING:
    from textual.timer import Timer

DEBOUNCE = 0.15
"""Seconds of quiet after a keystroke before the search starts."""
LONGEST_SEARCH = 200
_CHIP_WIDTH = 28
_CHIP_FLOOR = 8
_CHIP_FRAME = 5
_SIGN_WIDTH = 3
_FIELD_FLOOR = 14


class Chip(msgspec.Struct, frozen=True):
    """A filter that is on: ``key`` names it in :class:`ChipRemoved`, ``label`` is what the chip says."""

    key: str
    label: str


@dataclass
class SearchChanged(Message):
    """What is searched for, once typing has paused; empty for everything."""

    text: str


class SearchLeft(Message):
    """Enter, the down key or Esc in the field: back to the list."""


@dataclass
class ChipRemoved(Message):
    """A click on a filter: take it away."""

    key: str


def count_text(shown: int | None, everything: int | None, selected: int, hidden: int) -> str:
    """``28 of 240 · 3 selected, 1 hidden``; parts that say nothing are left out."""
    parts = []
    if shown is not None:
        whole = everything is not None and everything != shown
        parts.append(
            _("{shown:,} of {everything:,}").format(shown=shown, everything=everything) if whole else f"{shown:,}"
        )
    if selected:
        parts.append(
            _("{selected:,} selected").format(selected=selected)
            + (_(", {hidden:,} hidden").format(hidden=hidden) if hidden else "")
        )
    return " · ".join(parts)


def chip_texts(chips: Sequence[Chip], room: int) -> list[str]:
    """What the chips say within ``room`` cells: shortened alike, or one word for all when even that is too much."""
    if not chips:
        return []
    each = min(_CHIP_WIDTH, room // len(chips) - _CHIP_FRAME)
    if each < _CHIP_FLOOR:
        return [counted(len(chips), "filter")]
    return [f"{shorten(chip.label, each)} ×" for chip in chips]


class _Chips(Widget):
    DEFAULT_CSS = """
    _Chips { height: 1; width: auto; color: $text-primary; }
    """

    chips: reactive[tuple[Chip, ...]] = reactive((), layout=True)
    room: reactive[int] = reactive(0, layout=True)

    def on_mount(self) -> None:
        # Measured before it is mounted it would keep that width: until then Textual forgets no measure.
        self.refresh(layout=True)

    def render(self) -> Content:
        parts: list[Part] = []
        for text in chip_texts(self.chips, self.room):
            parts += [" ", (f" {text} ", "$text-primary on $panel")]
        return content(*parts)

    def on_click(self, event: events.Click) -> None:
        texts = chip_texts(self.chips, self.room)
        if len(texts) != len(self.chips):
            return
        left = 0
        for chip, text in zip(self.chips, texts, strict=True):
            right = left + width_of(text) + 3
            if left < event.x < right:
                self.post_message(ChipRemoved(chip.key))
            left = right


class SearchBar(Horizontal):
    """A search field, the filters as chips, and a count. It finds nothing itself: it tells what is wanted."""

    DEFAULT_CSS = """
    SearchBar {
        height: 1;
        background: $background;
        & > .search-bar--sign { width: 3; color: $text-muted; }
        & > Input { width: 1fr; min-width: 10; height: 1; border: none; padding: 0; background: $background; }
        & > Input:focus { border: none; background: $panel; }
        & > Input:ansi:focus { text-style: bold underline; }
        & > Input > .input--placeholder { color: $text-muted; }
        & > .search-bar--count { width: auto; height: 1; color: $text-muted; padding: 0 1; }
    }
    """
    BINDING_GROUP_TITLE = "In the search field"
    BINDINGS = [  # noqa: RUF012 - Textual reads it as a class variable of this type
        Binding("enter,down", "leave", "to the list"),
        Binding("escape", "clear", "clear"),
        Binding("escape", "leave_empty", "leave the field"),
    ]

    def __init__(self, *, placeholder: str, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._input = OneLine(placeholder=placeholder, compact=True, max_length=LONGEST_SEARCH)
        self._chips = _Chips()
        self._count = Static("", classes="search-bar--count")
        self._count_width = 0
        self._timer: Timer | None = None
        self._told = ""

    def compose(self) -> ComposeResult:
        """Sign, field, chips, count."""
        yield Static(" / ", classes="search-bar--sign")
        yield self._input
        yield self._chips
        yield self._count

    @property
    def text(self) -> str:
        """What stands in the field, without control characters and outer spaces."""
        return clean(self._input.value).strip()

    def put(self, text: str) -> None:
        """Write ``text`` into the field without telling: anyone who does it asks for the rows again."""
        self._told = clean(text).strip()
        with self._input.prevent(Input.Changed):
            self._input.value = text

    def set_chips(self, chips: Sequence[Chip]) -> None:
        """The filters that are on."""
        self._chips.chips = tuple(chips)
        self._share_room()

    def set_count(self, shown: int | None, everything: int | None, selected: int = 0, hidden: int = 0) -> None:
        """The numbers on the right."""
        text = count_text(shown, everything, selected, hidden)
        self._count_width = width_of(text) + 2
        self._count.update(content(text))
        self._share_room()

    def on_resize(self) -> None:
        """The chips get what field and count leave over."""
        self._share_room()

    def _share_room(self) -> None:
        self._chips.room = self.size.width - _SIGN_WIDTH - _FIELD_FLOOR - self._count_width

    def start(self) -> None:
        """Put the focus into the field."""
        self._input.focus()

    def clear(self) -> bool:
        """Search for everything again. False when that was so already: then Esc may mean the next layer."""
        had = bool(self._input.value)
        self._input.value = ""
        self.ask_now()
        return had

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.refresh_bindings()  # what Esc does
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(DEBOUNCE, self.ask_now)

    @on(events.DescendantBlur)
    def _left(self) -> None:
        """Whoever goes on, by Tab or with the mouse, acts on what was searched for: its rows are asked for at once."""
        self.ask_now()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_leave()

    def ask_now(self) -> None:
        """Ask for what is typed without waiting for more of it."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self.text != self._told:
            self._told = self.text
            self.post_message(SearchChanged(self._told))

    def action_leave(self) -> None:
        self.ask_now()
        self.post_message(SearchLeft())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Esc clears what stands in the field, and leaves an empty one."""
        if action in ("clear", "leave_empty"):
            return bool(self._input.value) == (action == "clear")
        return super().check_action(action, parameters)

    def action_clear(self) -> None:
        self.clear()

    def action_leave_empty(self) -> None:
        self.action_leave()
