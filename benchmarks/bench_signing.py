"""Signing many contracts at once against hand-written set-based SQL that writes the same rows.

Both are rolled back after the clock stops: the commit costs both the same and would only flatter the ratio.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.engine import Database
from bball_tui.league.contracts.lifecycle import Transition
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.transitions import TransitionRequest, apply_transition
from benchmarks.data import count_up, fill, opened
from benchmarks.report import Result

CONTRACTS, MAILS = 1000, 1500
ROUNDS = 15

SECOND_PARENTS = text(
    """
    WITH half AS (
        SELECT p.id, p.last_name FROM player p WHERE p.league_id = :league ORDER BY p.id LIMIT :number
    ), parent AS (
        INSERT INTO guardian (league_id, first_name, last_name, email)
        SELECT :league, 'Second', half.last_name, 'q' || half.id || '@families.test' FROM half
        RETURNING id, last_name
    )
    INSERT INTO player_guardian (league_id, player_id, guardian_id, position)
    SELECT :league, half.id, parent.id, 2 FROM half JOIN parent USING (last_name)
    """
)
BY_HAND = (
    "SELECT id FROM contract WHERE league_id = :league AND id = ANY(:ids) ORDER BY id FOR UPDATE",
    """
    WITH first AS (
        SELECT DISTINCT ON (l.player_id) l.player_id, g.id, g.first_name || ' ' || g.last_name AS name
        FROM player_guardian l JOIN guardian g ON g.id = l.guardian_id
        WHERE l.league_id = :league AND l.may_sign ORDER BY l.player_id, l.position, g.id
    ), written AS (
        INSERT INTO signature (league_id, contract_id, guardian_id, signer, capacity, method, signed_on)
        SELECT :league, c.id, first.id, first.name, 'guardian', 'paper', current_date
        FROM contract c JOIN first USING (player_id) WHERE c.id = ANY(:ids)
        RETURNING id, contract_id
    )
    UPDATE contract SET status = 'signed', signature_id = written.id, revision = revision + 1, version = version + 1
    FROM written WHERE contract.id = written.contract_id
    """,
    """
    INSERT INTO outbox (league_id, kind, contract_id, recipient, dedupe_key, message_id, payload, available_at)
    SELECT :league, 'contract_signed', c.id, g.email, 'contract_signed:' || c.id || ':1:' || lower(g.email),
           '<' || gen_random_uuid() || '@bench.test>',
           jsonb_build_object('player_first', p.first_name, 'player_last', p.last_name, 'team', t.name,
               'season', s.name, 'signer', i.signer, 'capacity', i.capacity, 'signed_on', i.signed_on,
               'guardian_first', g.first_name, 'guardian_last', g.last_name, 'language', g.language),
           now() + interval '10 s'
    FROM contract c JOIN player p ON p.id = c.player_id JOIN team t ON t.id = c.team_id
    JOIN season s ON s.id = c.season_id JOIN signature i ON i.id = c.signature_id
    JOIN player_guardian l ON l.player_id = p.id AND l.receives_email JOIN guardian g ON g.id = l.guardian_id
    WHERE c.id = ANY(:ids) AND g.email IS NOT NULL
    ON CONFLICT (dedupe_key) DO NOTHING
    """,
    """
    INSERT INTO audit (league_id, action, entity, entity_id, before, after)
    SELECT :league, 'signed', 'contract', c.id, '{"status": "offered"}'::jsonb,
           jsonb_build_object('status', 'signed', 'signature_id', i.id, 'revision', c.revision, 'signer', i.signer,
               'capacity', i.capacity, 'method', i.method, 'signed_on', i.signed_on, 'mails', 1)
    FROM contract c JOIN signature i ON i.id = c.signature_id WHERE c.id = ANY(:ids)
    """,
)


async def by_hand(session: AsyncSession, league: int, ids: list[int]) -> None:
    for statement in BY_HAND:
        await session.execute(text(statement), {"league": league, "ids": ids})


async def by_service(session: AsyncSession, league: int, ids: list[int]) -> None:
    result = await sign(session, league, SigningRequest(tuple((one, 1) for one in ids)))
    assert (len(result.signed), len(result.outbox_ids)) == (CONTRACTS, MAILS)


async def declined(session: AsyncSession, league: int, ids: list[int]) -> None:
    asked = TransitionRequest(Transition.DECLINE, tuple((one, 1) for one in ids), "moved away")
    assert len((await apply_transition(session, league, asked)).done) == CONTRACTS


async def seconds(
    database: Database, work: Callable[[AsyncSession, int, list[int]], Awaitable[None]], league: int, ids: list[int]
) -> float:
    """How long ``work`` takes; what it wrote is rolled back."""
    async with database.session() as session:
        started = time.perf_counter()
        await work(session, league, ids)
        elapsed = time.perf_counter() - started
        await session.rollback()
    return elapsed


async def run() -> list[Result]:
    with tempfile.TemporaryDirectory() as folder:
        async with opened(Path(folder)) as (settings, database):
            league = await fill(database, CONTRACTS)
            async with database.session() as session:
                await session.execute(SECOND_PARENTS, {"league": league, "number": MAILS - CONTRACTS})
                ids = list(await session.scalars(text("SELECT id FROM contract ORDER BY id")))
            await asyncio.to_thread(count_up, settings)
            hand: list[float] = []
            service: list[float] = []
            ended: list[float] = []
            # In turns, so that all feel the same machine.
            for _ in range(ROUNDS):
                hand.append(await seconds(database, by_hand, league, ids))
                service.append(await seconds(database, by_service, league, ids))
                ended.append(await seconds(database, declined, league, ids))
    base, cost, other = (statistics.median(samples) for samples in (hand, service, ended))
    what = f"{CONTRACTS:,} contracts and {MAILS:,} mails"
    return [
        Result(
            "signing many / hand-written SQL", cost / base, 3, f"{cost * 1000:.0f} ms / {base * 1000:.0f} ms, {what}"
        ),
        Result(
            "declining many / hand-written SQL that signs",
            other / base,
            3,
            f"{other * 1000:.0f} ms, {CONTRACTS:,} contracts",
        ),
    ]
