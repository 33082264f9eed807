"""How a claim ends, written once and fenced by its token; and when the next try is (30 s, each time 4 times, to 6 h).

And what takes back a mark of which nothing came, and what a provider calls a mail that it was given and not yet told to
send: such a name can end a doubt.
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.autocommit import Executor
from bball_tui.database.states import OutboxState
from bball_tui.outbox.queue import Claim, Frozen, claim_of, held


class Ending(StrEnum):
    """What becomes of a claimed item."""

    SENT = "sent"
    FAILED = "failed"
    """Dead: only staff can do something."""
    BACK_OFF = "back_off"
    """Queued for later, dead after the last attempt."""
    PUT_BACK = "put_back"
    """Queued again; it was not this mail's fault and no attempt is burned."""
    IN_DOUBT = "in_doubt"
    HAND_BACK = "hand_back"
    """Queued again as if it had never been claimed; leaves no trace in the history."""


class Report(Struct, frozen=True):
    """What a worker has to say about a claim.

    ``outcome`` is the class of the answer, kept for people and for grouping. ``counts`` says whether it is an
    attempt of this mail. ``retry_after`` is the provider's wish; it wins over the back-off.
    """

    claim: Claim
    ending: Ending
    outcome: str
    counts: bool = False
    phase: str | None = None
    code: str | None = None
    detail: str | None = None
    retry_after: timedelta | None = None
    provider_ref: str | None = None


# A late answer of the true owner also ends a doubt; nobody else's token fits. The attempt that the mark counted is
# taken off again before the report's own count, so a fault of the provider burns none.
# A mail that met such a fault goes behind the others, so that it cannot be every probe.
# Locked in the order of ids, like everywhere, so that two statements about the same mails never wait for each other.
# Back-off: 30 s, 2 min, 8 min ... at most 6 h, plus up to a quarter.
_SETTLE = text(
    """
    WITH report AS MATERIALIZED (
        SELECT * FROM unnest(
            CAST(:ids AS bigint[]), CAST(:tokens AS uuid[]), CAST(:endings AS text[]), CAST(:outcomes AS text[]),
            CAST(:counts AS boolean[]), CAST(:phases AS text[]), CAST(:codes AS text[]), CAST(:details AS text[]),
            CAST(:waits AS float[]), CAST(:refs AS text[])
        ) AS report (id, token, ending, outcome, counts, phase, code, detail, wait, provider_ref)
    ), held AS MATERIALIZED (
        SELECT report.*, outbox.league_id, outbox.claims, outbox.claimed_by, outbox.claimed_at,
               outbox.wire_started_at, outbox.max_attempts, outbox.state = 'in_doubt' AS doubted,
               outbox.attempts - CAST(outbox.wire_started_at IS NOT NULL AS int) + CAST(report.counts AS int)
                   AS attempts
        FROM outbox JOIN report ON outbox.id = report.id AND outbox.claim_token = report.token
        WHERE outbox.id = ANY (CAST(:ids AS bigint[])) AND outbox.state IN ('sending', 'in_doubt')
        ORDER BY outbox.id
        FOR UPDATE OF outbox
    ), judged AS MATERIALIZED (
        SELECT held.*,
               CASE
                   WHEN ending = 'sent' THEN 'sent'
                   WHEN ending = 'failed' THEN 'dead'
                   WHEN ending = 'in_doubt' THEN 'in_doubt'
                   WHEN ending = 'back_off' AND attempts >= max_attempts THEN 'dead'
                   ELSE 'queued'
               END AS next
        FROM held
    ), settled AS (
        UPDATE outbox
        SET state = next,
            attempts = judged.attempts,
            claims = outbox.claims - CAST(ending = 'hand_back' AS int),
            claim_token = CASE WHEN next <> 'queued' THEN outbox.claim_token END,
            claimed_by = CASE WHEN next <> 'queued' THEN outbox.claimed_by END,
            lease_until = NULL,
            wire_started_at = CASE WHEN next <> 'queued' THEN outbox.wire_started_at END,
            finalized_at = CASE WHEN next IN ('sent', 'dead') THEN clock_timestamp() END,
            provider_ref = coalesce(judged.provider_ref, outbox.provider_ref),
            available_at = CASE ending
                WHEN 'back_off' THEN clock_timestamp() + make_interval(secs => coalesce(
                    wait, least(30 * power(4, least(judged.attempts, 10) - 1), 21600) * (1 + random() / 4)))
                WHEN 'put_back' THEN clock_timestamp()
                ELSE outbox.available_at
            END,
            error_class = CASE
                WHEN ending = 'hand_back' AND NOT doubted THEN outbox.error_class
                WHEN ending NOT IN ('sent', 'hand_back') THEN outcome
            END,
            error_code = CASE
                WHEN ending = 'hand_back' AND NOT doubted THEN outbox.error_code
                WHEN ending NOT IN ('sent', 'hand_back') THEN code
            END,
            error_text = CASE
                WHEN ending = 'hand_back' AND NOT doubted THEN outbox.error_text
                WHEN ending NOT IN ('sent', 'hand_back') THEN detail
            END
        FROM judged
        WHERE outbox.id = judged.id AND outbox.id = ANY (CAST(:ids AS bigint[]))
    ), history AS (
        INSERT INTO outbox_attempt
            (league_id, outbox_id, n, worker, started_at, wire_started_at, finished_at, outcome, phase, code, detail)
        SELECT league_id, id, claims, claimed_by, claimed_at, wire_started_at, clock_timestamp(), outcome, phase,
               code, detail
        FROM judged
        WHERE ending <> 'hand_back'
    )
    SELECT report.id, coalesce(judged.next, before.state) AS state
    FROM report
    LEFT JOIN judged ON judged.id = report.id
    LEFT JOIN outbox AS before ON before.id = report.id AND before.claim_token = report.token
        AND before.id = ANY (CAST(:ids AS bigint[]))
    """
)


