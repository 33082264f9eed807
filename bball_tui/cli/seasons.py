"""`bball-tui seasons`: list, add and edit. Options that are left out change nothing."""

from typing import Any

import click

from bball_tui.cli.archiving import archive_commands
from bball_tui.cli.context import CliContext, in_transaction, needs
from bball_tui.cli.deleting import delete_command
from bball_tui.cli.output import Answer, listed
from bball_tui.cli.saving import edit_options, given, json_option, new_options, saving
from bball_tui.cli.season_roll import season_roll, season_roll_undo
from bball_tui.database.engine import Session
from bball_tui.league.editing.deleting import RecordKind
from bball_tui.league.editing.outcome import Outcome
from bball_tui.league.editing.seasons import load_season, save_season
from bball_tui.league.leagues import Season, list_seasons
from bball_tui.league.rights import Right
from bball_tui.league.seasons.season import COLUMNS, SeasonDraft
from bball_tui.league.seasons.shown_season import shown_season

id_type = click.IntRange(min=1)


@click.group()
def seasons() -> None:
    """The seasons of the league."""


seasons.add_command(season_roll)
seasons.add_command(season_roll_undo)
seasons.add_command(delete_command(RecordKind.SEASON))
for archiving in archive_commands(RecordKind.SEASON):
    seasons.add_command(archiving)


@seasons.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@in_transaction
async def seasons_list(context: CliContext, session: Session) -> Answer:
    """List the seasons, the newest first, and last those that are archived."""
    shown = await shown_season(session, context.league.id)

    def cells(one: Season) -> tuple[str, ...]:
        begins = one.starts_on.isoformat() if one.starts_on else ""
        ends = one.ends_on.isoformat() if one.ends_on else ""
        return (str(one.id), one.label(), begins, ends, "yes" if one == shown else "")

    return listed(("ID", "Season", "Begins", "Ends", "Shown"), await list_seasons(session, context.league.id), cells)


@seasons.command("add")
@needs(Right.ROSTER)
@click.argument("name")
@new_options(COLUMNS[1:])  # the name is an argument
@click.option("--later", is_flag=True, help="Do not show it on the desk yet.")
@json_option
@saving("Season")
async def seasons_add(context: CliContext, session: Session, later: bool, **values: Any) -> Outcome:
    """Add a season; the desk shows it from now on."""
    draft = given(SeasonDraft(current=not later), values)
    return await save_season(session, context.league.id, draft, order=context.league.date_order)


@seasons.command("edit")
@needs(Right.ROSTER)
@click.argument("season_id", metavar="ID", type=id_type)
@edit_options(COLUMNS)
@click.option("--show", "current", is_flag=True, default=None, help="The desk shows it from now on.")
@json_option
@saving("Season")
async def seasons_edit(context: CliContext, session: Session, season_id: int, **values: Any) -> Outcome:
    """Change a season, or choose it for the desk."""
    order = context.league.date_order
    base = await load_season(session, context.league.id, season_id, order)
    return await save_season(session, context.league.id, given(base.draft, values), order=order, base=base)
