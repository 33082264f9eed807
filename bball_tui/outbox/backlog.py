"""How much waits, and for what: what `worker --drain` decides and reports by."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class Backlog:
    """Unfinished items: ``held`` were never tried and wait for the end of their hold; ``due`` of the ``queued`` could
    go now. Times are in seconds from now, None when there is none: the end of the next hold, and of the next lease
    of a claimed mail that is not on the wire.
    """

    queued: int
    due: int
    held: int
    sending: int
    hold_ends: float | None
    lease_ends: float | None


_BACKLOG = text(
    """
    SELECT
        count(*) FILTER (WHERE state = 'queued' AND NOT (available_at > now() AND claims = 0)) AS queued,
        count(*) FILTER (WHERE state = 'queued' AND available_at <= now()) AS due,
        count(*) FILTER (WHERE state = 'queued' AND available_at > now() AND claims = 0) AS held,
        count(*) FILTER (WHERE state = 'sending') AS sending,
        extract(epoch FROM min(available_at)
            FILTER (WHERE state = 'queued' AND available_at > now() AND claims = 0) - now()) AS hold_ends,
        extract(epoch FROM min(lease_until)
            FILTER (WHERE state = 'sending' AND wire_started_at IS NULL) - now()) AS lease_ends
    FROM (
        SELECT state, available_at, claims, lease_until, wire_started_at FROM outbox
        WHERE league_id = :league_id AND state = 'queued'
        UNION ALL
        SELECT state, available_at, claims, lease_until, wire_started_at FROM outbox
        WHERE league_id = :league_id AND state = 'sending'
    ) AS unfinished
    """
)


async def backlog(session: AsyncSession, league_id: int) -> Backlog:
    """Count what is queued, held and being sent."""
    row = (await session.execute(_BACKLOG, {"league_id": league_id})).one()
    return Backlog(
        queued=row.queued,
        due=row.due,
        held=row.held,
        sending=row.sending,
        hold_ends=None if row.hold_ends is None else float(row.hold_ends),
        lease_ends=None if row.lease_ends is None else float(row.lease_ends),
    )
