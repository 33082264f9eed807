"""Contracts on the screen with 100 rows and with 100,000: opening the list, paging, the jump to the end, memory."""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pexpect
from textual.pilot import Pilot

from bball_tui.settings import Settings
from bball_tui.tui.app import BballApp
from bball_tui.tui.tabs.record_pane import RecordPane
from benchmarks.data import fill_data_dir
from benchmarks.report import Result, middle

FEW, MANY = 100, 100_000
ROUNDS = 15
PAGES = 3
"""Windows that even the short list has."""
PATIENCE = 60.0
LIMIT = 1.3
LIMIT_MEGABYTES = 120
QUIET = 2.0
"""Seconds without output after which the program has done what it does ahead of time."""


@dataclass(slots=True)
class Steps:
    """What each step took, in seconds, round by round."""

    open: list[float] = field(default_factory=list)
    page: list[float] = field(default_factory=list)
    end: list[float] = field(default_factory=list)


async def _drawn(pilot: Pilot[Any], done: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not done():
            await asyncio.sleep(0.001)
    await pilot.pause(0)


async def measured(data_dir: Path) -> Steps:
    """Seconds from the act until its rows are drawn, in a running program."""
    steps = Steps()
    app = BballApp(Settings(data_dir=data_dir, config_dir=data_dir, worker=False))
    try:
        async with app.run_test(size=(120, 36)) as pilot:
            await _drawn(pilot, lambda: app.desk.pane is not None and app.desk.pane.records.current is not None)
            pane = app.desk.pane
            assert isinstance(pane, RecordPane)
            await asyncio.sleep(QUIET)
            for _ in range(ROUNDS):
                await _round(pilot, pane, steps)
    finally:
        await app.disconnect()
    return steps


async def _round(pilot: Pilot[Any], pane: RecordPane[Any], steps: Steps) -> None:
    records = pane.records

    async def timed(act: Callable[[], object], done: Callable[[], bool]) -> float:
        started = time.perf_counter()
        act()
        await _drawn(pilot, done)
        return time.perf_counter() - started

    window = records._window
    steps.open.append(await timed(pane.ask, lambda: records._window is not window))
    for page in range(1, PAGES):
        steps.page.append(await timed(records.action_list_page_down, partial(_ready, pane, page * records._height)))
    await _drawn(pilot, lambda: records.counted)
    last = (records.total or 0) - 1
    steps.end.append(await timed(records.action_list_last, lambda: _ready(pane, last)))
    await timed(records.action_list_first, lambda: _ready(pane, 0))


def _ready(pane: RecordPane[Any], cursor: int) -> bool:
    return pane.records.cursor == cursor and pane.records.current is not None


def megabytes(data_dir: Path) -> float:
    """What the whole program holds in memory (RSS) once it has scrolled through its list and back."""
    environment = {"BBALL_DATA_DIR": str(data_dir), "BBALL_WORKER": "false", "TERM": "xterm-256color"}
    child = pexpect.spawn(
        sys.executable, ["-m", "bball_tui"], env=os.environ | environment, dimensions=(36, 120), timeout=PATIENCE
    )
    child.expect_exact("Player000000")
    for keys in ("\x1b[6~" * 40, "G", "g", "a"):
        child.send(keys)
        while True:
            try:
                child.read_nonblocking(65536, timeout=QUIET)
            except pexpect.TIMEOUT:
                break
    status = Path(f"/proc/{child.pid}/status").read_text()
    child.send("q")
    child.expect(pexpect.EOF)
    child.close()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


async def run() -> list[Result]:
    with tempfile.TemporaryDirectory(prefix="bball-bench-") as folder:
        few_dir, many_dir = Path(folder) / "few", Path(folder) / "many"
        await fill_data_dir(few_dir, players=FEW)
        await fill_data_dir(many_dir, players=MANY)
        few, many = await measured(few_dir), await measured(many_dir)
        held = await asyncio.to_thread(megabytes, many_dir)
    results = []
    for name, large, base, small in (
        ("opening {:,} contracts / opening {}", many.open, few.open, FEW),
        ("page down in {:,} contracts / in {}", many.page, few.page, FEW),
        # A list of one page has its end in memory; the other must ask for it, as it does when it opens.
        ("to the end of {:,} contracts / opening {}", many.end, few.open, FEW),
    ):
        detail = f"{middle(large):.1f} ms / {middle(base):.1f} ms"
        results.append(Result(name.format(MANY, small), middle(large) / middle(base), LIMIT, detail))
    results.append(
        Result(f"memory at {MANY:,} contracts", held, LIMIT_MEGABYTES, "RSS of the screen, all selected", unit="MB")
    )
    return results
