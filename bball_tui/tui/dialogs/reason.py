"""Why? Voiding, canceling and trying again each leave a reason behind for those who ask later."""

from collections.abc import Iterable, Sequence

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from bball_tui.language import _
from bball_tui.tui.dialogs.controls import DialogButton, Field, TextField
from bball_tui.tui.dialogs.input_dialog import InputDialog
from bball_tui.tui.text import content
from bball_tui.tui.theme import STYLES, Tone

MOST_CHARACTERS = 500


class Reason(InputDialog[str | None]):
    """The reason on one line, 1 to ``longest`` characters; None when staff changed their mind.

    ``lines`` say what will happen and to what. The field has the focus and an empty one is refused, so no slip of a
    finger confirms anything.
    """

    HELP = """
    ## A reason, please
    A few words are enough. They are kept with the record, together with your name and the time. Enter goes on, Esc
    changes nothing.
    """

    def __init__(
        self,
        title: str,
        lines: Sequence[str],
        confirm_label: str,
        *,
        danger: bool = True,
        longest: int = MOST_CHARACTERS,
    ) -> None:
        super().__init__()
        self.set_reactive(Reason.heading, title)
        self._lines = tuple(lines)
        self._label = confirm_label
        self._longest = longest
        self.dangerous = danger

    def body(self) -> Iterable[Widget]:
        """What it is about, the field, how much fits."""
        for line in self._lines:
            yield Static(content(line))
        yield Field(_("Reason"), TextField(id="reason"), id="reason-field")
        yield Static("", id="reason-count")

    def choices(self) -> Iterable[DialogButton]:
        """Go on, or not."""
        yield DialogButton(self._label, key="Enter", command="confirm")
        yield self.cancel_choice()

    def on_mount(self) -> None:
        """How much fits."""
        self._count()

    def first_focus(self) -> Widget | None:
        """The field, also where the act is dangerous: an empty one confirms nothing."""
        return self.query_one("#reason", TextField)

    @property
    def _text(self) -> str:
        return " ".join(self.query_one("#reason", TextField).value.split())

    @on(Input.Changed)
    def _count(self) -> None:
        length = len(self._text)
        self.query_one("#reason-field", Field).problem = (
            _("{length} characters; {longest} is the limit. Shorten it.").format(length=length, longest=self._longest)
            if length > self._longest
            else ""
        )
        count = content(
            (_("{length} of {longest} characters").format(length=length, longest=self._longest), STYLES[Tone.MUTED])
        )
        self.query_one("#reason-count", Static).update(count)

    @on(Input.Submitted)
    def action_confirm(self) -> None:
        """Give the reason, if it is one."""
        if not self._text:
            self.refuse(_("Say why, in a few words. Nothing has happened yet."), "reason-field")
            self.query_one("#reason", TextField).focus()
        elif len(self._text) <= self._longest:
            self.dismiss(self._text)
