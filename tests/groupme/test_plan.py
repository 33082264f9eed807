"""The plan: what is proposed, what never is, and that it is a value."""

import dataclasses
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec.structs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bball_tui.database.states import MemberState, TeamState
from bball_tui.groupme.api.models import Account, Group, GroupChange, Member, NewGroup
from bball_tui.groupme.plan.make_plan import make_plan
from bball_tui.groupme.plan.plan_inputs import (
    Gone,
    GroupPolicy,
    Look,
    LostCreate,
    MemberFacts,
    OwnFacts,
    Snapshot,
    StaffFacts,
    TeamFacts,
    Unread,
)
from bball_tui.groupme.plan.plan_model import Action, ActionKind, LinkTo, Plan, StaffToAdd, TeamPlan

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ME = Account("me", "Maria Coordinator")
POLICY = GroupPolicy(
    "Westside Basketball", "Spring 2027", date(2027, 1, 10), prefixes=("Westside", "Westside Basketball")
)
LINK = "https://groupme.com/join_group/1/AbCdEfGh"


def group(id_: str, name: str, **changes: Any) -> Group:
    settled = Group(
        id_,
        name,
        kind="closed",
        creator_user_id="me",
        created_at=NOW - timedelta(days=3),
        share_url=LINK,
        share_known=True,
        requires_approval=True,
        visibility="hidden",
    )
    return dataclasses.replace(settled, **changes)


def linked(**changes: Any) -> TeamFacts:
    team = TeamFacts(1, "Hawks U12", "", "g1", LINK, "Hawks U12", "Hawks U12")
    return dataclasses.replace(team, **changes)


def planned(
    teams: list[TeamFacts],
    groups: list[Group],
    *,
    looks: dict[str, Look] | None = None,
    complete: bool = True,
    policy: GroupPolicy = POLICY,
    **own: Any,
) -> Plan:
    return make_plan(OwnFacts(tuple(teams), policy, **own), Snapshot(ME, tuple(groups), complete, NOW, looks or {}))


def one(plan: Plan) -> tuple[TeamPlan, list[ActionKind]]:
    (team,) = plan.teams
    return team, [action.kind for action in plan.actions]


def the(plan: Plan, kind: ActionKind) -> Action:
    (action,) = [action for action in plan.actions if action.kind is kind]
    return action


def test_a_healthy_link_needs_nothing() -> None:
    plan = planned([linked()], [group("g1", "Hawks U12")])
    team, kinds = one(plan)
    assert (team.state, kinds, team.warnings, plan.warnings) == (TeamState.LINKED, [], (), ())


def test_the_stored_id_beats_every_name() -> None:
    plan = planned([linked()], [group("g1", "Coach Dan and friends"), group("g2", "Hawks U12")])
    team, kinds = one(plan)
    assert (team.state, team.group and team.group.id, kinds) == (TeamState.LINKED, "g1", [ActionKind.REFRESH])
    assert "renamed in GroupMe" in team.warnings[0]


@pytest.mark.parametrize(
    ("look", "state"),
    [
        (Gone("the account left it"), TeamState.BROKEN),
        (Unread("no answer in time"), TeamState.UNKNOWN),
        (None, TeamState.UNKNOWN),
        (group("g1", "Hawks U12"), TeamState.LINKED),
    ],
)
def test_a_link_that_is_not_listed_is_never_made_again(look: Look | None, state: TeamState) -> None:
    plan = planned([linked()], [group("g2", "Hawks U12")], looks={"g1": look} if look else {})
    team, kinds = one(plan)
    assert (team.state, kinds) == (state, [])


def test_two_teams_with_one_group_are_both_blocked() -> None:
    plan = planned([linked(), linked(id=2, name="Bulls")], [group("g1", "Hawks U12", share_url=None)])
    assert [team.state for team in plan.teams] == [TeamState.CONFLICT] * 2
    assert plan.actions == ()
    assert "Bulls" in plan.teams[0].why


def test_one_name_one_group_is_linked() -> None:
    plan = planned([TeamFacts(1, "Hawks U12")], [group("g1", "The Hawks U-12"), group("g2", "Bulls")])
    team, kinds = one(plan)
    assert (team.state, kinds, plan.actions[0].ticked) == (TeamState.PROPOSED, [ActionKind.LINK], True)
    assert plan.actions[0].payload == LinkTo("The Hawks U-12", LINK, share_known=True)


