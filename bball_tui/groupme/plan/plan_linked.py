"""The part of the plan that is about a team with a group that is there. Pure."""

from datetime import timedelta

from msgspec import Struct

from bball_tui.database.states import MemberState, TeamState
from bball_tui.groupme.api.models import Group, GroupChange, NewGroup
from bball_tui.groupme.links.share_links import mask
from bball_tui.groupme.plan.matching import key, team_name
from bball_tui.groupme.plan.plan_inputs import MemberFacts, OwnFacts, Snapshot, StaffFacts, TeamFacts
from bball_tui.groupme.plan.plan_model import Action, ActionKind, LinkTo, StaffToAdd, TeamPlan
from bball_tui.language import _

PATIENCE = timedelta(days=7)
"""So long after an invitation or a failure nobody is asked again."""

FEWEST_STAFF = 2
"""No adult should be alone with the children of a team (SafeSport: at least two adults)."""


class StaffNeeds(Struct, frozen=True):
    """Who of the staff is to be added, who may be there under another name, and what hinders the rest."""

    wanted: tuple[StaffFacts, ...]
    warnings: tuple[str, ...]
    present: int


def plan_linked(
    team: TeamFacts, label: str, group: Group, own: OwnFacts, seen: Snapshot
) -> tuple[TeamPlan, list[Action]]:
    """State, warnings and actions of a linked team whose group is ``group``."""
    actions: list[Action] = []
    warnings = list(_notes(team, group, seen))
    admin = is_admin(group, seen)
    refresh = _refresh(team, group)
    if refresh is not None:
        actions.append(refresh)
    rename = _rename(team, group, own, admin=admin)
    if rename is not None:
        actions.append(rename)
    if group.share_known and group.share_url is None and own.policy.share:
        if admin:
            actions.append(_share(team, group))
        else:
            warnings.append(_("The share link is off, and only an admin of the group can switch it on."))
        if team.share_url is not None:
            warnings.append(_("The link that families have is dead: sharing was switched off in GroupMe."))
    settings = _settings(team, group, own, seen)
    if settings is not None:
        actions.append(settings)
    elif group.share_url is not None and group.requires_approval is False:
        warnings.append(_("Anyone with the link can join unseen: approval is off."))
    staff = staff_to_add(group, own, seen)
    warnings += staff.warnings
    if group.members is not None and staff.present < FEWEST_STAFF:
        warnings.append(
            _("Only {present} staff in this group: there should be {fewest_staff} adults at least.").format(
                present=staff.present, fewest_staff=FEWEST_STAFF
            )
        )
    if staff.wanted and own.policy.can_add:
        actions.append(_add_staff(team, group.id, staff.wanted))
    return TeamPlan(team.id, label, TeamState.LINKED, _("Linked."), group, (), tuple(warnings)), actions


def _notes(team: TeamFacts, group: Group, seen: Snapshot) -> list[str]:
    notes = []
    if team.seen_name is not None and group.name != team.seen_name:
        notes.append(
            _("The group was renamed in GroupMe, from '{seen_name}' to '{group}'.").format(
                seen_name=team.seen_name, group=group.name
            )
        )
    if team.share_url is not None and group.share_url is not None and team.share_url != group.share_url:
        notes.append(_("The share link has changed, so the one that families have is dead. Tell them the new one."))
    if group.kind == "announcement":
        notes.append(_("Only admins can write in this group."))
    if group.max_members is not None and (group.members_count or 0) >= group.max_members:
        notes.append(
            _("The group is full ({members_count} of {max_members}).").format(
                members_count=group.members_count, max_members=group.max_members
            )
        )
    if group.creator_user_id not in (None, seen.me.id) and not is_admin(group, seen):
        notes.append(_("This account is no admin of the group, so settings and staff can only be seen to by one."))
    return notes


def is_admin(group: Group, seen: Snapshot) -> bool:
    """Whether the account made the group, or is one of its admins."""
    mine = group.member(seen.me.id)
    return group.creator_user_id == seen.me.id or (mine is not None and mine.is_admin)


def _refresh(team: TeamFacts, group: Group) -> Action | None:
    new_link = group.share_url if group.share_url not in (None, team.share_url) else None
    if new_link is None and group.name == team.seen_name and team.team_name_then is not None:
        return None
    before = [f"'{team.seen_name}'" if team.seen_name else _("name not yet seen")]
    after = [f"'{group.name}'"]
    if new_link is not None:
        before.append(mask(team.share_url) if team.share_url else _("no link"))
        after.append(mask(new_link))
    return Action(
        kind=ActionKind.REFRESH,
        team_id=team.id,
        group_id=group.id,
        payload=LinkTo(group.name, group.share_url, group.share_url is not None),
        before=", ".join(before),
        after=", ".join(after),
        reason=_("Our copy of the group's name and link is not what GroupMe shows."),
    )


def _rename(team: TeamFacts, group: Group, own: OwnFacts, *, admin: bool) -> Action | None:
    """Only when the team got another name since it was linked: a group may well be called what its people like."""
    renamed = team.team_name_then is not None and key(team.name) != key(team.team_name_then)
    prefixes = own.policy.prefixes
    fits = key(group.name, prefixes) in team_name(team.id, team.name, team.division, prefixes).keys
    if not renamed or fits or not admin or not key(team.name):
        return None
    return Action(
        kind=ActionKind.RENAME,
        team_id=team.id,
        group_id=group.id,
        payload=GroupChange(team.name[:140].strip()),
        before=f"'{group.name}'",
        after=f"'{team.name}'",
        reason=_("The team was renamed since the group was linked."),
        risk=_("Everybody in the group sees the new name."),
        ticked=False,
    )


