"""Are you sure? The question names what it is about and how many, and a slip of a finger always means no."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import events, on
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Input, Static

from bball_tui.language import _
from bball_tui.tui.dialogs.base import CANCEL, Dialog, assent_key
from bball_tui.tui.dialogs.controls import DialogButton, Field, TextField
from bball_tui.tui.hanging_indent import Hanging
from bball_tui.tui.text import content


class Confirm(Dialog[bool]):
    """True for yes; Esc, Cancel and ``n`` are False.

    ``lines`` say what will happen. A ``dangerous`` question starts on Cancel, so Enter means no. With ``typed``
    (the count, or a name) yes is possible only after exactly that was typed, for what cannot be taken back.
    """

    HELP = """
    ## Are you sure?
    Read what will happen. `y` says yes, `n` or `Esc` says no. Where the count or a name must be typed, type it and
    press Enter. Nothing happens before that.
    """
    BINDINGS: ClassVar = [
        Binding("y", "confirm", "yes", show=False),
        Binding("n", CANCEL, "no", show=False),
    ]

    def __init__(
        self,
        title: str,
        lines: Sequence[str],
        confirm_label: str,
        *,
        danger: bool = False,
        typed: str | None = None,
        cancel_label: str = _("Cancel"),
    ) -> None:
        super().__init__()
        self.set_reactive(Confirm.heading, title)
        self.dangerous = danger or typed is not None
        self._lines = tuple(lines)
        self._label = confirm_label
        self._cancel_label = cancel_label
        self._typed = typed

    def body(self) -> Iterable[Widget]:
        """The sentences, and the field if something must be typed."""
        for line in self._lines:
            yield Static(Hanging(content(line)))
        if self._typed is not None:
            yield Static(
                content(_("Type "), (self._typed, "bold"), _(" and press Enter to go on.")), classes="confirm--ask"
            )
            yield Field(_("Type it"), TextField(keep=False, id="typed"), id="typed-field")

    def choices(self) -> Iterable[DialogButton]:
        """Yes, then no: the one that changes nothing stands in the corner in every dialog."""
        if self._typed is None:
            yield DialogButton(self._label, key=assent_key(self.dangerous), command="confirm")
        else:
            yield DialogButton(self._label, key="", command="confirm")
        yield self.cancel_choice(self._cancel_label)

    def on_mount(self) -> None:
        """Where something must be typed, yes is closed until it is."""
        if self._typed is not None:
            self.choice("confirm").disabled = True

    def on_key(self, event: events.Key) -> None:
        """Anyone who starts to type means the field, wherever the focus is."""
        if self._typed is None or isinstance(self.focused, Input) or not event.is_printable or not event.character:
            return
        event.stop()
        event.prevent_default()
        self.query_one("#typed", TextField).receive(event)

    def on_paste(self, event: events.Paste) -> None:
        """So does anyone who pastes."""
        if self._typed is not None:
            event.stop()
            self.query_one("#typed", TextField).receive(event)

    @on(Input.Changed)
    def _check(self) -> None:
        self.choice("confirm").disabled = not self._matches()
        self.query_one("#typed-field", Field).problem = ""

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_confirm()

    def _matches(self) -> bool:
        return self._typed is None or self.query_one("#typed", TextField).value.strip() == self._typed.strip()

    def action_confirm(self) -> None:
        """Yes."""
        if self._matches():
            self.dismiss(True)
        else:
            self.refuse(_("That isn't {typed}. Nothing has happened yet.").format(typed=self._typed), "typed-field")

    def cancel(self) -> None:
        """No."""
        self.dismiss(False)
