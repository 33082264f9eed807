"""`bball-tui staff`: who works in the league, in sentences and as JSON."""

import pytest

from tests.cli.conftest import CommandLine
from tests.conftest import Server


@pytest.fixture
def olga(server: Server) -> str:
    server.admin.execute("DROP ROLE IF EXISTS olga; CREATE ROLE olga LOGIN")
    return "olga"


@pytest.mark.slow
def test_staff_by_commands(command_line: CommandLine, olga: str) -> None:
    assert command_line("init", "--league", "Westside", "--season", "Spring 2027").code == 0
    assert command_line("teams", "add", "Hawks").code == 0
    assert command_line("staff", "list", "--json").json == []
    added = command_line("staff", "add", olga, "--role", "viewer", "--role", "coordinator", "--team", "Hawks")
    assert (added.code, added.json) == (0, {"login": olga, "added": ["viewer", "coordinator"], "removed": []})
    assert "olga is viewer of this league now: reads everything" in added.err
    again = command_line("staff", "add", olga, "--role", "viewer")
    assert "Nothing to change: olga has these roles already." in again.err
    roles = command_line("staff", "role", olga, "registrar", "mailer")
    assert roles.json == {"login": olga, "added": ["mailer", "registrar"], "removed": ["viewer"]}
    listed = command_line("staff", "list", "--json").json
    assert [(one["login"], one["role"], one["team"]) for one in listed] == [
        (olga, "coordinator", "Hawks"),
        (olga, "mailer", None),
        (olga, "registrar", None),
    ]
    assert "coordinator  Hawks" in command_line("staff", "list").out
    removed = command_line("staff", "remove", olga, "--role", "coordinator")
    assert "olga is not coordinator of this league anymore." in removed.err
    assert command_line("staff", "remove", olga).json["removed"] == ["mailer", "registrar"]
    assert command_line("staff", "list", "--json").json == []


def test_what_cannot_be_is_said_with_the_way_out(command_line: CommandLine, olga: str) -> None:
    assert command_line("init", "--league", "Westside", "--season", "Spring 2027").code == 0
    for arguments, said in (
        (("add", "nobody", "--role", "viewer"), "no login 'nobody'"),
        (("add", olga, "--role", "coordinator"), "say which one"),
        (("remove", olga), "olga has no such role in this league. See who has: bball-tui staff list"),
        (("add", olga, "--role", "coordinator", "--team", "Owls"), "Owls"),
    ):
        ran = command_line("staff", *arguments)
        assert ran.code == 1, arguments
        assert said in ran.err


@pytest.mark.parametrize("arguments", [("role", "root", "viewer"), ("add", "root", "--role", "viewer")])
def test_no_role_is_promised_in_a_database_of_ones_own(
    without_database: CommandLine, arguments: tuple[str, ...]
) -> None:
    ran = without_database("staff", *arguments)
    assert ran.code == 1
    assert "This database is your own: no one else works in it." in ran.err
    assert "birthdates" not in ran.err + ran.out
