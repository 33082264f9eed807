"""Who is in a group and not of its team anymore. Pure.

Names are all that GroupMe shows, and people choose them. So only a member whose whole name is that of one family that
left, and of nobody else in the group, is said to have left; the rest is unknown to us, and never proposed. Whoever
runs the group, or is on the league's staff list, is neither.
"""

from collections import Counter
from collections.abc import Collection, Mapping

from msgspec import Struct

from bball_tui.database.states import TeamState
from bball_tui.groupme.api.models import Group, Member
from bball_tui.groupme.plan.make_plan import label
from bball_tui.groupme.plan.membership import name_key
from bball_tui.groupme.plan.plan_inputs import OwnFacts, Snapshot, TeamFacts
from bball_tui.groupme.plan.plan_linked import is_admin
from bball_tui.groupme.plan.plan_model import Action, ActionKind, MemberToRemove, Plan, TeamPlan
from bball_tui.groupme.renew.people import Family, TeamPeople
from bball_tui.language import _
from bball_tui.wording import listed

WHOLE = 2
"""Words of a name that says who somebody is; a first name alone does not."""


class Leaver(Struct, frozen=True):
    """A member whose family left the team, with why that is believed. ``action`` None: only by hand, in the app."""

    member: Member
    families: tuple[Family, ...]
    why: str
    action: Action | None


class TeamLeaving(Struct, frozen=True):
    """One team's group: who ``left``, and who is ``unknown`` to us, by the names that they chose."""

    team_id: int
    label: str
    group: str
    left: tuple[Leaver, ...]
    unknown: tuple[Member, ...]


class Leaving(Struct, frozen=True):
    """All teams whose group has somebody to look at. ``unread`` are teams of which nothing can be said, with why."""

    teams: tuple[TeamLeaving, ...]
    unread: tuple[str, ...]
    plan: Plan

    @property
    def left(self) -> tuple[Leaver, ...]:
        """Everybody who left, team by team."""
        return tuple(one for team in self.teams for one in team.left)


def find_leaving(own: OwnFacts, seen: Snapshot, people: Mapping[int, TeamPeople], team_ids: Collection[int]) -> Leaving:
    """Who left, of these teams (all when none is named) as far as they have a group."""
    teams: list[TeamLeaving] = []
    plans: list[TeamPlan] = []
    unread: list[str] = []
    for team in sorted(own.teams, key=lambda one: (name_key(one.name), one.id)):
        if team.group_id is None or (team_ids and team.id not in team_ids):
            continue
        look = seen.looks.get(team.group_id)
        if not isinstance(look, Group) or look.members is None:
            unread.append(_("{team}: its group could not be read.").format(team=label(team)))
            continue
        families = people.get(team.id, TeamPeople())
        if not families.now:
            unread.append(
                _("{team}: no player of the team is known yet, so no one can be said to have left it.").format(
                    team=label(team)
                )
            )
            continue
        found = _of_team(own, seen, team, look, look.members, families)
        plans.append(TeamPlan(team.id, found.label, TeamState.LINKED, "", look))
        if found.left or found.unknown:
            teams.append(found)
    actions = tuple(one.action for team in teams for one in team.left if one.action is not None)
    plan = Plan(seen.me.name or seen.me.id, tuple(plans), actions, tuple(unread))
    return Leaving(tuple(teams), tuple(unread), plan)


def _of_team(
    own: OwnFacts, seen: Snapshot, team: TeamFacts, group: Group, members: Collection[Member], people: TeamPeople
) -> TeamLeaving:
    staff_ids = {one.user_id for one in own.staff} | {seen.me.id, group.creator_user_id}
    staff = {name_key(one.name) for one in own.staff}
    here = {name_key(name) for family in people.now for name in family.names}
    gone: dict[tuple[str, ...], list[Family]] = {}
    for family in people.before:
        for key in {name_key(name) for name in family.names}:
            gone.setdefault(key, []).append(family)
    often = Counter(name_key(one.nickname) for one in members)
    may_remove = group.kind == "private" or is_admin(group, seen)
    left: list[Leaver] = []
    unknown: list[Member] = []
    for member in sorted(members, key=lambda one: (name_key(one.nickname), one.user_id)):
        key = name_key(member.nickname)
        if member.is_admin or member.user_id in staff_ids or key in staff or key in here:
            continue
        families = gone.get(key, [])
        if len(key) < WHOLE or not families or often[key] > 1:
            unknown.append(member)
            continue
        why = _why(families, own.policy.season)
        action = _removal(team, group, member, why) if may_remove else None
        left.append(Leaver(member, tuple(families), why, action))
    return TeamLeaving(team.id, label(team), group.name, tuple(left), tuple(unknown))


def _why(families: Collection[Family], season: str) -> str:
    parts = [
        _("{player} is on {team} now").format(player=one.player, team=one.team)
        if one.team
        else _("{player} is on no team in {season}").format(player=one.player, season=season)
        for one in families
    ]
    return listed(parts)


def _removal(team: TeamFacts, group: Group, member: Member, why: str) -> Action | None:
    if member.id is None:
        return None
    return Action(
        kind=ActionKind.REMOVE,
        team_id=team.id,
        group_id=group.id,
        payload=MemberToRemove(member.id, member.nickname),
        before=_("{nickname} is in '{group}'").format(nickname=member.nickname, group=group.name),
        after=_("not in it"),
        reason=f"{why}.",
        risk=_("A name is all that GroupMe shows: look whether it is them."),
        ticked=False,
    )
