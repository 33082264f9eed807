"""Whether the session reads the views that leave birthdates and phone numbers empty, as for viewers."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.engine import MASKED

_PATH = text("SELECT current_setting('search_path')")


async def is_masked(session: AsyncSession) -> bool:
    """True where an empty birthdate says nothing about the player."""
    return str(await session.scalar(_PATH)) == MASKED
