"""With 50,000 mails in the table, every hot statement reads an index and only the rows it needs."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from hashlib import sha256
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import TextClause, make_url, text

from bball_tui.database import embedded, roles
from bball_tui.database.autocommit import AutocommitConnection
from bball_tui.database.engine import Database
from bball_tui.outbox import counts, leases, queue, retention, settling
from bball_tui.settings import SecretUrl
from tests.conftest import Server
from tests.outbox.support import a_family
from tests.support.factory import make_club

FILL = """
INSERT INTO outbox (league_id, kind, recipient, dedupe_key, message_id, payload, state, attempts, claims,
                    available_at, finalized_at, lease_until, claim_token, wire_started_at,
                    error_class, claimed_by, claimed_at)
SELECT :league, 'contract_signed', 'p' || n || '@families.test', 'k' || n, '<' || n || '@plans.test>', '{}', state,
       1, 1, now() - interval '1 h', CASE WHEN state IN ('sent', 'dead') THEN now() - n * interval '1 min' END,
       CASE WHEN state = 'sending' THEN now() + interval '1 min' - n % 40 * interval '1 s' END,
       CASE WHEN state = 'sending' THEN gen_random_uuid() END,
       CASE WHEN state IN ('sending', 'in_doubt') THEN now() END,
       CASE WHEN state IN ('dead', 'in_doubt') THEN 'permanent' END, 'w', now()
FROM (SELECT n, CASE WHEN n % 500 = 1 THEN 'sending' WHEN n % 500 = 2 THEN 'dead' WHEN n % 500 = 3 THEN 'in_doubt'
                     WHEN n % 500 < 40 THEN 'queued' ELSE 'sent' END AS state
      FROM generate_series(1, 50000) n) AS made
