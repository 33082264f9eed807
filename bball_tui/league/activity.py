"""Who did what in the league: the record of every change, the latest first. The database itself wrote who and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import Audit, MergedPerson
from bball_tui.league.contracts.facts import read_clock

MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityFilter:
    """Which acts: of one login, on one kind of record or one record, of one action, on a day of the league's clock."""

    who: str | None = None
    entity: str | None = None
    entity_id: int | None = None
    action: str | None = None
    day: date | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Act:
    """One row: ``before`` and ``after`` hold what changed. ``entity`` and ``entity_id`` say of which record."""

    id: int
    at: datetime
    who: str
    action: str
    entity: str
    entity_id: int
    reason: str | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


async def list_activity(session: AsyncSession, league_id: int, wanted: ActivityFilter) -> list[Act]:
    """The acts that fit, the latest first.

    Raises:
        BballError: the league is gone.
    """
    query = select(Audit).where(Audit.league_id == league_id).order_by(Audit.id.desc())
    for column, value in (
        (Audit.recorded_by, wanted.who),
        (Audit.entity, wanted.entity),
        (Audit.action, wanted.action),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.entity_id is not None:
        # Whoever was merged into this one has a history of before.
        merged = select(MergedPerson.gone_id).where(
            MergedPerson.league_id == league_id,
            MergedPerson.kind == Audit.entity,
            MergedPerson.stays_id == wanted.entity_id,
            MergedPerson.undone_at.is_(None),
        )
        query = query.where(or_(Audit.entity_id == wanted.entity_id, Audit.entity_id.in_(merged)))
    if wanted.day is not None:
        zone = (await read_clock(session, league_id)).zone
        begins, ends = (datetime.combine(day, time(), zone) for day in (wanted.day, wanted.day + timedelta(days=1)))
        query = query.where(Audit.recorded_at >= begins, Audit.recorded_at < ends)
    return [
        Act(
            row.id,
            row.recorded_at,
            row.recorded_by,
            row.action,
            row.entity,
            row.entity_id,
            row.reason,
            row.before,
            row.after,
        )
        for row in await session.scalars(query.limit(min(wanted.limit, MOST)))
    ]
