"""A million contracts against a thousand, on the screen: `python -m benchmarks.million` (some minutes).

Opening, a page down, the jump to the end, another order and a search, each as a ratio; and how long a key waits for its
picture.
"""

import asyncio
import sys
import tempfile
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import quantiles

import psycopg

from bball_tui.database import embedded
from bball_tui.database.opening import open_database
from bball_tui.database.paging import Sort
from bball_tui.settings import Settings
from benchmarks.report import Result, middle, print_table
from benchmarks.screen import Screen, opened

FEW, MANY = 1_000, 1_000_000
ROUNDS = 9
KEYS = 120
LIMIT = 1.5
CURSOR_LIMIT, SEARCH_LIMIT = 16.0, 100.0
SORTS = ("status", "team", "due", "signer")

# Keys of foreign tables are not checked, triggers do not run, and the word indexes are built at the end: the rows are
# those that the program would have written.
WORDS = ("player", "guardian", "team")
FILL = """
INSERT INTO league (slug, name, from_email) VALUES ('bench', 'Bench', 'a@bench.test');
INSERT INTO season (league_id, name) VALUES (1, 'Spring 2027');
INSERT INTO team (league_id, season_id, name)
    SELECT 1, 1, 'Team ' || lpad(n::text, 5, '0') FROM generate_series(0, {contracts} / 12) n;
INSERT INTO player (league_id, reach, first_name, last_name, birthdate, jersey)
    SELECT 1, 2,
        (ARRAY['Amara','Ben','Chloe','Dan','Eve','Finn','Gus','Hana','Ida','José','Kim','Lou','Mia'])[1 + n % 13],
        'Player' || lpad(n::text, 7, '0'), date '2014-01-01' + (n % 1000), (n % 56)::text
    FROM generate_series(0, {contracts} - 1) n;
INSERT INTO guardian (league_id, first_name, last_name, email)
    SELECT 1, 'Parent', 'Player' || lpad(n::text, 7, '0'), 'p' || n || '@families.test'
    FROM generate_series(0, {contracts} - 1) n;
INSERT INTO player_guardian (league_id, player_id, guardian_id) SELECT 1, n, n FROM generate_series(1, {contracts}) n;
INSERT INTO contract (league_id, season_id, team_id, player_id, status, offered_on, due_on, player_key, updated_by)
    SELECT 1, 1, 1 + (p.id - 1) / 12, p.id, CASE WHEN p.id % 5 = 0 THEN 'accepted' ELSE 'offered' END,
        date '2026-11-02', date '2026-11-30' + (p.id % 9)::int, p.name_key, 'bench'
    FROM player p ORDER BY p.id
"""


async def make(data_dir: Path, contracts: int) -> None:
    """A data folder with a league of ``contracts`` contracts, each of a player with one guardian."""
    settings = Settings(data_dir=data_dir, config_dir=data_dir)
    async with open_database(settings):
        await asyncio.to_thread(_fill, settings, contracts)


def _fill(settings: Settings, contracts: int) -> None:
    server = embedded.start(settings.server_dir)
    try:
        with psycopg.connect(server.url(embedded.OWNER).reveal(), autocommit=True) as owner:
            owner.execute("SET session_replication_role = replica")
            owner.execute("SET synchronous_commit = off")
            for table in WORDS:
                owner.execute(f"DROP INDEX ix_{table}_search".encode())
            for statement in FILL.format(contracts=contracts).split(";"):
                owner.execute(statement.encode())
            for table in WORDS:
                owner.execute(f"CREATE INDEX ix_{table}_search ON {table} USING gin (search)".encode())
            owner.execute("VACUUM ANALYZE")
    finally:
        server.release()


@dataclass(slots=True)
class Steps:
    """What each step took, in seconds, round by round."""

    open: list[float] = field(default_factory=list)
    page: list[float] = field(default_factory=list)
    end: list[float] = field(default_factory=list)
    order: list[float] = field(default_factory=list)
    search: list[float] = field(default_factory=list)
    cursor: list[float] = field(default_factory=list)


async def measured(data_dir: Path, contracts: int) -> Steps:
    """All steps, several times, in one running program."""
    steps = Steps()
    async with opened(data_dir) as screen:
        await screen.at_rest()
        await screen.timed(screen.records.action_list_first, partial(screen.stands_on, 0))
        for number in range(ROUNDS):
            await _round(screen, steps, number, contracts)
        for _ in range(KEYS):
            steps.cursor.append(await screen.timed(screen.records.action_list_down, lambda: True))
    return steps


async def _round(screen: Screen, steps: Steps, number: int, contracts: int) -> None:
    pane, records = screen.pane, screen.records
    window = records._window
    steps.open.append(await screen.timed(pane.ask, partial(screen.is_new, window)))
    await screen.at_rest()
    steps.page.append(await screen.timed(records.action_list_page_down, partial(screen.stands_on, records._height)))
    await screen.at_rest()
    steps.end.append(await screen.timed(records.action_list_last, partial(screen.stands_on, contracts - 1)))
    await screen.timed(records.action_list_first, partial(screen.stands_on, 0))
    await screen.at_rest()
    for column in (SORTS[number % len(SORTS)], "player"):
        window = records._window
        steps.order.append(await screen.timed(partial(records.sort_by, Sort(column)), partial(screen.is_new, window)))
        await screen.at_rest()
    window = records._window
    pane.search_bar.put(f"player{number:07}")
    steps.search.append(await screen.timed(pane.ask, partial(screen.is_new, window)))
    pane.search_bar.put("")
    window = records._window
    await screen.timed(pane.ask, partial(screen.is_new, window))
    await screen.at_rest()
    await screen.timed(records.action_list_first, partial(screen.stands_on, 0))


def _ratio(name: str, many: list[float], few: list[float]) -> Result:
    return Result(
        f"{name}: {MANY:,} / {FEW:,}",
        middle(many) / middle(few),
        LIMIT,
        f"{middle(many):.1f} ms / {middle(few):.1f} ms",
    )


def _p95(samples: list[float]) -> float:
    return quantiles(samples, n=20)[-1] * 1000


async def run() -> list[Result]:
    with tempfile.TemporaryDirectory(prefix="bball-million-") as folder:
        few_dir, many_dir = Path(folder) / "few", Path(folder) / "many"
        await make(few_dir, FEW)
        await make(many_dir, MANY)
        few, many = await measured(few_dir, FEW), await measured(many_dir, MANY)
    return [
        _ratio("opening the list", many.open, few.open),
        _ratio("a page down", many.page, few.page),
        # The end of the short list is one page further, and mostly in memory; the long one asks for it, as it opens.
        _ratio("to the end, against opening", many.end, few.open),
        _ratio("another order", many.order, few.order),
        _ratio("a search", many.search, few.search),
        Result("cursor down, p95", _p95(many.cursor), CURSOR_LIMIT, f"{MANY:,} contracts", unit="ms"),
        Result("search, p95", _p95(many.search), SEARCH_LIMIT, f"{MANY:,} contracts", unit="ms"),
    ]


if __name__ == "__main__":
    print("a million contracts …", file=sys.stderr, flush=True)
    print_table(asyncio.run(run()))
