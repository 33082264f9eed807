"""The help of what has the focus, with the keys of today in its sentences."""

from typing import Any

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.screen import Screen
from textual.widgets import HelpPanel, KeyPanel, Markdown

from bball_tui.tui.key_hints import with_keys


class _KeyedMarkdown(Markdown):
    """A ``HELP`` names commands as ``{contract.sign}``."""

    def update(self, markdown: str) -> AwaitComplete:
        return super().update(with_keys(markdown))


class KeyedHelp(HelpPanel):
    """Textual's panel, with our sentences."""

    def compose(self) -> ComposeResult:
        """As Textual composes it."""
        yield _KeyedMarkdown(id="widget-help")
        yield KeyPanel(id="keys-help")


def show_help(screen: Screen[Any]) -> None:
    """Show what the focused part does and which keys there are."""
    screen.mount(KeyedHelp())
