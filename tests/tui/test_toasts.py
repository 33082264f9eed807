"""Short messages: out of the way of the line that has the keys, and there until somebody goes on."""

from bball_tui.database.engine import Database
from bball_tui.settings import Settings
from bball_tui.tui.toasts import READ
from tests.tui.desk_host import club_with, opened


async def test_a_message_makes_way_for_the_cursor_and_goes_with_a_key(settings: Settings, database: Database) -> None:
    await club_with(database, 60)
    async with opened(settings, (80, 24)) as desk:
        desk.app.notify("3 contracts signed", markup=False)
        await desk.shows("3 contracts signed")
        below = desk.text.index("3 contracts signed")
        await desk.press("G")
        await desk.until(lambda: desk.text.find("3 contracts signed") not in (-1, below))
        assert desk.text.index("3 contracts signed") < desk.text.index("Family59") > below
        for message in desk.app._notifications:
            message.raised_at -= READ + 1
        await desk.press("g")
        await desk.until(lambda: "3 contracts signed" not in desk.text)
