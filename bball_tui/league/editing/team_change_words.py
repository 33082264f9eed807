"""What the message says after another team: "saved" alone would not tell a slip in the list of teams."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import Player, Team
from bball_tui.language import _


async def team_change_words(session: AsyncSession, player_id: int, old_team: str, team_id: int) -> str:
    """Who moved from where to where."""
    found = (
        await session.execute(
            select(Player.first_name, Player.last_name, Team.name)
            .join(Team, Team.league_id == Player.league_id)
            .where(Player.id == player_id, Team.id == team_id)
        )
    ).one()
    return _("{first} {last} moved from {old_team} to {team}.").format(
        first=found.first_name, last=found.last_name, old_team=old_team, team=found.name
    )
