"""What a provider calls a mail that it was given and not yet told to send, and the doubts that such a name can end."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.outbox.queue import Claim, Frozen, claim_of

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


@dataclass(frozen=True, slots=True)
class Doubt:
    """A mail in doubt that the provider can be asked about, with the claim that led there."""

    claim: Claim
    reference: str


@dataclass(frozen=True, slots=True)
class Doubts:
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
