"""`bball-tui players`: list, add and edit, and who may be one person. Options that are left out change nothing."""

from collections.abc import Sequence
from typing import Any

import click

from bball_tui.cli.archiving import archive_commands
from bball_tui.cli.context import CliContext, in_transaction, needs
from bball_tui.cli.deleting import delete_command
from bball_tui.cli.erasing import players_erase
from bball_tui.cli.lists import Wanted, answer_list, list_options, marked
from bball_tui.cli.merging import listed_pairs, merge_commands
from bball_tui.cli.output import Answer, Did, listed
from bball_tui.cli.saving import edit_options, given, json_option, new_options, saving
from bball_tui.cli.teams import team_id_of
from bball_tui.cli.which_season import season_of
from bball_tui.database.engine import Session
from bball_tui.database.states import DateOrder
from bball_tui.league.editing.contracts import ContractDraft, new_contract
from bball_tui.league.editing.deleting import RecordKind
from bball_tui.league.editing.outcome import Outcome, Saved
from bball_tui.league.editing.players import load_player, save_player
from bball_tui.league.merging.lookalikes import pairs_of_players, tell_apart
from bball_tui.league.merging.people import Person
from bball_tui.league.rights import Right
from bball_tui.league.roster.lists import list_players
from bball_tui.league.roster.player import FIELDS, LISTED, PlayerDraft
from bball_tui.league.roster.player_row import PlayerRow
from bball_tui.league.roster.rows import RosterFilter

id_type = click.IntRange(min=1)
_COLUMNS = tuple(one for one in LISTED if one.heading)


@click.group()
def players() -> None:
    """The players of the league."""


@players.command("list")
@list_options
@in_transaction
async def players_list(context: CliContext, session: Session, wanted: Wanted) -> Answer:
    """List the players with their team and their contract."""

    async def as_table(found: RosterFilter) -> Answer:
        rows = await list_players(session, context.league.id, found, wanted.order)
        headers = ("ID", "Player", *(one.heading for one in _COLUMNS), "Team", "Contract", "E-mail")
        return listed(headers, rows, _player_cells, _player_line)

    return await answer_list(context, session, "players", wanted, as_table)


def _player_line(row: PlayerRow) -> dict[str, object]:
    """One player in the JSON of `players list`."""
    return {
        "id": row.id,
        "player": row.label(),
        **{one.key or one.name: getattr(row, one.name) for one in LISTED},
        "team": row.team,
        "contract": row.contract_status,
        "guardians": row.guardians,
        "has_email": row.has_email,
        "archived": row.archived,
    }


def _player_cells(row: PlayerRow) -> Sequence[str]:
    return (
        str(row.id),
        marked(f"{row.last}, {row.first}", row),
        *(one.write(getattr(row, one.name), DateOrder.YMD) for one in _COLUMNS),
        row.team or "",
        row.contract_status or "",
        "yes" if row.has_email else "no",
    )


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
