"""Who is in a group and not of its team anymore: told apart from who is unknown, and removed only when chosen."""

from datetime import date

import pytest
from sqlalchemy import insert, select, update

from bball_tui.database.engine import Database
from bball_tui.database.models import Audit, Contract
from bball_tui.groupme.fake.faults import FORBIDDEN, NOT_FOUND, Effect, Reset, html
from bball_tui.groupme.renew.leaving import Leaving
from bball_tui.groupme.renew.run import apply_removals, read_leaving
from bball_tui.groupme.run.progress import Applied, StepState
from bball_tui.groupme.staff.staff_list import add_to_list
from tests.groupme.conftest import Desk
from tests.groupme.summer import Summer, make_summer

pytestmark = pytest.mark.slow


async def leaving_of(summer: Summer) -> Leaving:
    async with summer.desk.client() as client:
        return await read_leaving(summer.sender(client), await summer.origins())


async def remove(summer: Summer, leaving: Leaving, *names: str) -> Applied:
    wanted = [one.action for one in leaving.left if one.member.nickname in names and one.action is not None]
    async with summer.desk.client() as client:
        return await apply_removals(summer.sender(client), wanted, await summer.origins())


def here(summer: Summer) -> set[str]:
    group = summer.groups["Hawks U10"]
    return {one.nickname for one in group.memberships.values() if group.active(one.user_id)}


async def renewed(database: Database, desk: Desk) -> Summer:
    """The Hawks keep their group. Of four families the third is on the Bulls now, the fourth on no team."""
    summer = await make_summer(database, desk, [("Hawks U10", "Hawks U12", 4, 3), ("Bulls U10", "Bulls U12", 1, 1)])
    await summer.renew()
    async with database.session() as session:
        moved = {"team_id": summer.teams["Bulls U12"]}
        await session.execute(update(Contract).where(Contract.id == summer.contracts[2]).values(**moved))
    return summer


async def test_who_left_is_told_apart_from_who_is_unknown_and_from_staff(database: Database, desk: Desk) -> None:
    summer = await renewed(database, desk)
    world, group = desk.fake.world, summer.groups["Hawks U10"]
    for name in ("Rosa", "Grandpa Joe", "rósa HAWKSU100"):
        world.join(group, world.add_user(name), name)
    world.join(group, world.add_user("Coach"), "Rosa HawksU103", roles=["admin"])
    jonas = world.add_user("Jonas Coach")
    world.join(group, jonas, "Coach J")
    world.join(group, world.add_user("Wim"), "Wim Helper")
    async with database.session() as session:
        await add_to_list(session, summer.club.league_id, "Jonas Coach", user_id=jonas.id, consent="on paper")
        await add_to_list(session, summer.club.league_id, "Wim Helper", email="wim@westside.test", consent="on paper")
    leaving = await leaving_of(summer)
    (team,) = leaving.teams
    # Two members have the name of the fourth family, and one of them runs the group: nobody knows who is who.
    assert {one.member.nickname: one.why for one in team.left} == {
        "Rosa HawksU102": "Kid HawksU102 is on Bulls U12 now",
    }
    assert [one.nickname for one in team.unknown] == ["Grandpa Joe", "Rosa HawksU103", "Rosa"]
    assert desk.fake.journal.writes()[-1].path.endswith("/update")


async def test_only_who_was_chosen_is_removed_by_an_admin_alone_and_it_is_in_the_audit(
    database: Database, desk: Desk
) -> None:
    summer = await renewed(database, desk)
    group = summer.groups["Hawks U10"]
    was = group.kind, group.creator_user_id, group.memberships[desk.owner.id].roles
    group.kind, group.creator_user_id = "closed", desk.fake.world.add_user("Jonas").id
    group.memberships[desk.owner.id].roles = ["user"]
    by_hand = await leaving_of(summer)
    assert [(one.member.nickname, one.action) for one in by_hand.left] == [
        ("Rosa HawksU102", None),
        ("Rosa HawksU103", None),
    ]
    group.kind, group.creator_user_id, group.memberships[desk.owner.id].roles = was
    leaving = await leaving_of(summer)
    assert [(one.member.nickname, one.why) for one in leaving.left] == [
        ("Rosa HawksU102", "Kid HawksU102 is on Bulls U12 now"),
        ("Rosa HawksU103", "Kid HawksU103 is on no team in Fall 2027"),
    ]
    assert not any(action.ticked for action in leaving.plan.actions)
    applied = await remove(summer, leaving, "Rosa HawksU102")
    assert [step.state for step in applied.steps] == [StepState.DONE]
    assert here(summer) == {"Maria Coordinator", "Rosa HawksU100", "Rosa HawksU101", "Rosa HawksU103"}
    again = await remove(summer, leaving, "Rosa HawksU102")
    assert [step.state for step in again.steps] == [StepState.NOT_NEEDED]
    async with database.session() as session:
        acts = select(Audit.action, Audit.before["name"].astext).where(Audit.action.like("remov% a member"))
        assert [tuple(row) for row in await session.execute(acts.order_by(Audit.id))] == [
            ("removing a member", "Rosa HawksU102"),
            ("removed a member", "Rosa HawksU102"),
        ]
    # A family that comes back before the other is removed is not removed.
    async with database.session() as session:
        club, player_id = summer.club, leaving.left[1].families[0].player_id
        back = {"league_id": club.league_id, "season_id": club.season_id, "team_id": summer.teams["Hawks U12"]}
        offer = {"player_id": player_id, "status": "offered", "offered_on": date(2027, 8, 2)}
        await session.execute(insert(Contract).values(**back, **offer))
    assert [step.state for step in (await remove(summer, leaving, "Rosa HawksU103")).steps] == [StepState.NOT_NEEDED]
    assert "Rosa HawksU103" in here(summer)


REFUSED: list[tuple[Effect, str]] = [
    (FORBIDDEN, "Remove them in the GroupMe app."),
    (NOT_FOUND, "is still in the group. Remove them in the GroupMe app."),
    (html(502), "is still in the group."),
]


async def test_a_refusal_or_no_answer_is_looked_at(database: Database, desk: Desk) -> None:
    summer = await renewed(database, desk)
    for effect, said in REFUSED:
        desk.fake.fault(effect, method="POST", path="/remove$", times=9)
        (step,) = (await remove(summer, await leaving_of(summer), "Rosa HawksU102")).steps
        assert said in step.text
        assert step.state is not StepState.DONE
        assert "Rosa HawksU102" in here(summer)
        desk.fake.faults.clear()
    desk.fake.fault(Reset(), method="POST", path="/remove$", times=9, after_commit=True)
    (step,) = (await remove(summer, await leaving_of(summer), "Rosa HawksU102")).steps
    assert "is not in the group anymore." in step.text
    assert step.state is StepState.DONE
    assert "Rosa HawksU102" not in here(summer)


async def test_before_anyone_is_on_the_new_team_no_one_has_left_it(database: Database, desk: Desk) -> None:
    summer = await make_summer(database, desk, [("Hawks U10", "Hawks U12", 3, 3), ("", "Bulls U12", 0, 0)])
    await summer.renew()
    async with database.session() as session:
        await session.execute(
            update(Contract).where(Contract.id.in_(summer.contracts)).values(team_id=summer.teams["Bulls U12"])
        )
    leaving = await leaving_of(summer)
    assert (leaving.left, leaving.teams) == ((), ())
    assert leaving.unread == ("Hawks U12: no player of the team is known yet, so no one can be said to have left it.",)
