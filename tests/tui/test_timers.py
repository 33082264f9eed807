"""A one-shot timer fires, also when the processor was away at the wrong moment."""

import asyncio
from collections.abc import Iterator
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest

from bball_tui.database.engine import Database
from bball_tui.settings import Settings
from tests.tui.desk_host import PATIENCE, club_with, opened
from tests.tui.hands import resize

AWAY = 0.2


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Between the first two looks of a timer at the clock the processor is away for longer than the delay."""
    began: set[asyncio.Task[Any] | None] = set()

    def time() -> float:
        task = asyncio.current_task()
        late = AWAY if task in began else 0.0
        began.add(task)
        return monotonic() + late

    with monkeypatch.context() as patched:
        patched.setattr("textual.timer._time", SimpleNamespace(get_time=time))
        yield


@pytest.mark.usefixtures("busy")
async def test_a_one_shot_timer_fires_and_the_window_is_followed_on_a_busy_machine(
    settings: Settings, database: Database
) -> None:
    await club_with(database, 1)
    fired = [asyncio.Event() for _ in range(3)]
    async with opened(settings, (80, 24)) as desk:
        for part, event in zip((desk.app, desk.app.desk, desk.records), fired, strict=True):
            part.set_timer(0.01, event.set)
        async with asyncio.timeout(PATIENCE):
            for event in fired:
                await event.wait()
        await resize(desk.pilot, (40, 10))
        await desk.shows("60 x 20 or larger, please")
        await resize(desk.pilot, (120, 36))
        await desk.shows("1 Today")
