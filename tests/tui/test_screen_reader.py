"""For those who hear the screen: the cursor stands where the keys go, and nothing is told by frames or bars alone."""

import msgspec
import pytest
from textual.geometry import Offset

from bball_tui.database.engine import Database
from bball_tui.settings import Settings
from tests.tui.desk_host import Desk, club_with, opened
from tests.tui.hands import resize

DRAWN = {chr(code) for code in range(0x2500, 0x25A0)}


@pytest.fixture
def plain(settings: Settings) -> Settings:
    """Opened with --plain, without a worker."""
    return msgspec.structs.replace(settings, worker=False, plain=True)


def read_line(desk: Desk) -> str:
    """What a screen reader says: the line in which the terminal's cursor stands."""
    return desk.text.splitlines()[desk.app.cursor_position.y]


async def test_the_cursor_stands_in_the_row_the_field_and_the_button_and_nothing_is_drawn(
    plain: Settings, database: Database
) -> None:
    await club_with(database, 3)
    async with opened(plain, (80, 24)) as desk:
        await desk.shows("Family00")
        for keys, words in (((), "Family00"), (("down",), "Family01"), (("G",), "Family02"), (("g",), "Family00")):
            await desk.press(*keys)
            assert words in read_line(desk)
        await desk.press("slash")
        assert desk.app.cursor_position.y == 2
        before = desk.app.cursor_position
        await desk.press("x")
        assert desk.app.cursor_position == before + Offset(1, 0)
        await desk.press("escape", "escape", "s")
        await desk.shows("becomes signed")
        assert "Signer" in read_line(desk)
        await desk.press("tab")
        assert "Method" in read_line(desk)
        await desk.press("escape", "h")
        await desk.shows("Guardians of Kid0", "p0@families.test")
        await desk.until(lambda: "Rosa" in read_line(desk))
        # A field whose arrow keys move in a list: what they chose is read, and the field again when one types.
        await desk.press("escape", "t")
        await desk.shows("Kid2")
        await desk.press("down", "down", "down")
        await desk.until(lambda: "Kid2" in read_line(desk))
        await desk.press("k")
        await desk.until(lambda: "Name" in read_line(desk))
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.desk)

        # Nothing is drawn, and everything is said.
        await resize(desk.pilot, (120, 36))
        await desk.press("s")
        await desk.shows("becomes signed", "Sign Kid0 Family00")
        assert not DRAWN & set(desk.text)
        await desk.press("enter")
        await desk.shows("1/3", "33 %", "✔ signed")
        await desk.press("1")
        await desk.shows("needs you", "This season: 1 signed in 1 week", "Offers without a due date: 2")
        await desk.shows("Hawks U12: 1 signed, 2 open, 0 overdue,", "E-mails by hour")
        assert not DRAWN & set(desk.text)
