"""What became of e-mails that somebody tried again: whoever did it hears of those that failed once more."""

from collections.abc import Collection
from datetime import datetime

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.listing import among
from bball_tui.database.models import Outbox
from bball_tui.database.states import OutboxState
from bball_tui.language import _
from bball_tui.outbox.causes import OTHER, cause_named
from bball_tui.outbox.mail_conditions import is_parked
from bball_tui.outbox.mail_list import item_cause

_GOING = (OutboxState.QUEUED, OutboxState.SENDING)


class FailedAgain(Struct, frozen=True):
    """One e-mail that failed once more. ``phrase`` is the reason, ``way_out`` a sentence."""

    id: int
    phrase: str
    way_out: str


class Retried(Struct, frozen=True):
    """Of the e-mails that were asked about: those that are still going out, and those that failed since."""

    going: frozenset[int]
    failed: tuple[FailedAgain, ...]


async def read_retried(session: AsyncSession, league_id: int, ids: Collection[int], since: datetime) -> Retried:
    """How these e-mails stand. One whose retry was undone failed before ``since``, and did not fail again."""
    failed = (Outbox.state == OutboxState.DEAD) & ~is_parked() & (Outbox.finalized_at > since)
    rows = await session.execute(
        select(Outbox.id, Outbox.state, failed.label("failed"), item_cause().label("cause"))
        .where(Outbox.league_id == league_id, among(Outbox.id, ids))
        .order_by(Outbox.id)
    )
    going, again = set[int](), list[FailedAgain]()
    for row in rows:
        if row.state in _GOING:
            going.add(row.id)
        elif row.failed:
            cause = cause_named(row.cause) or OTHER
            again.append(FailedAgain(row.id, _(cause.phrase), _(cause.way_out)))
    return Retried(frozenset(going), tuple(again))
