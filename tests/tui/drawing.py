"""A screen that nobody looks at is not drawn.

Without a terminal Textual draws every change and throws the drawing away, several times for each key. A test draws the
whole screen itself when it looks at it; so here it is only noted that something changed. Real drawings, byte by byte,
are what ``tests/journeys`` look at.
"""

from collections.abc import Callable
from typing import Any

import pytest
from rich.console import RenderableType
from textual._compositor import Compositor
from textual._context import active_app, visible_screen_stack
from textual.app import App
from textual.screen import Screen

_draw: Callable[..., RenderableType | None] = Compositor.render_update
_changes = 0


def draw_when_looked_at() -> None:
    """From now on screens without a terminal are drawn by those who look at them alone, and changes are counted."""
    pytest.MonkeyPatch().setattr(Compositor, "render_update", _note)


def _note(
    self: Compositor, full: bool = False, screen_stack: list[Screen[Any]] | None = None, simplify: bool = False
) -> RenderableType | None:
    global _changes
    if full or not active_app.get().is_headless:
        return _draw(self, full=full, screen_stack=screen_stack, simplify=simplify)
    visible_screen_stack.set(screen_stack or [])  # what a dialog dims
    if self._dirty_regions:
        self._dirty_regions.clear()
        _changes += 1
    return None


class Picture:
    """What stands on the screen of ``app``, put together again only if something changed."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._of: tuple[Screen[Any], int] | None = None
        self._lines: list[str] = []

    @property
    def lines(self) -> list[str]:
        """The text, line by line."""
        of = (self._app.screen, _changes)
        if of != self._of:
            visible_screen_stack.set(self._app._background_screens)  # what a dialog dims; a drawing uses it up
            self._of, self._lines = of, [strip.text for strip in self._app.screen._compositor.render_strips()]
        return self._lines
