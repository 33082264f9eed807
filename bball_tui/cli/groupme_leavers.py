"""`bball-tui groupme leavers`: who is in a group and not of its team anymore; and taking them out."""

from collections.abc import Collection

import click
from msgspec import Struct

from bball_tui.cli.context import CliContext, in_league, needs
from bball_tui.cli.groupme_run import applied_answer, chats_sender
from bball_tui.cli.groupme_team import read_team, season_id_of, season_option
from bball_tui.cli.output import Answer, Did, Found, echo_lines, table
from bball_tui.errors import BballError
from bball_tui.groupme.plan.plan_model import Action
from bball_tui.groupme.renew.leaving import Leaving
from bball_tui.groupme.renew.run import apply_removals, read_leaving
from bball_tui.groupme.renew.sheet import LEFT, UNKNOWN, leaving_rows
from bball_tui.league.rights import Right
from bball_tui.league.seasons.rolls import read_origins
from bball_tui.league.values.csv_text import csv_text
from bball_tui.league.values.formula_escape import quoted
from bball_tui.mail.safe_values import one_line
from bball_tui.wording import counted


class MemberLine(Struct, frozen=True):
    """One member in the JSON of `groupme leavers`; ``id`` is what --remove takes, null where that is by hand alone."""

    team_id: int
    team: str
    group: str
    id: str | None
    name: str
    what: str
    players: tuple[str, ...]
    why: str


@click.command("leavers")
@needs(Right.ROSTER)
@click.argument("teams", metavar="[TEAM]...", nargs=-1)
@season_option
@click.option("--remove", metavar="ID", multiple=True, help="Take this member out; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print them as CSV for a spreadsheet.")
def groupme_leavers(**options: object) -> int:
    """List who is in the groups and not of the team anymore; of all teams without TEAM. Nobody is removed unasked.

    Who left is told apart from members who are unknown to us: those are never removed from here, nor are staff.
    """
    if options["as_json"] and options["as_csv"]:
        raise click.UsageError("--json and --csv cannot both be printed. Choose one.")
    return _leavers(**options)


@in_league
async def _leavers(
    context: CliContext, teams: tuple[str, ...], season: str | None, remove: tuple[str, ...], as_csv: bool
) -> Answer:
    season_id = await season_id_of(context, season)
    ids = {(await read_team(context, season_id, one)).id for one in teams}
    async with context.database.session() as session:
        origins = await read_origins(session, context.league.id, season_id)
    async with chats_sender(context, season_id) as sender:
        leaving = await read_leaving(sender, origins, ids)
        if remove:
            return applied_answer(await apply_removals(sender, _chosen(leaving, remove), origins))
    if as_csv:
        rows = [[quoted(cell) for cell in row] for row in leaving_rows(leaving)]
        echo_lines(csv_text(rows).replace("\r\n", "\n"))
        return Did()
    return _answer(leaving)


def _chosen(leaving: Leaving, ids: Collection[str]) -> tuple[Action, ...]:
    """The removals of these members.

    Raises:
        BballError: one is not among those who left, or GroupMe lets only its own app remove them.
    """
    found = {one.member.id: one for one in leaving.left}
    for wanted in ids:
        if wanted not in found:
            raise BballError(
                f"Member {one_line(wanted)[:40]} is not among those who left. Without --remove they are all listed; "
                "whoever is unknown to us can only be removed in the GroupMe app."
            )
        if found[wanted].action is None:
            raise BballError(
                f"This account may not remove {found[wanted].member.nickname}. Remove them in the GroupMe app."
            )
    return tuple(action for one in leaving.left if one.member.id in ids and (action := one.action) is not None)


def _answer(leaving: Leaving) -> Found:
    rows = [
        ("" if one.action is None else str(one.member.id), team.label, one.member.nickname, LEFT, one.why)
        for team in leaving.teams
        for one in team.left
    ]
    rows += [("", team.label, one.nickname, UNKNOWN, "") for team in leaving.teams for one in team.unknown]
    unknown = sum(len(team.unknown) for team in leaving.teams)
    return Found(
        lambda: _json(leaving),
        lambda: table(("ID", "Team", "Name in the group", "What", "Why"), rows) if rows else "",
        after=[
            f"{counted(len(leaving.left), 'member')} left the team, {counted(unknown, 'is', 'are')} unknown to us. "
            "GroupMe shows only names that people chose: look whether it is them.",
            *(f"! {one}" for one in leaving.unread),
            *(["--remove ID takes one out; those without an ID only in the GroupMe app."] if rows else []),
        ],
    )


def _json(leaving: Leaving) -> tuple[MemberLine, ...]:
    lines: list[MemberLine] = []
    for team in leaving.teams:
        head = (team.team_id, team.label, team.group)
        for one in team.left:
            players = tuple(family.player for family in one.families)
            membership = None if one.action is None else one.member.id
            lines.append(MemberLine(*head, membership, one.member.nickname, LEFT, players, one.why))
        lines += [MemberLine(*head, None, one.nickname, UNKNOWN, (), "") for one in team.unknown]
    return tuple(lines)
