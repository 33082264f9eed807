"""A fake GroupMe on a loopback port, and a client whose clock and pauses take no time."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bball_tui.groupme.api.client import GroupMeClient
from bball_tui.groupme.api.retry import Timeouts
from bball_tui.groupme.api.token import Token
from bball_tui.groupme.fake.server import FakeGroupMe, running
from bball_tui.groupme.fake.state import User, World
from tests.support.patience import over_after

PATIENCE = 20.0
"""Seconds for an answer of the fake."""
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass(slots=True)
class Time:
    """A clock that only moves when someone waits."""

    moment: datetime = START
    waits: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.moment

    def seconds(self) -> float:
        return self.moment.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.moment += timedelta(seconds=seconds)


@dataclass(slots=True)
class Desk:
    """The running fake, the account of the coordinator, and the clock of both sides."""

    fake: FakeGroupMe
    url: str
    owner: User
    time: Time

    def client(self, token: str | None = None, *, read_timeout: float = PATIENCE) -> GroupMeClient:
        return GroupMeClient(
            Token(token or self.owner.token),
            base_url=self.url,
            timeouts=Timeouts(read=read_timeout),
            sleep=self.time.sleep,
            now=self.time.now,
        )


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    time = Time()
    fake = FakeGroupMe(World(time.seconds))
    owner = fake.world.add_user("Maria Coordinator", email="maria@westside.test", phone="+1 2125550100")
    async with running(fake) as (_, url):
        yield Desk(fake, url, owner, time)


def hung(desk: Desk) -> AbstractAsyncContextManager[None]:
    """As soon as the fake leaves a request without an answer, its sender has waited long enough."""
    return over_after(PATIENCE + 1, lambda: any(line.status is None for line in desk.fake.journal.lines))


@pytest.fixture
async def client(desk: Desk) -> AsyncIterator[GroupMeClient]:
    async with desk.client() as opened:
        yield opened
