"""The rows of `alert_notice` and whom a league alerts. This file reads and writes them; `delivery/alerts` decides."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import AlertNotice, League
from bball_tui.database.states import AlertCause, AlertChannel
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.time_format import zone_for


class AlertedLeague(Struct, frozen=True):
    """Whom a league tells of what goes wrong, and what is said of it there."""

    name: str
    slug: str
    zone: ZoneInfo
    from_email: str | None
    emails: tuple[str, ...]
    patience: timedelta


class NoticeRow(Struct, frozen=True):
    """One row. ``busy``: somebody is just telling it, or it could not be told, and nobody else does for a while."""

    cause: AlertCause
    channel: AlertChannel
    since: datetime | None
    told_at: datetime | None
    told: bool
    count: int
    detail: str
    busy: bool = False
    problem: str | None = None


async def alerted_league(session: AsyncSession, league_id: int) -> AlertedLeague:
    """The league as alerts need it.

    Raises:
        BballError: it is gone.
    """
    row = await session.get(League, league_id, populate_existing=True)
    if row is None:
        raise BballError(_("This league is not in the database anymore. Choose another one."))
    return AlertedLeague(
        row.name,
        row.slug,
        zone_for(row.timezone, row.date_order),
        row.from_email,
        tuple(row.alert_emails),
        timedelta(minutes=row.alert_minutes),
    )


async def alone(session: AsyncSession, league_id: int) -> bool:
    """Whether nobody else looks at the alerts of the league until this transaction ends; False: somebody does."""
    asked = text("SELECT pg_try_advisory_xact_lock(hashtextextended('bball alerts', :league_id))")
    return bool(await session.scalar(asked, {"league_id": league_id}))


async def notices(session: AsyncSession, league_id: int) -> tuple[NoticeRow, ...]:
    """What was noted of every cause and channel."""
    busy = func.coalesce(AlertNotice.try_after > func.now(), False)
    query = select(AlertNotice, busy.label("busy")).where(AlertNotice.league_id == league_id)
    found = await session.execute(query.execution_options(populate_existing=True))
    return tuple(
        NoticeRow(
            AlertCause(row.cause),
            AlertChannel(row.channel),
            row.since,
            row.told_at,
            row.told,
            row.count,
            row.detail,
            busy,
            row.problem,
        )
        for row, busy in found
    )


async def write(session: AsyncSession, league_id: int, row: NoticeRow, *, busy_for: timedelta | None = None) -> None:
    """Store ``row``; with ``busy_for`` nobody tells it for so long."""
    values = {
        "since": row.since,
        "told_at": row.told_at,
        "told": row.told,
        "count": row.count,
        "detail": row.detail,
        "problem": row.problem,
        "try_after": None if busy_for is None else func.now() + busy_for,
    }
    await session.execute(
        upsert(AlertNotice)
        .values(league_id=league_id, cause=row.cause, channel=row.channel, **values)
        .on_conflict_do_update(
            index_elements=[AlertNotice.league_id, AlertNotice.cause, AlertNotice.channel], set_=values
        )
    )


async def postpone(session: AsyncSession, league_id: int, row: NoticeRow, problem: str, pause: timedelta) -> None:
    """Note why ``row`` could not be told; nobody tries it before ``pause`` is over."""
    await session.execute(
        update(AlertNotice)
        .where(AlertNotice.league_id == league_id, AlertNotice.cause == row.cause, AlertNotice.channel == row.channel)
        .values(problem=problem[:300], try_after=func.now() + pause)
    )
