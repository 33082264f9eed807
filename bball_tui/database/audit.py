"""Who did what: rows that are written once and never changed. The database itself says who and when."""

import json
from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.arrays import number_array, text_array
from bball_tui.database.kept_plans import KEEPS_PLAN

AT_ONCE = 500
"""Rows of one statement: of thousands, the event loop would be held up by making the texts."""


class Entry(msgspec.Struct, frozen=True):
    """One row: ``action`` in the past tense ("signed") on the row ``entity_id`` of the table ``entity``.

    ``before`` and ``after`` hold what changed, JSON-ready, and never a secret.
    """

    action: str
    entity: str
    entity_id: int
    reason: str | None = None
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None


# One statement for many rows: the arrays travel as parameters. For whoever only looks "audit" is a view without
# numbers, which takes no rows.
_INSERT = text(
    """
    INSERT INTO public.audit (league_id, action, entity, entity_id, reason, before, after)
    SELECT :league_id, action, entity, entity_id, reason, CAST(before AS jsonb), CAST(after AS jsonb)
    FROM unnest(
        CAST(:actions AS text[]), CAST(:entities AS text[]), CAST(:entity_ids AS bigint[]),
        CAST(:reasons AS text[]), CAST(:befores AS text[]), CAST(:afters AS text[])
    ) AS entry (action, entity, entity_id, reason, before, after)
    """
).execution_options(**KEEPS_PLAN)


async def record(session: AsyncSession, league_id: int, entries: Sequence[Entry]) -> None:
    """Write ``entries`` in the caller's transaction."""
    for start in range(0, len(entries), AT_ONCE):
        some = entries[start : start + AT_ONCE]
        await session.execute(
            _INSERT,
            {
                "league_id": league_id,
                "actions": text_array(entry.action for entry in some),
                "entities": text_array(entry.entity for entry in some),
                "entity_ids": number_array(entry.entity_id for entry in some),
                "reasons": text_array(entry.reason for entry in some),
                "befores": text_array(_json(entry.before) for entry in some),
                "afters": text_array(_json(entry.after) for entry in some),
            },
        )


def _json(value: Mapping[str, object] | None) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)
