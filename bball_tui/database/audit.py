"""Who did what: rows that are written once and never changed. The database itself says who and when."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: ``action`` in the past tense ("signed") on the row ``entity_id`` of the table ``entity``.

    ``before`` and ``after`` hold what changed, JSON-ready, and never a secret.
    """

    action: str
    entity: str
    entity_id: int
    reason: str | None = None
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None


# One statement however many rows: the arrays travel as parameters.
_INSERT = text(
    """
    INSERT INTO audit (league_id, action, entity, entity_id, reason, before, after)
    SELECT :league_id, action, entity, entity_id, reason, CAST(before AS jsonb), CAST(after AS jsonb)
    FROM unnest(
        CAST(:actions AS text[]), CAST(:entities AS text[]), CAST(:entity_ids AS bigint[]),
        CAST(:reasons AS text[]), CAST(:befores AS text[]), CAST(:afters AS text[])
    ) AS entry (action, entity, entity_id, reason, before, after)
    """
)


async def record(session: AsyncSession, league_id: int, entries: Sequence[Entry]) -> None:
    """Write ``entries`` in the caller's transaction, with one statement."""
    if not entries:
        return
    await session.execute(
        _INSERT,
        {
            "league_id": league_id,
            "actions": [entry.action for entry in entries],
            "entities": [entry.entity for entry in entries],
            "entity_ids": [entry.entity_id for entry in entries],
            "reasons": [entry.reason for entry in entries],
            "befores": [_json(entry.before) for entry in entries],
            "afters": [_json(entry.after) for entry in entries],
        },
    )


def _json(value: Mapping[str, object] | None) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)
