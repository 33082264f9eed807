"""Who else has the league open: asked of PostgreSQL itself, which knows its connections.

The connection on which a screen listens carries a name with the league's id. So there is nothing to write, nothing to
tidy up, and anyone who loses power is gone as soon as the server notices the dead connection.
"""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

PRESENCE = "presence"
"""Payload on the channel of changes: somebody came or went."""


def screen_name(league_id: int) -> str:
    """The application name of a screen that has the league open."""
    return f"bball-tui screen {league_id}"


@dataclass(frozen=True, slots=True)
class Present:
    """``others`` are database roles in order, each once; ``own_windows`` counts the screens of the person who asks."""

    others: tuple[str, ...] = ()
    own_windows: int = 0


_LOOK = text(
    """
    SELECT usename, count(*) AS windows FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = :name GROUP BY usename ORDER BY usename
    """
)
_ME = text("SELECT session_user")


async def present(session: AsyncSession, league_id: int) -> Present:
    """Who has the league open now."""
    me = await session.scalar(_ME)
    windows = {row.usename: row.windows for row in await session.execute(_LOOK, {"name": screen_name(league_id)})}
    return Present(tuple(name for name in windows if name != me), windows.get(me, 0))
