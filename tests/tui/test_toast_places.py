"""Short messages: out of the way of the line that has the keys, and there until somebody goes on."""

from sqlalchemy import func, insert
from textual.widget import Widget

from bball_tui.database.engine import Database
from bball_tui.database.models import Audit
from bball_tui.settings import Settings
from bball_tui.tui import toast_places
from bball_tui.tui.screen_reader import reading_place
from tests.tui.desk_host import Desk, club_with, opened
from tests.tui.hands import resize


def line_of(desk: Desk, text: str) -> int:
    """The line of the screen that has it; -1: none."""
    return next((at for at, line in enumerate(desk.text.splitlines()) if text in line), -1)


async def test_messages_make_way_for_what_has_the_keys(quiet: Settings, database: Database) -> None:
    await club_with(database, 25)
    async with opened(quiet, (80, 24)) as desk:
        desk.app.notify("3 contracts signed", markup=False)
        await desk.shows("3 contracts signed")
        below = line_of(desk, "3 contracts signed")
        await desk.press("G")
        await desk.until(lambda: line_of(desk, "3 contracts signed") not in (-1, below))
        assert line_of(desk, "3 contracts signed") < line_of(desk, "Family24") >= below
        for message in desk.app._notifications:
            message.raised_at -= toast_places.READ + 1
        await desk.press("g")  # goes on, and the message with it
        await desk.until(lambda: "3 contracts signed" not in desk.text)

        # The last of several is seen whatever the length of the others.
        await resize(desk.pilot, (120, 36))
        for length in range(48, 60):  # a path that goes over several lines, around what fits into them
            place = f"/{'a' * length}_{'b' * 20}/team chat leavers 2026-11-29.csv"
            desk.app.notify(f"2 rows written to {place}.", markup=False)
            desk.app.notify("Looking who is in the chats …", markup=False)
            desk.app.notify(f"the last of {length}", markup=False)
            await desk.shows(f"the last of {length}")
            desk.app.clear_notifications()

        # Many of them leave a dialog in sight.
        await resize(desk.pilot, (60, 20))
        for number in range(12):
            desk.app.notify(f"message {number}", timeout=60)
        await desk.press("ctrl+y")
        await desk.shows("What you did in the last minutes", "▸Close")
        desk.app.clear_notifications()

        # What the screen below the dialog said stands there once.
        await desk.press("escape")
        desk.app.notify("1 contract signed. 2 e-mails in 10 s; u takes it back.", timeout=60)
        await desk.shows("it back.")
        await desk.press("ctrl+y")
        desk.app.notify("z does nothing here.", timeout=60)
        await desk.shows("z does nothing here.", "▸Close")
        assert desk.text.count("1 contract signed") == 1
        desk.app.clear_notifications()

        # One that is in its place asks for no other layout: each of them comes back to it, and would without end.
        desk.app.notify("the only one", timeout=60)
        await desk.shows("the only one", "▸Close")
        desk.app.make_way()
        assert not any(one._layout_required for one in desk.app.screen.walk_children(Widget))
        desk.app.clear_notifications()

        # Long ones lie over none of it, and of them the last one is seen.
        for said in ("and ".join(f"Kid{number} Family{number} " for number in range(25)), "Saved. u undoes it."):
            desk.app.notify(said, timeout=60, markup=False)
        await desk.shows("Saved. u undoes it.", "▸Close")
        await desk.until(lambda: desk.text.find("Saved.") > desk.text.find("╯") > desk.text.find("▸Close"))
        assert "▌" not in desk.text[: desk.text.find("╯")]
        desk.app.clear_notifications()
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.desk)

        # A dialog leaves room for one, which stands there once.
        await desk.press("comma")
        await desk.shows("The league", "[ Save")
        await desk.until(lambda: "message" not in desk.text)
        before = desk.text
        for __ in range(2):
            desk.app.notify(
                "Nothing was sent: the mail server refuses the login of the office.", timeout=60, markup=False
            )
        await desk.shows("Nothing was sent", "of the office.")
        await desk.until(lambda: desk.text.find("Nothing was sent") > desk.text.find("╯") > 0)
        assert "[ Save" in desk.text
        assert desk.text.count("Nothing was sent") == 1
        desk.app.clear_notifications()
        await desk.until(lambda: desk.text == before)
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.desk)

        # A list that grows above one keeps its buttons in sight.
        await resize(desk.pilot, (80, 24))
        async with database.session() as session:
            for seconds in range(12):
                ago = func.now() - func.make_interval(0, 0, 0, 0, 0, 0, seconds)
                act = {"action": "declined", "entity": "contract", "entity_id": 1, "recorded_at": ago}
                await session.execute(insert(Audit).values(league_id=1, **act))
        desk.app.notify("1 contract signed. 1 e-mail cannot go out yet. No mail server is set up.", timeout=60)
        await desk.press("ctrl+y")
        await desk.shows("What you did in the last minutes", "declined", "[ Close", "No mail server is set up.")
        await desk.until(lambda: desk.text.find("1 contract signed") > desk.text.find("╯") > 0)
        assert "[ Close" in desk.text


async def test_in_the_smallest_window_no_message_lies_over_the_cursor_or_the_keys(
    quiet: Settings, database: Database
) -> None:
    """Wherever the cursor is, and however many messages there are: the last one is read, too."""
    await club_with(database, 25)
    long = "The chat is linked with the group 'Hawks'. 3 e-mails queued. As long as they have not left, U unlinks it."
    async with opened(quiet, (60, 20)) as desk:
        await desk.press("4")
        await desk.until(lambda: desk.records.total == 25)
        rows = range(desk.records.size.height - 1)
        for last, messages in (
            ("'Hawks'", (long,)),
            ("'Hawks'", (long, f"{long} {long}")),
            ("message 11", tuple(f"message {number}" for number in range(12))),
        ):
            for one in messages:
                desk.app.notify(one, markup=False, timeout=60)
            await desk.shows(last)
            await desk.press("g")
            for _ in rows:
                name = desk.app.desk.pane.called(desk.records.current).split()[0]  # type: ignore[union-attr]
                place = reading_place(desk.app.focused).y

                def seen(name: str = name, place: int = place, last: str = last) -> bool:
                    lines = desk.text.splitlines()
                    return name in lines[place] and "ctrl+p" in lines[-1] and last in desk.text

                await desk.until(seen)
                await desk.press("down")
            desk.app.clear_notifications()
