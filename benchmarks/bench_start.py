"""From the command to the first paint and to the first rows, against an empty Textual app.

On the clock and by the program's own processor time, which says more on a machine that others use.
"""

import compileall
import os
import sys
import tempfile
import time
from pathlib import Path

import pexpect
import psutil

import bball_tui
from benchmarks.data import fill_data_dir
from benchmarks.report import Result, middle

BARE = "from textual.app import App\nfrom textual.widgets import Static\n" + (
    "class Bare(App):\n    def compose(self):\n        yield Static('READY')\nBare().run()\n"
)
ROUNDS = 5


def seconds_until(command: list[str], marker: str, environment: dict[str, str]) -> tuple[float, float]:
    """Until ``marker`` is on a 120x36 terminal: on the clock, and of a processor by ``command`` itself."""
    started = time.perf_counter()
    child = pexpect.spawn(
        command[0], command[1:], env=os.environ | environment, dimensions=(36, 120), timeout=30, encoding="utf-8"
    )
    child.expect_exact(marker)
    elapsed = time.perf_counter() - started
    used = psutil.Process(child.pid).cpu_times()
    child.close(force=True)
    return elapsed, used.user + used.system


async def run() -> list[Result]:
    # As pip leaves it and as every start but the first finds it; some shells keep Python from writing it down.
    compileall.compile_dir(bball_tui.__path__[0], quiet=1)
    with tempfile.TemporaryDirectory(prefix="bball-bench-") as folder:
        data_dir = Path(folder) / "data"
        await fill_data_dir(data_dir, players=240)
        environment = {"BBALL_DATA_DIR": str(data_dir), "BBALL_WORKER": "false", "TERM": "xterm-256color"}
        program = [sys.executable, "-m", "bball_tui"]
        bare: list[tuple[float, float]] = []
        paint: list[tuple[float, float]] = []
        rows: list[tuple[float, float]] = []
        for _ in range(ROUNDS):
            bare.append(seconds_until([sys.executable, "-c", BARE], "READY", environment))
            paint.append(seconds_until(program, "Contracts", environment))
            rows.append(seconds_until(program, "Player0000", environment))
    results = []
    for how, kind in enumerate(("", ", processor time")):
        base, first_paint, first_rows = (middle([one[how] for one in found]) for found in (bare, paint, rows))
        detail = f"{first_rows:.0f} ms / {base:.0f} ms, server stopped"
        results += [
            Result(f"first paint / empty app{kind}", first_paint / base, 1.3, f"{first_paint:.0f} ms / {base:.0f} ms"),
            Result(f"first rows / empty app{kind}", first_rows / base, 3.5, detail),
        ]
    return results
