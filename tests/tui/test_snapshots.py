"""The main screens as drawings: anyone who changes how one looks sees it in a review, and means it.

``make snapshots`` redraws them; look at them in a browser before you commit.
"""

import os
import re
from pathlib import Path

from bball_tui.database.engine import Database
from bball_tui.settings import Settings
from tests.tui.desk_host import club_with, opened

KEPT = Path(__file__).parent / "snapshots"
SCREENS = {"teams": "2", "players": "3", "contracts": "4"}
_NUMBER = re.compile(r"terminal-\d+")
"""What sets the names in one drawing apart from those in another."""


async def test_the_main_screens_look_as_they_were_seen(database: Database, quiet: Settings, tmp_path: Path) -> None:
    await club_with(database, 5)
    different = []
    async with opened(quiet, (80, 24)) as desk:
        await desk.shows("0/5", "no worker")  # the header's numbers come by themselves
        for name, key in SCREENS.items():
            await desk.press(key)
            await desk.until(lambda name=name: desk.app.desk.tabs.active == name)  # type: ignore[misc]
            await desk.until(lambda: desk.records.counted and not desk.reading)
            await desk.settle()
            drawn = _NUMBER.sub("terminal", desk.app.export_screenshot(title=name))
            kept = KEPT / f"{name}.svg"
            if os.environ.get("DRAW_SNAPSHOTS"):
                KEPT.mkdir(exist_ok=True)
                kept.write_text(drawn, encoding="utf-8")
            elif kept.read_text(encoding="utf-8") != drawn:
                (tmp_path / kept.name).write_text(drawn, encoding="utf-8")
                different.append(f"{kept} is now {tmp_path / kept.name}")
    assert not different, "\n".join(different)
