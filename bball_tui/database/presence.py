"""Who else has the league open: asked of PostgreSQL itself, which knows its connections.

The connection on which a screen listens carries a name that only members of its league can tell from another's, for
every login of the server may read these names. So there is nothing to write, nothing to tidy up, and anyone who loses
power is gone as soon as the server notices the dead connection.
"""

from collections import Counter
from hashlib import sha256
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

PRESENCE = "presence"
"""Payload on the channel of changes: somebody came or went."""
SCREEN = "bball-tui screen "


def screen_name(token: UUID, pid: int) -> str:
    """The application name of a screen that has open the league whose channel is ``token``. No two are the same."""
    return f"{SCREEN}{sha256(f'{token} {pid}'.encode()).hexdigest()[:32]}"


class Present(msgspec.Struct, frozen=True):
    """``others`` are database roles in order, each once; ``own_windows`` counts the screens of the person who asks."""

    others: tuple[str, ...] = ()
    own_windows: int = 0


_ME = text("SELECT session_user, bball_channel(:league_id)")
_SCREENS = text(
    "SELECT usename, pid, application_name FROM pg_stat_activity"
    " WHERE datname = current_database() AND starts_with(application_name, :screen) ORDER BY usename"
)


async def present(session: AsyncSession, league_id: int) -> Present:
    """Who has the league open now."""
    me, token = (await session.execute(_ME, {"league_id": league_id})).one()
    windows = Counter(
        row.usename
        for row in await session.execute(_SCREENS, {"screen": SCREEN})
        if token is not None and row.application_name == screen_name(token, row.pid)
    )
    return Present(tuple(name for name in windows if name != me), windows[me])
