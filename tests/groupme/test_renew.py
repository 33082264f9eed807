"""The chats over the summer: each team's proposal, what becomes of it, and that a second run has nothing to do."""

from dataclasses import replace

import pytest

from bball_tui.database.engine import Database
from bball_tui.errors import BballError
from bball_tui.groupme.fake.faults import FORBIDDEN, html
from bball_tui.groupme.links.last_season_group import hand_on
from bball_tui.groupme.links.linking import SeenGroup, link
from bball_tui.groupme.renew.plan import Decision
from bball_tui.groupme.renew.run import read_renewal
from bball_tui.groupme.run.intents import Busy, exclusive_run
from bball_tui.groupme.run.progress import StepState
from tests.groupme.conftest import Desk
from tests.groupme.summer import Summer, make_summer
from tests.groupme.test_linking import signed_and_sent

pytestmark = pytest.mark.slow

KEEP, NEW, LEAVE = Decision.KEEP, Decision.NEW, Decision.LEAVE


async def test_each_team_gets_a_proposal_with_its_reason(database: Database, desk: Desk) -> None:
    summer = await make_summer(
        database,
        desk,
        [
            ("Hawks U10", "Hawks U12", 3, 2),
            ("Bulls U10", "Bulls U12", 4, 2),
            ("Comets U10", "Comets U12", 2, 2),
            ("Stars U10", "Stars U12", 2, 2),
            ("Owls U10", "Owls U12", 2, 0),
            ("", "Rockets U8", 0, 0),
        ],
    )
    desk.fake.world.groups[summer.groups["Comets U10"].id].deleted = True
    stars = summer.groups["Stars U10"]
    desk.fake.fault(html(503), method="GET", path=f"/groups/{stars.id}$", times=None)
    assert await summer.proposals() == {
        "Hawks U12": (KEEP, "2 of 3 players of Hawks U10 come back. Hawks U10 is Hawks U12 now."),
        "Bulls U12": (NEW, "2 of 4 players of Bulls U10 come back: that is not more than half."),
        "Comets U12": (NEW, "GroupMe does not know last season's group anymore: it was deleted."),
        "Stars U12": (LEAVE, (await summer.proposals())["Stars U12"][1]),
        "Owls U12": (LEAVE, "No player of the new team is known yet. Look again when they are."),
        "Rockets U8": (
            LEAVE,
            "It was not carried over from a team of last season. The plan of the season (groupme plan) is for it.",
        ),
    }
    assert "could not be read" in (await summer.proposals())["Stars U12"][1]
    assert desk.fake.journal.writes() == []


async def test_kept_and_new_groups_and_a_second_run_has_nothing_to_do(database: Database, desk: Desk) -> None:
    summer = await make_summer(database, desk, [("Hawks U10", "Hawks U12", 3, 2), ("Bulls U10", "Bulls U12", 2, 1)])
    await signed_and_sent(summer, summer.contracts[0])
    hawks, bulls = summer.groups["Hawks U10"], summer.groups["Bulls U10"]
    token, inside = hawks.share_token, set(hawks.memberships)
    applied = await summer.renew()
    assert applied.not_done == 0, applied.steps
    assert (hawks.name, set(hawks.memberships)) == ("Hawks U12", inside)
    assert hawks.share_token not in (None, token)
    row = await summer.row("Hawks U12")
    assert row.groupme_group_id == hawks.id
    assert str(row.groupme_share_url).endswith(str(hawks.share_token))
    new = (await summer.row("Bulls U12")).groupme_group_id
    assert new not in (None, bulls.id)
    assert (bulls.name, bulls.deleted) == ("Bulls U10", False)
    # The family that signed before the link stood is told once, although it is in the group.
    assert (applied.told, await summer.mailed()) == (1, ["hawksu100@families.test"])
    written = len(desk.fake.journal.writes())
    again = await summer.renew()
    assert (again.steps, again.told, len(desk.fake.journal.writes())) == ((), 0, written)
    assert (await summer.proposals())["Hawks U12"] == (LEAVE, "It has its group.")
    # How open a group is was no question of the summer: that is the ordinary plan's.
    assert [action.id for action in (await summer.plan()).actions] == [f"settings:{summer.teams['Hawks U12']}"]
    # Last season's team is not given a new group because its own went on.
    past = Summer(database, desk, summer.club, summer.last)
    past.club = replace(summer.club, season_id=(await past.row("Hawks U10")).season_id)
    old = await past.plan()
    assert "went on with Hawks U12, Fall 2027" in {team.label: team.why for team in old.teams}["Hawks U10"]
    assert {f"create:{summer.last['Hawks U10']}", f"link:{summer.last['Hawks U10']}"}.isdisjoint(
        action.id for action in old.actions
    )


CALLED = {
    "Hawks": ("Westside Hawks U10 – Spring 2027 🏀", "Westside Hawks U12 – Fall 2027 🏀"),
    "Bulls": ("Bulls U10 Spring '27", "Bulls U12 Fall 2027"),
    "Comets": ("Comets Nest", "Comets Nest"),
    "Stars": ("STARS U-10 parents", "Stars U12"),
    "Owls": ("owls u12", "owls u12"),
}
"""How the group of each team was called, and is to be called."""


