"""What every field of one line does with what is typed, pasted or already there."""

from textual import events
from textual.geometry import Size
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widgets import Input
from textual.widgets.input import Selection

from bball_tui.tui.text import clean, shorten, width_of


class OneLine(Input):
    """A field of one line. What is pasted into it cannot act on the terminal: it is cleaned as it comes in.

    What stands there when the field gets the focus is selected, so that typing replaces it; an arrow key keeps it.
    """

    DEFAULT_CSS = """
    OneLine:ansi > .input--selection { text-style: reverse; }
    """
    virtual_size: Reactive[Size] = Reactive(Size(0, 0))
    """How long the text is. It scrolls in the field; Textual would lay out the whole screen again for each letter."""

    def render_line(self, y: int) -> Strip:
        """A hint that has no room ends in an ellipsis; Textual would cut it without a sign."""
        hint, room = self.placeholder, self.scrollable_content_region.width
        if self.value or width_of(hint) <= room:
            return super().render_line(y)
        self.set_reactive(OneLine.placeholder, shorten(hint, room))
        try:
            return super().render_line(y)
        finally:
            self.set_reactive(OneLine.placeholder, hint)

    def validate_value(self, value: str) -> str:
        """Nothing that a terminal would obey stays in the field."""
        return clean(value)

    def suggest(self, value: str) -> None:
        """Put ``value`` there as if the field had begun with it."""
        self.value = value
        self.selection = Selection(0 if self.has_focus else len(self.value), len(self.value))

    def receive(self, event: events.Key | events.Paste) -> None:
        """Take the focus, and then what was typed or pasted elsewhere but is meant for this field."""
        self.screen.set_focus(self)
        if isinstance(event, events.Paste):
            self.post_message(events.Paste(event.text))
        else:
            self.post_message(events.Key(event.key, event.character))

    def _on_paste(self, event: events.Paste) -> None:
        """Several lines are joined by spaces, where a person sees them; Textual would keep the first one only."""
        event.prevent_default()
        event.stop()
        lines = event.text.strip("\r\n").splitlines()
        if len(lines) > 1:
            lines = [line.strip() for line in lines if line.strip()]
        self.replace(" ".join(lines), *self.selection)