@pytest.mark.parametrize(
    "doubt",
    [
        {"creator_user_id": "somebody"},
        {"creator_user_id": None},
        {"kind": "announcement"},
        {"created_at": datetime(2026, 2, 1, tzinfo=UTC)},
    ],
)
def test_a_doubtful_group_is_proposed_and_not_ticked(doubt: dict[str, Any]) -> None:
    plan = planned([TeamFacts(1, "Hawks U12")], [group("g1", "Hawks U12", **doubt)])
    assert [(action.kind, action.ticked) for action in plan.actions] == [(ActionKind.LINK, False)]
    assert plan.actions[0].risk


def test_last_seasons_group_is_a_suggestion_that_blocks_create_until_dismissed() -> None:
    old = group("g1", "Hawks U12 Spring 2026")
    plan = planned([TeamFacts(1, "Hawks U12")], [old])
    assert [(action.kind, action.ticked) for action in plan.actions] == [(ActionKind.LINK, False)]
    dismissed = planned([TeamFacts(1, "Hawks U12", dismissed=frozenset({"g1"}))], [old])
    assert the(dismissed, ActionKind.CREATE).ticked
    this_season = planned([TeamFacts(1, "Hawks U12")], [group("g1", "Hawks U12 Spring 2027")])
    assert the(this_season, ActionKind.LINK).ticked


def test_a_group_of_another_seasons_team_is_never_proposed() -> None:
    plan = planned([TeamFacts(1, "Hawks U12")], [group("g1", "Hawks U12")], elsewhere={"g1": "Hawks U12, Fall 2025"})
    assert the(plan, ActionKind.CREATE)


def test_several_groups_or_several_teams_are_a_choice() -> None:
    many_groups = planned([TeamFacts(1, "Hawks")], [group("g1", "Hawks"), group("g2", "The Hawks")])
    assert one(many_groups)[0].state is TeamState.AMBIGUOUS
    assert [candidate.group.id for candidate in many_groups.teams[0].candidates] == ["g1", "g2"]
    many_teams = planned([TeamFacts(1, "Hawks", "U12"), TeamFacts(2, "Hawks", "U14")], [group("g1", "Hawks")])
    assert [team.state for team in many_teams.teams] == [TeamState.AMBIGUOUS] * 2
    assert (many_groups.actions, many_teams.actions) == ((), ())


def test_another_teams_very_name_is_no_suggestion() -> None:
    plan = planned([TeamFacts(1, "Storm"), TeamFacts(2, "Storms")], [group("g1", "Storms")])
    assert [(action.kind, action.team_id) for action in plan.actions if action.kind is not ActionKind.SETTINGS] == [
        (ActionKind.CREATE, 1),
        (ActionKind.LINK, 2),
    ]


def test_a_missing_group_is_created_and_then_arranged() -> None:
    dan = StaffFacts(7, "Dan Coach", user_id="dan", consent=True)
    plan = planned([TeamFacts(1, "Hawks U12")], [], staff=(dan,))
    create, arrange, add = plan.actions
    assert create.payload == NewGroup("Hawks U12", "Westside Basketball, Spring 2027", share=True)
    assert arrange.payload == GroupChange("Hawks U12", kind="closed", requires_approval=True, visibility="hidden")
    assert add.payload == StaffToAdd((7,))
    assert [arrange.after_action, add.after_action] == [create.id, create.id]
    assert [action.ticked for action in plan.actions] == [True, True, False]


def test_the_division_goes_into_the_name_only_where_it_must() -> None:
    plan = planned([TeamFacts(1, "Hawks", "U12"), TeamFacts(2, "Hawks", "U14"), TeamFacts(3, "Bulls", "U12")], [])
    names = [action.payload.name for action in plan.actions if isinstance(action.payload, NewGroup)]
    assert names == ["Hawks U12", "Hawks U14", "Bulls"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"complete": False}, "could not be read to its end"),
        ({"policy": msgspec.structs.replace(POLICY, can_create=False)}, "paste"),
    ],
)
def test_nothing_is_created_from_half_a_list_or_when_groupme_refuses(change: dict[str, Any], words: str) -> None:
    plan = planned([TeamFacts(1, "Hawks U12")], [], **change)
    assert (plan.teams[0].state, plan.actions) == (TeamState.MISSING, ())
    assert words in plan.warnings[0]


