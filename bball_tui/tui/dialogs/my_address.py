"""Asks for the address of the person at this computer, to send a mail to themselves."""

from collections.abc import Iterable

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from bball_tui.language import _
from bball_tui.tui.dialogs.controls import DialogButton, Field, TextField
from bball_tui.tui.dialogs.input_dialog import InputDialog
from bball_tui.tui.text import content
from bball_tui.tui.theme import STYLES, Tone


class MyAddress(InputDialog[str | None]):
    """The address, or None. ``known`` is where the last test went."""

    HELP = """
    ## Send to me
    A copy goes to you alone, at once, with [Test] before the subject. The family gets nothing, and their e-mail stays
    as it is. The address is remembered on this computer.
    """

    def __init__(self, known: str) -> None:
        super().__init__()
        self.set_reactive(MyAddress.heading, _("Send this e-mail to me"))
        self._known = known

    def body(self) -> Iterable[Widget]:
        """The field, and what will happen."""
        yield Field(_("My address"), TextField(self._known, placeholder="me@example.org", id="address"), id="field")
        yield Static("")
        yield Static(content((_("A copy goes to you alone. The family gets nothing."), STYLES[Tone.MUTED])))

    def choices(self) -> Iterable[DialogButton]:
        """Send, or not."""
        yield DialogButton(_("Send to me"), key="Enter", command="confirm")
        yield self.cancel_choice()

    @on(Input.Submitted)
    def action_confirm(self) -> None:
        """Answer with the address; what is no address is refused by anyone who sends."""
        address = self.query_one("#address", TextField).value.strip()
        if "@" in address:
            self.dismiss(address)
        else:
            self.refuse(_("Type an e-mail address such as me@example.org."), "field")
