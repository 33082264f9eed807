"""Having the database count what is in the roster's tables, so that its plans are no guesses.

Autovacuum does it a minute or so after many rows were written; until then a list of them may be read in a bad way.
Staff may not ANALYZE themselves (before PostgreSQL 17 only owners may), so a function of the owner does it for them.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

MANY = 500
"""New rows from which on counting again is worth its fraction of a second."""


async def analyze(session: AsyncSession) -> None:
    """Count teams, players, guardians, their links and contracts again: the columns that lists ask for. Only what is
    committed is counted."""
    await session.execute(text("SELECT bball_analyse()"))
