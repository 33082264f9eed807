"""Mails that wait for something besides their turn: so far, for the share link of their team's chat.

Such a mail is queued and not due for a hundred years, so no statement of the queue need know of it, and a worker of an
older version leaves it alone too. A constraint ties the reason to that moment. Who brings about what it waits for
makes it due in the same transaction.
"""

from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.listing import among
from bball_tui.database.models import Contract, League, Outbox
from bball_tui.database.states import OutboxState, WaitsFor
from bball_tui.outbox.mail_conditions import is_waiting
from bball_tui.outbox.provider_gates import wake_workers


def waiting_of(team_id: ColumnElement[int] | int) -> ColumnElement[bool]:
    """Whether a mail of the team waits for its chat."""
    return (
        is_waiting()
        & (Outbox.waits_for == WaitsFor.TEAM_CHAT)
        & Outbox.contract_id.in_(select(Contract.id).where(Contract.team_id == team_id).correlate_except(Contract))
    )


def waiting_values(waits_for: WaitsFor | None) -> dict[str, Any]:
    """The columns of an item that waits for this; none for an item that waits for nothing."""
    if waits_for is None:
        return {}
    return {"waits_for": waits_for, "available_at": func.now() + func.make_interval(100)}


async def count_waiting(session: AsyncSession, league_id: int, team_id: int) -> int:
    """How many mails wait for this team's chat."""
    found = await session.scalar(select(func.count()).where(Outbox.league_id == league_id, waiting_of(team_id)))
    return found or 0


async def release_waiting(session: AsyncSession, league_id: int, team_id: int, *, why: str) -> int:
    """Make the mails due that wait for this team's chat, once the undo time is over; how many. The caller commits."""
    rows = (
        await session.execute(
            select(Outbox.id)
            .where(Outbox.league_id == league_id, waiting_of(team_id))
            .order_by(Outbox.id)
            .with_for_update(of=Outbox)
        )
    ).all()
    if not rows:
        return 0
    hold = select(func.make_interval(0, 0, 0, 0, 0, 0, League.hold_seconds)).where(League.id == league_id)
    await session.execute(
        update(Outbox)
        .where(among(Outbox.id, [row.id for row in rows]))
        .values(
            waits_for=None,
            available_at=func.greatest(func.now(), Outbox.created_at + hold.scalar_subquery()),
        )
        .execution_options(synchronize_session=False)
    )
    entries = [Entry("outbox_released", "outbox", row.id, why, after={"state": OutboxState.QUEUED}) for row in rows]
    await record(session, league_id, entries)
    await wake_workers(session, league_id)
    return len(rows)
