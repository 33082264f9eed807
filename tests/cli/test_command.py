"""The command as a whole: what it imports, how it refuses, and that errors are one line."""

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from bball_tui.cli.root import COMMANDS, root
from tests.cli.conftest import CommandLine

pytestmark = pytest.mark.slow

LOADED = """
import os, sys
from bball_tui.cli import main
for command in sys.argv[1:]:
    sys.argv = ["bball-tui", *command.split()]
    try:
        main()
    except SystemExit:
        pass
print(*sorted(name for name in sys.modules), file=open(os.environ["LOADED"], "w"))
"""


def imported_by(tmp_path: Path, *commands: str) -> set[str]:
    """The modules that a fresh process has loaded when it has run these."""
    listing = tmp_path / "loaded"
    environment = os.environ | {
        "LOADED": str(listing),
        "BBALL_DATA_DIR": str(tmp_path / "data"),
        "BBALL_DATABASE_URL": "postgresql://127.0.0.1:9/league",
    }
    subprocess.run([sys.executable, "-c", LOADED, *commands], env=environment, capture_output=True, check=True)
    return set(listing.read_text().split())


def test_help_and_version_load_almost_nothing(tmp_path: Path) -> None:
    loaded = imported_by(tmp_path, "--version", "--help")

    assert "click" in loaded
    assert not loaded & {"sqlalchemy", "textual", "psycopg", "rich", "jinja2", "aiosmtplib"}


def test_commands_do_not_load_the_screen(tmp_path: Path) -> None:
    """All of them in one process: what one loads is seen at the end."""
    commands = "contracts list", "outbox list", "import roster.csv", "worker --drain", "doctor"
    loaded = imported_by(tmp_path, *commands)

    assert "sqlalchemy" in loaded
    assert not loaded & {"textual", "textual.app", "rich"}


@pytest.mark.parametrize("name", list(COMMANDS))
def test_the_summary_of_each_command_is_true(name: str) -> None:
    """The list of commands is printed without loading them, so it must not drift from what they say themselves."""
    command = root.get_command(click.Context(root), name)

    assert command is not None
    assert command.help is not None
    assert command.help.startswith(COMMANDS[name].summary.removesuffix("."))


def test_the_screen_without_a_terminal(without_database: CommandLine) -> None:
    ran = without_database()

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Error: the screen needs a terminal.")
    assert ran.err.count("\n") == 1
    named = set(re.findall(r"'bball-tui (\w+)'", ran.err))
    assert named
    assert named <= set(COMMANDS), "it sends people to commands that are there"


def test_a_broken_settings_file(without_database: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[[[")

    ran = without_database("contracts", "list")

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"Error: The settings file {tmp_path / 'config.toml'} cannot be read")
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [("contracts", "list"), ("outbox", "show", "1"), ("worker", "--drain")])
def test_a_database_that_is_away(without_database: CommandLine, arguments: tuple[str, ...]) -> None:
    without_database.setenv("BBALL_DATABASE_URL", "postgresql://staff:hunter2@127.0.0.1:9/league")

    ran = without_database(*arguments)

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(
        "Error: The database does not answer: postgresql://***@127.0.0.1:9/league.\nThe reason given: "
    )
    assert ran.err.count("\n") == 2
    assert "hunter2" not in ran.err


def test_no_league_yet(command_line: CommandLine) -> None:
    ran = command_line("contracts", "list")

    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "Error: There is no league yet. Make one with: bball-tui init --league NAME\n"


def test_init(command_line: CommandLine) -> None:
    ran = command_line("init", "--league", "Westside Basketball", "--season", "Spring 2027", "--json")

    assert ran.code == 0
    assert (ran.json["slug"], ran.json["name"]) == ("westside-basketball", "Westside Basketball")
    assert command_line("init", "--league", "Westside Basketball").code == 1


def test_an_unknown_command(without_database: CommandLine) -> None:
    assert without_database("basketball").code == 2


def test_a_worker_needs_a_mail_server(command_line: CommandLine) -> None:
    command_line("init", "--league", "Westside Basketball")
    refused = command_line("worker", "--drain")
    assert refused.code == 1
    assert "bball-tui mail setup" in refused.err


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://maria:secret@db.example/league",
        "postgresql://db.example/league?password=secret",
        "host=db.example user=maria password=secret",
    ],
)
def test_a_password_on_the_command_line_is_refused_with_the_way_out(command_line: CommandLine, url: str) -> None:
    ran = command_line("--database", url, "contracts", "list")
    assert ran.code == 1
    assert "BBALL_DATABASE_URL" in ran.err
    assert "secret" not in ran.err + ran.out
