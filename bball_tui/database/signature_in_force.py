"""Which signature of a contract was in force last, where the contract names none, or another one by now."""

from typing import Any

from sqlalchemy import ColumnElement, Exists, SQLColumnExpression, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import Audit, Signature


async def last_in_force(
    session: AsyncSession,
    contract_id: int,
    *conditions: ColumnElement[bool],
    promise: ColumnElement[bool] | None = None,
) -> Signature | None:
    """The latest signature of the contract, but none that an undone correction wrote: its row stays and never counts.

    ``conditions`` narrow which ones; those of ``promise`` count whatever became of them. None: there is none, or the
    person may not read the record of changes, which alone says whether a correction stands.
    """
    standing = ~_noted("correction_undone", Audit.before)
    query = (
        select(Signature, _noted("corrected", Audit.after).label("noted"))
        .where(Signature.contract_id == contract_id, *conditions, standing if promise is None else promise | standing)
        .order_by(Signature.id.desc())
        .limit(1)
    )
    found = (await session.execute(query)).one_or_none()
    if found is None or (found.Signature.supersedes_id is not None and not found.noted):
        return None
    signature: Signature = found.Signature
    return signature


def _noted(action: str, where: SQLColumnExpression[Any]) -> Exists:
    return (
        select(Audit.id)
        .where(
            Audit.league_id == Signature.league_id,
            Audit.entity == "contract",
            Audit.entity_id == Signature.contract_id,
            Audit.action == action,
            where["signature_id"].as_integer() == Signature.id,
        )
        .correlate(Signature)
        .exists()
    )
