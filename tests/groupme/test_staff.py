"""The staff list, and adding its people to groups: with consent, once, and with a word about what became of it."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bball_tui.database.engine import Database
from bball_tui.database.models import Audit, GroupMember
from bball_tui.database.states import MemberState
from bball_tui.errors import BballError
from bball_tui.groupme.fake.faults import VERIFICATION, Reset
from bball_tui.groupme.fake.server import FakeGroupMe
from bball_tui.groupme.plan.plan_model import Action, ActionKind
from bball_tui.groupme.run.progress import StepState
from bball_tui.groupme.staff.staff_list import add_to_list, list_staff, note_consent, phone_number, take_off_list
from tests.groupme.conftest import Desk
from tests.groupme.support import League, make_league


async def add_actions(league: League) -> list[Action]:
    return [action for action in (await league.plan()).actions if action.kind is ActionKind.ADD_STAFF]


async def members(league: League) -> dict[int, GroupMember]:
    async with league.database.session() as session:
        return {row.staff_id: row for row in await session.scalars(select(GroupMember))}


async def test_the_list_keeps_consent_and_the_audit_keeps_no_contact_data(database: Database, desk: Desk) -> None:
    league = await make_league(database, desk)
    league_id = league.club.league_id
    async with database.session() as session:
        staff_id = await add_to_list(session, league_id, "Jonas  Coach", phone="(212) 555-0101", email="j@west.test")
        with pytest.raises(BballError, match="no one can see"):
            await add_to_list(session, league_id, "Jonas\x1b Coach")
        with pytest.raises(BballError, match="same number, address or user id"):
            await add_to_list(session, league_id, "Jonas again", email="J@WEST.test")
        with pytest.raises(BballError, match="Nothing says how"):
            await add_to_list(session, league_id, "Nobody")
        with pytest.raises(BballError, match="in a few words"):
            await note_consent(session, league_id, staff_id, "  ")
        assert await note_consent(session, league_id, staff_id, "by phone, 3 March") == "Jonas Coach"
    async with database.session() as session:
        (row,) = await list_staff(session, league_id)
    assert (row.name, row.phone, row.consent_note) == ("Jonas Coach", "+1 2125550101", "by phone, 3 March")
    assert "j@west.test" not in repr(row)
    async with database.session() as session:
        assert await take_off_list(session, league_id, staff_id) == "Jonas Coach"
        with pytest.raises(BballError, match="aren't on the staff list"):
            await take_off_list(session, league_id, staff_id)
        entries = list(await session.scalars(select(Audit).where(Audit.entity == "group_staff")))
    assert [entry.action for entry in entries] == ["added to staff", "consent noted", "taken off staff"]
    assert "555" not in str([(entry.before, entry.after, entry.reason) for entry in entries])


@given(st.text(max_size=40))
def test_a_phone_number_is_usable_or_refused(text: str) -> None:
    try:
        number = phone_number(text)
    except BballError:
        return
    assert phone_number(number) == number
    assert number.startswith("+")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("(212) 555-0100", "+1 2125550100"),
        ("1-212-555-0100", "+1 2125550100"),
        ("+1 212 555 0100", "+1 2125550100"),
        ("+49 170 123-4567", "+49 1701234567"),
    ],
)
def test_the_usual_spellings_of_a_number(text: str, number: str) -> None:
    assert phone_number(text) == number


@pytest.mark.parametrize("text", ["", "call me", "+491701234567", "555-0100", "+49 \x1b[31m"])
def test_what_is_no_number_is_refused_with_the_way_out(text: str) -> None:
    with pytest.raises(BballError, match="country code"):
        phone_number(text)


@pytest.mark.slow
async def test_nobody_is_added_without_consent_or_without_being_ticked(database: Database, desk: Desk) -> None:
    league = await make_league(database, desk)
    async with database.session() as session:
        await add_to_list(session, league.club.league_id, "Jonas Coach", email="jonas@west.test")
    await league.apply()
    assert await add_actions(league) == []
    async with database.session() as session:
        (row,) = await list_staff(session, league.club.league_id)
        await note_consent(session, league.club.league_id, row.id, "on paper")
    (action,) = await add_actions(league)
    assert not action.ticked
    assert (await league.apply()).steps == ()
    assert desk.fake.journal.of("POST", ".*/members/add") == []


@pytest.mark.slow
async def test_each_gets_the_outcome_that_is_theirs(database: Database, desk: Desk) -> None:
    league = await make_league(database, desk)
    world = desk.fake.world
    by_id, by_mail = world.add_user("Ada"), world.add_user("Ben", email="ben@west.test")
    shy = world.add_user("Cleo", allow_add_by_id=False)
    async with database.session() as session:

        async def add(name: str, **how: str) -> int:
            return await add_to_list(session, league.club.league_id, name, consent="yes", **how)

        ids = [
            await add("Ada", user_id=by_id.id),
            await add("Ben", email="ben@west.test"),
            await add("Cleo", user_id=shy.id),
            await add("Dora", phone="+1 2125550199"),
        ]
    await league.apply()
    (step,) = (await league.apply(await add_actions(league))).steps
    assert step.state is StepState.DONE
    assert "Dora was invited" in step.text
    assert "Cleo was not added: GroupMe does not let them be added" in step.text
    rows = await members(league)
    assert [rows[one].state for one in ids] == [
        MemberState.ADDED,
        MemberState.ADDED,
        MemberState.FAILED,
        MemberState.INVITED,
    ]
    async with database.session() as session:
        known = {row.name: row.user_id for row in await list_staff(session, league.club.league_id)}
    assert known["Ben"] == by_mail.id
    assert await add_actions(league) == []
    assert len(desk.fake.journal.of("POST", ".*/members/add")) == 1


def lose_the_answer(fake: FakeGroupMe) -> None:
    fake.fault(Reset(), method="POST", path="/members/add$", after_commit=True)


def lose_the_results(fake: FakeGroupMe) -> None:
    fake.behavior.polls_until_results = 10_000


@pytest.mark.slow
@pytest.mark.parametrize("trouble", [lose_the_answer, lose_the_results])
async def test_an_unclear_outcome_is_looked_up_and_nobody_is_invited_twice(
    database: Database, desk: Desk, trouble: Callable[[FakeGroupMe], None]
) -> None:
    league = await make_league(database, desk)
    coach = desk.fake.world.add_user("Ada")
    async with database.session() as session:
        await add_to_list(session, league.club.league_id, "Ada", user_id=coach.id, consent="yes")
    await league.apply()
    trouble(desk.fake)
    await league.apply(await add_actions(league))
    assert await add_actions(league) == []
    for results in desk.fake.world.results.values():
        results.polls_left = 0
    await league.apply()
    assert await add_actions(league) == []
    assert len(desk.fake.journal.of("POST", ".*/members/add")) == 1
    assert all(intent.resolved_at for intent in await league.intents())


@pytest.mark.slow
async def test_refused_to_third_parties_leaves_no_trace_of_an_invitation(database: Database, desk: Desk) -> None:
    league = await make_league(database, desk)
    coach = desk.fake.world.add_user("Ada")
    async with database.session() as session:
        await add_to_list(session, league.club.league_id, "Ada", user_id=coach.id, consent="yes")
    await league.apply()
    desk.fake.fault(VERIFICATION, path="/members/add$")
    (step,) = (await league.apply(await add_actions(league))).steps
    assert step.state is StepState.FAILED
    assert await members(league) == {}
    assert await add_actions(league) == []
    plan = await league.plan(try_again=True)
    assert [action.kind for action in plan.actions] == [ActionKind.ADD_STAFF]
