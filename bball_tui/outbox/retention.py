"""How long finished mails are kept, and what goes when."""

from datetime import date

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

KEEP_DAYS = 400
"""How long finished mails are kept: a season and the audit after it."""

_FORGET = text(
    """
    DELETE FROM outbox WHERE id IN (
        SELECT id FROM outbox
        WHERE state IN ('sent', 'cancelled', 'suppressed') AND league_id = :league_id
            AND finalized_at < now() - make_interval(days => :days)
        ORDER BY finalized_at
        LIMIT :batch
        FOR UPDATE SKIP LOCKED
    )
    RETURNING id
    """
)


async def forget(session: AsyncSession, league_id: int, *, days: int = KEEP_DAYS, batch: int = 500) -> int:
    """Delete up to ``batch`` mails that were sent, canceled or suppressed more than ``days`` days ago.

    Failed mails and doubts never go by themselves. Returns how many went; call again until it is 0.
    """
    return len((await session.scalars(_FORGET, {"league_id": league_id, "days": days, "batch": batch})).all())


class Retention(msgspec.Struct, frozen=True):
    """What :func:`forget` will delete. ``due`` go at the next look; ``months`` are the first days of months with how
    many go in each, the soonest first. ``never`` are failed and doubtful mails, which stay until somebody decides.
    """

    days: int
    due: int
    months: tuple[tuple[date, int], ...]
    never: int


_RETENTION = text(
    """
    SELECT CAST(date_trunc('month', goes) AS date) AS month, goes <= now() AS due, count(*) AS mails
    FROM (SELECT finalized_at + make_interval(days => :days) AS goes FROM outbox
          WHERE league_id = :league_id AND state IN ('sent', 'cancelled', 'suppressed')) AS going
    GROUP BY 1, 2 ORDER BY 1
    """
)
_NEVER = text("SELECT count(*) FROM outbox WHERE league_id = :league_id AND state IN ('dead', 'in_doubt')")


async def retention(session: AsyncSession, league_id: int, *, days: int = KEEP_DAYS) -> Retention:
    """What will be deleted and when, month by month."""
    rows = (await session.execute(_RETENTION, {"league_id": league_id, "days": days})).all()
    months: dict[date, int] = {}
    for row in rows:
        if not row.due:
            months[row.month] = months.get(row.month, 0) + row.mails
    never = await session.scalar(_NEVER, {"league_id": league_id})
    return Retention(days, sum(row.mails for row in rows if row.due), tuple(sorted(months.items())), never or 0)
