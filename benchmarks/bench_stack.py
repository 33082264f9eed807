"""A stack of papers on a real terminal: from Enter on a name to the Sign dialog with its effect, from there to signed.

What counts is the 95th percentile: who signs two hundred papers feels the slow ones. Beside it stands the same of an
empty Textual app that shows a dialog, in the same run: on a busy machine all are long.
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import pexpect
from sqlalchemy import text

from benchmarks.data import count_up, fill, opened
from benchmarks.report import Result

PLAYERS, PAPERS, WARM_UP = 400, 40, 5
LIMIT = 100.0
DIALOG = """
from textual.app import App
from textual.screen import ModalScreen
from textual.widgets import Input, Select, Static

class Ask(ModalScreen):
    BINDINGS = [("enter", "dismiss", "")]
    def compose(self):
        yield Select([("a", 1)]); yield Select([("b", 1)]); yield Select([("c", 1)])
        yield Input(); yield Static("ASKED")

class Bare(App):
    BINDINGS = [("a", "ask", "")]
    def compose(self):
        yield Static("READY")
    def action_ask(self):
        self.push_screen(Ask())

Bare().run()
"""


def spawn(command: list[str], environment: dict[str, str]) -> "pexpect.spawn[str]":
    child = pexpect.spawn(
        command[0], command[1:], env=os.environ | environment, dimensions=(36, 120), timeout=60, encoding="utf-8"
    )
    child.delaybeforesend = None
    return child


def until(child: "pexpect.spawn[str]", keys: str, marker: str) -> float:
    """Milliseconds from ``keys`` until ``marker`` is written."""
    started = time.perf_counter()
    child.send(keys)
    child.expect_exact(marker)
    return (time.perf_counter() - started) * 1000


def stack(environment: dict[str, str]) -> tuple[list[float], list[float], int]:
    """How long each dialog took to come, how long each signature, and the keys that one paper took."""
    child = spawn([sys.executable, "-m", "bball_tui"], environment)
    asked: list[float] = []
    signed: list[float] = []
    try:
        child.expect_exact("Player000")
        time.sleep(3)  # what the program does ahead of time is over, as it is for staff
        until(child, "t", "0 papers done")
        for number in range(PAPERS + WARM_UP):
            letters = f"k{number + 100}"
            until(child, letters, letters.upper())
            time.sleep(0.3)  # a person looks at the name
            asked.append(until(child, "\r", "becomes signed"))
            time.sleep(0.3)
            signed.append(until(child, "\r", "is signed"))
            time.sleep(0.2)
    finally:
        child.close(force=True)
    return asked[WARM_UP:], signed[WARM_UP:], 4 + 2


def bare(environment: dict[str, str]) -> list[float]:
    child = spawn([sys.executable, "-c", DIALOG], environment)
    shown: list[float] = []
    try:
        child.expect_exact("READY")
        for _ in range(PAPERS):
            time.sleep(0.3)
            shown.append(until(child, "a", "ASKED"))
            time.sleep(0.3)
            child.send("\r")
    finally:
        child.close(force=True)
    return shown[WARM_UP:]


def slow(samples: list[float]) -> float:
    """The 95th percentile."""
    return sorted(samples)[int(len(samples) * 0.95)]


async def run() -> list[Result]:
    with tempfile.TemporaryDirectory(prefix="bball-bench-") as folder:
        data_dir = Path(folder) / "data"
        async with opened(data_dir) as (settings, database):
            await fill(database, PLAYERS)
            async with database.session() as session:
                await session.execute(text("UPDATE player SET first_name = 'K' || (100 + right(last_name, 3)::int)"))
            await asyncio.to_thread(count_up, settings)
        environment = {"BBALL_DATA_DIR": str(data_dir), "BBALL_WORKER": "false", "TERM": "xterm-256color"}
        asked, signed, keys = stack(environment)
        empty = bare(environment)
    beside = f"an empty app's dialog {median(empty):.0f} ms, 95th {slow(empty):.0f} ms"
    return [
        Result(
            "Enter to the Sign dialog, 95th percentile",
            slow(asked),
            LIMIT,
            f"median {median(asked):.0f} ms; {beside}",
            "ms",
        ),
        Result("Enter to signed, 95th percentile", slow(signed), LIMIT, f"median {median(signed):.0f} ms", "ms"),
        Result("keys for a paper", keys, 7, "four letters and two Enters", ""),
    ]
