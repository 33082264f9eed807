"""What the audit keeps of a contract besides words, so that an act on it can be undone."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.listing import among
from bball_tui.database.models import Contract
from bball_tui.database.states import ROW

KEPT = (
    *(Contract.status, Contract.team_id, Contract.offered_on, Contract.due_on, Contract.signature_id),
    Contract.status_reason,
)
"""What an act may change of a contract."""


async def kept_contracts(session: AsyncSession, contract_ids: Collection[int]) -> Mapping[int, dict[str, object]]:
    """Of each contract, by id, what goes into ``before`` of the audit: the row as it is before the act."""
    rows = await session.execute(select(Contract.id, *KEPT).where(among(Contract.id, contract_ids)))
    return {row.id: {ROW: {column.key: _plain(getattr(row, column.key)) for column in KEPT}} for row in rows}


def _plain(value: Any) -> object:
    return value.isoformat() if isinstance(value, date) else value
