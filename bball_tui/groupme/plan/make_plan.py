"""Makes the plan. Pure: the same facts give the same plan, in whatever order they came."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

from msgspec import Struct

from bball_tui.database.states import TeamState
from bball_tui.groupme.api.models import Group, NewGroup
from bball_tui.groupme.plan.matching import Hits, TeamName, key, match, read_name, season_of, team_name
from bball_tui.groupme.plan.plan_inputs import Gone, LostCreate, OwnFacts, Snapshot, TeamFacts, Unread
from bball_tui.groupme.plan.plan_linked import plan_linked, settle_new
from bball_tui.groupme.plan.plan_model import (
    Action,
    ActionKind,
    Candidate,
    Likeness,
    LinkTo,
    Plan,
    TeamPlan,
)
from bball_tui.language import _

LONGEST_NAME = 140
LONGEST_DESCRIPTION = 240
"""GroupMe takes 255 characters; the rest is for the short tag that `apply` puts behind."""

LOST_SLACK = timedelta(seconds=300)
"""The two clocks may differ by this much."""

OLD = timedelta(days=180)
"""A group that existed this long before the season began is likely to hold other families."""


class _Unlinked(Struct, frozen=True):
    """What the unlinked teams are compared with."""

    own: OwnFacts
    seen: Snapshot
    free: Mapping[str, Group]
    hits: Mapping[int, Hits]
    contested: frozenset[str]
    """Free groups that more than one team's name finds, exactly or (where none does exactly) nearly."""
    same_names: frozenset[str]


def make_plan(own: OwnFacts, seen: Snapshot) -> Plan:
    """The plan for the season. Speed: linear in teams plus groups."""
    teams = sorted(own.teams, key=lambda team: team.id)
    claims = Counter(team.group_id for team in teams if team.group_id is not None)
    listed = {group.id: group for group in seen.groups}
    unlinked = [team for team in teams if team.group_id is None]
    scene = _scene(own, seen, unlinked, listed, frozenset(claims))
    plans: list[TeamPlan] = []
    actions: list[Action] = []
    for team in teams:
        if team.group_id is None:
            planned, steps = _plan_unlinked(team, scene)
        elif claims[team.group_id] > 1:
            others = ", ".join(label(t) for t in teams if t.group_id == team.group_id and t.id != team.id)
            why = _(
                "The same group is also linked to {others}. Unlink one of them; until then nothing is done for either."
            ).format(others=others)
            planned, steps = TeamPlan(team.id, label(team), TeamState.CONFLICT, why, listed.get(team.group_id)), []
        else:
            planned, steps = _plan_with_id(team, own, seen, listed)
        plans.append(planned)
        actions += steps
    return Plan(seen.me.name or seen.me.id, tuple(plans), tuple(actions), tuple(_overall(own, seen)))


def label(team: TeamFacts) -> str:
    """The team in words."""
    return f"{team.name} ({team.division})" if team.division else team.name


def group_name(team: TeamFacts, same_names: frozenset[str]) -> str:
    """What a new group is called: the team's name, with the division where another team has the same name."""
    named = f"{team.name} {team.division}" if team.division and key(team.name) in same_names else team.name
    return named[:LONGEST_NAME].strip()


def _overall(own: OwnFacts, seen: Snapshot) -> list[str]:
    warnings = []
    if not seen.complete:
        warnings.append(
            _(
                "The list of groups could not be read to its end, so nothing is created now: a group may "
                "be there already."
            )
        )
    if not own.policy.can_create:
        warnings.append(
            _(
                "GroupMe does not let this program create groups. Make them in the GroupMe app and paste "
                "their share links."
            )
        )
    unasked = [staff.name for staff in own.staff if not staff.consent]
    if unasked:
        warnings.append(
            _("No consent is noted for {unasked}, so no one adds them to a group.").format(unasked=", ".join(unasked))
        )
    return warnings


