"""What the audit keeps of guardians besides words, so that an act on them can be undone."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import Guardian, PlayerGuardian
from bball_tui.database.states import ROW
from bball_tui.league.roster.guardian import HOUSEHOLD, LINK, PERSON, POSITION

PERSON_COLUMNS = tuple(field.name for field in PERSON)
LINK_COLUMNS = tuple(field.name for field in (*LINK, HOUSEHOLD, POSITION))


async def kept_family(
    session: AsyncSession, *, guardian_id: int | None = None, player_id: int | None = None
) -> dict[str, object]:
    """What goes into ``before``: the guardian, and who the player's guardians are, as they are before the act."""
    row: dict[str, Any] = {}
    if guardian_id is not None:
        guardian = (await session.execute(select(Guardian.__table__).where(Guardian.id == guardian_id))).one()
        row["guardian"] = {name: getattr(guardian, name) for name in PERSON_COLUMNS}
    if player_id is not None:
        links = await session.execute(
            select(PlayerGuardian.__table__)
            .where(PlayerGuardian.player_id == player_id)
            .order_by(PlayerGuardian.guardian_id)
        )
        row["player_id"] = player_id
        row["links"] = [{"guardian_id": one.guardian_id} | {name: getattr(one, name) for name in LINK_COLUMNS}
                        for one in links]  # fmt: skip
    return {ROW: row}
