"""A screen that nobody looks at is not drawn.

Without a terminal Textual draws every change and throws the drawing away, several times for each key. A test draws the
whole screen itself when it looks at it; so here it is only noted that something changed. Real drawings, byte by byte,
are what ``tests/journeys`` look at.
"""

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from rich.console import RenderableType
from textual._compositor import Compositor
from textual._context import active_app, visible_screen_stack
from textual.app import App
from textual.geometry import Region, Size
from textual.screen import Screen

_draw: Callable[..., RenderableType | None] = Compositor.render_update
_changed: "WeakKeyDictionary[Compositor, set[Region]]" = WeakKeyDictionary()
"""What of each screen was not drawn again yet."""


def draw_when_looked_at() -> None:
    """From now on screens without a terminal are drawn by those who look at them alone, and changes are noted."""
    pytest.MonkeyPatch().setattr(Compositor, "render_update", _note)


def _note(
    self: Compositor, full: bool = False, screen_stack: list[Screen[Any]] | None = None, simplify: bool = False
) -> RenderableType | None:
    if full or not active_app.get().is_headless:
        return _draw(self, full=full, screen_stack=screen_stack, simplify=simplify)
    visible_screen_stack.set(screen_stack or [])  # what a dialog dims
    if self._dirty_regions:
        _changed.setdefault(self, set()).update(self._dirty_regions)
        self._dirty_regions.clear()
    return None


class Picture:
    """What stands on the screen of ``app``. As on a terminal only lines that changed are drawn again."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._of: tuple[Screen[Any], Size] | None = None
        self._lines: list[str] = []

    @property
    def lines(self) -> list[str]:
        """The text, line by line."""
        screen = self._app.screen
        compositor = screen._compositor
        whole = compositor.size.region
        regions = _changed.pop(compositor, set())
        of = (screen, compositor.size)
        if of != self._of or whole in regions:
            self._of, self._lines, regions = of, [""] * whole.height, {whole}
        if changed := {y for region in regions for y in region.intersection(whole).line_range}:
            self._draw(compositor, changed)
        return self._lines.copy()

    def _draw(self, compositor: Compositor, changed: set[int]) -> None:
        visible_screen_stack.set(self._app._background_screens)  # what a dialog dims; a drawing uses it up
        crop = Region(0, min(changed), compositor.size.width, max(changed) - min(changed) + 1)
        chops = compositor._render_chops(crop, changed.__contains__)
        for line in changed:
            self._lines[line] = "".join([strip.text for strip in chops[line].values()])