def test_a_lost_create_is_found_by_its_tag_or_name_and_never_repeated_by_itself() -> None:
    lost = LostCreate(1, "Hawks U12", "[bt:abc123]", NOW - timedelta(hours=1))
    teams = [TeamFacts(1, "Hawks U12")]
    found = planned(teams, [group("g1", "Renamed", description="x [bt:abc123]")], lost=(lost,))
    assert [(action.kind, action.group_id, action.ticked) for action in found.actions] == [
        (ActionKind.LINK, "g1", True)
    ]
    named = group("g1", "Hawks U12", created_at=NOW - timedelta(minutes=59))
    assert the(planned(teams, [named], lost=(lost,)), ActionKind.LINK).ticked
    two = planned(teams, [named, group("g2", "Hawks U12", description="[bt:abc123]")], lost=(lost,))
    assert (two.teams[0].state, two.actions) == (TeamState.AMBIGUOUS, ())
    none = planned(teams, [], lost=(lost,))
    assert not any(action.ticked for action in none.actions)
    assert "Look into the GroupMe app first" in (the(none, ActionKind.CREATE).risk or "")


def test_a_dead_and_a_changed_link_are_told_and_fixed() -> None:
    dead = planned([linked()], [group("g1", "Hawks U12", share_url=None)])
    assert the(dead, ActionKind.SHARE).payload == GroupChange("Hawks U12", share=True)
    assert "dead" in dead.teams[0].warnings[0]
    changed = planned([linked()], [group("g1", "Hawks U12", share_url=LINK + "9")])
    assert "Tell them the new one" in changed.teams[0].warnings[0]
    refresh = the(changed, ActionKind.REFRESH)
    assert "AbCdEfGh" not in refresh.before + refresh.after + repr(plan_values(changed))
    # An answer without the field says nothing about the link.
    silent = planned([linked()], [group("g1", "Hawks U12", share_url=None, share_known=False)])
    assert (silent.actions, silent.teams[0].warnings) == ((), ())


def plan_values(plan: Plan) -> list[object]:
    return [plan, plan.actions, plan.teams]


def test_who_is_no_admin_gets_warnings_and_no_actions() -> None:
    foreign = group("g1", "Hawks U12", creator_user_id="other", share_url=None, requires_approval=False, kind="private")
    team, kinds = one(planned([linked()], [foreign]))
    assert kinds == []
    assert any("only an admin" in warning for warning in team.warnings)
    me = Member("m1", "me", "Maria", frozenset({"admin"}))
    promoted = dataclasses.replace(foreign, members=(me,))
    assert the(planned([linked()], [], looks={"g1": promoted}), ActionKind.SHARE)


def test_own_groups_are_arranged_and_others_only_warned_about() -> None:
    own = planned(
        [linked()], [group("g1", "Hawks U12", kind="private", requires_approval=False, visibility="searchable")]
    )
    assert the(own, ActionKind.SETTINGS).payload == GroupChange(
        "Hawks U12", kind="closed", requires_approval=True, visibility="hidden"
    )
    theirs = planned([linked()], [group("g1", "Hawks U12", creator_user_id="x", requires_approval=False)])
    assert theirs.actions == ()
    assert any("Anyone with the link can join unseen" in warning for warning in theirs.teams[0].warnings)


def test_a_renamed_team_proposes_a_new_group_name_once() -> None:
    renamed = planned([linked(name="Falcons U12")], [group("g1", "Hawks U12")])
    action = the(renamed, ActionKind.RENAME)
    assert (action.payload, action.ticked) == (GroupChange("Falcons U12"), False)
    # A group that was never called like its team is left alone.
    assert planned([linked(seen_name="Coach Dan")], [group("g1", "Coach Dan")]).actions == ()


def members(*user_ids: str) -> tuple[Member, ...]:
    return tuple(Member(f"m-{id_}", id_, f"Nick {id_}", frozenset({"user"})) for id_ in user_ids)


DAN = StaffFacts(7, "Dan Coach", user_id="dan", consent=True)
EVE = StaffFacts(8, "Eve Helper", email="eve@westside.test", consent=True)
NOBODY = StaffFacts(9, "No Consent", email="n@westside.test")


def staffed(roster: tuple[Member, ...], *staff: StaffFacts, earlier: tuple[MemberFacts, ...] = ()) -> Plan:
    look = group("g1", "Hawks U12", members=roster)
    return planned([linked()], [], looks={"g1": look}, staff=staff, members=earlier)


