"""A season of 5,000 players rolled, against importing them: the plan, what is made of it, and how long keys wait.

The import is the one of `bench_import.py`: it reads the file, compares it and writes teams, players, guardians, links
and contracts. Rolling makes the plan, makes it once more under the lock, and writes the season, its teams and
contracts, with the mails of the offers in a second run. While it is at work the event loop is asked every millisecond.
"""

import csv
import tempfile
import time
from pathlib import Path

import psycopg

from bball_tui.database import embedded, migrate, roles
from bball_tui.database.engine import Database
from bball_tui.database.states import ContractStatus
from bball_tui.league.seasons.roll import apply_roll, plan_roll
from bball_tui.league.seasons.roll_plan import RollPlan
from bball_tui.league.seasons.roll_request import RollChoice, Rolled, RollOutcome, RollRequest
from bball_tui.tui.gc_tuning import starting
from benchmarks.bench_import import HEADER, PLAYERS, import_all, make_league, roster, seconds
from benchmarks.report import Result, middle
from benchmarks.sampler import Held, sampled

ROUNDS = 3
ASKED = RollRequest("Spring 2028")


async def roll(database: Database, league_id: int, outcome: RollOutcome) -> tuple[float, float]:
    """Seconds for the plan, and for making everybody of it."""
    started = time.perf_counter()
    async with database.session() as session:
        plan: RollPlan = await plan_roll(session, league_id, ASKED)
    planned = time.perf_counter()
    places = {line.id: line.team for line in plan.lines if line.team}
    assert len(places) == PLAYERS
    choice = RollChoice(places, frozenset(places), plan.fingerprint)
    async with database.session() as session:
        done: Rolled = await apply_roll(session, league_id, ASKED, choice, outcome)
    assert done.contracts == PLAYERS
    return planned - started, time.perf_counter() - planned


async def measure(server: embedded.EmbeddedServer, path: Path) -> list[Result]:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER, *roster()])
    with psycopg.connect(server.url(embedded.OWNER, "bench").reveal()) as owner:
        roles.ensure_person(owner, roles.person())
    starting()
    database = Database(server.url(roles.person(), "bench"))
    imports: list[float] = []
    plans: list[float] = []
    drafts: list[float] = []
    offers: list[float] = []
    held: list[Held] = []
    for n in range(ROUNDS):
        for made, outcome in ((drafts, RollOutcome()), (offers, RollOutcome(ContractStatus.OFFERED, mails=True))):
            league = await make_league(database, f"Rolled {n} {outcome.status}")
            imports.append(await seconds(lambda league=league: import_all(database, league, path)))  # type: ignore[misc]
            with sampled() as stretch:
                planned, written = await roll(database, league.id, outcome)
            plans.append(planned)
            made.append(written)
            held.append(stretch)
    await database.dispose()
    base = middle(imports)
    best = min(held, key=lambda one: one.work)
    return [
        Result("plan of a season of 5,000", middle(plans), 1000, f"import {base:.0f} ms", unit="ms"),
        Result("rolling 5,000 as drafts / importing", middle(drafts) / base, 2, f"{middle(drafts):.0f} ms"),
        Result("rolling 5,000 with mails / importing", middle(offers) / base, 2, f"{middle(offers):.0f} ms"),
        Result(
            "loop held up, rolling 5,000 players",
            best.work * 1000,
            50,
            f"on the clock {best.clock * 1000:.0f} ms, garbage at most {best.pause * 1000:.0f} ms",
            unit="ms",
        ),
    ]


async def run() -> list[Result]:
    with tempfile.TemporaryDirectory(prefix="bball-bench-") as name:
        folder = Path(name)
        server = embedded.start(folder / "server")
        try:
            migrate.create_database(server.url(embedded.OWNER, "postgres"), "bench")
            migrate.upgrade(server.url(embedded.OWNER, "bench"))
            return await measure(server, folder / "roster.csv")
        finally:
            server.release()
