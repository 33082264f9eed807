"""Mails that were only written to a folder: back into the queue, to be rewritten for a mail server."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bball_tui.database.audit import Entry, record
from bball_tui.database.listing import among
from bball_tui.database.models import Outbox, OutboxMessage
from bball_tui.database.states import OutboxState
from bball_tui.outbox.mail_conditions import is_in_folder
from bball_tui.outbox.provider_gates import wake_workers
from bball_tui.outbox.resending import AGAIN_MARK
from bball_tui.outbox.staff_actions import AGAIN

_REPEAT = f":{AGAIN_MARK}:[0-9]+$"


def never_delivered() -> ColumnElement[bool]:
    """Whether a mail counts as sent, and only a folder has it."""
    return is_in_folder() & Outbox.bounced_at.is_(None)


def repeated() -> ColumnElement[bool]:
    """Whether a later mail repeats the same promise, and was not given up."""
    later = aliased(Outbox)
    return (
        select(later.id)
        .where(
            later.contract_id == Outbox.contract_id,
            later.id > Outbox.id,
            func.regexp_replace(later.dedupe_key, _REPEAT, "") == func.regexp_replace(Outbox.dedupe_key, _REPEAT, ""),
            later.state.not_in((OutboxState.CANCELLED, OutboxState.SUPPRESSED)),
        )
        .correlate(Outbox)
        .exists()
    )


async def queue_for_real(
    session: AsyncSession, league_id: int, ids: Collection[int], *, reason: str | None = None
) -> tuple[int, ...]:
    """Queue those of ``ids`` that only a folder has, due at once; others are left as they are. The caller commits.

    The row stays, and with it the promise and its Message-ID; the mail is frozen again, since no server had the old one
    and the From address may be another one by now. What was tried with the folder counts for nothing.

    Returns:
        The ids that are queued now.
    """
    rows = await session.execute(
        select(Outbox.id, Outbox.provider)
        .where(Outbox.league_id == league_id, among(Outbox.id, ids), never_delivered())
        .order_by(Outbox.id)
        .with_for_update()
    )
    providers = {row.id: row.provider for row in rows}
    going = tuple(providers)
    if not going:
        return ()
    # Before the row changes: the database lets a frozen mail go only while a folder has it.
    await session.execute(
        delete(OutboxMessage).where(among(OutboxMessage.outbox_id, going)).execution_options(synchronize_session=False)
    )
    # A folder's name for the mail would be taken for a draft at Gmail.
    again = {"attempts": 0, "max_attempts": Outbox.max_attempts, "provider": None, "provider_ref": None}
    await session.execute(
        update(Outbox)
        .where(among(Outbox.id, going))
        .values(**AGAIN | again)
        .execution_options(synchronize_session=False)
    )
    entries = [
        Entry(
            "outbox_queued_for_real",
            "outbox",
            one,
            reason,
            before={"state": OutboxState.SENT, "provider": provider},
            after={"state": OutboxState.QUEUED},
        )
        for one, provider in providers.items()
    ]
    await record(session, league_id, entries)
    await wake_workers(session, league_id)
    return going
