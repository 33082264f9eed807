"""The documented table of roles is the one that the program prints, and no command that changes is forgotten."""

from pathlib import Path

from click import Command, Context, Group

from bball_tui.cli.role_table import role_table
from bball_tui.cli.root import root
from bball_tui.tui.all_commands import ACTION_SETS

ROOT = Path(__file__).parents[2]

EVERYBODY = {
    *(
        "init",
        "league show",
        "export",
        "teams list",
        "players duplicates",
        "players list",
        "guardians list",
        "guardians duplicates",
    ),
    *("seasons list", "contracts list", "outbox gates", "outbox list", "outbox read", "outbox show", "emails check"),
    *("emails copy", "emails export", "emails log", "emails preview", "emails reminders", "emails sample"),
    *("emails send-test", "emails suppressions", "emails warnings", "mail test", "groupme plan", "groupme qr"),
    *("groupme staff list", "groupme status", "demo", "database setup-sql", "database status", "database upgrade"),
    *(
        "backup",
        "restore",
        "doctor",
        "keys",
        "completion",
        "staff roles",
        "health",
        "print sheets",
        "print sign-in",
        "scans list",
        "activity list",
        "imports list",
        "league rules",
        "teams check",
        "alerts check",
        "alerts show",
        "alerts test",
        "contracts chasing",
        "contracts show",
        "families show",
        "database kept",
    ),
}
"""Commands that read, or whose rights are not those of a league. What `league rules` and `emails reminders` can change
PostgreSQL refuses by itself."""


def without_right(name: str, command: Command | None, context: Context) -> set[str]:
    if isinstance(command, Group):
        return {
            found
            for one in command.list_commands(context)
            for found in without_right(f"{name} {one}".strip(), command.get_command(context, one), context)
        }
    assert command is not None
    return set() if hasattr(command.callback, "needs") else {name}


def test_the_documented_roles_are_those_of_the_program() -> None:
    documented = (ROOT / "docs" / "roles.md").read_text(encoding="utf-8")
    assert role_table(ACTION_SETS).strip() in documented, "run: bball-tui staff roles"


def test_every_command_says_whom_it_is_for() -> None:
    """A new command must say what it ``needs``, or be named above."""
    assert without_right("", root, Context(root)) == EVERYBODY
