"""What a window shows that is too small to work in. While it shows, no key reaches the screen behind it."""

from typing import Any

from textual import events
from textual.app import App, ComposeResult
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.widgets import Static

from bball_tui.language import _
from bball_tui.tui.text import content

LEAST_WIDTH = 60
LEAST_HEIGHT = 20


def fits(size: Size) -> bool:
    """Whether a window of ``size`` cells is large enough to work in."""
    return size.width >= LEAST_WIDTH and size.height >= LEAST_HEIGHT


def sentence(size: Size) -> str:
    """What is wanted, and what there is."""
    return _(
        "{least_width} x {least_height} or larger, please: this window is {width} x {height}. Nothing"
        " is lost; it goes on when the window is larger."
    ).format(least_width=LEAST_WIDTH, least_height=LEAST_HEIGHT, width=size.width, height=size.height)


class TooSmall(ModalScreen[None]):
    """Covers everything until the window is large enough again."""

    DEFAULT_CSS = """
    TooSmall {
        align: center middle;
        background: $background;
        & > Static { width: auto; max-width: 100%; height: auto; text-align: center; }
    }
    """

    def compose(self) -> ComposeResult:
        """One sentence."""
        yield Static(content(sentence(self.app.size)))

    def on_resize(self, event: events.Resize) -> None:
        """Say the new size, or go away."""
        self._look(event.size)

    def on_screen_resume(self) -> None:
        """A dialog above this screen went away; the window may have grown meanwhile."""
        self._look(self.app.size)

    def _look(self, size: Size) -> None:
        if not fits(size):
            self.query_one(Static).update(content(sentence(size)))
        elif self.is_active:
            self.dismiss()


def guard_size(app: App[Any], size: Size) -> None:
    """Call this from the app's ``on_resize`` with the new size."""
    if not fits(size) and not any(isinstance(screen, TooSmall) for screen in app.screen_stack):
        app.push_screen(TooSmall())
