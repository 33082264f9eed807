"""Did it arrive? Only a person can find out."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import ClassVar

from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static

from bball_tui.language import _
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.controls import DialogButton
from bball_tui.tui.text import content


class Found(StrEnum):
    """What staff found out."""

    ARRIVED = "arrived"
    SEND_AGAIN = "send_again"


class ResolveDoubt(Dialog["Found | None"]):
    """What staff found out; None to leave the doubt as it is. ``lines`` say which mail it is about."""

    HELP = """
    ## In doubt
    The e-mail was being sent when the connection broke, so it may have arrived or not. Ask the family. `a` says that
    they have it; `s` sends the same e-mail again, and if the first one did arrive, they get it twice.
    """
    BINDINGS: ClassVar = [
        Binding("a", "arrived", "it arrived", show=False),
        Binding("s", "send_again", "send it again", show=False),
    ]
    dangerous = True

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__()
        self.set_reactive(ResolveDoubt.heading, _("Did the e-mail arrive?"))
        self._lines = tuple(lines)

    def body(self) -> Iterable[Widget]:
        """Which mail, and what each answer does."""
        for line in self._lines:
            yield Static(content(line))
        yield Static("")
        yield Static(content(_("Ask the family. If they have it: "), ("a", "bold"), _(". Nothing is sent.")))
        yield Static(
            content(_("If they do not: "), ("s", "bold"), _(". If it did arrive after all, they get it twice."))
        )

    def choices(self) -> Iterable[DialogButton]:
        """It arrived, send it again, not now."""
        yield DialogButton(_("It arrived"), key="a", command="arrived")
        yield DialogButton(_("Send again"), key="s", command="send_again")
        yield self.cancel_choice()

    def action_arrived(self) -> None:
        """They have it."""
        self.dismiss(Found.ARRIVED)

    def action_send_again(self) -> None:
        """They do not have it."""
        self.dismiss(Found.SEND_AGAIN)

    def cancel(self) -> None:
        """Not known yet."""
        self.dismiss(None)
