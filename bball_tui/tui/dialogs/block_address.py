"""An address that is to take no more mail, and why."""

from collections.abc import Awaitable, Callable, Iterable

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from bball_tui.errors import BballError
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.controls import Choice, Field, TextField
from bball_tui.tui.text import content
from bball_tui.tui.theme import STYLES, Tone


class BlockAddress(Dialog[bool]):
    """True when the address is blocked now. ``block`` does it and raises BballError with the reason why not."""

    HELP = """
    ## Block an address
    Nothing is sent to a blocked address, whoever promises it. The list says who wrote it there and why; `e` lifts it.
    """

    def __init__(self, block: Callable[[str, str], Awaitable[bool]]) -> None:
        super().__init__()
        self.set_reactive(BlockAddress.heading, "Block an address")
        self._block = block
        self._busy = False

    def body(self) -> Iterable[Widget]:
        """Address, reason, effect."""
        yield Field("Address", TextField(placeholder="rosa@example.org", id="address"), id="address-field")
        yield Field("Reason", TextField(placeholder="asked us to stop", id="reason"), id="reason-field")
        yield Static("")
        yield Static(content(("Mails to it that wait are not sent either.", STYLES[Tone.MUTED])))

    def choices(self) -> Iterable[Choice]:
        """Go on, or not."""
        yield Choice("Block", key="Enter", command="confirm")
        yield self.cancel_choice()

    @on(Input.Changed)
    def _changed(self) -> None:
        for field in self.query(Field):
            field.problem = ""

    @on(Input.Submitted)
    def action_confirm(self) -> None:
        """Do it, once."""
        address, reason = (self.query_one(f"#{name}", TextField) for name in ("address", "reason"))
        if not reason.value.strip():
            if address.value.strip():
                self.query_one("#reason-field", Field).problem = "Say in a few words why." if reason.has_focus else ""
            reason.focus()
        elif not self._busy:
            self._busy = True
            self.run_worker(self._do(address.value, reason.value), group="block")

    async def _do(self, address: str, reason: str) -> None:
        try:
            done = await self._block(address, reason)
        except BballError as error:
            self.query_one("#address-field", Field).problem = str(error)
            return
        finally:
            self._busy = False
        if done:
            self.dismiss(True)
        else:
            self.query_one("#address-field", Field).problem = "This address is on the list already."

    def cancel(self) -> None:
        """Leave it, unless it is being done right now."""
        if not self._busy:
            self.dismiss(False)
