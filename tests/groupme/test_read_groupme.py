"""Reading GroupMe for a plan: dead groups are told from unreadable ones, and nothing is created in doubt."""

import time as clock

import pytest
from sqlalchemy import update

from bball_tui.database.engine import Database
from bball_tui.database.models import Team
from bball_tui.database.states import TeamState
from bball_tui.groupme.fake.faults import html, too_many
from bball_tui.groupme.plan.plan_model import ActionKind
from tests.groupme.conftest import Desk
from tests.groupme.support import League, make_league

TWO = ("Hawks U12", "Bulls U10")


async def linked_league(database: Database, desk: Desk) -> League:
    league = await make_league(database, desk, TWO)
    await league.apply()
    assert (await league.plan()).actions == ()
    return league


@pytest.mark.slow
async def test_a_group_that_is_gone_is_broken_with_its_reason_and_never_made_again(
    database: Database, desk: Desk
) -> None:
    league = await linked_league(database, desk)
    hawks, bulls = [(await league.row(name)).groupme_group_id for name in TWO]
    desk.fake.world.groups[str(hawks)].deleted = True
    membership = desk.fake.world.groups[str(bulls)].memberships[desk.owner.id]
    membership.state = type(membership.state).EXITED
    plan = await league.plan()
    assert {team.state for team in plan.teams} == {TeamState.BROKEN}
    assert "this account has left it" in plan.teams[1].why
    assert plan.actions == ()
    assert (await league.apply()).steps == ()
    assert (await league.row("Hawks U12")).groupme_group_id == hawks


@pytest.mark.slow
async def test_a_group_that_cannot_be_read_is_unknown_only_when_the_list_lacks_it(
    database: Database, desk: Desk
) -> None:
    league = await linked_league(database, desk)
    desk.fake.fault(html(502), method="GET", path="/groups/[0-9]+$", times=None)
    plan = await league.plan()
    assert {team.state for team in plan.teams} == {TeamState.LINKED}
    assert plan.actions == ()
    desk.fake.behavior.list_delay = 0
    for group in desk.fake.world.groups.values():
        group.visible_at = desk.time.seconds() + 1_000_000
    plan = await league.plan()
    assert {team.state for team in plan.teams} == {TeamState.UNKNOWN}
    assert not any(action.kind is ActionKind.CREATE for action in plan.actions)


@pytest.mark.slow
async def test_a_wanted_pause_ends_the_looking_and_no_more(database: Database, desk: Desk) -> None:
    league = await linked_league(database, desk)
    fault = desk.fake.fault(too_many(3600), method="GET", path="/groups/[0-9]+$", times=None)
    plan = await league.plan()
    assert {team.state for team in plan.teams} == {TeamState.LINKED}
    assert fault.seen <= 4


@pytest.mark.slow
async def test_a_link_that_changed_or_died_is_noticed_and_refreshed(database: Database, desk: Desk) -> None:
    league = await linked_league(database, desk)
    hawks = desk.fake.world.groups[str((await league.row("Hawks U12")).groupme_group_id)]
    before = (await league.row("Hawks U12")).groupme_linked_at
    hawks.share_token = "NewToken"
    (team, _) = (await league.plan()).teams
    assert any("the one that families have is dead" in warning for warning in team.warnings)
    await league.apply()
    row = await league.row("Hawks U12")
    assert str(row.groupme_share_url).endswith("/NewToken")
    assert row.groupme_linked_at is not None
    assert before is not None
    assert row.groupme_linked_at > before
    hawks.share_token = None
    plan = await league.plan()
    assert [action.kind for action in plan.actions] == [ActionKind.SHARE]
    await league.apply()
    assert (await league.plan()).actions == ()
    assert str((await league.row("Hawks U12")).groupme_share_url).endswith(str(hawks.share_token))


@pytest.mark.slow
async def test_a_renamed_team_may_rename_its_group_once(database: Database, desk: Desk) -> None:
    league = await linked_league(database, desk)
    async with database.session() as session:
        await session.execute(update(Team).where(Team.name == "Hawks U12").values(name="Falcons U12"))
    plan = await league.plan()
    assert [(action.kind, action.ticked) for action in plan.actions] == [(ActionKind.RENAME, False)]
    await league.apply(plan.actions)
    assert league.named("Falcons U12") != []
    assert (await league.plan()).actions == ()


@pytest.mark.slow
async def test_thousands_of_groups_are_read_to_the_last_one(database: Database, desk: Desk) -> None:
    league = await make_league(database, desk)
    world = desk.fake.world
    for number in range(2_999):
        world.add_group(desk.owner, f"Group {number}")
    oldest = world.add_group(desk.owner, "Hawks U12")
    oldest.updated_at = 0
    started = clock.process_time()
    plan = await league.plan()
    assert clock.process_time() - started < 10
    (action,) = plan.actions
    assert (action.kind, action.group_id) == (ActionKind.LINK, oldest.id)
    assert desk.fake.journal.writes() == []
