"""Ten leagues on one database: what the walls between them cost each question that staff ask.

The same functions of the program answer three logins in turns: one that PostgreSQL keeps behind the walls (a registrar
who also sends), one that only looks and reads the views without birthdates, and one with BYPASSRLS, for whom there are
none. A question is asked some times before the clock runs, since PostgreSQL keeps a plan only of what is asked often.
``BENCH_CONTRACTS`` says how large the one league is (100,000).
"""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from statistics import quantiles
from typing import Any

import msgspec
import psycopg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database import embedded, migrate
from bball_tui.database.autocommit import AutocommitConnection
from bball_tui.database.engine import Database
from bball_tui.database.listing import ListingSource
from bball_tui.database.paging import PageRequest, Sort
from bball_tui.league.contracts.contract_list import contract_source
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.filters.facets import facets
from bball_tui.league.roster.lists import player_source
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.league.today import read_day
from bball_tui.mail.from_address import Outgoing
from bball_tui.mail.kinds.welcome import WelcomeMail
from bball_tui.outbox.counts import buckets
from bball_tui.outbox.mail_list import NEWEST_FIRST, OutboxFilter, OutboxSource
from bball_tui.outbox.queue import NewItem, claim, enqueue
from bball_tui.outbox.settling import hand_back
from benchmarks.bare import FACTS
from benchmarks.report import Result, middle

CONTRACTS = int(os.environ.get("BENCH_CONTRACTS", "100000"))
LEAGUES, LARGE = 10, 5
OTHERS = 10_000
"""Contracts in each of the other leagues."""
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "25"))
WARM = 8
"""Rounds that do not count: the plans of the sixth prepared execution on are kept."""
LIMIT = 1.15
QUICK, FELT = 20.0, 100.0
"""Milliseconds: what is asked at every key, and what a person does not notice."""
PAGE = 50
CLAIMED, ENQUEUED, SIGNED = 20, 100, 100
TABLES = ("player", "guardian", "team")
OWNER, STAFF, BARE, CLERK, VIEWER = "bench_owner", "bball_staff_walls", "bench_bare", "bench_clerk", "bench_viewer"

# Triggers do not run: the rows are those that the program would have written. Half of the contracts are signed, each
# with its welcome mail; the last league's are the most recent.
FILL = """
INSERT INTO league (slug, name, from_email) VALUES ('league-{n}', 'League {n}', 'a@bench.test');
INSERT INTO season (league_id, name) VALUES ({n}, 'Spring 2027');
UPDATE league SET current_season_id = {n} WHERE id = {n};
INSERT INTO team (league_id, season_id, name, division)
    SELECT {n}, {n}, 'Team ' || lpad(i::text, 5, '0'), 'U' || 8 + i % 5 FROM generate_series(0, {contracts} / 12) i;
INSERT INTO player (league_id, reach, first_name, last_name, birthdate, jersey)
    SELECT {n}, 2,
        (ARRAY['Amara','Ben','Chloe','Dan','Eve','Finn','Gus','Hana','Ida','José','Kim','Lou','Mia'])[1 + i % 13],
        'Player' || lpad((i::bigint * 7919 % ({contracts} / 4))::text, 6, '0'), date '2014-01-01' + (i % 1000),
        (i % 56)::text
    FROM generate_series(0, {contracts} - 1) i;
INSERT INTO guardian (league_id, first_name, last_name, email)
    SELECT {n}, 'Parent', last_name, 'p' || id - {first} || '@families.test'
    FROM player WHERE league_id = {n} ORDER BY id;
INSERT INTO player_guardian (league_id, player_id, guardian_id)
    SELECT {n}, i, i FROM generate_series({first} + 1, {first} + {contracts}) i;
INSERT INTO contract (league_id, season_id, team_id, player_id, status, offered_on, due_on, player_key, updated_by)
    SELECT {n}, {n}, {team} + 1 + (id - {first} - 1) / 12, id, CASE WHEN id % 5 = 0 THEN 'accepted' ELSE 'offered' END,
        current_date - 30, current_date + 1 + (id % 9)::int, name_key, 'bench'
    FROM player WHERE league_id = {n} ORDER BY id;
INSERT INTO signature (league_id, contract_id, guardian_id, signer, capacity, method, signed_on, received_at)
    SELECT {n}, id, player_id, 'Parent Player', 'guardian', 'paper', current_date - 1, now() - interval '1 day'
    FROM contract WHERE league_id = {n} AND id % 2 = 0 ORDER BY id;
UPDATE contract SET status = 'signed', signature_id = s.id, signer_key = 'parent player', revision = 1
    FROM signature s WHERE s.contract_id = contract.id AND contract.league_id = {n};
INSERT INTO outbox (league_id, kind, contract_id, recipient, dedupe_key, message_id, payload, state, attempts, claims,
        finalized_at, provider, claimed_by)
    SELECT {n}, 'contract_signed', id, 'p' || player_id - {first} || '@families.test',
        'contract_signed:' || id || ':1:p' || player_id - {first} || '@families.test', '<' || id || '@bench.test>',
        '{payload}', 'sent', 1, 1, now() - interval '1 day', 'smtp:x', 'desk'
    FROM contract WHERE league_id = {n} AND status = 'signed' ORDER BY id;
INSERT INTO outbox (league_id, kind, contract_id, recipient, dedupe_key, message_id, payload, available_at)
    SELECT {n}, 'contract_reminder', id, 'p' || player_id - {first} || '@families.test',
        'contract_reminder:' || id || ':0:p' || player_id - {first} || '@families.test', '<r' || id || '@bench.test>',
        '{payload}', now() - interval '1 min'
    FROM contract WHERE league_id = {n} AND status <> 'signed' ORDER BY id LIMIT 500
"""
OFFERED = text("SELECT id FROM contract WHERE league_id = :league AND status = 'offered' ORDER BY id LIMIT 20000")
CHILD = text(
    """
    SELECT player.first_name AS first, player.last_name AS last, guardian.email
    FROM contract JOIN player ON player.id = contract.player_id
    JOIN player_guardian AS link ON link.player_id = player.id JOIN guardian ON guardian.id = link.guardian_id
    WHERE contract.id = :contract
    """
)
SETTINGS = ("fsync = off", "autovacuum = off", "shared_buffers = '512MB'", "max_wal_size = '4GB'")


