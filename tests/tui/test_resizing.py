"""A window that changes its size all the time, while someone scrolls, narrows and sorts."""

from textual.events import Key

from bball_tui.database.engine import Database
from bball_tui.settings import SecretUrl, Settings
from bball_tui.tui.key_names import character_of, normal_key
from tests.league.many import make_many
from tests.tui.desk_host import opened

SIZES = ((120, 36), (60, 20), (99, 21), (100, 24), (40, 12), (80, 24), (200, 50), (61, 20), (10, 3), (120, 36))
KEYS = (
    "pagedown",
    "G",
    "k",
    "pageup",
    "right",
    "o",
    "g",
    "space",
    "enter",
    "escape",
    "f",
    "escape",
    "end",
    "minus",
    "2",
    "4",
)


async def test_nothing_breaks_while_the_window_changes(
    quiet: Settings, database: Database, owner_url: SecretUrl
) -> None:
    make_many(owner_url, 300)
    async with opened(quiet) as desk:
        for round_ in range(1):
            for place, key in enumerate(KEYS):
                await desk.pilot.resize_terminal(*SIZES[(round_ + place) % len(SIZES)])
                desk.app.post_message(_key(key))
                await desk.pilot.resize_terminal(*SIZES[(round_ + place + 3) % len(SIZES)])
        await desk.pilot.resize_terminal(120, 36)
        await desk.settle()
        await desk.press("escape", "escape", "escape", "4", "escape", "escape", "g")
        await desk.until(lambda: desk.app.screen is desk.app.desk and desk.records.counted)
        await desk.shows("Contracts", "300")
        assert desk.records.cursor == 0
        assert len(desk.text.splitlines()) == 36


def _key(name: str) -> Key:
    return Key(normal_key(name) or name, character_of(name))
