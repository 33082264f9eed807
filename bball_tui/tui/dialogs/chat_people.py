"""People of the team chats, team by team: some can be ticked, the others are there to be read."""

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static

from bball_tui.language import _
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.controls import DialogButton
from bball_tui.tui.dialogs.tick_list import TickLine, TickList
from bball_tui.tui.text import content, wrap
from bball_tui.tui.theme import STYLES, Tone


class Chosen(Struct, frozen=True):
    """What was ticked; ``export``: write the list to a file first, and ask again with these ticks."""

    ticked: frozenset[str]
    export: bool = False


class ChatPeople(Dialog[Chosen | None]):
    """The ids of the ticked lines, or None. ``button`` says what is done with so many of them; "" for nothing."""

    HELP = """
    ## People of the team chats
    Each line is one person or family. `space` ticks a line that can be ticked, `a` all of those, `n` none; lines
    without a box are there to be read. `y` goes on with what is ticked, after one more question where it cannot be
    taken back. `x` writes the whole list to a file for a spreadsheet. GroupMe shows only names that people chose, so
    look whether it is them.
    """
    DEFAULT_CSS = """
    ChatPeople > .dialog--frame { width: 112; }
    """
    BINDINGS: ClassVar = [
        Binding("y", "confirm", "go on", show=False),
        Binding("a", "tick_all", "tick all", show=False),
        Binding("n", "tick_none", "tick none", show=False),
        Binding("x", "export", "to a file", show=False),
    ]

    def __init__(
        self, title: str, notes: Sequence[str], lines: Sequence[TickLine], *, button: Callable[[int], str]
    ) -> None:
        super().__init__()
        self.set_reactive(ChatPeople.heading, title)
        self._notes = tuple(notes)
        self._lines = tuple(lines)
        self._button = button

    def body(self) -> Iterable[Widget]:
        """What the list is, and the list."""
        for note in self._notes:
            yield Static(content((note, STYLES[Tone.MUTED])))
        if self._lines:
            yield TickList(self._lines, id="people")

    def choices(self) -> Iterable[DialogButton]:
        """Go on, write a file, or not."""
        if any(one.tickable for one in self._lines):
            yield DialogButton("", key="y", command="confirm")
        if self._lines:
            yield DialogButton(_("Write a file"), key="x", command="export", short=_("File"))
        yield self.cancel_choice(_("Close"))

    def first_focus(self) -> Widget | None:
        """The list: Enter does nothing there."""
        return self._people or self.choice("cancel")

    @property
    def _people(self) -> TickList | None:
        return self.query_one("#people", TickList) if self._lines else None

    @property
    def _ticked(self) -> frozenset[str]:
        return frozenset() if self._people is None else self._people.ticked

    def on_mount(self) -> None:
        """Count what is ticked."""
        self._count()

    def fit(self, height: int | None = None) -> None:
        """The list gets what the notes leave of the body."""
        super().fit(height)
        room = self.query_one(".dialog--body").styles.max_height
        width = min(112, self.app.size.width) - 4
        notes = sum(len(wrap(one, width)) for one in self._notes)
        for people in self.query("#people"):
            people.styles.max_height = max(3, (int(room.value) if room is not None else 10) - notes)

    @on(TickList.Ticked)
    def _count(self) -> None:
        if any(one.tickable for one in self._lines):
            choice = self.choice("confirm")
            choice.caption = self._button(len(self._ticked))
            choice.disabled = not self._ticked

    def action_tick_all(self) -> None:
        """Tick every line that can be ticked."""
        if (people := self._people) is not None:
            people.tick_all()

    def action_tick_none(self) -> None:
        """Tick none."""
        if (people := self._people) is not None:
            people.tick(())

    def action_confirm(self) -> None:
        """Go on with what is ticked."""
        if self._ticked:
            self.dismiss(Chosen(self._ticked))

    def action_export(self) -> None:
        """Write the list to a file, then come back."""
        if self._lines:
            self.dismiss(Chosen(self._ticked, export=True))

    def cancel(self) -> None:
        """Do nothing."""
        self.dismiss(None)