@dataclass(frozen=True, slots=True)
class Desk:
    """A login at work in the large league. ``lane`` is the connection that a worker claims by."""

    database: Database
    lane: AutocommitConnection
    league: int
    contracts: tuple[int, ...]
    """Some that were offered and not signed."""
    unsigned: Iterator[int]
    """More of them, in no other desk's hands: each is signed once."""
    revisions: Iterator[int]
    """Makes what is promised again another promise."""
    child: Any
    """A player whose family is looked for: ``first``, ``last``, ``email``."""
    offers: ListingSource[Any]
    players: ListingSource[Any]
    """What a list on the screen keeps, with the statements that it has built."""


Question = Callable[[Desk], Awaitable[float]]
"""Asks once; returns the seconds it took, without what is taken back."""


def reading(ask: Callable[[Desk], Awaitable[object]]) -> Question:
    """A question that changes nothing."""

    async def timed(desk: Desk) -> float:
        started = time.perf_counter()
        await ask(desk)
        return time.perf_counter() - started

    return timed


def writing(work: Callable[[AsyncSession, Desk], Awaitable[object]]) -> Question:
    """Work in a transaction, with its commit."""

    async def timed(desk: Desk) -> float:
        started = time.perf_counter()
        async with desk.database.session() as session:
            await work(session, desk)
        return time.perf_counter() - started

    return timed


async def today(desk: Desk) -> None:
    """What Today reads."""
    async with desk.database.session() as session:
        await read_day(session, desk.league, desk.league, Outgoing(True))


async def the_next_page(source: ListingSource[Any]) -> float:
    """Only what follows the first page counts."""
    by_name = Sort("player")
    first = await source.page(PageRequest(0, PAGE, by_name))
    started = time.perf_counter()
    page = await source.page(PageRequest(PAGE, PAGE, by_name, first.anchors[-1]))
    elapsed = time.perf_counter() - started
    assert len(page.rows) == PAGE
    return elapsed


async def claimed(desk: Desk) -> float:
    started = time.perf_counter()
    claims = await claim(desk.lane, desk.league, limit=CLAIMED, worker="bench", provider="smtp:x")
    elapsed = time.perf_counter() - started
    assert len(claims) == CLAIMED
    async with desk.database.session() as session:
        await hand_back(session, claims)
    return elapsed


