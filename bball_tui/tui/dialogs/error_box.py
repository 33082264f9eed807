"""Something did not work: what happened, what is safe, what to press."""

from collections.abc import Iterable
from enum import StrEnum
from typing import ClassVar

from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static

from bball_tui.language import _
from bball_tui.tui.dialogs.base import Dialog, content_block
from bball_tui.tui.dialogs.controls import DialogButton
from bball_tui.tui.key_hints import with_keys
from bball_tui.tui.text import clean_lines, content
from bball_tui.tui.theme import STYLES, Tone

SAFE = _("What was confirmed before is kept; what is on the screen is still there.")


class AfterError(StrEnum):
    """What staff chose."""

    RETRY = "retry"
    CLOSE = "close"


class ErrorDialog(Dialog[AfterError]):
    """Shows ``problem`` (a finished sentence, or several lines) and, with ``retry``, offers to try again.

    ``safe`` says what is not lost, where something failed; a refusal says the way out itself and needs none. Esc
    closes; with ``leaves`` it leaves the program, because there is nothing behind.
    """

    HELP = """
    ## Something didn't work
    The text says what happened and what is safe. `y` copies it, so that you can send it to someone who can help.
    `r` tries the same again where that makes sense. Esc closes, or leaves the program where no league is open.
    """
    unexpected = True
    BINDINGS: ClassVar = [
        Binding("y", "copy", "copy the text", show=False),
        Binding("r", "retry", "try again", show=False),
    ]

    def __init__(
        self,
        problem: str,
        retry: bool = False,
        *,
        title: str = _("That didn't work"),
        safe: str = "",
        leaves: bool = False,
    ) -> None:
        super().__init__()
        self.set_reactive(ErrorDialog.heading, title)
        self._problem = with_keys(problem)
        self._retry = retry
        self._safe = safe or (SAFE if retry else "")
        self._leaves = leaves

    def body(self) -> Iterable[Widget]:
        """What happened, what is safe, what to press."""
        yield Static(content_block(clean_lines(self._problem)), classes="message--problem")
        yield Static("")
        if self._safe:
            yield Static(content(self._safe))
        again = _("r tries again, ") if self._retry else ""
        away = _("leaves the program") if self._leaves else _("closes this")
        yield Static(
            content((_("{again}Esc {away}, y copies the text.").format(again=again, away=away), STYLES[Tone.MUTED]))
        )

    def choices(self) -> Iterable[DialogButton]:
        """Try again first: it can do no harm."""
        if self._retry:
            yield DialogButton(_("Try again"), key="r", command="retry")
        yield DialogButton(_("Copy"), key="y", command="copy")
        yield self.cancel_choice(_("Leave") if self._leaves else _("Close"))

    def first_focus(self) -> Widget | None:
        """Try again, or Close: never Copy, or Enter would seem to do nothing."""
        return self.choice("retry" if self._retry else "cancel")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without a second try there is no key for it."""
        return self._retry if action == "retry" else super().check_action(action, parameters)

    def action_copy(self) -> None:
        """The whole text, cleaned, to the terminal's clipboard."""
        self.app.copy_to_clipboard("\n".join(clean_lines(self._problem)))
        self.say(_("Copied, if this terminal allows it."), Tone.GOOD)

    def action_retry(self) -> None:
        """The same again."""
        self.dismiss(AfterError.RETRY)

    def cancel(self) -> None:
        """Leave it."""
        self.dismiss(AfterError.CLOSE)
