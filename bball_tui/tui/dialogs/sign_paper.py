"""One paper of a stack: the Sign dialog, made once and used for one after the other, above letters of the next name."""

import asyncio
from collections.abc import Container
from contextlib import suppress
from typing import ClassVar

from textual import events
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Input, Select, Static

from bball_tui.database.states import SigningMethod
from bball_tui.dates import write_date
from bball_tui.language import _
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.controls import Picker, TextField
from bball_tui.tui.dialogs.finder import begins_name
from bball_tui.tui.dialogs.scan_field import ScanField, looks_like_path
from bball_tui.tui.dialogs.sign import SignDialog
from bball_tui.tui.dialogs.signer_options import FIRST, unknown_signers
from bball_tui.tui.text import clean
from bball_tui.wording import counted

AT_ONCE = 0.1
"""Seconds that the dialog of the next paper waits for its effect, so that it is drawn once."""


class SignPaper(SignDialog, inherit_bindings=False):
    """A letter that no field takes begins the next name, so that no letter is a command here."""

    HELP = """
    ## A paper of the stack
    Enter signs it, Esc leaves it unsigned. Space opens the list of signers; choose **someone else** to type a name.
    `ctrl+r` shows its e-mails, which wait until the stack is done. **Scan** keeps the scanned paper with the signature:
    type its path, drag the file here, or ctrl+o.

    What is typed or pasted outside of a field is the next name: this paper stays unsigned, and you are told.
    """
    BINDINGS: ClassVar = [
        *Screen.BINDINGS,
        *Dialog.BINDINGS,
        Binding("enter", "sign", "sign", show=False),
        Binding("ctrl+r", "preview", "preview the e-mails", show=False),
        Binding("ctrl+o", "browse", "choose a scan", show=False),
    ]
    of_stack = True
    opaque = True
    preview_key = "ctrl+r"

    def sign_next(self, known: Container[str]) -> None:
        """Begin again with another contract, as if just made: the dialog is installed and stays."""
        self.ask_again()
        self._known, self._signing, self._pressed_sign, self._signers_known = known, False, False, False
        self._player = ""
        picker = self.query_one("#signer", Picker)
        picker.offer(unknown_signers(1), FIRST)
        with self.prevent(Select.Changed, Input.Changed):
            self.query_one("#capacity", Picker).value = None
            self.query_one("#method", Picker).value = SigningMethod.PAPER
            self.query_one("#name", TextField).value = ""
            self.query_one("#day", TextField).value = write_date(self._today, self._order)
            for scan in self.query(ScanField):
                scan.begin_again()
        self.remove_class("-someone-else")
        self.query_one("#whose", Static).update("")
        self.query_one(".dialog--body").scroll_home(animate=False)
        self.heading = _("Sign {contracts}").format(contracts=counted(1, "contract", "contracts"))
        self.set_focus(picker)
        self._seen = self._values()
        self._reload()

    async def effect_known(self) -> None:
        """Until the effect is there, or why there is none; at most :data:`AT_ONCE`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(AT_ONCE):
                await self._known_effect.wait()

    def on_key(self, event: events.Key) -> None:
        """A letter that no field takes begins the next name: on a list it could choose another signer."""
        if begins_name(self, event):
            self._goes_on_with(event)

    def on_paste(self, event: events.Paste) -> None:
        """So does a name that is pasted; a path is the scan's."""
        if event.text.strip() and not looks_like_path(event.text):
            self._goes_on_with(event)

    def _goes_on_with(self, event: events.Key | events.Paste) -> None:
        """Leave this paper unsigned: what was typed is the name of the next one."""
        if self._signing:
            return
        event.stop()
        event.prevent_default()
        told = _("{player} is not signed: what is typed now is the next name.")
        self.notify(clean(told.format(player=self._player or _("This paper"))), severity="warning", markup=False)
        self.dismiss(None)
        self.put_back(event)