async def enqueued(session: AsyncSession, desk: Desk) -> None:
    payload = msgspec.to_builtins(FACTS)
    revision = next(desk.revisions)
    some = desk.contracts[:ENQUEUED]
    items = [NewItem(WelcomeMail.kind, one, revision, f"new{one}@families.test", payload) for one in some]
    assert len(await enqueue(session, desk.league, items, hold_seconds=0)) == ENQUEUED


def signing(number: int) -> Question:
    async def signed(session: AsyncSession, desk: Desk) -> None:
        wanted = SigningRequest(tuple((one, 1) for one in islice(desk.unsigned, number)))
        assert len((await sign(session, desk.league, wanted)).signed) == number

    return writing(signed)


async def filter_counts(desk: Desk) -> None:
    async with desk.database.session() as session:
        await facets(session, desk.league, "contracts", RosterFilter(season_id=desk.league))


async def mails_by_bucket(desk: Desk) -> None:
    async with desk.database.session() as session:
        await buckets(session, desk.league)


async def newest_mails(desk: Desk) -> None:
    await OutboxSource(desk.database, desk.league, OutboxFilter()).page(PageRequest(0, PAGE, NEWEST_FIRST))


def page_of(source: Callable[[Desk], ListingSource[Any]], column: str) -> Question:
    return reading(lambda desk: source(desk).page(PageRequest(0, PAGE, Sort(column))))


def searched(typed: str) -> Question:
    """The first page of what is found, and how many are. ``typed`` may name parts of the child."""

    async def ask(desk: Desk) -> None:
        wanted = RosterFilter(season_id=desk.league, text=typed.format(child=desk.child))
        source = contract_source(desk.database, desk.league, wanted)
        assert (await source.page(PageRequest(0, PAGE, Sort("player")))).rows
        await source.count()

    return reading(ask)


READ: dict[str, tuple[Question, float | None]] = {
    "list page": (page_of(lambda desk: desk.offers, "player"), FELT),
    "next page": (lambda desk: the_next_page(desk.offers), FELT),
    "list by team": (page_of(lambda desk: desk.offers, "team"), FELT),
    "list by status": (page_of(lambda desk: desk.offers, "status"), FELT),
    "players page": (page_of(lambda desk: desk.players, "player"), FELT),
    "players next page": (lambda desk: the_next_page(desk.players), FELT),
    "players by birthdate": (page_of(lambda desk: desk.players, "birthdate"), FELT),
    "players by family": (page_of(lambda desk: desk.players, "family"), FELT),
    "count contracts": (reading(lambda desk: desk.offers.count()), FELT),
    "count players": (reading(lambda desk: desk.players.count()), FELT),
    "search, one word": (searched("{child.last}"), FELT),
    "search, a first name": (searched("{child.first}"), FELT),
    "search, two words": (searched("{child.last} {child.first}"), FELT),
    "search, two frequent words": (searched("{child.first} parent"), None),
    "search, an address": (searched("{child.email}"), QUICK),
    "Today": (reading(today), QUICK),
}
"""What everybody asks, and how many milliseconds it may take; None where nothing was promised."""
MORE: dict[str, tuple[Question, float | None]] = {
    "e-mails, newest": (reading(newest_mails), FELT),
    "e-mails by state": (reading(mails_by_bucket), None),
    "the filter's counts": (reading(filter_counts), None),
    f"claim {CLAIMED}": (claimed, None),
    f"enqueue {ENQUEUED}": (writing(enqueued), None),
    "sign one": (signing(1), FELT),
    f"sign {SIGNED}": (signing(SIGNED), None),
}
"""What those do who send and sign."""


