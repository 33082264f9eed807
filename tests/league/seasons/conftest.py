"""A league for each test that rolls a season."""

import pytest

from bball_tui.database.engine import Database
from tests.league.seasons.rolling import Rolling
from tests.support.factory import make_club


@pytest.fixture
async def league(database: Database) -> Rolling:
    async with database.session() as session:
        club = await make_club(session, team="Hawks U10")
    return Rolling(database, club)
