"""Every command with a season says on stderr which one it acted on, whatever it prints on stdout."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine

pytestmark = pytest.mark.slow

DATA = Path(__file__).parents[1] / "data"


def test_a_command_says_which_season_it_acted_on(command_line: CommandLine) -> None:
    assert command_line("init", "--league", "Westside Basketball").code == 0
    assert "seasons add NAME" in command_line("teams", "add", "Hawks").err
    assert command_line("seasons", "add", "Spring 2027").code == 0
    command: Sequence[object]
    said = "Season: Spring 2027.\n"
    assert command_line("import", DATA / "westside-spring.csv").err.startswith(said)
    assert command_line("seasons", "add", "Fall 2027", "--later").code == 0
    for command in (
        ("teams", "add", "Owls"),
        ("teams", "add", "Wolves", "--json"),
        ("players", "add", "--first", "Mia", "--last", "Lopez", "--team", "Owls"),
        ("export", "contracts"),
        ("emails", "warnings", "--json"),
        ("import", DATA / "westside-spring.csv", "--json"),
    ):
        ran = command_line(*command)
        assert ran.code == 0, ran.err
        assert ran.err.count(said) == 1, command
        assert said not in ran.out
    for command in (
        ("teams", "list"),
        ("players", "list", "--json"),
        ("contracts", "list", "--csv"),
        ("export", "outbox"),
    ):
        ran = command_line(*command)
        assert ran.err.startswith("Season: all of them.\n"), command
        assert "all of them" not in ran.out
    listed = command_line("teams", "list", "--season", "spring 2027", "--json")
    assert (listed.err, len(json.loads(listed.out))) == (said, 14)
    for command in (("teams", "list"), ("teams", "add", "Foxes"), ("contracts", "add", 1, "--team", "Owls")):
        wrong = command_line(*command, "--season", "Winter")
        assert (wrong.code, wrong.err) == (
            1,
            "Error: There is no season 'Winter'. The seasons are: Fall 2027, Spring 2027.\n",
        )
