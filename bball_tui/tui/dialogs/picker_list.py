"""The open list of a drop-down, in which typing looks for an option: what is typed shows, and all of it counts."""

from typing import ClassVar

from textual import events
from textual.binding import Binding
from textual.widgets._select import SelectOverlay

from bball_tui.language import _
from bball_tui.tui.text import content, matches
from bball_tui.tui.theme import STYLES, SYMBOLS, Tone

_CURSOR = "▏"
_SHOWN = 16
"""Letters that show of what is typed: the end of it, so that the answer has room, too."""


class PickerList(SelectOverlay):
    """Textual's list, but that it keeps to what is typed until the list closes or another key moves the cursor.

    Textual shows nothing of it, forgets it after a moment, and leaves the cursor where the first letters took it: Enter
    would choose what nobody asked for. Here nothing is chosen where nothing matches.
    """

    DEFAULT_CSS = """
    PickerList.-typed, PickerList.-typed.-textual-compact {
        border-top: solid $primary !important; border-title-style: bold; border-title-color: $foreground;
    }
    """
    BINDINGS: ClassVar = [Binding("escape", "dismiss", "close the list", show=False)]

    typed = ""
    """What is looked for."""

    def on_mount(self) -> None:
        """Nothing is forgotten by itself: no timer."""

    def watch_has_focus(self, value: bool) -> None:
        """What was typed was meant for this once."""
        self._look_for("", move=False)
        super(SelectOverlay, self).watch_has_focus(value)

    async def _on_key(self, event: events.Key) -> None:
        character = event.character if event.is_printable else None
        if character is not None and (self.typed or not character.isspace()):
            self._look_for(self.typed + character)
        elif event.key in ("backspace", "ctrl+h") and self.typed:
            self._look_for(self.typed[:-1])
        elif character is None:
            # Enter chooses what is under the cursor, and where nothing is, what was typed stays to be corrected.
            if event.key != "enter":
                self._look_for("", move=False)
            return
        event.stop()
        event.prevent_default()

    def _look_for(self, typed: str, *, move: bool = True) -> None:
        self.typed = typed
        found = _best([str(one.prompt) for one in self.options], typed) if typed.strip() else self.highlighted
        if move:
            self.select(found)
        nothing = f"  {SYMBOLS[Tone.BAD]} " + _("nothing matches") if typed.strip() and found is None else ""
        self.border_title = content(f"{typed[-_SHOWN:]}{_CURSOR}", (nothing, STYLES[Tone.BAD])) if typed else None
        self.set_class(bool(typed), "-typed")


def _best(labels: list[str], typed: str) -> int | None:
    """Where the first label is that begins with ``typed``, else the first that has all its words."""
    wanted = [at for at, label in enumerate(labels) if matches(label, typed)]
    begins = (at for at in wanted if matches(labels[at][: len(typed.strip())], typed))
    return next(begins, wanted[0] if wanted else None)
