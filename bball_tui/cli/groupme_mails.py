"""`bball-tui groupme tell|send-anyway`: the link of a team chat reaches families."""

import click
from msgspec import Struct

from bball_tui.cli.context import CliContext, in_league, needs
from bball_tui.cli.groupme_team import read_team, season_id_of, season_option
from bball_tui.cli.output import Answer, Did, narrate
from bball_tui.groupme.notify.enqueue import families_of, tell_families
from bball_tui.groupme.plan.make_plan import label
from bball_tui.groupme.plan.read_database import read_own
from bball_tui.league.rights import Right
from bball_tui.outbox.waiting_for_chat import count_waiting, release_waiting
from bball_tui.wording import counted, listed

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, on a terminal too.")
dry_run_option = click.option("--dry-run", is_flag=True, help="Only say what would be done.")
teams_argument = click.argument("teams", metavar="[TEAM]...", nargs=-1)
MOST_NAMES = 10
_WITHOUT = "sent without the link of the team chat"


class ToldLine(Struct, frozen=True):
    """One team in the JSON of `groupme tell`; ``outbox`` are the promised mails, none in a dry run."""

    team_id: int
    team: str
    mails: int
    families: tuple[str, ...]
    outbox: tuple[int, ...]


class ReleasedLine(Struct, frozen=True):
    """One team in the JSON of `groupme send-anyway`."""

    team_id: int
    team: str
    mails: int


@click.command("tell")
@needs(Right.MAILS)
@teams_argument
@season_option
@dry_run_option
@json_option
@in_league
async def groupme_tell(context: CliContext, teams: tuple[str, ...], season: str | None, dry_run: bool) -> Answer:
    """Write to families who were welcomed before their team's share link stood. Without TEAM: of all teams."""
    ids = await _ids(context, teams, season)
    async with context.database.session() as session:
        found = await families_of(session, context.league.id, ids)
    lines = []
    for team, families in found:
        told: tuple[int, ...] = ()
        if not dry_run:
            async with context.database.session() as session:
                told = (await tell_families(session, context.league.id, families.team_id)).outbox_ids
        mails = families.recipients if dry_run else len(told)
        lines.append(ToldLine(families.team_id, team, mails, families.players, told))
        names = families.players[:MOST_NAMES]
        more = len(families.players) - len(names)
        said = listed([*names, f"{more} more"] if more else names)
        narrate(f"{team}: {counted(mails, 'e-mail')} {'would be ' if dry_run else ''}queued, about {said}.")
    return Did([] if lines else ["Every family that was welcomed has the present link."], lines)


@click.command("send-anyway")
@needs(Right.MAILS)
@teams_argument
@season_option
@dry_run_option
@json_option
@in_league
async def groupme_send_anyway(context: CliContext, teams: tuple[str, ...], season: str | None, dry_run: bool) -> Answer:
    """Send welcome e-mails that wait for their team's share link without it. Without TEAM: of all teams."""
    lines = []
    for team_id, name in (await _ids(context, teams, season)).items():
        async with context.database.session() as session:
            mails = (
                await count_waiting(session, context.league.id, team_id)
                if dry_run
                else await release_waiting(
                    session, context.league.id, team_id, why="sent without the link of the team chat"
                )
            )
        if mails:
            lines.append(ReleasedLine(team_id, name, mails))
            narrate(f"{name}: {counted(mails, 'e-mail')} {'would be ' if dry_run else ''}queued.")
    return Did([] if lines else ["No welcome e-mail waits for the link."], lines)


async def _ids(context: CliContext, teams: tuple[str, ...], season: str | None) -> dict[int, str]:
    """The teams that are meant, by id; all of the season when none is named."""
    season_id = await season_id_of(context, season)
    if teams:
        found = [await read_team(context, season_id, one) for one in teams]
        return {team.id: label(team) for team in found}
    async with context.database.session() as session:
        own = await read_own(session, context.league.id, season_id)
    return {team.id: label(team) for team in own.teams}
