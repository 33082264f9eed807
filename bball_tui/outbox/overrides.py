"""A league's own template that could not be used: the standard one went out instead, and staff hear of it here."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class OverrideTrouble:
    """The mails of one kind that went out in the standard text since ``since``; ``notice`` is the latest reason."""

    kind: str
    notice: str
    mails: int
    since: datetime
    latest: datetime


# The partial index is empty as long as all is well, so that Today may ask at every change.
_TROUBLE = text(
    """
    SELECT told.kind, told.mails, told.since, told.latest, message.notice
    FROM (
        SELECT outbox.kind, count(*) AS mails, min(rendered_at) AS since, max(rendered_at) AS latest,
               max(outbox.id) AS last_id
        FROM outbox_message JOIN outbox ON outbox.id = outbox_id
        WHERE outbox_message.league_id = :league_id AND notice IS NOT NULL
            AND rendered_at > now() - make_interval(days => :days)
        GROUP BY outbox.kind
    ) AS told
    JOIN outbox_message AS message ON message.outbox_id = told.last_id
    WHERE NOT EXISTS (
        SELECT FROM outbox JOIN outbox_message AS later ON later.outbox_id = outbox.id
        WHERE outbox.league_id = :league_id AND outbox.kind = told.kind AND outbox.id > told.last_id
            AND later.notice IS NULL
    )
    ORDER BY told.latest DESC
    """
)


async def override_trouble(session: AsyncSession, league_id: int, *, days: int = 14) -> tuple[OverrideTrouble, ...]:
    """The kinds of mail whose own template could not be used in the last ``days``, the latest first.

    A kind is left out as soon as a later mail of it was written as the league wants it.
    """
    rows = await session.execute(_TROUBLE, {"league_id": league_id, "days": days})
    return tuple(OverrideTrouble(row.kind, row.notice, row.mails, row.since, row.latest) for row in rows)
