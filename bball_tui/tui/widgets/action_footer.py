"""The bottom line: at most five keys, only those that are allowed now, and the way to all the others.

Textual's Footer shows all keys, cuts them at the edge without a hint, and builds a widget for each at every change of
the cursor; this is one line of text that is redrawn only when it differs.
"""

from collections.abc import Callable, Sequence

import msgspec
from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget

from bball_tui.language import COMMAND, in_context
from bball_tui.tui.actions import ActionHost
from bball_tui.tui.key_names import character_of, key_name
from bball_tui.tui.text import Part, content, width_of

MOST_KEYS = 5
PALETTE_LABEL = in_context(COMMAND, "everything")


class FooterKey(msgspec.Struct, frozen=True):
    """A key and what it does now."""

    key: str
    label: str
    lasts: bool = False
    """Whether all others go first where there is no room."""

    @property
    def width(self) -> int:
        """Cells that it takes, with the space on both sides."""
        return width_of(key_name(self.key)) + width_of(self.label) + 3


def footer_keys(screen: Screen[object]) -> list[FooterKey]:
    """The keys that ``screen`` wants to show and that are allowed now, each command once, the most local first."""
    found: dict[tuple[int, str], FooterKey] = {}
    focused = screen.focused
    for key, active in screen.active_bindings.items():
        command = (id(active.node), active.binding.action)
        if not (active.binding.show and active.enabled) or command in found:
            continue
        # Textual leaves "/" among the bindings although a text field with the focus will take it.
        if focused not in (None, active.node) and focused.check_consume_key(key, character_of(key)):
            continue
        host = active.node if isinstance(active.node, ActionHost) else None
        caption = None if host is None else host.footer_caption(active.binding.action)
        lasts = host is not None and host.footer_keeps(active.binding.action)
        found[command] = FooterKey(key, caption or in_context(COMMAND, active.binding.description), lasts)
    return list(found.values())


def _first_of(keys: Sequence[FooterKey], fits: Callable[[Sequence[FooterKey]], bool]) -> list[FooterKey]:
    """As many of ``keys`` as fit: they go from the end, and those that last after all others."""
    kept = list(keys)
    while kept and not fits(kept):
        kept.remove(next((key for key in reversed(kept) if not key.lasts), kept[-1]))
    return kept


class ActionFooter(Widget):
    """Shows the keys of the screen that it is on."""

    DEFAULT_CSS = """
    ActionFooter {
        dock: bottom;
        height: 1;
        width: 1fr;
        background: $footer-background;
        color: $footer-description-foreground;
    }
    """
    ALLOW_SELECT = False

    keys: reactive[tuple[FooterKey, ...]] = reactive(())

    _stale = False

    def on_mount(self) -> None:
        """Follow the screen's bindings."""
        self.screen.bindings_updated_signal.subscribe(self, self._ask_once, immediate=True)
        self._update()

    def _ask_once(self, _screen: Screen[object]) -> None:
        """Ask all commands whether they are allowed: once, however often it was said that this may have changed."""
        if not self._stale:
            self._stale = True
            self.call_next(self._update)

    def _update(self) -> None:
        self._stale = False
        if self.is_attached:
            screen = self.screen
            self.keys = tuple(_first_of(footer_keys(screen), lambda kept: len(kept) <= MOST_KEYS))

    def _placed(self) -> tuple[list[tuple[int, FooterKey]], FooterKey | None]:
        """The keys that fit, each with its first cell, and the palette's key if there is room for it."""
        palette = FooterKey(self.app.COMMAND_PALETTE_BINDING, PALETTE_LABEL)
        room = self.size.width - palette.width
        placed: list[tuple[int, FooterKey]] = []
        left = 0
        for key in _first_of(self.keys, lambda kept: sum(key.width for key in kept) <= room):
            placed.append((left, key))
            left += key.width
        return placed, palette if room >= 0 and self.app.ENABLE_COMMAND_PALETTE else None

    def render(self) -> Content:
        """The line for the present width."""
        placed, palette = self._placed()
        parts: list[Part] = []
        used = 0
        for _, key in placed:
            parts += self._key_parts(key)
            used += key.width
        if palette is not None:
            parts += [" " * (self.size.width - used - palette.width), *self._key_parts(palette)]
        return content(*parts)

    @staticmethod
    def _key_parts(key: FooterKey) -> list[Part]:
        return [" ", (key_name(key.key), "bold $footer-key-foreground"), f" {key.label} "]

    def on_click(self, event: events.Click) -> None:
        """A click is the key."""
        placed, palette = self._placed()
        if palette is not None and event.x >= self.size.width - palette.width:
            self.app.simulate_key(palette.key)
            return
        for left, key in placed:
            if left <= event.x < left + key.width:
                self.app.simulate_key(key.key)
