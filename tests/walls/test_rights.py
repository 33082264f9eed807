"""The page of what each role may in the database is the truth: a right that grows is seen in it."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bball_tui.database.engine import Database
from bball_tui.database.models import GroupLook
from bball_tui.database.states import TeamState
from bball_tui.groupme.plan.last_seen import keep_looks
from bball_tui.groupme.plan.plan_inputs import GroupPolicy, OwnFacts
from bball_tui.groupme.plan.plan_model import Plan, TeamPlan
from tests.walls.conftest import DATABASE, ClubServer
from tests.walls.rights_table import rights_page

PAGE = Path(__file__).parents[2] / "docs" / "rights.md"


def test_the_documented_rights_are_those_of_the_database(walls: ClubServer) -> None:
    with walls.login("postgres", DATABASE) as server:
        page = rights_page(server)
    if os.environ.get("WRITE_RIGHTS"):
        PAGE.write_text(page, encoding="utf-8")
    assert page == PAGE.read_text(encoding="utf-8"), "if it is meant: make rights, and look at what changed"


@pytest.mark.parametrize(("login", "kept"), [("rita", 1), ("cora", 0), ("mia", 0), ("vera", 0)])
async def test_whoever_may_only_look_is_not_refused_when_groupme_is_read(
    walls: ClubServer, login: str, kept: int
) -> None:
    with walls.login("rita") as rita:
        row = rita.execute("SELECT id FROM team").fetchone()
    assert row is not None
    plan = Plan(f"seen by {login}", (TeamPlan(row[0], "Hawks", TeamState.MISSING, ""),), (), ())
    database = Database(walls.url(login))
    async with database.session() as session:
        await keep_looks(session, walls.a, plan, OwnFacts((), GroupPolicy("A", "Fall")), datetime.now(UTC))
        looks = select(func.count()).where(GroupLook.account == plan.account, GroupLook.league_id == walls.a)
        assert await session.scalar(looks) == kept
    await database.dispose()
