"""The key table in the documentation is the one that the program prints."""

from pathlib import Path

from bball_tui.tui.commands import ACTION_SETS
from bball_tui.tui.keymap import key_table


def test_the_documented_keys_are_those_of_the_program() -> None:
    documented = (Path(__file__).parents[2] / "docs" / "keys.md").read_text(encoding="utf-8")
    assert key_table(ACTION_SETS).strip() in documented, "run: bball-tui keys --markdown"
