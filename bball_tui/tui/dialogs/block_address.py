"""An address that is to take no more mail, and why."""

from collections.abc import Awaitable, Callable, Iterable

from textual.widget import Widget
from textual.widgets import Static

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.tui.dialogs.controls import DialogButton, Field, TextField
from bball_tui.tui.dialogs.submit_dialog import SubmitDialog
from bball_tui.tui.text import content
from bball_tui.tui.theme import STYLES, Tone


class BlockAddress(SubmitDialog[bool]):
    """True when the address is blocked now. ``block`` does it and raises BballError with the reason why not."""

    HELP = """
    ## Block an address
    Nothing is sent to a blocked address, no matter who queues it. The list says who wrote it there and why;
    `{blocked.lift}` lifts it.
    """

    def __init__(self, block: Callable[[str, str], Awaitable[bool]]) -> None:
        super().__init__()
        self.set_reactive(BlockAddress.heading, _("Block an address"))
        self._block = block

    def body(self) -> Iterable[Widget]:
        """Address, reason, effect."""
        yield Field(_("Address"), TextField(placeholder="rosa@example.org", id="address"), id="address-field")
        yield Field(_("Reason"), TextField(placeholder=_("asked us to stop"), id="reason"), id="reason-field")
        yield Static("")
        yield Static(content((_("E-mails to it that wait are not sent either."), STYLES[Tone.MUTED])))

    def choices(self) -> Iterable[DialogButton]:
        """Go on, or not."""
        yield DialogButton(_("Block"), key="Enter", command="confirm")
        yield self.cancel_choice()

    def action_confirm(self) -> None:
        """Do it, once both are there."""
        address, reason = self.typed("address"), self.typed("reason")
        if reason.strip():
            self.begin(lambda: self._block_new(address, reason), blame="address")
        elif address.strip() and self.query_one("#reason", TextField).has_focus:
            self.complain("reason", _("Say in a few words why."))
        else:
            self.query_one("#reason", TextField).focus()

    async def _block_new(self, address: str, reason: str) -> bool:
        if not await self._block(address, reason):
            raise BballError(_("That address is already on the list."))
        return True
