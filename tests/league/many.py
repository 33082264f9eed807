"""A league of many thousand contracts, made by the database itself."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import psycopg
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database import embedded, roles
from bball_tui.database.engine import Database
from bball_tui.settings import SecretUrl
from tests.conftest import Server

MANY = """
WITH league AS (INSERT INTO league (name, slug) VALUES ('Big', 'big') RETURNING id),
season AS (INSERT INTO season (league_id, name) SELECT id, 'Spring' FROM league RETURNING id, league_id),
team AS (
    INSERT INTO team (league_id, season_id, name)
    SELECT league_id, id, 'Team ' || lpad(n::text, 4, '0') FROM season, generate_series(1, %(players)s / 12 + 1) n
    RETURNING id, league_id, season_id
),
numbered AS (SELECT *, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS teams FROM team),
player AS (
    INSERT INTO player (league_id, first_name, last_name, jersey, birthdate)
    SELECT id, 'First' || n %% 500, 'Last' || (n * 7919) %% 5000, (n %% 100)::text, DATE '2010-01-01' + (n %% 2000)::int
    FROM league, generate_series(1, %(players)s) n
    RETURNING id, league_id
),
placed AS (SELECT *, row_number() OVER (ORDER BY id) AS place FROM player),
guardian AS (
    INSERT INTO guardian (league_id, first_name, last_name, email)
    SELECT league_id, 'Parent', 'Of' || id, 'parent' || id || '@families.test' FROM player
    RETURNING id, league_id
),
parent AS (SELECT *, row_number() OVER (ORDER BY id) AS place FROM guardian),
link AS (
    INSERT INTO player_guardian (league_id, player_id, guardian_id)
    SELECT placed.league_id, placed.id, parent.id FROM placed JOIN parent USING (place)
)
INSERT INTO contract (league_id, season_id, team_id, player_id, status, offered_on)
SELECT placed.league_id, numbered.season_id, numbered.id, placed.id, 'offered', DATE '2026-11-02'
FROM placed JOIN numbered ON numbered.place = placed.place %% numbered.teams + 1
RETURNING league_id, season_id
"""


def make_many(url: SecretUrl, players: int) -> tuple[int, int]:
    """League and season with that many players, each with a guardian and a contract. ``url`` is the owner's."""
    with psycopg.connect(url.reveal(), autocommit=True) as owner:
        row = owner.execute(MANY, {"players": players}).fetchone()
        owner.execute("VACUUM ANALYZE")
    assert row is not None
    return row[0], row[1]


@dataclass(frozen=True, slots=True)
class Many:
    """A league of many contracts in a database of its own, which several tests read."""

    url: SecretUrl
    league_id: int
    season_id: int

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """One transaction, in which PostgreSQL itself refuses every change."""
        database = Database(self.url, read_only=True)
        try:
            async with database.session() as session:
                yield session
        finally:
            await database.dispose()


@contextmanager
def many_on(server: Server, players: int) -> Iterator[Many]:
    """Such a league, for as long as the block lasts."""
    with server.copy() as name:
        league_id, season_id = make_many(server.embedded.url(embedded.OWNER, name), players)
        yield Many(server.embedded.url(roles.person(), name), league_id, season_id)
