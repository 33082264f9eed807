"""Whether the session reads the views that leave birthdates and phone numbers empty, as for viewers."""

from typing import TypeAlias

from msgspec import UnsetType
from sqlalchemy import ColumnElement, func, text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.engine import MASKED

Hidden: TypeAlias = bool | UnsetType
"""Whether a value is empty because whoever asks may not see it, be there one or not. Unset where they may, so that the
JSON of those says nothing of it."""

_PATH = text("SELECT current_setting('search_path')")


async def is_masked(session: AsyncSession) -> bool:
    """True where an empty birthdate says nothing about the player."""
    return str(await session.scalar(_PATH)) == MASKED


def masked() -> ColumnElement[bool]:
    """The same as a column, beside what it is about."""
    return func.current_setting("search_path") == MASKED