def _plan_with_id(
    team: TeamFacts, own: OwnFacts, seen: Snapshot, listed: Mapping[str, Group]
) -> tuple[TeamPlan, list[Action]]:
    group_id = str(team.group_id)
    look = seen.looks.get(group_id)
    group = look if isinstance(look, Group) else listed.get(group_id)
    if group is not None:
        return plan_linked(team, label(team), group, own, seen)
    if isinstance(look, Gone):
        why = _(
            "The linked group is not there for this account: {how}. It is neither unlinked nor made "
            "again by itself. Rejoin it in the GroupMe app, or unlink it here."
        ).format(how=look.how)
        return TeamPlan(team.id, label(team), TeamState.BROKEN, why), []
    reason = look.why if isinstance(look, Unread) else _("it is not in the list, and was not looked at")
    why = _("Whether the linked group is well could not be found out: {reason}. Nothing is changed.").format(
        reason=reason
    )
    return TeamPlan(team.id, label(team), TeamState.UNKNOWN, why), []


def _scene(
    own: OwnFacts, seen: Snapshot, unlinked: list[TeamFacts], listed: Mapping[str, Group], claimed: frozenset[str]
) -> _Unlinked:
    prefixes = own.policy.prefixes
    free = {id_: group for id_, group in listed.items() if id_ not in claimed and id_ not in own.elsewhere}
    names: list[TeamName] = [team_name(team.id, team.name, team.division, prefixes) for team in unlinked]
    found: Mapping[int, Hits] = {}
    if names:
        read = ((group.id, read_name(group.name, prefixes)) for group in free.values())
        found = match(names, read, season_of(own.policy.season))
    exact = {
        team.id: tuple(sorted(id_ for id_ in found[team.id].exact if id_ not in team.dismissed)) for team in unlinked
    }
    exact_times = Counter(id_ for ids in exact.values() for id_ in ids)
    hits: dict[int, Hits] = {}
    for team in unlinked:
        # A group that bears another team's very name is no suggestion for this one.
        similar = (id_ for id_ in found[team.id].similar if id_ not in team.dismissed and id_ not in exact_times)
        hits[team.id] = Hits(exact[team.id], tuple(sorted(similar)))
    times = exact_times + Counter(id_ for hit in hits.values() if not hit.exact for id_ in hit.similar)
    keys = Counter(key(team.name) for team in own.teams)
    return _Unlinked(
        own,
        seen,
        free,
        hits,
        frozenset(id_ for id_, often in times.items() if often > 1),
        frozenset(name for name, often in keys.items() if often > 1),
    )


def _plan_unlinked(team: TeamFacts, scene: _Unlinked) -> tuple[TeamPlan, list[Action]]:
    if team.id in scene.own.handed_on:
        why = _(
            "Its group went on with {handed_on}. No new one is made for a season that is over; one "
            "can still be linked by hand."
        ).format(handed_on=scene.own.handed_on[team.id])
        return TeamPlan(team.id, label(team), TeamState.MISSING, why), []
    lost = next((entry for entry in scene.own.lost if entry.team_id == team.id), None)
    if lost is not None:
        made = [group for group in scene.free.values() if is_made_by(group, lost, scene.seen.me.id)]
        if len(made) == 1:
            why = _("An earlier run asked for this group and never got the answer. Here it is.")
            return _proposal(team, scene, made[0], Likeness.SAME, why, ticked=True)
        if made:
            why = _("An earlier run asked for a group and never got the answer. Several may be it: choose one.")
            return _choice(team, scene, made, [], why)
    hits = scene.hits[team.id]
    exact = [scene.free[id_] for id_ in hits.exact]
    similar = [scene.free[id_] for id_ in hits.similar]
    if len(exact) == 1 and exact[0].id not in scene.contested:
        return _same_name(team, scene, exact[0])
    if exact:
        several = len(exact) > 1
        why = (
            _("Several groups have this name: choose one.")
            if several
            else _("Several teams could own this group: choose.")
        )
        return _choice(team, scene, exact, similar, why)
    if len(similar) == 1 and similar[0].id not in scene.contested:
        why = _(
            "'{similar}' is like this team's name, or of another season. Link it, or dismiss it to create one."
        ).format(similar=similar[0].name)
        return _proposal(team, scene, similar[0], Likeness.SIMILAR, why, ticked=False)
    if similar:
        why = _("Groups with similar names, or of another season, are there. Link one, or dismiss them to create one.")
        return _choice(team, scene, [], similar, why)
    return _missing(team, scene, lost)


