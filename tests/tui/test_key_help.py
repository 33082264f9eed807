"""The help: the keys of what one looks at come first, and typing narrows them."""

from bball_tui.database.engine import Database
from bball_tui.settings import Settings
from tests.tui.desk_host import club_with, opened
from tests.tui.hands import send


async def test_the_keys_of_the_tab_come_first_and_typing_narrows_them(quiet: Settings, database: Database) -> None:
    await club_with(database, 2)
    async with opened(quiet) as desk:
        await desk.press("question_mark")
        await desk.shows("On contracts", "type to find a key")
        shown = desk.text
        assert "Everywhere" not in shown or shown.index("On contracts") < shown.index("Everywhere")
        await desk.press(*"deadline")
        await desk.until(lambda: "Correct the record" not in desk.text)
        await desk.shows("due date")
        await desk.press("escape", "j", "space")
        await desk.shows("1 selected")
        assert "type to find a key" not in desk.text
        assert desk.app.focused is desk.records

        # The same typed at once means the same.
        await desk.press("question_mark")
        await desk.shows("On contracts", "type to find a key")
        send(desk.app, *"deadline", "escape", "k", "space")
        await desk.shows("2 selected")
        assert "type to find a key" not in desk.text
        assert desk.app.focused is desk.records


async def test_a_key_that_means_nothing_says_so_once(quiet: Settings, database: Database) -> None:
    await club_with(database, 1)
    async with opened(quiet) as desk:
        send(desk.app, "K", "K", "K")
        await desk.shows("K does nothing here. ? lists the keys.")
        await desk.settle()
        assert desk.text.count("K does nothing here.") == 1
        send(desk.app, "Q", "W")  # another one takes its place: a word that nobody meant does not fill the screen
        await desk.shows("W does nothing here.")
        await desk.until(lambda: desk.text.count("does nothing here.") == 1)
