"""Big leagues, written straight into the tables: the benchmarks measure reading them, not making them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
from sqlalchemy import text

from bball_tui.database import embedded
from bball_tui.database.engine import Database
from bball_tui.database.opening import open_database
from bball_tui.settings import Settings

LEAGUE = text("INSERT INTO league (slug, name, from_email) VALUES ('bench', 'Bench', 'a@bench.test') RETURNING id")
SEASON = text("INSERT INTO season (league_id, name) VALUES (:league, 'Spring 2027') RETURNING id")
FILL = """
INSERT INTO team (league_id, season_id, name) SELECT :league, :season, 'Team ' || lpad(n::text, 4, '0')
    FROM generate_series(0, :players / 12) n;
INSERT INTO player (league_id, first_name, last_name, birthdate, jersey)
    SELECT :league, 'Kid', 'Player' || lpad(n::text, 6, '0'), date '2014-01-01' + (n % 1000), (n % 56)::text
    FROM generate_series(0, :players - 1) n;
INSERT INTO guardian (league_id, first_name, last_name, email)
    SELECT :league, 'Parent', 'Player' || lpad(n::text, 6, '0'), 'p' || n || '@families.test'
    FROM generate_series(0, :players - 1) n;
INSERT INTO player_guardian (league_id, player_id, guardian_id)
    SELECT :league, p.id, g.id FROM player p JOIN guardian g ON g.last_name = p.last_name WHERE p.league_id = :league;
INSERT INTO contract (league_id, season_id, team_id, player_id, status, offered_on, due_on)
    SELECT :league, :season, t.id, p.id, 'offered', date '2026-11-02', date '2026-11-30'
    FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM player WHERE league_id = :league) p
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM team WHERE league_id = :league) t ON t.n = p.n / 12;
"""


async def fill(database: Database, players: int) -> int:
    """A league with ``players`` players, one guardian and one offered contract each; returns its id."""
    async with database.session() as session:
        league = await session.scalar(LEAGUE)
        season = await session.scalar(SEASON, {"league": league})
        for statement in FILL.split(";"):
            if statement.strip():
                await session.execute(text(statement), {"league": league, "season": season, "players": players})
    async with database.session() as session:
        await session.execute(text("SELECT 1"))
    assert isinstance(league, int)
    return league


@asynccontextmanager
async def opened(data_dir: Path) -> AsyncIterator[tuple[Settings, Database]]:
    """The embedded database of ``data_dir``."""
    settings = Settings(data_dir=data_dir, config_dir=data_dir)
    async with open_database(settings) as database:
        yield settings, database


async def fill_data_dir(data_dir: Path, players: int) -> None:
    """A data folder with such a league, its server stopped again."""
    async with opened(data_dir) as (settings, database):
        await fill(database, players)
        await asyncio.to_thread(count_up, settings)


def count_up(settings: Settings) -> None:
    """What autovacuum does within a minute: without statistics every plan is a guess."""
    server = embedded.start(settings.server_dir)
    try:
        with psycopg.connect(server.url(embedded.OWNER).reveal(), autocommit=True) as owner:
            owner.execute("VACUUM ANALYZE")
    finally:
        server.release()