async def test_a_kept_group_has_the_name_of_team_and_season(database: Database, desk: Desk) -> None:
    summer = await make_summer(database, desk, [(f"{team} U10", f"{team} U12", 1, 1) for team in CALLED])
    for team, (was, _) in CALLED.items():
        summer.groups[f"{team} U10"].name = was
    await summer.renew()
    names = {team: summer.groups[f"{team} U10"].name for team in CALLED}
    assert names == {team: wanted for team, (_, wanted) in CALLED.items()}
    assert (await summer.renew()).steps == ()


async def test_two_teams_that_claim_one_group(database: Database, desk: Desk) -> None:
    summer = await make_summer(
        database, desk, [("Hawks U10", "Hawks Red", 4, 2), ("", "Hawks Blue", 0, 0), ("Bulls", "Bulls", 1, 1)]
    )
    origins = await summer.origins() | {summer.teams["Hawks Blue"]: summer.last["Hawks U10"]}
    async with desk.client() as client:
        renewal = (await read_renewal(summer.sender(client), origins)).renewal
    reasons = {one.label: (one.proposed, one.reason) for one in renewal.teams}
    assert reasons["Hawks Red"] == (
        LEAVE,
        "Hawks Blue could keep the same group. 2 of 4 players of Hawks U10 come back to this one: choose who keeps it.",
    )
    assert reasons["Hawks Blue"][0] is LEAVE
    both = {summer.teams["Hawks Red"]: KEEP, summer.teams["Hawks Blue"]: KEEP}
    with pytest.raises(BballError, match="One group is the chat of one team"):
        renewal.actions(both)


async def test_two_staff_at_once_and_a_plan_that_is_old(database: Database, desk: Desk) -> None:
    summer = await make_summer(database, desk, [("Hawks U10", "Hawks U12", 1, 1), ("Bulls U10", "Bulls U12", 1, 1)])
    old = await summer.renewal()
    actions = old.actions(old.proposed())
    async with exclusive_run(database, summer.club.league_id):
        with pytest.raises(Busy):
            await summer.renew()
    # Somebody else links the new team by hand, and unlinks nothing.
    async with database.session() as session:
        other = desk.fake.world.add_group(desk.owner, "Another", share=True)
        seen = SeenGroup(other.id, "Another", None, share_known=True)
        await link(session, summer.club.league_id, summer.teams["Bulls U12"], seen, how="by hand")
    applied = await summer.renew(actions=actions)
    states = {step.action.split(":")[0] + " " + step.team: step.state for step in applied.steps}
    assert states["hand_on Hawks U12"] is StepState.DONE
    assert states["hand_on Bulls U12"] is StepState.CHANGED
    assert (await summer.row("Bulls U12")).groupme_group_id == other.id
    assert summer.groups["Bulls U10"].name == "Bulls U10"
    assert (await summer.renewal()).fingerprint != old.fingerprint


async def test_a_refused_rename_leaves_the_rest_for_a_later_run(database: Database, desk: Desk) -> None:
    summer = await make_summer(database, desk, [("Hawks U10", "Hawks U12", 1, 1)])
    desk.fake.fault(FORBIDDEN, method="POST", path="/update$")
    applied = await summer.renew()
    assert [step.state for step in applied.steps] == [StepState.DONE, StepState.FAILED, StepState.NOT_REACHED]
    assert "the step before it was not done" in applied.steps[-1].text
    assert (await summer.proposals())["Hawks U12"][0] is KEEP
    assert (await summer.renew()).not_done == 0
    assert summer.groups["Hawks U10"].name == "Hawks U12"
    assert (await summer.renew()).steps == ()


async def test_the_wrong_account_makes_no_new_groups(database: Database, desk: Desk) -> None:
    summer = await make_summer(database, desk, [("Hawks U10", "Hawks U12", 2, 2), ("Bulls U10", "Bulls U12", 2, 2)])
    desk.owner = desk.fake.world.add_user("Jonas Coach")
    assert {proposed for proposed, _ in (await summer.proposals()).values()} == {LEAVE}
    assert "may be the wrong account" in (await summer.proposals())["Hawks U12"][1]
    assert (await summer.renew()).steps == ()
    assert desk.fake.journal.writes() == []


async def test_whoever_kept_the_group_first_has_it(database: Database, desk: Desk) -> None:
    summer = await make_summer(database, desk, [("Hawks U10", "Hawks Red", 2, 2), ("", "Hawks Blue", 0, 0)])
    ids = summer.club.league_id, summer.last["Hawks U10"]
    group = SeenGroup(summer.groups["Hawks U10"].id, "Hawks U10", None, share_known=True)
    async with database.session() as session:
        await hand_on(session, *ids, summer.teams["Hawks Red"], group)
    with pytest.raises(BballError, match="not linked to this group anymore"):
        async with database.session() as session:
            await hand_on(session, *ids, summer.teams["Hawks Blue"], group)
    assert (await summer.row("Hawks Red")).groupme_group_id == group.group_id
    assert (await summer.row("Hawks Blue")).groupme_group_id is None
