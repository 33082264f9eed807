"""What promising mails would write, without writing anything: whoever may not promise them can still read them."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.outbox.message_ids import MESSAGE_ID, OF_ITEMS, UNADDRESSED
from bball_tui.outbox.queue import NewItem, encoded

_ROWS = text(
    f"""
    SELECT item.kind, item.contract_id, item.recipient, item.dedupe_key, {MESSAGE_ID} AS message_id, item.payload
    FROM {OF_ITEMS}
    ORDER BY item.place
    """  # noqa: S608 - the inserted texts are constants
)


class DryRunRow(Struct, frozen=True):
    """The row that the item would be."""

    kind: str
    contract_id: int | None
    recipient: str
    dedupe_key: str
    message_id: str
    payload: Any
    subject: None = None
    mime: None = None
    notice: None = None
    """It is not written yet."""


async def enqueue_dry_run(session: AsyncSession, league_id: int, items: Sequence[NewItem]) -> tuple[DryRunRow, ...]:
    """The rows of ``items``, in their order."""
    values = {"league_id": league_id, "items": encoded(items), "unaddressed": UNADDRESSED}
    return tuple(DryRunRow(*row) for row in await session.execute(_ROWS, values))
