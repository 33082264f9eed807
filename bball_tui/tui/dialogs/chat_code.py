"""A share link as a QR code over the whole window, for the camera of a phone."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from bball_tui.language import _
from bball_tui.tui.text import content


class ChatCode(ModalScreen[None]):
    """The QR code in black and white, whatever the theme: a camera wants the contrast."""

    HELP = """
    ## The QR code
    Point a phone's camera at it. Esc closes it.
    """
    DEFAULT_CSS = """
    ChatCode {
        align: center middle; background: #000000;
        & > #code { width: auto; height: auto; color: #ffffff; background: #000000; }
        & > #caption { width: auto; height: 1; color: #ffffff; background: #000000; }
    }
    """
    BINDINGS: ClassVar = [Binding("escape,c,q,enter", "close", "close", show=False)]

    def __init__(self, team: str, code: tuple[str, ...]) -> None:
        super().__init__()
        self._team = team
        self._code = code

    def compose(self) -> ComposeResult:
        """The code, and a line below it."""
        yield Static(Content("\n".join(self._code)), id="code")
        yield Static(content(_("{team}   Esc closes").format(team=self._team)), id="caption")

    def action_close(self) -> None:
        """Back to the link."""
        self.dismiss()