async def settle(executor: Executor, reports: Sequence[Report]) -> dict[int, OutboxState | None]:
    """Write down how these claims ended, each with its row of history (none for a hand-back).

    Saying the same thing twice is harmless: after a connection that broke during COMMIT, just settle again.

    Returns:
        For each item's id its state now, or None when the claim is not ours anymore and nothing was changed.
    """
    values = {
        "ids": [report.claim.id for report in reports],
        "tokens": [report.claim.token for report in reports],
        "endings": [report.ending.value for report in reports],
        "outcomes": [report.outcome for report in reports],
        "counts": [report.counts for report in reports],
        "phases": [report.phase for report in reports],
        "codes": [report.code for report in reports],
        "details": [report.detail for report in reports],
        "waits": [None if report.retry_after is None else report.retry_after.total_seconds() for report in reports],
        "refs": [report.provider_ref for report in reports],
    }
    return {
        row.id: None if row.state is None else OutboxState(row.state) for row in await executor.execute(_SETTLE, values)
    }


async def hand_back(executor: Executor, claims: Sequence[Claim]) -> frozenset[int]:
    """Return claims that were not sent, as if they had never been taken; returns the ids that were still ours."""
    after = await settle(executor, [Report(claim, Ending.HAND_BACK, "stopped") for claim in claims])
    return frozenset(id_ for id_, state in after.items() if state is OutboxState.QUEUED)


# What counts as in doubt meanwhile is left to people, and to a late answer.
_TAKE_BACK = text(
    """
    WITH ours AS MATERIALIZED (
        SELECT outbox.id
        FROM unnest(CAST(:ids AS bigint[]), CAST(:tokens AS uuid[])) AS held (id, token)
        JOIN outbox ON outbox.id = held.id AND outbox.claim_token = held.token
        WHERE outbox.id = ANY (CAST(:ids AS bigint[]))
            AND outbox.state = 'sending' AND outbox.wire_started_at IS NOT NULL
        ORDER BY outbox.id
        FOR UPDATE OF outbox
    )
    UPDATE outbox SET wire_started_at = NULL, attempts = attempts - 1
    WHERE id = ANY (ARRAY(SELECT id FROM ours))
    RETURNING id
    """
)


async def take_back_marks(executor: Executor, claims: Sequence[Claim]) -> frozenset[int]:
    """Write down that these mails were marked and did not leave after all, nor can by that mark; they stay claimed.

    Returns:
        The ids whose mark is gone.
    """
    return frozenset([row.id for row in await executor.execute(_TAKE_BACK, held(claims))])


# clock_timestamp() and not now(): a process that was stopped after BEGIN must not look alive.
_KEEP = text(
    """
    WITH kept AS (
        UPDATE outbox
        SET provider_ref = :reference
        WHERE id = :id AND claim_token = :token AND state = 'sending' AND lease_until > clock_timestamp()
            AND wire_started_at IS NULL
        RETURNING id, league_id
    ), frozen AS (
        INSERT INTO outbox_message (outbox_id, league_id, subject, mime, sha256, notice)
        SELECT id, league_id, :subject, CAST(:mime AS bytea), sha256(CAST(:mime AS bytea)), CAST(:notice AS text)
        FROM kept
        WHERE CAST(:mime AS bytea) IS NOT NULL
    )
    SELECT id FROM kept
    """
)


async def keep_reference(session: AsyncSession, claim: Claim, reference: str, message: Frozen | None) -> bool:
    """Write down that the provider has the mail as ``reference``, before it is told to send it.

    ``message`` is what the provider was given; it is frozen now, None when it was frozen before. Only for a claim that
    still holds and is not on the wire.

    Returns:
        Whether it is still ours.
    """
    values = {
        "id": claim.id,
        "token": claim.token,
        "reference": reference,
        "subject": message and message.subject,
        "mime": message and message.mime,
        "notice": message and message.notice,
    }
    return (await session.scalar(_KEEP, values)) is not None


class Doubt(Struct, frozen=True):
    """A mail in doubt that the provider can be asked about, with the claim that led there."""

    claim: Claim
    reference: str


class Doubts(Struct, frozen=True):
    """The ``ripe`` ones may be asked about now; in ``next_in`` seconds the next one is (None: there is none)."""

    ripe: tuple[Doubt, ...]
    next_in: float | None


_DOUBTS = text(
    """
    SELECT id, league_id, claim_token, claims, claimed_by, kind, contract_id, recipient, message_id, payload, attempts,
           max_attempts, provider_ref, created_at, NULL AS subject, NULL AS mime,
           extract(epoch FROM wire_started_at - clock_timestamp()) + :grace AS ripe_in
    FROM outbox
    WHERE league_id = :league_id AND state = 'in_doubt' AND provider = :provider AND provider_ref IS NOT NULL
        AND claim_token IS NOT NULL
    ORDER BY id
    LIMIT 200
    """
)


async def doubts(session: AsyncSession, league_id: int, provider: str, *, grace: timedelta) -> Doubts:
    """The mails in doubt that ``provider`` has a name for.

    ``grace`` is how long after a mail went on the wire its request may still be on the way.
    """
    values = {"league_id": league_id, "provider": provider, "grace": grace.total_seconds()}
    rows = (await session.execute(_DOUBTS, values)).all()
    later = [float(row.ripe_in) for row in rows if row.ripe_in > 0]
    return Doubts(
        tuple(Doubt(claim_of(row, row.claimed_by or ""), row.provider_ref) for row in rows if row.ripe_in <= 0),
        min(later, default=None),
    )
