"""What the demo league looks like, and who is in trouble in it."""

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import League
from bball_tui.database.states import DateOrder

LEAGUE = "Westside Basketball"
SEASON = "Spring 2027"

UNKNOWN = "rhodes.31@families.test"
"""The mail server knows nobody of that name: the mail fails, and staff have to look."""
FULL = "abara.41@families.test"
"""This mailbox is full: the mail waits and is tried again."""

FIRST_PLAYER = "Jamal Mbeki Hawks"
"""Whose contract is signed first: two households, and a team without a chat link."""
SIGNED_TEAMS = ("Hawks U12", "Lady Hawks 12U", "Storm 5th Grade")
HELD_TEAM = "Comets 10-12"
HELD_CONTRACTS = 3
HELD_SECONDS = 3600


async def dress(session: AsyncSession, league_id: int) -> None:
    """Give the league its look, its addresses and its habits."""
    await session.execute(
        update(League)
        .where(League.id == league_id)
        .values(
            from_name=LEAGUE,
            from_email="office@westside-basketball.test",
            reply_to="registrar@westside-basketball.test",
            brand_color="#1d4ed8",
            timezone="America/Los_Angeles",
            date_order=DateOrder.MDY,
            version=League.version + 1,
        )
    )
