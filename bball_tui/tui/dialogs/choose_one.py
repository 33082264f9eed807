"""One of a few, by name: for a choice that stands beside a list and not in a form."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import events, on
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from bball_tui.language import _
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.controls import DialogButton
from bball_tui.tui.text import content


class ChooseOne(Dialog[str | None]):
    """The key of what was chosen, or None. ``options`` are keys with what people read."""

    HELP = """
    ## Choose one
    The arrow keys move, a letter goes to the next line that begins with it, Enter takes what is under the cursor. Esc
    changes nothing.
    """
    DEFAULT_CSS = """
    ChooseOne {
        & > .dialog--frame { width: 56; }
        & OptionList {
            height: auto; max-height: 18; border: none; padding: 0; background: $surface; scrollbar-size-vertical: 1;
        }
        & OptionList:focus { border: none; }
    }
    """
    BINDINGS: ClassVar = [Binding("enter", "confirm", "choose", show=False)]

    def __init__(self, title: str, options: Sequence[tuple[str, str]], current: str = "") -> None:
        super().__init__()
        self.set_reactive(ChooseOne.heading, title)
        self._options = tuple(options)
        self._current = current

    def body(self) -> Iterable[Widget]:
        """The lines."""
        yield OptionList(*(Option(content(label)) for __, label in self._options), markup=False, id="options")

    def choices(self) -> Iterable[DialogButton]:
        """Take it, or not."""
        yield DialogButton(_("Choose"), key="Enter", command="confirm")
        yield self.cancel_choice()

    def first_focus(self) -> Widget | None:
        """The list, on what is chosen now."""
        found = self.query_one(OptionList)
        keys = [key for key, __ in self._options]
        if keys:
            found.highlighted = keys.index(self._current) if self._current in keys else 0
        return found

    def on_key(self, event: events.Key) -> None:
        """A letter goes to the next line that begins with it."""
        if not event.is_printable or not event.character or event.character == "?":
            return
        found = self.query_one(OptionList)
        at, letter = found.highlighted or 0, event.character.casefold()
        for step in range(1, len(self._options) + 1):
            place = (at + step) % len(self._options)
            if self._options[place][1].casefold().startswith(letter):
                found.highlighted = place
                event.stop()
                event.prevent_default()
                return

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_confirm()

    def action_confirm(self) -> None:
        """Take what is under the cursor."""
        at = self.query_one(OptionList).highlighted
        if at is not None:
            self.dismiss(self._options[at][0])

    def cancel(self) -> None:
        """Choose nothing else."""
        self.dismiss(None)
