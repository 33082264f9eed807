"""`bball-tui teams`: list, add and edit. Options that are left out change nothing."""

from collections.abc import Sequence
from typing import Any

import click

from bball_tui.cli.archiving import archive_commands
from bball_tui.cli.context import CliContext, in_transaction, needs
from bball_tui.cli.deleting import delete_command
from bball_tui.cli.league_rules import teams_check
from bball_tui.cli.lists import Wanted, answer_list, list_options, marked, team_named
from bball_tui.cli.output import Answer, listed
from bball_tui.cli.saving import edit_options, given, json_option, new_options, saving
from bball_tui.cli.which_season import season_of
from bball_tui.database.engine import Session
from bball_tui.league.editing.deleting import RecordKind
from bball_tui.league.editing.outcome import Outcome
from bball_tui.league.editing.teams import load_team, save_team
from bball_tui.league.rights import Right
from bball_tui.league.roster.lists import list_teams
from bball_tui.league.roster.rows import ChatState, RosterFilter, TeamRow
from bball_tui.league.roster.team import FIELDS, TeamDraft
from bball_tui.league.rules.store import read_findings

id_type = click.IntRange(min=1)


@click.group()
def teams() -> None:
    """The teams of the league."""


@teams.command("list")
@click.option("--against-rules", is_flag=True, help="Only teams of which something is against the league's rules.")
@list_options
@in_transaction
async def teams_list(context: CliContext, session: Session, wanted: Wanted, against_rules: bool) -> Answer:
    """List the teams with how many players have signed, and how much is against the league's rules."""

    async def as_table(found: RosterFilter) -> Answer:
        rows = await list_teams(session, context.league.id, found, wanted.order)
        return listed(("ID", "Team", "Division", "Season", "Signed", "Chat", "Rules"), rows, _team_cells)

    broken = None
    if against_rules:
        broken = tuple({one.team_id for one in await read_findings(session, context.league.id)})
    return await answer_list(context, session, "teams", wanted, as_table, broken)


def _team_cells(row: TeamRow) -> Sequence[str]:
    name, signed = marked(row.name, row), f"{row.signed}/{row.players}"
    chat = "not found" if row.chat is ChatState.GONE else row.chat
    return (str(row.id), name, row.division, row.season, signed, chat, _rules(row))


def _rules(row: TeamRow) -> str:
    return f"! {row.against_rules}" if row.against_rules else ""


async def team_id_of(context: CliContext, session: Session, season_id: int, name: str) -> str:
    """The id of a team of a season, as a form holds it.

    Raises:
        BballError: there is no such team, or several.
    """
    return str(await team_named(context, session, season_id, name))


teams.add_command(teams_check)
teams.add_command(delete_command(RecordKind.TEAM))
for archiving in archive_commands(RecordKind.TEAM):
    teams.add_command(archiving)


@teams.command("add")
@needs(Right.ROSTER)
@click.argument("name")
@new_options(FIELDS[1:])  # the name is an argument
@click.option("--season", metavar="NAME", help="In this season; the one that the desk shows when left out.")
@json_option
@saving("Team")
async def teams_add(context: CliContext, session: Session, season: str | None, **values: Any) -> Outcome:
    """Add a team to a season."""
    where = await season_of(context, session, season)
    return await save_team(session, context.league.id, given(TeamDraft(), values), season_id=where.id, base=None)


@teams.command("edit")
@needs(Right.ROSTER)
@click.argument("team_id", metavar="ID", type=id_type)
@edit_options(FIELDS)
@json_option
@saving("Team")
async def teams_edit(context: CliContext, session: Session, team_id: int, **values: Any) -> Outcome:
    """Change a team's name or division."""
    base = await load_team(session, context.league.id, team_id)
    return await save_team(session, context.league.id, given(base.draft, values), season_id=None, base=base)