def is_made_by(group: Group, lost: LostCreate, my_id: str) -> bool:
    """Whether ``group`` is what the lost request asked for: ours, made since, with its tag or exactly its name.

    A creator or a moment that the answer left out does not speak against it; then the tag must be there.
    """
    if lost.tag in group.description:
        return group.creator_user_id in (None, my_id)
    if group.creator_user_id != my_id or group.created_at is None:
        return False
    return group.name == lost.name and group.created_at >= lost.at - LOST_SLACK


def _same_name(team: TeamFacts, scene: _Unlinked, group: Group) -> tuple[TeamPlan, list[Action]]:
    doubts = []
    if group.creator_user_id != scene.seen.me.id:
        doubts.append(_("someone else made it"))
    if group.kind == "announcement":
        doubts.append(_("only its admins can write in it"))
    if _is_old(group, scene):
        doubts.append(_("it is much older than the season and may hold last season's families"))
    if not scene.seen.complete:
        doubts.append(_("the list of groups is not complete, so there may be another one of this name"))
    why = _("A group of this name is there.") + (
        _(" Look first: {doubts}.").format(doubts="; ".join(doubts)) if doubts else ""
    )
    return _proposal(team, scene, group, Likeness.SAME, why, ticked=not doubts)


def _is_old(group: Group, scene: _Unlinked) -> bool:
    starts = scene.own.policy.season_starts
    if starts is None or group.created_at is None:
        return False
    return group.created_at < datetime.combine(starts, time(), UTC) - OLD


def _proposal(
    team: TeamFacts, scene: _Unlinked, group: Group, likeness: Likeness, why: str, *, ticked: bool
) -> tuple[TeamPlan, list[Action]]:
    action = Action(
        kind=ActionKind.LINK,
        team_id=team.id,
        group_id=group.id,
        payload=LinkTo(group.name, group.share_url, group.share_known),
        before=_("no group"),
        after=_("linked to '{group}'").format(group=group.name),
        reason=why,
        risk=None if ticked else _("Everybody in this group will be counted as this team's."),
        ticked=ticked,
    )
    candidate = _candidate(group, likeness, scene)
    return TeamPlan(team.id, label(team), TeamState.PROPOSED, why, None, (candidate,)), [action]


def _choice(
    team: TeamFacts, scene: _Unlinked, exact: list[Group], similar: list[Group], why: str
) -> tuple[TeamPlan, list[Action]]:
    candidates = (
        *(_candidate(group, Likeness.SAME, scene) for group in exact),
        *(_candidate(group, Likeness.SIMILAR, scene) for group in similar),
    )
    return TeamPlan(team.id, label(team), TeamState.AMBIGUOUS, why, None, candidates), []


def _candidate(group: Group, likeness: Likeness, scene: _Unlinked) -> Candidate:
    return Candidate(group, likeness, group.creator_user_id == scene.seen.me.id)


def _missing(team: TeamFacts, scene: _Unlinked, lost: LostCreate | None) -> tuple[TeamPlan, list[Action]]:
    policy = scene.own.policy
    if not scene.seen.complete or not policy.can_create:
        why = (
            _("No group was found, and the list of groups is not complete. Read it again before one is made.")
            if not scene.seen.complete
            else _("No group was found. Make it in the GroupMe app, then link it here by its share link.")
        )
        return TeamPlan(team.id, label(team), TeamState.MISSING, why), []
    name = group_name(team, scene.same_names)
    if not key(name):
        why = _(
            "This team's name has no letter and no digit, so no group could be found again by it. Link one by hand."
        )
        return TeamPlan(team.id, label(team), TeamState.MISSING, why), []
    risk = (
        _(
            "An earlier run asked for this group without learning the outcome, and it is still not "
            "listed. Look into the GroupMe app first: if it is there after all, link it."
        )
        if lost is not None
        else None
    )
    description = f"{policy.league}, {policy.season}"[:LONGEST_DESCRIPTION]
    create = Action(
        kind=ActionKind.CREATE,
        team_id=team.id,
        group_id=None,
        payload=NewGroup(name, description, share=policy.share),
        before=_("no group"),
        after=_("new group '{name}'").format(name=name) + (_(" with a share link") if policy.share else ""),
        reason=_("No group has this team's name, or one like it."),
        risk=risk,
        ticked=risk is None,
    )
    actions = [create, *settle_new(team, create, scene.own, scene.seen)]
    return TeamPlan(team.id, label(team), TeamState.MISSING, _("No group was found for this team.")), actions
