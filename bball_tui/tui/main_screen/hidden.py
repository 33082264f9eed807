"""Whether anybody sees the main screen."""

from typing import Any

from textual.app import App


def is_hidden(app: App[Any]) -> bool:
    """Whether a dialog lies over all of the desk: nobody sees what changes, and reading it would hold up the keys."""
    if len(app.screen_stack) == 1:
        return False
    from bball_tui.tui.dialogs.base import Dialog  # here: with it comes the help's Markdown, and the first paint waits

    return any(isinstance(one, Dialog) and one.opaque for one in app.screen_stack)
