"""The program on a screen of 120x36 that nobody sees, and hands on its list."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from bball_tui.settings import Settings
from bball_tui.tui.app import BballApp
from bball_tui.tui.gc_tuning import starting
from bball_tui.tui.tabs.record_pane import RecordPane

PATIENCE = 60.0
QUIET = 2.0
"""Seconds after the first rows in which the program does what it does ahead of time."""


class Screen:
    """The running program and its list."""

    def __init__(self, app: BballApp, pilot: Pilot[Any], pane: RecordPane[Any]) -> None:
        self.app = app
        self.pilot = pilot
        self.pane = pane
        self.records = pane.records

    async def timed(self, act: Callable[[], object], done: Callable[[], bool]) -> float:
        """Seconds from the act until what it leads to is drawn."""
        started = time.perf_counter()
        act()
        await self.until(done, every=0.001)
        await self.pilot.pause(0)
        return time.perf_counter() - started

    async def until(self, done: Callable[[], bool], *, every: float = 0.01) -> None:
        """Wait until ``done``, looking every so many seconds."""
        async with asyncio.timeout(PATIENCE):
            while not done():
                await asyncio.sleep(every)

    def stands_on(self, row: int) -> bool:
        return self.records.cursor == row and self.records.current is not None

    def is_new(self, window: object) -> bool:
        return self.records._window is not window and self.records.current is not None

    async def at_rest(self) -> None:
        """Until the rows are counted, and nothing is read anymore."""
        records = self.records
        await self.until(lambda: records.counted and records._filling is None and not records._opening, every=0.005)


@asynccontextmanager
async def opened(data_dir: Path) -> AsyncIterator[Screen]:
    starting()  # garbage is looked for as in the program
    app = BballApp(Settings(data_dir=data_dir, config_dir=data_dir, worker=False))
    try:
        async with app.run_test(size=(120, 36)) as pilot:
            async with asyncio.timeout(PATIENCE):
                while app.desk.pane is None or app.desk.pane.records.current is None:
                    await asyncio.sleep(0.01)
            await asyncio.sleep(QUIET)
            pane = app.desk.pane
            assert isinstance(pane, RecordPane)
            yield Screen(app, pilot, pane)
    finally:
        await app.disconnect()
