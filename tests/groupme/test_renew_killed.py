"""Killed at any step of the summer's run, and run again: no group twice, no name twice, nobody told twice."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bball_tui.database import roles
from bball_tui.database.engine import Database
from bball_tui.errors import BballError
from bball_tui.groupme.fake.faults import Effect
from bball_tui.groupme.fake.server import FakeGroupMe, running
from bball_tui.groupme.fake.state import World
from bball_tui.groupme.renew.plan import Decision
from tests.conftest import Server
from tests.groupme.summer import Summer, make_summer
from tests.groupme.test_convergence import Killed, MortalDesk, MortalTime, schedules
from tests.groupme.test_linking import signed_and_sent
from tests.support.examples import examples

pytestmark = pytest.mark.slow

Schedule = Sequence[tuple[Effect, str | None, str, int, int, bool]]

TEAMS = [("Hawks U10", "Hawks U12", 2, 2), ("Bulls U10", "Bulls U12", 2, 1)]
WRITES = 5
"""What this takes at GroupMe: a name, the link off and on; a group and its settings."""


async def one_run(summer: Summer) -> None:
    try:
        await summer.renew()
    except* (Killed, BballError):
        pass


async def scenario(server: Server, deaths: list[int], dies_with: int | None, faults: Schedule = ()) -> None:
    time = MortalTime()
    fake = FakeGroupMe(World(lambda: time.moment.timestamp()))
    owner = fake.world.add_user("Maria Coordinator")
    with server.database() as name:
        database = Database(server.embedded.url(roles.person(), name))
        try:
            async with running(fake) as (_, url):
                desk = MortalDesk(fake, url, owner, time, dies_with)
                summer = await make_summer(database, desk, TEAMS)
                await signed_and_sent(summer, summer.contracts[0])
                await signed_and_sent(summer, summer.contracts[2])
                for effect, method, path, nth, times, after_commit in faults:
                    fake.fault(effect, method=method, path=path, nth=nth, times=times, after_commit=after_commit)
                if dies_with is not None:
                    await one_run(summer)
                    desk.dies_with = None
                for death in deaths:
                    time.looked, time.dies_at = 0, death
                    await one_run(summer)
                    time.dies_at = None
                if faults:
                    await one_run(summer)
                fake.faults.clear()
                for _ in range(4):
                    # A person has looked into the app before asking for a group of which nobody knows.
                    steps = (await summer.renew({"Bulls U12": Decision.NEW}, try_again=True)).steps
                    if not steps:
                        break
                assert steps == ()
                await as_it_should_be(summer)
                if not faults:
                    await asked_once(summer)
        finally:
            await database.dispose()


async def as_it_should_be(summer: Summer) -> None:
    """All is as if the first run had come to its end: no group twice, nobody told twice."""
    hawks = summer.groups["Hawks U10"]
    assert (await summer.renewal()).plan.actions == ()
    assert all(intent.resolved_at for intent in await summer.intents())
    row, new = await summer.row("Hawks U12"), await summer.row("Bulls U12")
    assert (row.groupme_group_id, hawks.name) == (hawks.id, "Hawks U12")
    assert str(row.groupme_share_url).endswith(str(hawks.share_token))
    assert summer.named("Bulls U12") == [new.groupme_group_id]
    assert new.groupme_share_url is not None
    told = Counter(await summer.mailed())
    assert told == Counter({"hawksu100@families.test": 1, "bullsu100@families.test": 1})


async def asked_once(summer: Summer) -> None:
    """Where GroupMe answered whatever it was asked, nothing was asked for twice."""
    fake, hawks = summer.desk.fake, summer.groups["Hawks U10"]
    updates = [line.body for line in fake.journal.of("POST", f".*/groups/{hawks.id}/update") if line.status == 200]
    asked = Counter(str({**body, "name": ""}) for body in updates if isinstance(body, dict))
    assert max(asked.values()) == 1, asked
    assert len(asked) == 3


@pytest.mark.parametrize("dies_with", range(1, WRITES + 1, 2))
def test_killed_with_the_answer_in_its_hands(server: Server, dies_with: int) -> None:
    asyncio.run(scenario(server, [], dies_with))


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(faults=st.just([]) | schedules(), deaths=st.lists(st.integers(1, 60), min_size=1, max_size=3))
def test_killed_at_any_moment_and_whatever_goes_wrong_at_groupme(
    server: Server, faults: list[tuple[Effect, str | None, str, int, int, bool]], deaths: list[int]
) -> None:
    asyncio.run(scenario(server, deaths, None, faults))