def test_staff_are_added_by_consent_and_nobody_is_removed() -> None:
    plan = staffed(members("me", "stranger"), DAN, EVE, NOBODY)
    add = the(plan, ActionKind.ADD_STAFF)
    assert (add.payload, add.ticked) == (StaffToAdd((7, 8)), False)
    assert "No Consent" in plan.warnings[0]
    assert "eve@westside.test" not in repr(plan)
    assert any("1 staff" in warning for warning in plan.teams[0].warnings)
    present = staffed(members("me", "dan", "stranger"), DAN)
    assert (present.actions, present.teams[0].warnings) == ((), ())


def test_a_nickname_like_a_staff_members_name_is_asked_about() -> None:
    roster = (*members("me", "dan"), Member("m-x", "x", "EVE helper", frozenset()))
    plan = staffed(roster, DAN, EVE)
    assert plan.actions == ()
    assert "Eve Helper" in plan.teams[0].warnings[0]


@pytest.mark.parametrize(
    ("state", "age", "asked"),
    [
        (MemberState.PENDING, timedelta(days=30), False),
        (MemberState.INVITED, timedelta(days=6), False),
        (MemberState.INVITED, timedelta(days=8), True),
        (MemberState.FAILED, timedelta(days=6), False),
        (MemberState.FAILED, timedelta(days=8), True),
        (MemberState.ADDED, timedelta(days=1), False),
    ],
)
def test_nobody_is_asked_again_too_soon(state: MemberState, age: timedelta, asked: bool) -> None:
    plan = staffed(members("me", "dan"), DAN, EVE, earlier=(MemberFacts("g1", 8, state, NOW - age, "privacy"),))
    assert [action.kind for action in plan.actions] == [ActionKind.ADD_STAFF] * asked
    assert asked or any("Eve Helper" in warning for warning in plan.teams[0].warnings)


TEAMS = st.lists(
    st.builds(
        TeamFacts,
        id=st.integers(1, 50),
        name=st.sampled_from(["Hawks", "Hawks U12", "Bulls", "Storm", "Storms", "🏀", "Ястребы"]),
        division=st.sampled_from(["", "U12", "U14 Girls"]),
        group_id=st.none() | st.sampled_from(["g1", "g2", "g3"]),
        share_url=st.none() | st.just(LINK),
        seen_name=st.none() | st.just("Hawks"),
        dismissed=st.frozensets(st.sampled_from(["g1", "g4"])),
    ),
    max_size=8,
    unique_by=lambda team: team.id,
)
GROUPS = st.lists(
    st.builds(
        Group,
        id=st.sampled_from([f"g{n}" for n in range(1, 9)]),
        name=st.sampled_from(["Hawks", "The Hawks", "Hawks 12U", "Hawks Spring 2027", "Hawks '26", "Storms", "🏀"]),
        kind=st.sampled_from([None, "private", "closed", "announcement"]),
        creator_user_id=st.sampled_from([None, "me", "other"]),
        created_at=st.none() | st.just(NOW),
        share_url=st.none() | st.just(LINK),
        share_known=st.booleans(),
        requires_approval=st.none() | st.booleans(),
    ),
    max_size=8,
    unique_by=lambda entry: entry.id,
)


@pytest.mark.slow
@given(TEAMS, GROUPS, st.booleans(), st.randoms())
def test_whatever_the_facts(teams: list[TeamFacts], groups: list[Group], complete: bool, chance: random.Random) -> None:
    plan = planned(teams, groups, complete=complete)
    ids = [action.id for action in plan.actions]
    assert len(ids) == len(set(ids))
    # No group goes to two teams, and none that is a team's already to another one.
    targets = [action.group_id for action in plan.actions if action.kind is ActionKind.LINK]
    assert len(targets) == len(set(targets))
    assert set(targets).isdisjoint({team.group_id for team in teams})
    assert complete or not any(action.kind is ActionKind.CREATE for action in plan.actions)
    for action in plan.actions:
        assert action.reason
        assert not (action.ticked and action.risk and action.kind is ActionKind.CREATE)
    # The order in which the facts came does not matter.
    chance.shuffle(teams)
    chance.shuffle(groups)
    again = planned(teams, groups, complete=complete)
    assert again == plan
    assert again.fingerprint == plan.fingerprint
