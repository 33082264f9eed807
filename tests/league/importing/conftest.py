from pathlib import Path

import pytest

from bball_tui.database.engine import Database
from tests.league.importing.support import Desk, make_desk


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> Desk:
    return await make_desk(database, tmp_path)
