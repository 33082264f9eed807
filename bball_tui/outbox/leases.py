"""Leases: extended while their worker lives, ended by any worker when it does not."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.language import stored
from bball_tui.outbox.queue import LEASE, Claim, held

CRASH_LIMIT = 3
"""How many workers in a row may be lost on one mail before it is failed."""

WORKER_LOST = "worker_lost"
"""The `outcome` of an attempt that no worker ended."""

CRASH_LOOP = "crash_loop"
"""The `error_class` of a mail on which workers keep being lost."""


class Swept(msgspec.Struct, frozen=True):
    """What a sweep did, by item id, and the seconds until the next queued item is due (None: none is queued)."""

    requeued: tuple[int, ...]
    in_doubt: tuple[int, ...]
    dead: tuple[int, ...]
    next_due: float | None


# A lost worker leaves a row of history of its own kind, so that faults of the provider and orderly hand-backs can
# never be taken for crashes. Only losses since the last orderly answer count.
_SWEEP = text(
    """
    WITH lost AS MATERIALIZED (
        SELECT id, league_id, claims, claimed_by, claimed_at, wire_started_at
        FROM outbox
        WHERE state = 'sending' AND lease_until <= now() AND league_id = :league_id
        ORDER BY lease_until
        LIMIT 500
        FOR UPDATE SKIP LOCKED
    ), judged AS MATERIALIZED (
        SELECT lost.*,
               CASE
                   WHEN wire_started_at IS NOT NULL THEN 'in_doubt'
                   WHEN losses.n >= :crash_limit THEN 'dead'
                   ELSE 'queued'
               END AS next
        FROM lost
        CROSS JOIN LATERAL (
            SELECT count(*) AS n FROM outbox_attempt AS attempt
            WHERE attempt.outbox_id = lost.id AND attempt.outcome = :worker_lost AND attempt.n > coalesce(
                (SELECT max(orderly.n) FROM outbox_attempt AS orderly
                 WHERE orderly.outbox_id = lost.id AND orderly.outcome <> :worker_lost), 0)
        ) AS losses
    ), swept AS (
        UPDATE outbox
        SET state = next,
            lease_until = NULL,
            claim_token = CASE WHEN next = 'in_doubt' THEN claim_token END,
            claimed_by = CASE WHEN next = 'in_doubt' THEN outbox.claimed_by END,
            finalized_at = CASE WHEN next = 'dead' THEN now() END,
            error_class = CASE next WHEN 'in_doubt' THEN 'in_doubt' WHEN 'dead' THEN :crash_loop
                          ELSE error_class END,
            error_code = CASE WHEN next = 'queued' THEN error_code END,
            error_text = CASE next
                WHEN 'in_doubt' THEN :on_the_wire
                WHEN 'dead' THEN :crashes
                ELSE error_text
            END
        FROM judged
        WHERE outbox.id = judged.id
    ), history AS (
        INSERT INTO outbox_attempt
            (league_id, outbox_id, n, worker, started_at, wire_started_at, outcome, detail)
        SELECT league_id, id, claims, claimed_by, claimed_at, wire_started_at, :worker_lost,
               :silent
        FROM judged
    )
    SELECT
        coalesce((SELECT array_agg(id) FROM judged WHERE next = 'queued'), '{}') AS requeued,
        coalesce((SELECT array_agg(id) FROM judged WHERE next = 'in_doubt'), '{}') AS in_doubt,
        coalesce((SELECT array_agg(id) FROM judged WHERE next = 'dead'), '{}') AS dead,
        (SELECT extract(epoch FROM min(first.available_at) - clock_timestamp())
         FROM (VALUES (1), (2), (3), (4)) AS level (priority)
         CROSS JOIN LATERAL (
             SELECT available_at FROM outbox
             WHERE league_id = :league_id AND state = 'queued' AND priority = level.priority
             ORDER BY available_at LIMIT 1
         ) AS first) AS next_due
    """
)


async def sweep(session: AsyncSession, league_id: int) -> Swept:
    """End the claims whose lease is over.

    Not on the wire yet: queued again, no attempt burned; failed when :data:`CRASH_LIMIT` workers were lost on it
    before. On the wire: in doubt. The token stays with a doubt, so a slow owner may still answer. One statement, so
    that an idle worker asks little: it also says when the next item is due.
    """
    values = {
        "league_id": league_id,
        "crash_limit": CRASH_LIMIT,
        "worker_lost": WORKER_LOST,
        "crash_loop": CRASH_LOOP,
        "on_the_wire": stored("The worker stopped while the e-mail was being sent."),
        "crashes": stored("The worker keeps crashing on this e-mail."),
        "silent": stored("The worker has not been heard of for too long."),
    }
    row = (await session.execute(_SWEEP, values)).one()
    due = 0.0 if row.requeued else row.next_due
    return Swept(tuple(row.requeued), tuple(row.in_doubt), tuple(row.dead), None if due is None else float(due))


_EXTEND = text(
    """
    WITH ours AS MATERIALIZED (
        SELECT outbox.id
        FROM outbox JOIN unnest(CAST(:ids AS bigint[]), CAST(:tokens AS uuid[])) AS held (id, token)
            ON outbox.id = held.id AND outbox.claim_token = held.token
        WHERE outbox.state = 'sending' AND outbox.lease_until > clock_timestamp()
        ORDER BY outbox.id
        FOR UPDATE OF outbox
    )
    UPDATE outbox SET lease_until = clock_timestamp() + make_interval(secs => :lease)
    FROM ours
    WHERE outbox.id = ours.id
    RETURNING outbox.id
    """
)


async def extend(session: AsyncSession, claims: Sequence[Claim], *, lease: timedelta = LEASE) -> frozenset[int]:
    """Begin a new ``lease`` for claims whose lease is not over yet; returns the ids of those that are still ours."""
    values = held(claims) | {"lease": lease.total_seconds()}
    return frozenset(await session.scalars(_EXTEND, values))
