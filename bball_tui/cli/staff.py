"""`bball-tui staff list|add|role|remove`: who works in the league, and as what."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import click
from msgspec import Struct

from bball_tui.cli.context import CliContext, current_settings, in_transaction, needs
from bball_tui.cli.groupme_team import season_option
from bball_tui.cli.output import Answer, Did, listed, plain
from bball_tui.cli.which_season import season_of
from bball_tui.database.engine import Session
from bball_tui.database.states import StaffRole
from bball_tui.errors import BballError
from bball_tui.groupme.plan.read_database import find_team
from bball_tui.league.members import MAY, Member, add_member, list_members, remove_member
from bball_tui.league.rights import OWN_DATABASE, Right

ROLES = click.Choice([role.value for role in StaffRole])
OF_THE_LEAGUE = click.Choice([role.value for role in StaffRole if role is not StaffRole.COORDINATOR])

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, on a terminal too.")
login_argument = click.argument("login")
team_option = click.option("--team", metavar="TEAM", help="The team of a coordinator, by its name or number.")


class StaffChange(Struct, frozen=True):
    """The JSON of `staff add`, `role` and `remove`: the roles that ``login`` got and lost."""

    login: str
    added: Sequence[str]
    removed: Sequence[str]


def in_a_shared_database(command: Callable[..., int]) -> Callable[..., int]:
    """Gives no role where none counts: it would promise that something is protected."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> int:
        if current_settings().embedded:
            raise BballError(f"{OWN_DATABASE} Nothing was changed: here a role would protect nothing.")
        return command(*args, **options)

    return run


@click.group()
def staff() -> None:
    """Who works in the league, and as what. For admins of the league."""


@staff.command("list")
@needs(Right.STAFF)
@json_option
@in_transaction
async def staff_list(context: CliContext, session: Session) -> Answer:
    """List everybody with a role, by login."""
    headers = ("Login", "Role", "Team", "Given by", "Since", "")
    return listed(headers, await list_members(session, context.league.id), lambda one: _cells(one, context))


def _cells(one: Member, context: CliContext) -> Sequence[str]:
    since = one.granted_at.astimezone(context.league.zone)
    shut = "" if one.may_log_in else "cannot log in"
    shut = shut if one.same_login else "a new login of this name: give the role again"
    return one.login, one.role, one.team or "", one.granted_by, f"{since:%Y-%m-%d}", shut


@staff.command("add")
@in_a_shared_database
@needs(Right.STAFF)
@login_argument
@click.option("--role", "roles", type=ROLES, multiple=True, required=True, help="What they may do; can be given again.")
@team_option
@season_option
@json_option
@in_transaction
async def staff_add(
    context: CliContext, session: Session, login: str, roles: Sequence[str], team: str | None, season: str | None
) -> Answer:
    """Give LOGIN a role in this league. The login itself an administrator of the server makes."""
    team_id = await _team_id(context, session, team, season)
    added = [
        role
        for role in map(StaffRole, roles)
        if await add_member(session, context.league.id, login, role, _for(role, team_id, alone=len(roles) == 1))
    ]
    return _changed(login, added, [])


@staff.command("role")
@in_a_shared_database
@needs(Right.STAFF)
@login_argument
@click.argument(
    "roles",
    nargs=-1,
    required=True,
    type=click.Choice([one.value for one in StaffRole if one is not StaffRole.COORDINATOR]),
)
@json_option
@in_transaction
async def staff_role(context: CliContext, session: Session, login: str, roles: Sequence[str]) -> Answer:
    """Let LOGIN have these roles in the whole league and no others. The teams of a coordinator stay."""
    wanted = set(map(StaffRole, roles))
    found = [
        one
        for one in await list_members(session, context.league.id)
        if one.login == login and one.role is not StaffRole.COORDINATOR
    ]
    added = sorted(wanted - {one.role for one in found if one.same_login})
    removed = sorted({one.role for one in found} - wanted)
    for role in added:
        await add_member(session, context.league.id, login, role)
    for role in removed:
        await remove_member(session, context.league.id, login, role)
    return _changed(login, added, removed)


@staff.command("remove")
@needs(Right.STAFF)
@login_argument
@click.option("--role", type=ROLES, help="Only this role; all of them when left out.")
@team_option
@season_option
@json_option
@in_transaction
async def staff_remove(
    context: CliContext, session: Session, login: str, role: str | None, team: str | None, season: str | None
) -> Answer:
    """Take LOGIN's roles in this league away. What they did stays in the history under their name."""
    team_id = await _team_id(context, session, team, season)
    gone = [
        one
        for one in await list_members(session, context.league.id)
        if one.login == login and role in (None, one.role) and team_id in (None, one.team_id)
    ]
    if not gone:
        raise BballError(f"{plain(login)[:80]} has no such role in this league. See who has: bball-tui staff list")
    for one in gone:
        await remove_member(session, context.league.id, login, one.role, one.team_id)
    return _changed(login, [], [one.role for one in gone])


@staff.command("roles")
def staff_roles() -> int:
    """Print what each role may, as Markdown: every command that needs one."""
    from bball_tui.cli.role_table import role_table
    from bball_tui.tui.all_commands import ACTION_SETS

    click.echo(role_table(ACTION_SETS))
    return 0


async def _team_id(context: CliContext, session: Session, team: str | None, season: str | None) -> int | None:
    if team is None:
        return None
    found = await season_of(context, session, season)
    return (await find_team(session, context.league.id, found.id, team)).id


def _for(role: StaffRole, team_id: int | None, *, alone: bool) -> int | None:
    """Beside other roles the team is the coordinator's; alone with another role it is a mistake, which is said."""
    return team_id if role is StaffRole.COORDINATOR or alone else None


def _changed(login: str, added: Sequence[StaffRole], removed: Sequence[StaffRole]) -> Did:
    name = plain(login)
    said = [f"{name} is {role} of this league now: {MAY[role]}." for role in added]
    said += [f"{name} is not {role} of this league anymore." for role in removed]
    return Did(
        said or [f"Nothing to change: {name} has these roles already."],
        StaffChange(login, [str(one) for one in added], [str(one) for one in removed]),
    )
