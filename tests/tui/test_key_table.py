"""The key table in the documentation is the one that the program prints."""

from pathlib import Path

from click import Context, Group

from bball_tui.cli.root import root
from bball_tui.league.contracts.lifecycle import RULES
from bball_tui.tui.all_commands import ACTION_SETS
from bball_tui.tui.key_table import key_table


def test_the_documented_keys_are_those_of_the_program() -> None:
    documented = (Path(__file__).parents[2] / "docs" / "keys.md").read_text(encoding="utf-8")
    assert key_table(ACTION_SETS).strip() in documented, "run: bball-tui keys --markdown"


def test_every_act_of_a_contract_has_its_command_on_the_screen_and_on_the_command_line() -> None:
    contracts = root.get_command(Context(root), "contracts")
    assert isinstance(contracts, Group)
    screen = {one.id: one for group in ACTION_SETS for one in group}
    for act, rule in RULES.items():
        command = screen[f"contract.{act}"]
        assert (command.keys, command.label, command.help) == (rule.key, rule.label, rule.help)
        assert command.dangerous is rule.ends
        assert contracts.commands[str(act)].help == rule.command_help
