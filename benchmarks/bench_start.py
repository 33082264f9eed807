"""From the command to the first paint and to the first rows, against an empty Textual app."""

import compileall
import os
import sys
import tempfile
import time
from pathlib import Path

import pexpect

import bball_tui
from benchmarks.data import fill_data_dir
from benchmarks.report import Result, middle

BARE = "from textual.app import App\nfrom textual.widgets import Static\n" + (
    "class Bare(App):\n    def compose(self):\n        yield Static('READY')\nBare().run()\n"
)
ROUNDS = 5


def seconds_until(command: list[str], marker: str, environment: dict[str, str]) -> float:
    """How long ``command`` needs on a 120x36 terminal until ``marker`` is on it."""
    started = time.perf_counter()
    child = pexpect.spawn(
        command[0], command[1:], env=os.environ | environment, dimensions=(36, 120), timeout=30, encoding="utf-8"
    )
    child.expect_exact(marker)
    elapsed = time.perf_counter() - started
    child.close(force=True)
    return elapsed


async def run() -> list[Result]:
    # As pip leaves it and as every start but the first finds it; some shells keep Python from writing it down.
    compileall.compile_dir(bball_tui.__path__[0], quiet=1)
    with tempfile.TemporaryDirectory(prefix="bball-bench-") as folder:
        data_dir = Path(folder) / "data"
        await fill_data_dir(data_dir, players=240)
        environment = {"BBALL_DATA_DIR": str(data_dir), "BBALL_WORKER": "false", "TERM": "xterm-256color"}
        program = [sys.executable, "-m", "bball_tui"]
        bare: list[float] = []
        paint: list[float] = []
        rows: list[float] = []
        for _ in range(ROUNDS):
            bare.append(seconds_until([sys.executable, "-c", BARE], "READY", environment))
            paint.append(seconds_until(program, "Contracts", environment))
            rows.append(seconds_until(program, "Player000000", environment))
    base, first_paint, first_rows = middle(bare), middle(paint), middle(rows)
    detail = f"{first_rows:.0f} ms / {base:.0f} ms, server stopped"
    return [
        Result("first paint / empty app", first_paint / base, 1.3, f"{first_paint:.0f} ms / {base:.0f} ms"),
        Result("first rows / empty app", first_rows / base, 3.5, detail),
    ]
