"""Asking GroupMe how the teams' chats stand. Nothing is written there; what was seen is kept for the next look."""

import dataclasses
from collections.abc import Collection

from msgspec import Struct
from msgspec.structs import replace

from bball_tui.errors import BballError
from bball_tui.groupme.api.models import Group, GroupChange, NewGroup
from bball_tui.groupme.links.linking import dismiss
from bball_tui.groupme.notify.not_joined import NotJoined, find_not_joined, told_families
from bball_tui.groupme.plan.last_seen import keep_looks
from bball_tui.groupme.plan.make_plan import make_plan
from bball_tui.groupme.plan.plan_inputs import OwnFacts, Snapshot
from bball_tui.groupme.plan.plan_model import Action, ActionKind, LinkTo, Plan, TeamPlan
from bball_tui.groupme.plan.read_groupme import read_snapshot
from bball_tui.groupme.run.apply import current_plan
from bball_tui.groupme.run.progress import Progress
from bball_tui.groupme.run.sender import Sender
from bball_tui.language import _, stored


class Reading(Struct, frozen=True):
    """What both sides say at one moment, and the plan that follows from it."""

    plan: Plan
    own: OwnFacts
    seen: Snapshot
    not_joined: int
    """Families of all teams who have the link and are not seen in the group."""

    def team(self, team_id: int) -> TeamPlan | None:
        """How this team stands."""
        return next((team for team in self.plan.teams if team.team_id == team_id), None)

    def bring_links(self, actions: Collection[Action]) -> tuple[int, ...]:
        """The teams that these actions give a share link which they did not have, or may give one."""
        stored = {team.id: team.share_url for team in self.own.teams}
        return tuple(sorted({one.team_id for one in actions if _brings_link(one, stored.get(one.team_id))}))

    def free_groups(self) -> tuple[Group, ...]:
        """The groups that are no team's, those with the latest activity first."""
        taken = {team.group_id for team in self.own.teams} | self.own.elsewhere.keys()
        return tuple(group for group in self.seen.groups if group.id not in taken)


def _brings_link(action: Action, stored: str | None) -> bool:
    match action.payload:
        case LinkTo(share_url=share_url):
            return share_url is not None and share_url != stored
        case NewGroup(share=share):
            return share
        case GroupChange(share=share):
            return share is True
        case _:
            return False


async def read_chats(sender: Sender, *, try_again: bool = False) -> Reading:
    """Read both sides and make the plan.

    Raises:
        GroupMeError: the account or its groups cannot be read; what was seen before stays.
    """
    plan, own, seen = await current_plan(sender, try_again=try_again)
    async with sender.database.session() as session:
        if not sender.database.read_only:
            await keep_looks(session, sender.league_id, plan, own, seen.read_at)
        families = await told_families(session, sender.league_id, sender.season_id)
    return Reading(plan, own, seen, len(find_not_joined(families, seen).families))


class Creation(Struct, frozen=True):
    """How one team's group would be made: ``actions`` in order. ``others``: groups of a like name that are not it."""

    team: TeamPlan
    actions: tuple[Action, ...]
    others: tuple[Group, ...]
    reading: Reading


async def plan_creation(sender: Sender, team_id: int, *, although_similar: bool = False) -> Creation:
    """What creating the group of this one team would take. ``although_similar``: those groups are others'.

    Raises:
        BballError: the team has a group, or there are groups that may be its own; the message names them.
        GroupMeError: GroupMe cannot be read.
    """
    reading = await read_chats(sender, try_again=True)
    team = reading.team(team_id)
    if team is None:
        raise BballError(_("This team is not in the season anymore. Look at the list again."))
    others = tuple(candidate.group for candidate in team.candidates)
    plan = reading.plan
    if others and although_similar:
        refused = frozenset(group.id for group in others)
        teams = tuple(
            dataclasses.replace(one, dismissed=one.dismissed | refused) if one.id == team_id else one
            for one in reading.own.teams
        )
        plan = make_plan(replace(reading.own, teams=teams), reading.seen)
    create = next((one for one in plan.actions if one.kind is ActionKind.CREATE and one.team_id == team_id), None)
    if create is None:
        now = next(one for one in plan.teams if one.team_id == team_id)
        raise BballError(
            _("No group was created for {team}. {why}{choices}").format(
                team=team.label, why=now.why, choices=_choices(team)
            )
        )
    settings = (one for one in plan.actions if one.after_action == create.id and one.kind is ActionKind.SETTINGS)
    return Creation(team, (create, *settings), others, reading)


async def settle_others(sender: Sender, creation: Creation) -> None:
    """Note that the groups of a like name are not this team's, so that its own may be created."""
    if creation.others:
        async with sender.database.session() as session:
            ids = [group.id for group in creation.others]
            await dismiss(
                session, sender.league_id, creation.team.team_id, ids, reason=stored("a new group was wanted")
            )


def _choices(team: TeamPlan) -> str:
    choices = ", ".join(f"{one.group.id} ('{one.group.name}')" for one in team.candidates)
    return (
        _(" There are: {choices}. Link one of them, or say --although-similar if none is this team's.").format(
            choices=choices
        )
        if choices
        else ""
    )


async def read_not_joined(sender: Sender) -> NotJoined:
    """The families of the season who were told of their chat and are not seen in it.

    Raises:
        GroupMeError: the account or its groups cannot be read.
    """
    async with sender.database.session() as session:
        families = await told_families(session, sender.league_id, sender.season_id)
    groups = {one.group_id for one in families}

    def looked(done: int, total: int) -> None:
        sender.report(Progress(done, total, _("Looking who is in the groups.")))

    seen = await read_snapshot(sender.client, groups, report=looked, now=sender.now)
    return find_not_joined(families, seen)
