"""`bball-tui print sheets|sign-in`: papers as PDF files."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import click

from bball_tui.cli.context import CliContext, in_transaction
from bball_tui.cli.lists import Wanted, list_options, roster_filter
from bball_tui.cli.output import Answer, Did, exit_code
from bball_tui.database.engine import Session
from bball_tui.database.states import OPEN_STATUSES
from bball_tui.files import write_bytes
from bball_tui.league.papers.printing import Printed, print_sheets, print_sign_in
from bball_tui.league.papers.sheets import PageSize
from bball_tui.league.roster.lists import list_contracts, list_teams
from bball_tui.wording import counted

file_argument = click.argument("file", type=click.Path(path_type=Path))
page_option = click.option(
    "--page", type=click.Choice([str(one) for one in PageSize]), help="The paper; otherwise as the league writes dates."
)


@click.group("print")
def print_papers() -> None:
    """Print contract sheets and sign-in lists, as PDF files."""


@print_papers.command("sheets")
@file_argument
@page_option
@list_options
@in_transaction
async def print_sheets_command(
    context: CliContext, session: Session, wanted: Wanted, file: Path, page: str | None
) -> Answer:
    """Write contract sheets to FILE: names filled in, and a code by which a scan finds its contract.

    Without --status it is every contract that waits for its signature. The text is the league's own where its folder of
    templates has _paper/sheet.txt.
    """
    found = await roster_filter(context, session, wanted)
    rows = await list_contracts(session, context.league.id, found)
    ids = [row.id for row in rows if found.statuses or row.status in OPEN_STATUSES]
    printed = await print_sheets(
        session,
        context.league.id,
        ids,
        template_dir=context.settings.template_dir,
        size=None if page is None else PageSize(page),
    )
    return await _write(printed, file, "sheet")


@print_papers.command("sign-in")
@file_argument
@page_option
@list_options
@in_transaction
async def print_sign_in_command(
    context: CliContext, session: Session, wanted: Wanted, file: Path, page: str | None
) -> Answer:
    """Write a sign-in list to FILE for each team that matches, such as with --team."""
    found = await roster_filter(context, session, wanted, "teams")
    teams = [row.id for row in await list_teams(session, context.league.id, found)]
    size = None if page is None else PageSize(page)
    return await _write(await print_sign_in(session, context.league.id, teams, size=size), file, "player")


async def _write(printed: Printed, file: Path, what: str) -> Answer:
    await asyncio.to_thread(write_bytes, file, printed.pdf)
    told: Sequence[str] = [
        f"{counted(len(printed.printed), what)} written to {file}.",
        *(one.reason for one in printed.left_out),
    ]
    data = {"contracts": printed.printed, "left_out": printed.left_out}
    return Did(told, data, exit_code(len(printed.printed), len(printed.left_out)))
