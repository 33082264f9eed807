"""Opens the full-screen program, where there is a terminal for it. Imports little: start-up is measured."""

import os
import sys
from collections.abc import Mapping

from bball_tui.cli.terminal import can_draw, has_terminal
from bball_tui.language import chosen, use
from bball_tui.settings import load_settings

WITHOUT_TERMINAL = (
    "Error: the screen needs a terminal. Everything that it does can be done by commands, too: bball-tui --help lists "
    "them. 'bball-tui worker' sends the e-mails, 'bball-tui demo' tells the whole journey, both without a terminal."
)
CANNOT_DRAW = (
    "Error: TERM=dumb says that this terminal cannot draw the screen. Everything that it does can be done by commands, "
    "too: bball-tui --help lists them. 'bball-tui contracts list' shows contracts, 'bball-tui worker' sends e-mails."
)
WRONG_USAGE = 2


def open_screen(overrides: Mapping[str, object]) -> int:
    """Run the screen with the command line's ``overrides``; returns the exit code.

    Raises:
        BballError: the settings cannot be used.
    """
    if not has_terminal():
        sys.stderr.write(f"{WITHOUT_TERMINAL}\n")
        return WRONG_USAGE
    if not can_draw():
        sys.stderr.write(f"{CANNOT_DRAW}\n")
        return WRONG_USAGE
    settings = load_settings(overrides=overrides)
    use(chosen(settings.language, os.environ))
    from bball_tui.tui.gc_tuning import starting

    starting()
    from bball_tui.tui.app import run
    from bball_tui.tui.opening import DEMO

    code = run(settings)
    if code != DEMO:
        return code
    from bball_tui.cli.demo import show

    return show(settings)
