"""A sentence that screen and command line share names a command of the screen; here stands what one types for it."""

import re
from pathlib import Path

import bball_tui
from bball_tui.cli.command_hints import TYPED, typed_out
from bball_tui.settings import SET_UP_MAIL
from bball_tui.tui.all_commands import ACTION_SETS

NAMED = re.compile(r"\{([a-z]+\.[a-z-]+)\}")
SCREEN_ONLY = ("tui", "demo")


def test_every_command_that_a_shared_sentence_names_can_be_typed() -> None:
    root = Path(bball_tui.__file__).parent
    commands = {action.id for group in ACTION_SETS for action in group}
    named = {
        command
        for path in root.rglob("*.py")
        if path.relative_to(root).parts[0] not in SCREEN_ONLY
        for command in NAMED.findall(path.read_text(encoding="utf-8"))
    }
    assert named & commands == set(TYPED)


def test_the_command_line_says_what_one_types() -> None:
    assert typed_out(SET_UP_MAIL) == "“Set up e-mail” ('bball-tui mail setup') sets one up."
    assert typed_out("Hawks {mail.setups} {no}") == "Hawks {mail.setups} {no}"
