"""Items as they were before an act of staff, from what the audit kept of them."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import Outbox
from bball_tui.database.states import ROW
from bball_tui.outbox.provider_gates import wake_workers

KEPT = (
    *(Outbox.state, Outbox.available_at, Outbox.waits_for, Outbox.max_attempts, Outbox.claims, Outbox.claimed_by),
    *(Outbox.wire_started_at, Outbox.finalized_at, Outbox.error_class, Outbox.error_code, Outbox.error_text),
)
"""What an act of staff may change of an item. Its token is not in here: an act takes it from a worker for good."""


def kept_item(row: Any) -> dict[str, object]:
    """What the audit keeps of an item, of which :data:`KEPT` was read, so that the act on it can be undone."""
    values = ((column.key, getattr(row, column.key)) for column in KEPT)
    return {ROW: {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values}}


# What waited has the undo time once more: whoever undoes two acts needs it between them. A chat that got its link
# meanwhile releases nothing anymore, so nothing may wait for it.
_PUT_BACK = text(
    """
    WITH was AS (
        SELECT kept.*, now() + make_interval(secs => league.hold_seconds) AS held,
            kept.waits_for IS NOT NULL AND team.groupme_share_url IS NOT NULL AS has_chat
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS kept (
            id bigint, state text, available_at timestamptz, waits_for text, max_attempts integer, claimed_by text,
            wire_started_at timestamptz, finalized_at timestamptz, error_class text, error_code text, error_text text)
        JOIN outbox ON outbox.id = kept.id
        JOIN league ON league.id = outbox.league_id
        LEFT JOIN contract ON contract.id = outbox.contract_id
        LEFT JOIN team ON team.id = contract.team_id
    )
    UPDATE outbox
    SET state = was.state,
        available_at = CASE WHEN was.state <> 'queued' THEN was.available_at
                            WHEN was.has_chat THEN was.held
                            ELSE greatest(was.available_at, was.held) END,
        waits_for = CASE WHEN was.has_chat THEN NULL ELSE was.waits_for END,
        max_attempts = greatest(was.max_attempts, outbox.attempts), claim_token = NULL, claimed_by = was.claimed_by,
        wire_started_at = was.wire_started_at, finalized_at = was.finalized_at, error_class = was.error_class,
        error_code = was.error_code, error_text = was.error_text
    FROM was
    WHERE outbox.id = was.id AND outbox.league_id = :league_id
    """
)


async def put_back(session: AsyncSession, league_id: int, rows: Mapping[int, Mapping[str, object]]) -> None:
    """Let each item, by id, be again what :func:`kept_item` kept of it. The caller holds the items, has looked that
    nothing happened to them since, and commits. An item that waits again does so for the undo time at least.
    """
    if not rows:
        return
    values = json.dumps([{"id": one, **kept} for one, kept in rows.items()])
    await session.execute(_PUT_BACK, {"league_id": league_id, "rows": values})
    await wake_workers(session, league_id)
