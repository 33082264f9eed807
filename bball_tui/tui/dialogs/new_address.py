"""The right address of a family, and at once the mails that could not reach it."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from textual.widget import Widget
from textual.widgets import Static

from bball_tui.language import _
from bball_tui.tui.dialogs.controls import DialogButton, Field, TextField
from bball_tui.tui.dialogs.submit_dialog import SubmitDialog
from bball_tui.tui.text import content
from bball_tui.tui.theme import STYLES, Tone

DoneT = TypeVar("DoneT")


class NewAddress(SubmitDialog[DoneT]):
    """What was changed, or None. A refusal stands below the field and what was typed stays.

    ``now`` is the present address, empty where there is none. ``lines`` say what will happen; ``fix`` does it, whole
    or not at all, and raises BballError with the reason. ``button`` says what Enter does.
    """

    HELP = """
    ## Fix the address
    Type the right address. The guardian is corrected, and what was queued to the wrong address goes to the right
    one. The old e-mail stays in the list as canceled, so that you can see what happened.
    """

    def __init__(
        self,
        now: str,
        lines: Sequence[str],
        fix: Callable[[str], Awaitable[DoneT]],
        *,
        button: str = _("Correct and send"),
    ) -> None:
        super().__init__()
        self.set_reactive(NewAddress.heading, _("Fix the address"))
        self._now = now
        self._lines = tuple(lines)
        self._fix = fix
        self._button = button

    def body(self) -> Iterable[Widget]:
        """What it is now, the field, the effect."""
        yield Static(content(_("Now: "), (self._now or _("no address"), "bold")))
        yield Field(
            _("Address"), TextField(self._now, placeholder="rosa@example.org", id="address"), id="address-field"
        )
        yield Static("")
        for line in self._lines:
            yield Static(content((line, STYLES[Tone.MUTED])))

    def choices(self) -> Iterable[DialogButton]:
        """Go on, or not."""
        yield DialogButton(self._button, key="Enter", command="confirm")
        yield self.cancel_choice()

    def action_confirm(self) -> None:
        """Do it, once."""
        address = self.typed("address")
        self.begin(lambda: self._fix(address), blame="address")
