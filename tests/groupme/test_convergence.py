"""Whatever goes wrong, and wherever the program dies: applying again ends with each group once and an empty plan.

The clock, the pauses and the database are real parts; a crash is an error that no one may catch, thrown out of the
clock or a pause at any moment, which is what a killed process leaves behind: open intents and nothing else.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bball_tui.database import roles
from bball_tui.database.engine import Database
from bball_tui.errors import BballError
from bball_tui.groupme.api.client import GroupMeClient
from bball_tui.groupme.api.models import Group, GroupChange, NewGroup, NewMember
from bball_tui.groupme.api.retry import Timeouts
from bball_tui.groupme.api.token import Token
from bball_tui.groupme.fake.faults import (
    CALM,
    EMPTY_200,
    ERRORS_NULL,
    ERRORS_OBJECT,
    FORBIDDEN,
    GONE,
    HTML_200,
    NOT_FOUND,
    OFFICE_MODE,
    TOPIC_BLANK,
    UNAUTHORIZED,
    VERIFICATION,
    Answer,
    Effect,
    Hang,
    Reset,
    Truncated,
    html,
    too_many,
)
from bball_tui.groupme.fake.server import FakeGroupMe, running
from bball_tui.groupme.fake.state import World
from bball_tui.groupme.plan.plan_model import ActionKind
from bball_tui.groupme.staff.staff_list import add_to_list
from tests.conftest import Server
from tests.groupme.conftest import PATIENCE, Desk, Time, hung
from tests.groupme.support import League, make_league
from tests.support.examples import examples

pytestmark = pytest.mark.slow

NAMES = ("Hawks U12", "Bulls U10")
EFFECTS: tuple[Effect, ...] = (
    UNAUTHORIZED, VERIFICATION, FORBIDDEN, NOT_FOUND, GONE, CALM, TOPIC_BLANK, ERRORS_NULL, ERRORS_OBJECT, OFFICE_MODE,
    EMPTY_200, HTML_200, Truncated(), Reset(), html(500), html(502), html(503), too_many(), too_many(5), too_many(7200),
)  # fmt: skip


class Killed(BaseException):
    """The process dies here."""


class MortalTime(Time):
    """A clock that kills anyone who looks at it, or waits by it, for the ``dies_at``-th time."""

    dies_at: int | None = None
    looked: int = 0

    def _live(self) -> None:
        self.looked += 1
        if self.dies_at is not None and self.looked >= self.dies_at:
            self.dies_at = None
            raise Killed

    def now(self) -> datetime:
        self._live()
        return super().now()

    async def sleep(self, seconds: float) -> None:
        self._live()
        await super().sleep(seconds)


class MortalClient(GroupMeClient):
    """A client whose program dies with the answer to the ``dies_with``-th write in its hands."""

    dies_with: int | None = None

    def _live(self) -> None:
        if self.dies_with is not None:
            self.dies_with -= 1
            if not self.dies_with:
                raise Killed

    async def create(self, wanted: NewGroup) -> Group:
        group = await super().create(wanted)
        self._live()
        return group

    async def update(self, group_id: str, change: GroupChange) -> Group:
        group = await super().update(group_id, change)
        self._live()
        return group

    async def add_members(self, group_id: str, members: Sequence[NewMember]) -> str:
        results_id = await super().add_members(group_id, members)
        self._live()
        return results_id


@dataclass(slots=True)
class MortalDesk(Desk):
    dies_with: int | None = None

    def client(self, token: str | None = None, *, read_timeout: float = PATIENCE) -> GroupMeClient:
        client = MortalClient(
            Token(token or self.owner.token),
            base_url=self.url,
            timeouts=Timeouts(read=read_timeout),
            sleep=self.time.sleep,
            now=self.time.now,
        )
        client.dies_with = self.dies_with
        return client


@st.composite
def schedules(draw: st.DrawFn) -> list[tuple[Effect, str | None, str, int, int, bool]]:
    """Up to four faults: what, which method and path, from the how-manieth request, how often, and when.

    A refusal (4xx) says that nothing was done, and is taken at its word, so it always comes before the effect.
    """
    one = st.tuples(
        st.sampled_from(EFFECTS),
        st.sampled_from(["GET", "POST", None]),
        st.sampled_from(["", "/groups$", "/update$", "/members/add$", "/members/results", "/users/me$", "/states$"]),
        st.integers(1, 6),
        st.integers(1, 6),
        st.booleans(),
    )
    faults = draw(st.lists(one, max_size=4))
    return [(effect, *where, late and not is_refusal(effect)) for effect, *where, late in faults]


def is_refusal(effect: Effect) -> bool:
    return isinstance(effect, Answer) and 400 <= effect.status < 500


async def one_try(league: League) -> None:
    """One run as a patient person would start it: what is ticked, and the staff; a refusal is no reason to despair.

    A creation with a risk is not ticked: that is for anyone who has looked into the GroupMe app first.
    """
    try:
        before = len(league.desk.fake.journal.writes())
        plan = await league.plan()
        assert len(league.desk.fake.journal.writes()) == before
        wanted = [action for action in plan.actions if action.ticked or action.kind is ActionKind.ADD_STAFF]
        await league.apply(wanted)
    except BballError:
        pass


async def converge(league: League) -> None:
    """The faults are over. A person looks at every doubt, ticks what is left, and is done within a few runs."""
    league.desk.fake.faults.clear()
    for _ in range(6):
        plan = await league.plan(try_again=True)
        if not plan.actions and all(intent.resolved_at for intent in await league.intents()):
            break
        await league.apply(plan.actions, try_again=True)
    plan = await league.plan()
    assert plan.actions == (), [(action.id, action.reason) for action in plan.actions]
    written = len(league.desk.fake.journal.writes())
    for name in NAMES:
        (group_id,) = league.named(name)
        assert (await league.row(name)).groupme_group_id == group_id
    assert (await league.apply(plan.ticked())).steps == ()
    assert len(league.desk.fake.journal.writes()) == written
    assert all(intent.resolved_at for intent in await league.intents())


async def scenario(
    server: Server,
    schedule: list[tuple[Effect, str | None, str, int, int, bool]],
    deaths: list[int],
    *,
    delay: int = 0,
    late: bool = False,
    states: bool = True,
    dies_with: int | None = None,
) -> None:
    time = MortalTime()
    fake = FakeGroupMe(World(lambda: time.moment.timestamp()))
    fake.behavior.list_delay = delay
    fake.behavior.membership_states = states
    fake.behavior.members_visible = "late" if late else "with_results"
    owner = fake.world.add_user("Maria Coordinator")
    jonas = fake.world.add_user("Jonas Coach", email="jonas@westside.test")
    with server.database() as name:
        database = Database(server.embedded.url(roles.person(), name))
        try:
            async with running(fake) as (_, url):
                desk = MortalDesk(fake, url, owner, time, dies_with)
                league = await make_league(database, desk, NAMES)
                async with database.session() as session:
                    await add_to_list(
                        session, league.club.league_id, "Jonas Coach", user_id=jonas.id, consent="on paper"
                    )
                for effect, method, path, nth, times, after_commit in schedule:
                    fake.fault(effect, method=method, path=path, nth=nth, times=times, after_commit=after_commit)
                for death in deaths:
                    time.looked, time.dies_at = 0, death
                    try:
                        await one_try(league)
                    except* Killed:
                        pass
                    time.dies_at = None
                if dies_with is not None:
                    try:
                        await one_try(league)
                    except* Killed:
                        pass
                    desk.dies_with = None
                await one_try(league)
                # Lists may be late by less than all the waits together; longer ago than that a person looks first.
                await converge(league)
                adds = [line for line in fake.journal.of("POST", ".*/members/add") if line.status == 202]
                assert len(adds) <= len(NAMES) * 2
        finally:
            await database.dispose()


@settings(max_examples=examples(8), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    schedule=schedules(),
    deaths=st.lists(st.integers(1, 40), max_size=3),
    delay=st.sampled_from([0, 20]),
    late=st.booleans(),
    states=st.booleans(),
)
def test_applying_until_it_converges_creates_each_group_once(
    server: Server,
    schedule: list[tuple[Effect, str | None, str, int, int, bool]],
    deaths: list[int],
    delay: int,
    late: bool,
    states: bool,
) -> None:
    asyncio.run(scenario(server, schedule, deaths, delay=delay, late=late, states=states))


@pytest.mark.parametrize("death", [14, 27])
def test_dying_at_any_moment_of_a_run_loses_nothing(server: Server, death: int) -> None:
    asyncio.run(scenario(server, [], [death]))


@pytest.mark.parametrize("write", range(1, 5))
def test_dying_with_the_answer_to_a_write_in_hand_loses_nothing(server: Server, write: int) -> None:
    asyncio.run(scenario(server, [], [], dies_with=write))


def test_a_creation_whose_answer_is_lost_while_lists_are_late(server: Server) -> None:
    lost = (Reset(), "POST", "/groups$", 1, 1, True)
    asyncio.run(scenario(server, [lost], [12], delay=20, states=False))
    asyncio.run(scenario(server, [lost], [], delay=20, states=False))


def test_a_server_that_never_answers_a_creation(server: Server) -> None:
    async def run() -> None:
        time = Time()
        fake = FakeGroupMe(World(time.seconds))
        owner = fake.world.add_user("Maria Coordinator")
        with server.database() as name:
            database = Database(server.embedded.url(roles.person(), name))
            try:
                async with running(fake) as (_, url):
                    league = await make_league(database, Desk(fake, url, owner, time), NAMES)
                    fake.fault(Hang(), method="POST", path="/groups$", after_commit=True)
                    async with hung(league.desk):
                        await league.apply()
                    await converge(league)
            finally:
                await database.dispose()

    asyncio.run(run())


def test_the_database_going_away_in_the_middle_is_picked_up(server: Server) -> None:
    async def run() -> None:
        time = Time()
        fake = FakeGroupMe(World(time.seconds))
        owner = fake.world.add_user("Maria Coordinator")
        with server.database() as name:
            database = Database(server.embedded.url(roles.person(), name))
            try:
                async with running(fake) as (_, url):
                    league = await make_league(database, Desk(fake, url, owner, time), NAMES)
                    plan = await league.plan()

                    def cut(told: object) -> None:
                        if "Creating" in getattr(told, "doing", ""):
                            _disconnect_all(server, name)

                    league.listener = cut
                    with pytest.raises((BballError, psycopg.Error)):
                        await league.apply(plan.ticked())
                    league.listener = None
                    assert len(fake.world.groups) == 1
                    await one_try(league)
                    assert any(action.kind is ActionKind.CREATE for action in plan.actions)
                    await converge(league)
            finally:
                await database.dispose()

    asyncio.run(run())


def _disconnect_all(server: Server, name: str) -> None:
    server.admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
