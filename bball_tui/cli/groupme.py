"""`bball-tui groupme status|plan|apply|create`; the group itself, with the commands of its two neighbors."""

from collections.abc import Sequence

import click
from msgspec import Struct

from bball_tui.cli.context import CliContext, in_league, needs
from bball_tui.cli.groupme_leavers import groupme_leavers
from bball_tui.cli.groupme_links import groupme_link, groupme_qr, groupme_unlink
from bball_tui.cli.groupme_mails import groupme_send_anyway, groupme_tell
from bball_tui.cli.groupme_not_joined import groupme_not_joined
from bball_tui.cli.groupme_renew import groupme_renew
from bball_tui.cli.groupme_run import applied_answer, chats_sender
from bball_tui.cli.groupme_staff import groupme_staff
from bball_tui.cli.groupme_team import read_team, season_id_of, season_option
from bball_tui.cli.output import Answer, Found, table
from bball_tui.errors import BballError
from bball_tui.groupme.api.account import no_token, token_from
from bball_tui.groupme.links.share_links import mask
from bball_tui.groupme.plan.look_at_chats import plan_creation, read_chats, settle_others
from bball_tui.groupme.plan.plan_model import Action, Plan, TeamPlan
from bball_tui.groupme.plan.team_list import list_chats
from bball_tui.groupme.run.apply import apply, current_plan
from bball_tui.league.rights import Right
from bball_tui.wording import counted

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, on a terminal too.")
dry_run_option = click.option("--dry-run", is_flag=True, help="Only say what would be done.")
tell_option = click.option(
    "--tell", is_flag=True, help="Queue e-mails to families who were welcomed before a link that this brings."
)
try_again_option = click.option(
    "--try-again", is_flag=True, help="Ask GroupMe once more for what it refused to other programs lately."
)


class TeamLine(Struct, frozen=True):
    """One team in the JSON of `groupme status` and `plan`; ``link`` is masked, or null."""

    team_id: int
    team: str
    state: str
    why: str
    group_id: str | None
    group: str | None
    members: int | None
    link: str | None
    candidates: tuple[str, ...]
    warnings: tuple[str, ...]


class ActionLine(Struct, frozen=True):
    """One action in the JSON of `groupme plan`; ``id`` is what --only and --also take."""

    id: str
    kind: str
    team_id: int
    group_id: str | None
    before: str
    after: str
    reason: str
    risk: str | None
    ticked: bool
    after_action: str | None


class PlanLine(Struct, frozen=True):
    """The JSON of `groupme plan`, and of `apply --dry-run` with the chosen actions only."""

    account: str
    fingerprint: str
    warnings: tuple[str, ...]
    teams: tuple[TeamLine, ...]
    actions: tuple[ActionLine, ...]


@click.group()
def groupme() -> None:
    """The teams' chats on GroupMe: look, plan, do it, link by hand."""


for command in (
    groupme_link,
    groupme_unlink,
    groupme_qr,
    groupme_staff,
    groupme_tell,
    groupme_send_anyway,
    groupme_renew,
    groupme_leavers,
    groupme_not_joined,
):
    groupme.add_command(command)


@groupme.command("status")
@season_option
@json_option
@in_league
async def groupme_status(context: CliContext, season: str | None) -> Answer:
    """Show each team with its chat. Without an access token: what is stored here."""
    said, before = [], []
    if token_from(context.settings) is None:
        lines = await _stored(context, season)
        said.append(no_token(context.settings, context.league.slug))
        said.append("GroupMe was not asked: this is the last known state.")
    else:
        plan = await _planned(context, season)
        lines = [_team_line(team) for team in plan.teams]
        before += [f"The account is {plan.account}'s.", *_warnings(plan)]
    rows = [(str(one.team_id), one.team, one.state, one.group or one.group_id or "", one.link or "") for one in lines]
    return Found(
        lambda: lines,
        lambda: table(("ID", "Team", "State", "Group", "Link"), rows),
        said,
        before,
        after=[f"! {one.team}: {warning}" for one in lines for warning in one.warnings],
    )


@groupme.command("plan")
@season_option
@try_again_option
@json_option
@in_league
async def groupme_plan(context: CliContext, season: str | None, try_again: bool) -> Answer:
    """Say what there is to do, and why. Nothing is changed."""
    plan = await _planned(context, season, try_again=try_again)
    return _plan_answer(plan, plan.actions)


