"""What every program does first, done once in the process that programs are forked from: see ``loaded_program``.

A third of a start is classes that are mapped and statements that are translated into SQL, again the same each time.
"""

import asyncio
import tempfile
import threading
from pathlib import Path

from bball_tui.database.engine import Database
from bball_tui.settings import SecretUrl, Settings
from bball_tui.tui.app import BballApp
from tests.support.factory import make_club, make_family
from tests.support.statements import share_translations

PATIENCE = 60
"""Seconds on a busy machine."""


def warm_up(url: SecretUrl) -> None:
    """Open the screen on an empty database, with one contract to show, and close it again."""
    share_translations()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_open(url, Path(folder)))
    tempfile.tempdir = None  # whoever is forked looks for it in an environment of its own
    assert threading.enumerate() == [threading.main_thread()], "what has threads can't be forked"


async def _open(url: SecretUrl, folder: Path) -> None:
    database = Database(url)
    async with database.session() as session:
        await make_family(session, await make_club(session))
    await database.dispose()
    app = BballApp(Settings(database_url=url, data_dir=folder, config_dir=folder, worker=False))
    try:
        async with app.run_test(size=(120, 36)) as pilot, asyncio.timeout(PATIENCE):
            while app.screen is not app.desk or app.desk.pane is None or not app.desk.pane.records.total:
                await pilot.pause()
            await pilot.pause()
    finally:
        await app.disconnect()
