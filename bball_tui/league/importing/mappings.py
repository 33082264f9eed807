"""What a league's staff once said of the columns of a file, kept for the next file with the same columns."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.league.importing.find_columns import ColumnMap, signature

_FIND = text("SELECT mapping FROM import_mapping WHERE league_id = :league_id AND signature = :signature")
_KEEP = text(
    """
    INSERT INTO import_mapping (league_id, signature, mapping)
    VALUES (:league_id, :signature, CAST(:mapping AS jsonb))
    ON CONFLICT (league_id, signature) DO UPDATE
        SET mapping = excluded.mapping, updated_at = now(), updated_by = session_user
    """
)


async def remembered(session: AsyncSession, league_id: int, header: Sequence[str]) -> ColumnMap | None:
    """What was said of files with this header; None when nothing was."""
    found = await session.scalar(_FIND, {"league_id": league_id, "signature": signature(header)})
    return None if found is None else msgspec.convert(found, ColumnMap)


async def remember(session: AsyncSession, league_id: int, header: Sequence[str], columns: ColumnMap) -> None:
    """Keep ``columns`` for files with this header, instead of what was kept before."""
    mapping = msgspec.json.encode(columns).decode()
    await session.execute(_KEEP, {"league_id": league_id, "signature": signature(header), "mapping": mapping})