"""


@pytest.fixture(scope="module")
def filled(server: Server) -> Iterator[tuple[str, int]]:
    """The name of a database with all the mails, of which each test gets a copy, and the league."""
    with server.copy() as name:
        person, owner_url = (server.embedded.url(who, name) for who in (roles.person(), embedded.OWNER))
        league_id = asyncio.run(fill(person, owner_url))
        with psycopg.connect(owner_url.reveal(), autocommit=True) as owner:
            owner.execute("ANALYZE")  # only the owner may
        yield name, league_id


async def fill(url: SecretUrl, owner_url: SecretUrl) -> int:
    database, owner = Database(url), Database(owner_url)
    club, _ = await a_family(database)
    async with owner.session() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))  # triggers took half of the time
        await session.execute(text(FILL), {"league": club.league_id})
    await owner.dispose()
    await database.dispose()
    return club.league_id


@pytest.fixture
async def full(server: Server, filled: tuple[str, int]) -> AsyncIterator[tuple[Database, int]]:
    name, league_id = filled
    with server.copy(name) as copy:
        database = Database(server.embedded.url(roles.person(), copy))
        yield database, league_id
        await database.dispose()


async def plan_of(database: Database, statement: TextClause, values: dict[str, Any]) -> list[dict[str, Any]]:
    """The nodes of the plan that was really carried out; the transaction is rolled back."""

    class Undo(Exception):
        pass

    nodes: list[dict[str, Any]] = []
    try:
        async with database.session() as session:
            explained = text("EXPLAIN (ANALYZE, FORMAT JSON) " + statement.text)
            found = await session.scalar(explained, values)
            nodes = walked((json.loads(found) if isinstance(found, str) else found)[0]["Plan"])
            raise Undo
    except Undo:
        return nodes


def walked(node: dict[str, Any]) -> list[dict[str, Any]]:
    """A node of a plan and all below it."""
    return [node, *(one for child in node.get("Plans", []) for one in walked(child))]


def read(nodes: list[dict[str, Any]], table: str = "outbox") -> tuple[set[str], float]:
    """The indexes that were used on ``table``, and the most rows that one node took out of it (kept or thrown away)."""
    assert not [node for node in nodes if node["Node Type"] == "Seq Scan" and node["Relation Name"] == table]
    indexes = {node["Index Name"] for node in nodes if "Index Name" in node}
    scans = [node for node in nodes if re.search("Index|Bitmap Heap", node["Node Type"])]
    rows = [(node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"] for node in scans]
    return indexes, max(rows)


CLAIM = {"admitted": False, "limit": 5, "worker": "w", "provider": "maildir", "lease": 60.0}
SWEEP = {"crash_limit": 3, "worker_lost": "worker_lost", "crash_loop": "crash_loop"} | dict.fromkeys(
    ("on_the_wire", "crashes", "silent"), "what became of it"
)


@pytest.mark.slow
async def test_a_claim_reads_the_rows_it_takes(full: tuple[Database, int]) -> None:
    indexes, rows = read(await plan_of(full[0], queue._CLAIM, {"league_id": full[1], **CLAIM}))
    assert "ix_outbox_claim" in indexes
    assert rows <= 10


@pytest.mark.slow
async def test_a_worker_claims_as_quickly_before_postgresql_has_counted_new_mails(
    database: Database, owner_url: SecretUrl
) -> None:
    """A season's contracts are signed at once, and their e-mails leave before the empty table is analyzed again."""
    club, _ = await a_family(database)
    with psycopg.connect(owner_url.reveal(), autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")
    async with database.session() as session:
        await session.execute(
            text(FILL.replace("n % 500 < 40", "true").replace("50000", "6000")), {"league": club.league_id}
        )
    lane = AutocommitConnection(database, in_order=True)
    explained = text("EXPLAIN (ANALYZE, FORMAT JSON) " + queue._CLAIM.text)
    (row,) = await lane.execute(explained, {"league_id": club.league_id, **CLAIM})
    await lane.close()
    indexes, rows = read(walked(row[0][0]["Plan"]))
    assert "ix_outbox_claim" in indexes
    assert rows <= 10


WRITTEN = """
INSERT INTO outbox_message (outbox_id, league_id, subject, mime, sha256)
SELECT id, league_id, 'Welcome', 'x', sha256('x') FROM outbox WHERE league_id = :league
"""


def about(ids: list[int], tokens: list[UUID]) -> dict[str, Any]:
    """The values of every statement about claimed mails."""
    size = len(ids)
    return (
        {"ids": ids, "tokens": tokens, "lease": 60.0, "endings": ["sent"] * size, "outcomes": ["accepted"] * size}
        | {"counts": [True] * size}
        | {name: [None] * size for name in ("phases", "codes", "details", "waits", "refs", "notices")}
        | {"new_ids": ids, "subjects": ["s"] * size, "mimes": [b"x"] * size, "hashes": [sha256(b"x").digest()] * size}
    )


@pytest.fixture
async def first_day(server: Server) -> AsyncIterator[Database]:
    """A database whose connections have no plans yet, with tables that were counted when they were empty."""
    with server.copy() as name:
        with psycopg.connect(server.embedded.url(embedded.OWNER, name).reveal(), autocommit=True) as owner:
            owner.execute("VACUUM ANALYZE")
        database = Database(server.embedded.url(roles.person(), name))
        yield database
        await database.dispose()


@pytest.mark.slow
async def test_plans_of_the_first_day_read_as_little_in_the_season(first_day: Database) -> None:
    """A plan outlives the empty tables that it was made for: until they are counted, nothing makes another."""
    database = first_day
    club, _ = await a_family(database)
    claiming = {"league_id": club.league_id, **CLAIM}
    lanes = []
    for statement in (
        queue._CLAIM,
        queue._FREEZE,
        queue._MARK,
        queue._MARK_AND_FREEZE,
        settling._TAKE_BACK,
        settling._SETTLE,
    ):
        lane = AutocommitConnection(database, in_order=statement is queue._CLAIM)
        names = re.findall(r"[^:]:(\w+)", statement.text)
        values = claiming | about([0], [UUID(int=0)])
        await lane.execute(statement, {name: values[name] for name in names})
        lanes.append((lane, names))
    async with database.session() as session:
        await session.execute(text(FILL.replace("50000", "3000")), {"league": club.league_id})
        await session.execute(text(WRITTEN), {"league": club.league_id})
        held = (await session.execute(text("SELECT id, claim_token FROM outbox WHERE state = 'sending' LIMIT 5"))).all()
    values = claiming | about([row.id for row in held], [row.claim_token for row in held])
    for lane, names in lanes:
        (first,) = await lane.execute(text("SELECT name FROM pg_prepared_statements ORDER BY prepare_time LIMIT 1"), {})
        given = ", ".join(sql.Literal(values[name]).as_string() for name in dict.fromkeys(names))
        explained = f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE {first.name} ({given})".replace(":", "\\:")
        (row,) = await lane.execute(text(explained), {})
        nodes = walked(row[0][0]["Plan"])
        for table in ("outbox", "outbox_message"):
            scans = [node for node in nodes if node.get("Relation Name") == table and "Index Name" in node]
            assert not scans or read(scans, table)[1] <= 30
        assert [node for node in nodes if node.get("Relation Name") == "outbox"]
        await lane.close()


@pytest.mark.slow
async def test_asking_what_is_due_next_reads_one_row_a_priority(full: tuple[Database, int]) -> None:
    indexes, rows = read(await plan_of(full[0], queue._NEXT_DUE, {"league_id": full[1]}))
    assert (indexes, rows <= 4) == ({"ix_outbox_claim"}, True)


async def test_a_sweep_reads_the_leases_that_are_over(full: tuple[Database, int]) -> None:
    nodes = await plan_of(full[0], leases._SWEEP, {"league_id": full[1], **SWEEP})
    indexes, rows = read(nodes)
    assert {"ix_outbox_lease", "ix_outbox_claim"} <= indexes
    assert rows <= 200


async def test_forgetting_reads_the_oldest_finished_mails(full: tuple[Database, int]) -> None:
    indexes, rows = read(await plan_of(full[0], retention._FORGET, {"league_id": full[1], "days": 20, "batch": 100}))
    assert "ix_outbox_retention" in indexes
    assert rows <= 200


async def test_the_backlog_reads_unfinished_mails_only(full: tuple[Database, int]) -> None:
    indexes, rows = read(await plan_of(full[0], counts._BACKLOG, {"league_id": full[1]}))
    assert {"ix_outbox_claim", "ix_outbox_lease"} <= indexes
    assert rows <= 4000


async def test_the_day_of_a_league_reads_no_mail_of_another(server: Server, full: tuple[Database, int]) -> None:
    """Whose own mails are older than fifty thousand of the other."""
    database, _ = full
    async with database.session() as session:
        other = await make_club(session, slug="other")
        values = {"league": other.league_id}
        await session.execute(
            text(FILL.replace("50000", "2000").replace("n * interval", "(99999 + n) * interval")), values
        )
        name = await session.scalar(text("SELECT current_database()"))
    with psycopg.connect(server.embedded.url(embedded.OWNER, str(name)).reveal(), autocommit=True) as owner:
        owner.execute("ANALYZE outbox")
    asked = counts._today(other.league_id).compile(
        dialect=make_url("postgresql+psycopg://").get_dialect()(), compile_kwargs={"literal_binds": True}
    )
    indexes, rows = read(await plan_of(database, text(str(asked).replace(":", "\\:")), {}))
    assert "ix_outbox_retention" in indexes
    assert rows <= 200


async def test_mark_extend_and_settle_read_their_own_rows_by_id(full: tuple[Database, int]) -> None:
    database, _ = full
    async with database.session() as session:
        found = (
            await session.execute(text("SELECT id, claim_token FROM outbox WHERE state = 'sending' LIMIT 10"))
        ).all()
    ids, tokens = [row.id for row in found], [row.claim_token for row in found]
    many = {"ids": ids, "tokens": tokens}
    nothing: dict[str, Any] = {name: [None] * 10 for name in ("phases", "codes", "details", "waits", "refs")}
    new: dict[str, Any] = {name: [] for name in ("new_ids", "subjects", "mimes", "hashes", "notices")}
    ends = {"endings": ["sent"] * 10, "outcomes": ["accepted"] * 10, "counts": [True] * 10}
    for statement, values in (
        (queue._MARK, many | {"lease": 60.0}),
        (queue._MARK_AND_FREEZE, many | new | {"lease": 60.0}),
        (queue._FREEZE, many | new),
        (settling._TAKE_BACK, many),
        (leases._EXTEND, many | {"lease": 60.0}),
        (settling._SETTLE, many | ends | nothing),
    ):
        indexes, rows = read(await plan_of(database, statement, values))
        assert indexes & {"pk_outbox", "ix_outbox_lease"}
        assert rows <= 100
