"""How long the event loop of the screen is ever held up: while a file of 5,000 players is imported, then a changed one,
and while a list of 100,000 contracts is scrolled, sorted and searched.

While the loop is held up, no key is answered. What counts is the time that the program itself was at work; beside it
stand the time on the clock, and that of the idle program in the same run: on a busy machine both are long. Of three
rounds the best one counts: what the program itself does is in each of them.
"""

import asyncio
import csv
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bball_tui.database.paging import Sort
from bball_tui.tui.dialogs.import_roster import ImportRoster
from bball_tui.tui.dialogs.import_rows import ReviewRows
from benchmarks.bench_import import HEADER, PLAYERS, roster
from benchmarks.data import fill_data_dir
from benchmarks.report import Result
from benchmarks.sampler import Held, sampled
from benchmarks.screen import Screen, opened

CONTRACTS = 100_000
PAGES = 30
SORTS = ("status", "team", "due", "signer", "player")
WORDS = ("player0", "player01234", "p99", "nobody")
IDLE = 5.0
ROUNDS = 3
LIMIT = 50.0


def write(path: Path, number: int, *, jersey: int) -> None:
    """A roster of round ``number`` that no other has, everybody with a jersey so much higher than in `roster()`."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = [(*row[:2], f"{row[2]} {number}", row[3], str(int(row[4]) + jersey), *row[5:]) for row in roster()]
        csv.writer(file).writerows([HEADER, *rows])


async def bring_in(screen: Screen, path: Path) -> None:
    """Import a file as staff do: choose it, look at what it would change and at its rows, import it."""
    app, pilot = screen.app, screen.pilot
    await pilot.press("i")
    await screen.until(lambda: isinstance(app.screen, ImportRoster) and app.screen.is_active)
    dialog = app.screen
    assert isinstance(dialog, ImportRoster)
    dialog.query_one("#path").focus()
    await pilot.press(*str(path))
    await pilot.press("enter")
    await screen.until(lambda: dialog.choice("import").has_focus)
    await pilot.press("ctrl+r")
    await screen.until(lambda: isinstance(app.screen, ReviewRows))
    await pilot.press("pagedown", "pagedown", "G", "g", "f", "escape")
    await screen.until(lambda: app.screen is dialog)
    await pilot.press("enter")
    await screen.until(lambda: app.screen is app.desk)
    await screen.at_rest()


async def scroll(screen: Screen) -> None:
    """All the ways through a list."""
    records, pane, pilot = screen.records, screen.pane, screen.pilot
    for sort in (*map(Sort, SORTS), Sort("player", descending=True), Sort("player")):
        records.sort_by(sort)
        await screen.at_rest()
        for key in ("G", "pageup", "g", *["pagedown"] * PAGES, "end", "home"):
            await pilot.press(key)
        await screen.at_rest()
    for word in WORDS:
        await pilot.press("slash", *word)
        await screen.at_rest()
        await pilot.press("enter", "pagedown", "G", "g")
        await screen.at_rest()
        pane.search_bar.clear()
        await pilot.pause()
        await screen.at_rest()


async def measure(folder: Path) -> tuple[Held, dict[str, list[Held]]]:
    """The idle program, and what was seen of each stretch in each round."""
    paths = [(folder / f"new-{number}.csv", folder / f"changed-{number}.csv") for number in range(ROUNDS)]
    for number, (new, changed) in enumerate(paths):
        write(new, number, jersey=0)
        write(changed, number, jersey=1)
    found: dict[str, list[Held]] = defaultdict(list)
    async with opened(folder / "data") as screen:
        await screen.at_rest()
        with sampled() as idle:
            await asyncio.sleep(IDLE)
        for new, changed in paths:
            with _noted(found, f"scrolling {CONTRACTS:,} contracts"):
                await scroll(screen)
            with _noted(found, f"importing {PLAYERS:,} players"):
                await bring_in(screen, new)
            with _noted(found, f"importing {PLAYERS:,} changes"):
                await bring_in(screen, changed)
    return idle, found


@contextmanager
def _noted(found: dict[str, list[Held]], what: str) -> Iterator[None]:
    with sampled() as held:
        yield
    found[what].append(held)


async def run() -> list[Result]:
    with tempfile.TemporaryDirectory(prefix="bball-bench-") as name:
        folder = Path(name)
        await fill_data_dir(folder / "data", players=CONTRACTS)
        idle, found = await measure(folder)
    return [_result(what, min(rounds, key=lambda held: held.work), idle) for what, rounds in found.items()]


def _result(what: str, held: Held, idle: Held) -> Result:
    detail = (
        f"on the clock {held.clock * 1000:.0f} ms, idle {idle.clock * 1000:.0f} ms; "
        f"garbage at most {held.pause * 1000:.0f} ms"
    )
    return Result(f"loop held up, {what}", held.work * 1000, LIMIT, detail, unit="ms")