@groupme.command("apply")
@needs(Right.ROSTER)
@season_option
@click.option("--only", metavar="ACTION", multiple=True, help="Only this action of the plan; may be repeated.")
@click.option("--also", metavar="ACTION", multiple=True, help="Also this one, which is not ticked; may be repeated.")
@click.option("--plan", "fingerprint", metavar="CODE", help="Refuse unless the plan is still the one with this code.")
@tell_option
@try_again_option
@dry_run_option
@json_option
@in_league
async def groupme_apply(
    context: CliContext,
    season: str | None,
    only: tuple[str, ...],
    also: tuple[str, ...],
    fingerprint: str | None,
    tell: bool,
    try_again: bool,
    dry_run: bool,
) -> Answer:
    """Do what the plan has ticked."""
    async with chats_sender(context, await season_id_of(context, season)) as sender:
        plan, _, _ = await current_plan(sender, try_again=try_again)
        if fingerprint not in (None, plan.fingerprint):
            raise BballError("The plan has changed since then, so nothing was done. Look at it again.")
        wanted = _chosen(plan, only, also)
        if dry_run:
            return _plan_answer(plan, wanted)
        sender.tells = frozenset(action.team_id for action in wanted) if tell else frozenset()
        return applied_answer(await apply(sender, wanted, try_again=try_again))


@groupme.command("create")
@needs(Right.ROSTER)
@click.argument("team")
@season_option
@click.option(
    "--although-similar", is_flag=True, help="Although groups of the same or a like name are there: they are others'."
)
@tell_option
@dry_run_option
@json_option
@in_league
async def groupme_create(
    context: CliContext, team: str, season: str | None, although_similar: bool, tell: bool, dry_run: bool
) -> Answer:
    """Create the group of one TEAM (its number or name) and link it."""
    season_id = await season_id_of(context, season)
    found = await read_team(context, season_id, team)
    async with chats_sender(context, season_id) as sender:
        creation = await plan_creation(sender, found.id, although_similar=although_similar)
        if dry_run:
            return _plan_answer(creation.reading.plan, creation.actions)
        await settle_others(sender, creation)
        sender.tells = frozenset({found.id}) if tell else frozenset()
        return applied_answer(await apply(sender, creation.actions, try_again=True))


async def _planned(context: CliContext, season: str | None, *, try_again: bool = False) -> Plan:
    async with chats_sender(context, await season_id_of(context, season)) as sender:
        return (await read_chats(sender, try_again=try_again)).plan


async def _stored(context: CliContext, season: str | None) -> list[TeamLine]:
    """The last known state: what is stored, and how it stood when GroupMe was last asked."""
    season_id = await season_id_of(context, season)
    async with context.database.session() as session:
        rows = await list_chats(session, context.league.id, season_id)
    return [
        TeamLine(
            team_id=row.id,
            team=row.label,
            state=row.state,
            why=row.why or "as stored here",
            group_id=row.group_id,
            group=row.group,
            members=row.members,
            link=row.link,
            candidates=(),
            warnings=row.warnings,
        )
        for row in rows
    ]


def _chosen(plan: Plan, only: Sequence[str], also: Sequence[str]) -> tuple[Action, ...]:
    for name in (*only, *also):
        if plan.action(name) is None:
            raise BballError(f"The plan has no action '{name[:60]}'. 'bball-tui groupme plan' shows those it has.")
    if only:
        return tuple(action for action in plan.actions if action.id in {*only, *also})
    return tuple(action for action in plan.actions if action.ticked or action.id in also)


def _plan_answer(plan: Plan, actions: Sequence[Action]) -> Found:
    labels = {team.team_id: team.label for team in plan.teams}
    rows = [
        ("x" if one.ticked else "-", one.id, labels[one.team_id], f"{one.before} → {one.after}", one.risk or one.reason)
        for one in actions
    ]
    headers = ("", "Action", "Team", "What", "Why, or what speaks against it")
    return Found(
        lambda: _plan_line(plan, actions),
        lambda: table(headers, rows) if rows else "",
        after=[
            f"The account is {plan.account}'s. The plan has the code {plan.fingerprint}.",
            f"{counted(len(rows), 'action')}; those with x are done by 'groupme apply', the others by --also ACTION.",
            *_warnings(plan),
            *(
                f"! {team.label}: {team.why}"
                for team in plan.teams
                if not any(one.team_id == team.team_id for one in actions) and team.group is None
            ),
        ],
    )


def _plan_line(plan: Plan, actions: Sequence[Action]) -> PlanLine:
    lines = tuple(
        ActionLine(
            id=one.id,
            kind=one.kind,
            team_id=one.team_id,
            group_id=one.group_id,
            before=one.before,
            after=one.after,
            reason=one.reason,
            risk=one.risk,
            ticked=one.ticked,
            after_action=one.after_action,
        )
        for one in actions
    )
    return PlanLine(plan.account, plan.fingerprint, plan.warnings, tuple(map(_team_line, plan.teams)), lines)


def _warnings(plan: Plan) -> list[str]:
    return [f"! {warning}" for warning in plan.warnings]


def _team_line(team: TeamPlan) -> TeamLine:
    group = team.group
    return TeamLine(
        team_id=team.team_id,
        team=team.label,
        state=team.state,
        why=team.why,
        group_id=group.id if group else None,
        group=group.name if group else None,
        members=group.members_count if group else None,
        link=mask(group.share_url) if group and group.share_url else None,
        candidates=tuple(candidate.group.id for candidate in team.candidates),
        warnings=team.warnings,
    )
