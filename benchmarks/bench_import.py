"""Importing 5,000 players from a file, against a raw COPY of the same rows.

"The same rows into one table" can mean two tables, so there are two yardsticks. The promise is held against the
first:

* the 5,000 players into the league's own table, with its constraints, keys and search index, which is the least that
  rows of a table in use cost;
* the file's cells into a table of bare text, without constraint, index or trigger, printed for comparison.

The import writes about five rows for each player (teams, players, guardians, links, contracts, each held to its
foreign keys), and before that checks every cell and compares with what is there.
"""

import csv
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path

import psycopg

from bball_tui.database import embedded, migrate, roles
from bball_tui.database.engine import Database
from bball_tui.league.importing.service import ImportOptions, run_import
from bball_tui.league.leagues import LeagueInfo, create_league
from benchmarks.report import Result, middle

PLAYERS = 5_000
ROUNDS = 5
HEADER = (
    *("Team", "Player First Name", "Player Last Name", "Date of Birth", "Jersey"),
    *("Guardian 1 First", "Guardian 1 Last", "Guardian 1 Email", "Guardian 1 Phone"),
    *("Guardian 2 First", "Guardian 2 Last", "Guardian 2 Email", "Guardian 2 Phone"),
)
FIRST = ("Amara", "José", "Zoë", "Ben", "Carlos", "Nguyễn", "Łukasz", "Quinn", "Mary-Kate", "D'Andre")
LAST = ("O'Neal", "de la Cruz", "St. James", "Whitaker", "Yilmaz", "Novak", "Fofanah", "Smith-Jones")

Row = tuple[str, ...]


def roster() -> list[Row]:
    """Teams of twelve; one child in ten has a sibling, one family in three a second guardian."""
    rows: list[Row] = []
    for i in range(PLAYERS):
        family = i - 1 if i % 10 == 9 else i
        last = f"{LAST[family % 8]} {family // 40}"
        born = date(2012, 1, 1) + timedelta(days=i % 1900)
        phone = f"+1 555 {family // 1000:03} {family % 1000:04}"
        first_guardian = (FIRST[family % 7], last, f"family.{family}@families.test", phone)
        second = (FIRST[family % 9], LAST[i % 5], f"home2.{family}@families.test", "") if i % 3 == 0 else ("",) * 4
        rows.append((f"Hawks {i // 12}", FIRST[i % 10], last, born.isoformat(), str(i % 100), *first_guardian, *second))
    return rows


def copy(connection: psycopg.Connection, statement: str, rows: list[tuple[object, ...]]) -> float:
    """Seconds that a COPY of ``rows`` takes, with its commit."""
    started = time.perf_counter()
    with connection.cursor().copy(statement) as sink:
        for row in rows:
            sink.write_row(row)
    connection.commit()
    return time.perf_counter() - started


async def seconds(work: Callable[[], Awaitable[object]]) -> float:
    started = time.perf_counter()
    await work()
    return time.perf_counter() - started


async def make_league(database: Database, name: str) -> LeagueInfo:
    async with database.session() as session:
        return await create_league(session, name, season="Spring 2027")


async def import_all(database: Database, league: LeagueInfo, path: Path) -> None:
    report = await run_import(database, league, path, ImportOptions())
    assert report.exit_code == 0


async def measure(server: embedded.EmbeddedServer, path: Path) -> list[Result]:
    rows = roster()
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADER, *rows])
    with psycopg.connect(server.url(embedded.OWNER, "bench").reveal()) as owner:
        roles.ensure_person(owner, roles.person())
        owner.execute("CREATE TABLE bare (" + ", ".join(f"c{i} text" for i in range(len(HEADER))) + ")")
    url = server.url(roles.person(), "bench")
    database = Database(url)
    new: list[float] = []
    again: list[float] = []
    players: list[float] = []
    bare: list[float] = []
    # The database's owner, whom no walls hold up: behind them PostgreSQL refuses COPY.
    with psycopg.connect(server.url(embedded.OWNER, "bench").reveal()) as connection:
        for n in range(ROUNDS):
            target = await make_league(database, f"Imported {n}")
            other = await make_league(database, f"Copied {n}")
            own = [(other.id, *row[1:5]) for row in rows]
            bare.append(copy(connection, "COPY bare FROM STDIN", [*rows]))
            statement = "COPY player (league_id, first_name, last_name, birthdate, jersey) FROM STDIN"
            players.append(copy(connection, statement, [*own]))
            new.append(await seconds(lambda league=target: import_all(database, league, path)))  # type: ignore[misc]
            again.append(await seconds(lambda league=target: import_all(database, league, path)))  # type: ignore[misc]
    await database.dispose()
    base, bare_base = middle(players), middle(bare)
    detail = f"{middle(new):.0f} ms / {base:.0f} ms; into a table of bare text {bare_base:.0f} ms"
    return [
        Result(f"import of {PLAYERS:,} players / COPY", middle(new) / base, 10, detail),
        Result("the same file again / COPY", middle(again) / base, 10, f"{middle(again):.0f} ms / {base:.0f} ms"),
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