def build(server: embedded.EmbeddedServer) -> None:
    """The database with its leagues, their owner, who has no special rights, and the three logins."""
    with psycopg.connect(server.url(embedded.OWNER, "postgres").reveal(), autocommit=True) as admin:
        for setting in SETTINGS:
            admin.execute(f"ALTER SYSTEM SET {setting}".encode())
        admin.execute(f"CREATE ROLE {STAFF} NOLOGIN".encode())
        admin.execute(f"CREATE ROLE {OWNER} LOGIN".encode())
        for login in (CLERK, VIEWER, BARE):
            admin.execute(f"CREATE ROLE {login} LOGIN IN ROLE {STAFF}".encode())
        admin.execute(f"ALTER ROLE {BARE} BYPASSRLS".encode())
        made = f"CREATE DATABASE walls OWNER {OWNER} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
        admin.execute(made.encode())
    with psycopg.connect(server.url(embedded.OWNER, "walls").reveal(), autocommit=True) as admin:
        admin.execute(f"ALTER SCHEMA public OWNER TO {OWNER}".encode())
    migrate.upgrade(server.url(OWNER, "walls"))
    with psycopg.connect(server.url(embedded.OWNER, "walls").reveal(), autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("SET synchronous_commit = off")
        for table in TABLES:
            admin.execute(f"DROP INDEX ix_{table}_search".encode())
        payload = msgspec.json.encode(FACTS).decode()
        first = team = 0
        for n in range(1, LEAGUES + 1):
            contracts = CONTRACTS if n == LARGE else OTHERS
            for statement in FILL.split(";"):
                filled = statement.format(n=n, contracts=contracts, first=first, team=team, payload=payload)
                admin.execute(filled.encode())
            first, team = first + contracts, team + contracts // 12 + 1
        for table in TABLES:
            admin.execute(f"CREATE INDEX ix_{table}_search ON {table} USING gin (search)".encode())
        admin.execute("SET session_replication_role = origin")
        # They work in three leagues, as somebody of an umbrella organization does.
        roles = f"('{CLERK}', 'registrar'), ('{CLERK}', 'mailer'), ('{VIEWER}', 'viewer')"
        admin.execute(
            "INSERT INTO league_member (league_id, login, role, granted_by) SELECT id, login, role, 'bench'"
            f" FROM league, (VALUES {roles}) AS wanted (login, role) WHERE id IN (1, {LARGE}, {LEAGUES})".encode()
        )
        admin.execute(
            f"INSERT INTO league_member (login, role, granted_by) VALUES ('{BARE}', 'admin', 'bench')".encode()
        )
        admin.execute("VACUUM ANALYZE")


@asynccontextmanager
async def desks(server: embedded.EmbeddedServer) -> AsyncIterator[tuple[Desk, Desk, Desk]]:
    """The clerk, the viewer and the login without walls."""
    opened = []
    for place, login in enumerate((CLERK, VIEWER, BARE)):
        database = Database(server.url(login, "walls"))
        await database.mask(masked=login == VIEWER)
        async with database.session() as session:
            some = tuple(await session.scalars(OFFERED, {"league": LARGE}))
            child = (await session.execute(CHILD, {"contract": some[-1]})).one()
        lane = AutocommitConnection(database, in_order=True)
        whole = RosterFilter(season_id=LARGE)
        lists = contract_source(database, LARGE, whole), player_source(database, LARGE, whole)
        unsigned = iter(some[2 * ENQUEUED + place // 2 :: 2])
        revisions = count(100 + place * 1000)
        opened.append(Desk(database, lane, LARGE, some[: 2 * ENQUEUED], unsigned, revisions, child, *lists))
    clerk, viewer, bare = opened
    try:
        yield clerk, viewer, bare
    finally:
        for desk in opened:
            await desk.lane.close()
            await desk.database.dispose()


async def compared(question: Question, walled: Desk, bare: Desk) -> tuple[list[float], list[float]]:
    """Seconds behind the walls and without, in turns, so that both feel the same machine."""
    within: list[float] = []
    without: list[float] = []
    for number in range(ROUNDS + WARM):
        # Each goes first as often as the other.
        for desk, samples in ((walled, within), (bare, without))[:: 1 if number % 2 else -1]:
            samples.append(await question(desk))
    return within[WARM:], without[WARM:]


def judged(name: str, within: Sequence[float], without: Sequence[float], limit: float | None) -> list[Result]:
    own, other = middle(list(within)), middle(list(without))
    results = [Result(f"walls / none: {name}", own / other, LIMIT, f"{own:.1f} ms / {other:.1f} ms")]
    if limit is not None:
        late = quantiles(within, n=20)[-1] * 1000
        results.append(Result(f"p95 behind walls: {name}", late, limit, f"{CONTRACTS:,} contracts", unit="ms"))
    return results


async def run() -> list[Result]:
    results = []
    with tempfile.TemporaryDirectory(prefix="bball-walls-") as folder:
        server = await asyncio.to_thread(embedded.start, Path(folder))
        try:
            await asyncio.to_thread(build, server)
            async with desks(server) as (clerk, viewer, bare):
                for name, (question, limit) in (READ | MORE).items():
                    results += judged(name, *await compared(question, clerk, bare), limit)
                for name, (question, limit) in READ.items():
                    results += judged(f"{name}, viewer", *await compared(question, viewer, bare), limit)
        finally:
            await asyncio.to_thread(server.release)
    return results
