"""`bball-tui teams|players|seasons add|edit`, and what goes with them. Options that are left out change nothing."""

from typing import Any

import click

from bball_tui.cli.archiving import archive_commands
from bball_tui.cli.context import CliContext, in_transaction, needs
from bball_tui.cli.deleting import delete_command
from bball_tui.cli.erasing import players_erase
from bball_tui.cli.league_rules import teams_check
from bball_tui.cli.lists import players, team_named, teams
from bball_tui.cli.merging import listed_pairs, merge_commands
from bball_tui.cli.output import Answer, Did, listed
from bball_tui.cli.saving import edit_options, given, json_option, new_options, saving
from bball_tui.cli.season_roll import season_roll, season_roll_undo
from bball_tui.cli.seasons import season_of
from bball_tui.database.engine import Session
from bball_tui.league.editing.contracts import ContractDraft, new_contract
from bball_tui.league.editing.deleting import RecordKind
from bball_tui.league.editing.outcome import Outcome, Saved
from bball_tui.league.editing.players import load_player, save_player
from bball_tui.league.editing.seasons import load_season, save_season
from bball_tui.league.editing.teams import load_team, save_team
from bball_tui.league.leagues import Season, list_seasons
from bball_tui.league.merging.lookalikes import pairs_of_players, tell_apart
from bball_tui.league.merging.people import Person
from bball_tui.league.rights import Right
from bball_tui.league.roster.player import FIELDS, PlayerDraft
from bball_tui.league.roster.team import FIELDS as TEAM_FIELDS
from bball_tui.league.roster.team import TeamDraft
from bball_tui.league.seasons.season import COLUMNS as SEASON_COLUMNS
from bball_tui.league.seasons.season import SeasonDraft
from bball_tui.league.seasons.shown_season import shown_season

id_type = click.IntRange(min=1)


async def team_id_of(context: CliContext, session: Session, season_id: int, name: str) -> str:
    """The id of a team of a season, as a form holds it.

    Raises:
        BballError: there is no such team, or several.
    """
    return str(await team_named(context, session, season_id, name))


# Teams

teams.add_command(teams_check)
teams.add_command(delete_command(RecordKind.TEAM))
for archiving in archive_commands(RecordKind.TEAM):
    teams.add_command(archiving)


@teams.command("add")
@needs(Right.ROSTER)
@click.argument("name")
@new_options(TEAM_FIELDS[1:])  # the name is an argument
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
@edit_options(TEAM_FIELDS)
@json_option
@saving("Team")
async def teams_edit(context: CliContext, session: Session, team_id: int, **values: Any) -> Outcome:
    """Change a team's name or division."""
    base = await load_team(session, context.league.id, team_id)
    return await save_team(session, context.league.id, given(base.draft, values), season_id=None, base=base)


# Players

for merging in merge_commands(Person.PLAYER):
    players.add_command(merging)
players.add_command(players_erase)
players.add_command(delete_command(RecordKind.PLAYER))
for archiving in archive_commands(RecordKind.PLAYER):
    players.add_command(archiving)

not_same = click.option(
    "--not-same",
    "others",
    metavar="ID",
    type=id_type,
    multiple=True,
    help="This player is not that one; may be repeated.",
)


@players.command("add")
@needs(Right.ROSTER)
@new_options(FIELDS)
@click.option("--team", metavar="NAME", help="Offer a contract of this team too.")
@click.option("--due", default="", metavar="DATE", help="When that contract is due.")
@click.option("--season", metavar="NAME", help="The contract's season; the one that the desk shows when left out.")
@not_same
@json_option
@saving("Player")
async def players_add(
    context: CliContext,
    session: Session,
    team: str | None,
    due: str,
    season: str | None,
    others: tuple[int, ...],
    **values: Any,
) -> Outcome:
    """Add a player, with --team also a contract that is offered."""
    order = context.league.date_order
    outcome = await save_player(session, context.league.id, given(PlayerDraft(), values), order=order, others=others)
    if team is None or not isinstance(outcome, Saved):
        return outcome
    where = await season_of(context, session, season)
    draft = ContractDraft(await team_id_of(context, session, where.id, team), due_on=due)
    contract = await new_contract(session, context.league.id, where.id, outcome.id, draft, order=order)
    if not isinstance(contract, Saved):
        # Player and contract are one wish: nothing is written when one of them cannot be.
        await session.rollback()
        return contract
    return Saved(outcome.id, notes=(*outcome.notes, *contract.notes))


@players.command("edit")
@needs(Right.ROSTER)
@click.argument("player_id", metavar="ID", type=id_type)
@edit_options(FIELDS)
@not_same
@json_option
@saving("Player")
async def players_edit(
    context: CliContext, session: Session, player_id: int, others: tuple[int, ...], **values: Any
) -> Outcome:
    """Change a player."""
    order = context.league.date_order
    base = await load_player(session, context.league.id, player_id, order)
    return await save_player(
        session, context.league.id, given(base.draft, values), order=order, base=base, others=others
    )


@players.command("duplicates")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@in_transaction
async def players_duplicates(context: CliContext, session: Session) -> Answer:
    """List pairs of players who may be one person."""
    return listed_pairs(await pairs_of_players(session, context.league.id))


@players.command("distinct")
@needs(Right.ROSTER)
@click.argument("player_id", metavar="ID", type=id_type)
@click.argument("others", metavar="OTHER...", nargs=-1, required=True, type=id_type)
@in_transaction
async def players_distinct(context: CliContext, session: Session, player_id: int, others: tuple[int, ...]) -> Answer:
    """Remember that a player is none of the others."""
    await tell_apart(session, context.league.id, player_id, others)
    return Did(["Remembered: they are not the same."])


# Seasons


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
@new_options(SEASON_COLUMNS[1:])  # the name is an argument
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
@edit_options(SEASON_COLUMNS)
@click.option("--show", "current", is_flag=True, default=None, help="The desk shows it from now on.")
@json_option
@saving("Season")
async def seasons_edit(context: CliContext, session: Session, season_id: int, **values: Any) -> Outcome:
    """Change a season, or choose it for the desk."""
    order = context.league.date_order
    base = await load_season(session, context.league.id, season_id, order)
    return await save_season(session, context.league.id, given(base.draft, values), order=order, base=base)