def _share(team: TeamFacts, group: Group) -> Action:
    return Action(
        kind=ActionKind.SHARE,
        team_id=team.id,
        group_id=group.id,
        payload=GroupChange(group.name or team.name, share=True),
        before=_("no share link"),
        after=_("a share link"),
        reason=_("Families join by the link."),
        risk=None if group.requires_approval else _("Anyone who gets the link can ask to join, or join."),
    )


def _settings(team: TeamFacts, group: Group, own: OwnFacts, seen: Snapshot) -> Action | None:
    """Only for groups that this account made; other people's groups are theirs to arrange."""
    policy = own.policy
    change = GroupChange(
        group.name or team.name,
        kind="closed" if policy.closed and group.kind == "private" else None,
        requires_approval=True if policy.approval and group.requires_approval is False else None,
        visibility="hidden" if policy.hidden and group.visibility == "searchable" else None,
    )
    if group.creator_user_id != seen.me.id or not change.changes_settings:
        return None
    return _settings_action(team, group.id, change, _("more open than the league wants"))


def settle_new(team: TeamFacts, create: Action, own: OwnFacts, seen: Snapshot) -> list[Action]:
    """The steps behind ``create``: settings by a call of their own, so that a refusal cannot lose the new group."""
    policy = own.policy
    assert isinstance(create.payload, NewGroup)  # noqa: S101 - a create carries nothing else
    change = GroupChange(
        create.payload.name,
        kind="closed" if policy.closed else None,
        requires_approval=True if policy.approval else None,
        visibility="hidden" if policy.hidden else None,
    )
    steps = []
    if change.changes_settings:
        steps.append(_settings_action(team, None, change, _("what GroupMe gives a new group"), create))
    staff = staff_to_add(None, own, seen)
    if staff.wanted and policy.can_add:
        steps.append(_add_staff(team, None, staff.wanted, create))
    return steps


def _settings_action(
    team: TeamFacts, group_id: str | None, change: GroupChange, before: str, create: Action | None = None
) -> Action:
    return Action(
        kind=ActionKind.SETTINGS,
        team_id=team.id,
        group_id=group_id,
        payload=change,
        before=before,
        after=change.in_words(),
        reason=_("Only admins change the group, and no one joins unseen."),
        ticked=create is None or create.ticked,
        after_action=None if create is None else create.id,
    )


def _add_staff(
    team: TeamFacts, group_id: str | None, wanted: tuple[StaffFacts, ...], create: Action | None = None
) -> Action:
    return Action(
        kind=ActionKind.ADD_STAFF,
        team_id=team.id,
        group_id=group_id,
        payload=StaffToAdd(tuple(member.id for member in wanted)),
        before=_("not in the group"),
        after=_("added: ") + ", ".join(member.name for member in wanted),
        reason=_("They are on the league's staff list."),
        risk=_("GroupMe gets their contact data and invites them at once."),
        ticked=False,
        after_action=None if create is None else create.id,
    )


def staff_to_add(group: Group | None, own: OwnFacts, seen: Snapshot) -> StaffNeeds:
    """Who is to be added to ``group`` (None: a new one, where nobody but this account is in)."""
    if group is not None and group.members is None:
        return StaffNeeds((), (), 0)
    members = {} if group is None else {member.user_id: member for member in group.members or ()}
    nicknames = {key(member.nickname) for member in members.values()} - {""}
    earlier = {fact.staff_id: fact for fact in own.members if group is not None and fact.group_id == group.id}
    wanted: list[StaffFacts] = []
    warnings: list[str] = []
    present = {seen.me.id} & members.keys()
    for staff in sorted(own.staff, key=lambda entry: entry.id):
        if staff.user_id is not None and (staff.user_id in members or staff.user_id == seen.me.id):
            present |= {staff.user_id}
            continue
        if not staff.consent:
            continue
        if not staff.reachable:
            warnings.append(
                _("{staff} has neither an account nor a phone number or address, so cannot be added.").format(
                    staff=staff.name
                )
            )
        elif staff.user_id is None and key(staff.name) in nicknames:
            warnings.append(
                _("A '{staff}' is in the group already. Say whether that is the one of the staff list.").format(
                    staff=staff.name
                )
            )
        elif (hindrance := _too_soon(staff, earlier.get(staff.id), seen)) is not None:
            warnings.append(hindrance)
        else:
            wanted.append(staff)
    return StaffNeeds(tuple(wanted), tuple(warnings), len(present))


def _too_soon(staff: StaffFacts, earlier: MemberFacts | None, seen: Snapshot) -> str | None:
    if earlier is None:
        return None
    if earlier.state is MemberState.PENDING:
        return _("{staff} is being added.").format(staff=staff.name)
    if seen.read_at - earlier.since > PATIENCE:
        return None
    if earlier.state is MemberState.INVITED:
        return _("{staff} was invited and has not joined yet.").format(staff=staff.name)
    if earlier.state is MemberState.FAILED:
        return _("{staff} could not be added: {reason}.").format(
            staff=staff.name, reason=_(earlier.reason or "GroupMe did not say why")
        )
    return _("{staff} was added and is not in the group anymore.").format(staff=staff.name)
