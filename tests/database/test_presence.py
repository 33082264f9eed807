"""Who has a league open, as any colleague sees it."""

import asyncio
from collections.abc import AsyncGenerator

from bball_tui.database.change_listener import CHANGED, Changed, Connection, listen
from bball_tui.database.engine import Database
from bball_tui.database.presence import PRESENCE, Present, present
from bball_tui.league.leagues import create_league

CAME_OR_WENT = Changed(PRESENCE)


async def came(events: AsyncGenerator[Changed | Connection]) -> None:
    assert await anext(events) == Connection("up")
    assert await anext(events) == CAME_OR_WENT


async def look(database: Database, league_id: int) -> Present:
    async with database.session() as session:
        return await present(session, league_id)


async def test_colleagues_see_each_other_come_and_go(database: Database, marias_database: Database) -> None:
    async with database.session() as session:
        league, other = [(await create_league(session, name)).id for name in ("A", "B")]
    mine = listen(database, league, CHANGED, screen=True)
    await came(mine)
    assert await look(database, league) == Present((), 1)
    hers = listen(marias_database, league, CHANGED, screen=True)
    await came(hers)
    assert await anext(mine) == CAME_OR_WENT
    assert await look(database, league) == Present(("maria",), 1)
    assert await look(database, other) == Present()
    assert len((await look(marias_database, league)).others) == 1
    # Left in the middle of waiting, as a program that ends does it.
    waiting = asyncio.ensure_future(anext(hers))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert await anext(mine) == CAME_OR_WENT
    assert await look(database, league) == Present((), 1)
    await mine.aclose()
