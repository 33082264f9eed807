"""The command group: global options, and sub-commands that are imported only when they are called."""

from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import click
from click.shell_completion import CompletionItem

from bball_tui import __version__
from bball_tui.cli.command_hints import NAMED
from bball_tui.errors import BballError
from bball_tui.settings import may_hold_password


class Place(NamedTuple):
    """Where a command lives (``module:attribute``), and what the list of commands says about it."""

    where: str
    summary: str


COMMANDS = {
    "init": Place("bball_tui.cli.initializing:init", "Make a new league."),
    "league": Place(
        "bball_tui.cli.league:league",
        "Show or change the league: addresses in its e-mails, color, time zone, dates, undo time.",
    ),
    "staff": Place("bball_tui.cli.staff:staff", "Who works in the league, and as what."),
    "import": Place(
        "bball_tui.cli.importing:import_roster", "Bring in a roster FILE (CSV, Excel workbook, or our own JSON)."
    ),
    "imports": Place("bball_tui.cli.imports:imports", "List the imports, and take one back."),
    "export": Place(
        "bball_tui.cli.exporting:export_command", "Write contracts, players, guardians or the outbox as CSV or JSON."
    ),
    "teams": Place("bball_tui.cli.teams:teams", "The teams of the league."),
    "players": Place("bball_tui.cli.players:players", "The players of the league."),
    "guardians": Place("bball_tui.cli.guardians:guardians", "The guardians of a player."),
    "families": Place(
        "bball_tui.cli.family_notes:families", "The families of the league: look one up, log what they said, follow up."
    ),
    "seasons": Place("bball_tui.cli.seasons:seasons", "The seasons of the league."),
    "contracts": Place("bball_tui.cli.contract_acts:contracts", "List contracts, offer, sign and end them."),
    "scans": Place(
        "bball_tui.cli.scans:scans",
        "The papers behind the signatures: attach them, write them to files, take them off.",
    ),
    "print": Place("bball_tui.cli.printing:print_papers", "Print contract sheets and sign-in lists, as PDF files."),
    "outbox": Place(
        "bball_tui.cli.outbox:outbox", "Look at the e-mails, and decide what to do about those that did not go out."
    ),
    "emails": Place(
        "bball_tui.cli.emails:emails",
        "Write, preview, check and log e-mails; returned ones, blocked addresses, reminders.",
    ),
    "mail": Place("bball_tui.cli.mail:mail", "Set up e-mail (provider and login), and try it."),
    "groupme": Place("bball_tui.cli.groupme:groupme", "The teams' chats on GroupMe: look, plan, do it, link by hand."),
    "undo": Place("bball_tui.cli.undoing:undo", "Undo what you did in the last minutes, or list what can be undone."),
    "activity": Place("bball_tui.cli.activity:activity", "Who did what in the league, and what it was before."),
    "alerts": Place(
        "bball_tui.cli.alerts:alerts", "Tell staff when e-mails fail, come back or are held, or when sending stops."
    ),
    "worker": Place("bball_tui.cli.worker:worker", "Send the league's e-mails until stopped."),
    "health": Place(
        "bball_tui.cli.health:health", "Check that the worker which writes FILE is running and can reach its database."
    ),
    "demo": Place("bball_tui.cli.demo:demo", "Try everything with invented people."),
    "database": Place("bball_tui.cli.database:database", "Check the database, or update its tables."),
    "backup": Place("bball_tui.cli.backup:backup", "Write the whole database to FILE."),
    "restore": Place("bball_tui.cli.backup:restore", "Replace the database with the backup FILE."),
    "doctor": Place(
        "bball_tui.cli.doctor:doctor", "Look whether everything is well, and say the way out where it is not."
    ),
    "keys": Place("bball_tui.cli.keys:keys", "Print the keys of the screen."),
    "completion": Place("bball_tui.cli.completion:completion", "Print the completion script for bash, zsh or fish."),
}
"""Importing them all would cost more than painting the screen, so the summaries are kept here."""


class LazyGroup(click.Group):
    """A click group whose commands live in modules of their own, loaded on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, attribute = place.where.split(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)  # noqa: S101 - the table above is ours
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The names of commands, without importing any of them; a shell asks at every press of the tab key."""
        if incomplete.startswith("-"):
            return click.Command.shell_complete(self, ctx, incomplete)
        return [
            CompletionItem(name, help=place.summary) for name, place in COMMANDS.items() if name.startswith(incomplete)
        ]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.summary) for name, place in COMMANDS.items()])


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--database", "database_url", metavar="URL", help="A shared PostgreSQL server instead of the own one.")
@click.option("--data-dir", type=click.Path(path_type=Path), help="The folder of the own database and e-mails.")
@click.option("--league", metavar="SLUG", help="Which league, when the database holds several.")
@click.option("--read-only", is_flag=True, help="Look only: nothing is changed, no e-mail is sent from here.")
@click.option("--plain", is_flag=True, help="For screen readers: no frames, no bars, the cursor in its line.")
@click.version_option(__version__, prog_name="bball-tui")
@click.pass_context
def root(
    ctx: click.Context,
    database_url: str | None,
    data_dir: Path | None,
    league: str | None,
    read_only: bool,
    plain: bool,
) -> int:
    """The contract desk of a youth basketball league. Called alone, it opens the screen."""
    if database_url is not None and may_hold_password(database_url):
        # What a command line holds, every user of the machine can read, and the shell's history keeps.
        raise BballError(
            "The password of the database does not belong on the command line, where others can read it. Write the "
            "whole URL into BBALL_DATABASE_URL or as database_url into config.toml, or the password into ~/.pgpass "
            "and leave it out here."
        )
    ctx.obj = {
        "database_url": database_url,
        "data_dir": data_dir,
        "league": league,
        "read_only": read_only or None,
        "plain": plain or None,
    }
    NAMED.set(league)
    if ctx.invoked_subcommand is None:
        from bball_tui.cli.screen import open_screen

        return open_screen(ctx.obj)
    return 0


def run() -> int:
    """Run the command line; returns the exit code.

    Raises:
        KeyboardInterrupt: somebody stopped it at a question.
    """
    try:
        result = root.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None
    return result if isinstance(result, int) else 0
