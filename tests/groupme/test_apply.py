"""A plan is done once: created groups, links, settings; stop rules, manual mode, pause and cancel."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bball_tui.database.engine import Database
from bball_tui.database.models import Audit, Team
from bball_tui.database.states import IntentState, TeamState
from bball_tui.groupme.fake.faults import (
    FORBIDDEN,
    UNAUTHORIZED,
    VERIFICATION,
    Hang,
    Reset,
    html,
    too_many,
)
from bball_tui.groupme.plan.plan_model import ActionKind
from bball_tui.groupme.run.intents import Busy, exclusive_run
from bball_tui.groupme.run.progress import Control, StepState
from tests.groupme.conftest import Desk, hung
from tests.groupme.support import League, make_league

pytestmark = pytest.mark.slow

TWO = ("Hawks U12", "Bulls U10")
CREATES = ("POST", "/v3/groups")


async def test_a_dry_run_writes_nothing_anywhere(database: Database, desk: Desk) -> None:
    league = await make_league(database, desk, TWO)
    plan = await league.plan()
    assert {action.kind for action in plan.actions} == {ActionKind.CREATE, ActionKind.SETTINGS}
    assert desk.fake.journal.writes() == []
    assert await league.intents() == []
    async with database.session() as session:
        assert await session.scalar(select(func.count()).where(Audit.entity == "team")) == 0


async def test_groups_are_created_linked_and_closed_and_a_second_plan_is_empty(database: Database, desk: Desk) -> None:
    league = await make_league(database, desk, TWO)
    applied = await league.apply()
    assert [step.state for step in applied.steps] == [StepState.DONE] * 4
    assert applied.stopped is None
    for name in TWO:
        (group_id,) = league.named(name)
        row = await league.row(name)
        group = desk.fake.world.groups[group_id]
        assert row.groupme_group_id == group_id
        assert row.groupme_share_url == f"https://groupme.com/join_group/{group_id}/{group.share_token}"
        assert (row.groupme_seen_name, row.groupme_linked_name) == (name, name)
        assert row.groupme_linked_at is not None
        assert (group.kind, group.requires_approval, group.visibility) == ("closed", True, "hidden")
        assert "[bt:" in str(group.description)
    assert {intent.state for intent in await league.intents()} == {IntentState.DONE}
    again = await league.plan()
    assert again.actions == ()
    assert {team.state for team in again.teams} == {TeamState.LINKED}
    writes = len(desk.fake.journal.writes())
    assert (await league.apply()).steps == ()
    assert len(desk.fake.journal.writes()) == writes


async def test_writes_keep_to_the_pace_and_progress_is_told(database: Database, desk: Desk) -> None:
    league = await make_league(database, desk, TWO)
    desk.time.waits.clear()
    await league.apply()
    assert desk.time.waits.count(1.0) == 4
    assert [(told.done, told.total) for told in league.told][-1] == (4, 4)


async def test_an_unanswered_creation_that_happened_is_found_by_its_tag(database: Database, desk: Desk) -> None:
    league = await make_league(database, desk)
    desk.fake.behavior.list_delay = 10
    desk.fake.behavior.membership_states = False
    desk.fake.fault(Reset(), method="POST", path="/groups$", after_commit=True)
    applied = await league.apply()
    assert applied.steps[0].state is StepState.DONE
    assert league.named("Hawks U12") == [(await league.row("Hawks U12")).groupme_group_id]
    assert {2.0, 5.0, 15.0} <= set(desk.time.waits)
    assert len(desk.fake.journal.of(*CREATES)) == 1


async def test_an_unanswered_creation_that_never_happened_is_not_repeated_by_itself(
    database: Database, desk: Desk
) -> None:
    league = await make_league(database, desk)
    desk.fake.fault(html(502), method="POST", path="/groups$")
    applied = await league.apply()
    assert applied.steps[0].state is StepState.UNKNOWN
    assert [intent.state for intent in await league.intents()] == [IntentState.UNRESOLVED]
    assert (await league.apply()).steps == ()
    assert league.named("Hawks U12") == []
    plan = await league.plan()
    create = next(action for action in plan.actions if action.kind is ActionKind.CREATE)
    assert not create.ticked
    assert create.risk is not None
    applied = await league.apply([create])
    assert applied.steps[0].state is StepState.DONE
    assert len(league.named("Hawks U12")) == 1
    (intent,) = await league.intents()
    assert intent.state == IntentState.DONE


async def test_two_groups_that_may_be_the_lost_one_are_a_choice(database: Database, desk: Desk) -> None:
    league = await make_league(database, desk)
    desk.fake.fault(Hang(), method="POST", path="/groups$", after_commit=True)
    desk.fake.behavior.list_delay = 1000
    desk.fake.behavior.membership_states = False
    async with hung(desk):
        await league.apply()
    desk.time.moment += timedelta(seconds=1000)
    tagged = next(iter(desk.fake.world.groups.values()))
    desk.fake.world.add_group(desk.owner, "Hawks U12", description=tagged.description)
    (team,) = (await league.plan()).teams
    assert team.state is TeamState.AMBIGUOUS
    assert len(team.candidates) == 2


async def test_refused_to_third_parties_stops_creating_and_stays_in_mind(database: Database, desk: Desk) -> None:
    league = await make_league(database, desk, TWO)
    desk.fake.behavior.closed_to_third_parties.add("create")
    applied = await league.apply()
    assert applied.manual
    assert applied.stopped is None
    assert applied.steps[0].state is StepState.FAILED
    assert "paste its share link" in applied.steps[0].text
    assert {step.state for step in applied.steps[1:]} == {StepState.NOT_REACHED}
    assert len(desk.fake.journal.of(*CREATES)) == 1
    plan = await league.plan()
    assert plan.actions == ()
    assert "does not let this program create" in plan.warnings[0]
    desk.fake.behavior.closed_to_third_parties.discard("create")
    assert (await league.apply(try_again=True)).not_done == 0
    assert len(desk.fake.world.groups) == 2


@pytest.mark.parametrize("answer", [VERIFICATION, FORBIDDEN])
async def test_a_refused_setting_does_not_lose_the_group(database: Database, desk: Desk, answer: object) -> None:
    league = await make_league(database, desk)
    desk.fake.fault(answer, method="POST", path="/update$")  # type: ignore[arg-type]
    applied = await league.apply()
    assert [step.state for step in applied.steps] == [StepState.DONE, StepState.FAILED]
    assert (await league.apply()).not_done == 0
    assert (await league.plan()).actions == ()


async def test_a_bad_token_stops_everything_at_once(database: Database, desk: Desk) -> None:
    league = await make_league(database, desk, TWO)
    plan = await league.plan()
    desk.fake.fault(UNAUTHORIZED, path="/groups$", method="POST")
    # The first reads the account before the plan is made again, the second after the refusal.
    desk.fake.fault(UNAUTHORIZED, path="/users/me$", nth=2)
    applied = await league.apply(plan.ticked())
    assert "does not accept the access token" in str(applied.stopped)
    assert [step.state for step in applied.steps] == [StepState.FAILED, *[StepState.NOT_REACHED] * 3]


async def test_a_short_pause_is_kept_and_a_long_one_ends_the_run(database: Database, desk: Desk) -> None:
    league = await make_league(database, desk, TWO)
    fault = desk.fake.fault(too_many(40), method="POST", path="/groups$")
    applied = await league.apply()
    assert applied.stopped is None
    assert fault.seen == 3
    assert any(told.until is not None for told in league.told)
    league = await make_league_again(league)
    desk.fake.fault(too_many(3600), method="POST", path="/groups$", times=None)
    applied = await league.apply()
    assert applied.go_on_at is not None
    assert applied.steps[0].state is StepState.FAILED
    assert [intent.state for intent in await league.intents()][-1] == IntentState.FAILED


async def make_league_again(league: League) -> League:
    """One more team, which has no group yet."""
    async with league.database.session() as session:
        session.add(Team(league_id=league.club.league_id, season_id=league.club.season_id, name="Storm U14"))
    return league


async def test_three_faults_in_a_row_end_the_run(database: Database, desk: Desk) -> None:
    names = tuple(f"Team {letter}" for letter in ("Oak", "Elm", "Ash", "Fir", "Yew"))
    league = await make_league(database, desk, names)
    plan = await league.plan()
    desk.fake.fault(html(500), method="POST", path="/groups$", times=None)
    applied = await league.apply(plan.ticked())
    assert str(applied.stopped).startswith("Stopped after 3 faults in a row")
    assert len(desk.fake.journal.of(*CREATES)) == 3


async def test_what_changed_since_the_plan_was_seen_is_not_done(database: Database, desk: Desk) -> None:
    league = await make_league(database, desk, TWO)
    plan = await league.plan()
    made = desk.fake.world.add_group(desk.owner, "Hawks U12")
    applied = await league.apply(plan.ticked())
    states = {step.action: step.state for step in applied.steps}
    hawks, bulls = (league.teams[name] for name in TWO)
    assert states[f"create:{hawks}"] is StepState.NOT_NEEDED
    assert states[f"create:{bulls}"] is StepState.DONE
    assert league.named("Hawks U12") == [made.id]


async def test_pause_and_cancel_take_effect_between_two_actions(database: Database, desk: Desk) -> None:
    league = await make_league(database, desk, TWO)
    control = Control()
    plan = await league.plan()
    control.pause()
    running = asyncio.create_task(league.apply(plan.ticked(), control=control))
    first_read = asyncio.Event()
    league.listener = lambda told: first_read.set() if told.doing.startswith("Reading") else None
    await asyncio.wait_for(first_read.wait(), 60)
    assert desk.fake.journal.writes() == []
    league.listener = lambda told: control.cancel() if told.done == 1 else None
    control.resume()
    applied = await running
    assert [step.state for step in applied.steps] == [StepState.DONE, *[StepState.NOT_REACHED] * 3]
    assert str(applied.stopped).startswith("Stopped on request")
    league.listener = None
    await league.apply()
    assert (await league.plan()).actions == ()


async def test_two_programs_never_apply_at_once(database: Database, desk: Desk) -> None:
    league = await make_league(database, desk)
    async with exclusive_run(database, league.club.league_id):
        with pytest.raises(Busy, match="Someone else"):
            await league.apply()
    assert desk.fake.journal.writes() == []
    assert (await league.apply()).not_done == 0
