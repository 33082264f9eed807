"""The table of workers, for display only: correctness rests on leases and tokens."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import Worker as WorkerRow

HEARTBEAT_SECONDS = 15.0
SILENT_SECONDS = 40
"""A worker that was silent for longer is not shown as running."""


@dataclass(frozen=True, slots=True)
class WorkerInfo:
    """One running worker program. ``name`` is what people read: the host and where it runs."""

    id: UUID
    name: str
    host: str
    pid: int
    version: str
    provider: str
    started_at: datetime | None = None
    heartbeat_at: datetime | None = None


async def beat(session: AsyncSession, league_id: int, worker: WorkerInfo) -> None:
    """Say that ``worker`` is alive."""
    await session.execute(
        upsert(WorkerRow)
        .values(
            id=worker.id,
            league_id=league_id,
            name=worker.name,
            host=worker.host,
            pid=worker.pid,
            version=worker.version,
            provider=worker.provider,
        )
        .on_conflict_do_update(index_elements=[WorkerRow.id], set_={"heartbeat_at": func.now()})
    )


async def sign_off(session: AsyncSession, league_id: int, worker_id: UUID) -> None:
    """Take the worker off the list, and with it all that have been silent for a day."""
    await session.execute(
        delete(WorkerRow).where(
            WorkerRow.league_id == league_id,
            (WorkerRow.id == worker_id) | (WorkerRow.heartbeat_at < func.now() - func.make_interval(0, 0, 0, 1)),
        )
    )


async def nowhere_to_send(session: AsyncSession, league_id: int, *, mail_server: bool) -> bool:
    """Whether no mail can leave: no worker runs anywhere, and none can run here (`Settings.may_send`)."""
    return not mail_server and not await running(session, league_id)


async def running(session: AsyncSession, league_id: int) -> tuple[WorkerInfo, ...]:
    """The workers that were heard of lately, the oldest first."""
    query = (
        select(WorkerRow)
        .where(
            WorkerRow.league_id == league_id,
            WorkerRow.heartbeat_at > func.now() - func.make_interval(0, 0, 0, 0, 0, 0, SILENT_SECONDS),
        )
        .order_by(WorkerRow.started_at, WorkerRow.id)
    )
    return tuple(
        WorkerInfo(row.id, row.name, row.host, row.pid, row.version, row.provider, row.started_at, row.heartbeat_at)
        for row in await session.scalars(query)
    )
