"""A command is about what is on the screen: the open record, the selected rows that are seen, or the cursor's row.

Neighbors of the same fault, all under the one rule of ``RecordPane.targets``: contracts, players, teams, outbox, the
views of the e-mails, and the team chats.
"""

import ast
from pathlib import Path

from sqlalchemy import select

from bball_tui import tui
from bball_tui.database.engine import Database
from bball_tui.database.models import Contract, Player
from bball_tui.database.states import ContractStatus
from bball_tui.settings import Settings
from tests.support.factory import make_club, make_family
from tests.tui.desk_host import Desk, club_with, opened
from tests.tui.hands import resize

WIDE, NARROW = (120, 36), (80, 24)


async def signed_in(database: Database) -> set[str]:
    async with database.session() as session:
        query = select(Player.first_name).join(Contract).where(Contract.status == ContractStatus.SIGNED)
        return set(await session.scalars(query))


async def search(desk: Desk, text: str, rows: int) -> None:
    await desk.press("slash", *text, "enter")
    await desk.until(lambda: desk.records.total == rows)
    await desk.settle()


async def test_with_a_record_open_it_is_signed_and_not_the_selected_ones(
    mailless: Settings, database: Database
) -> None:
    await club_with(database, 5)
    signed = set()
    async with opened(mailless, WIDE) as desk:
        for size, kid in ((WIDE, 2), (NARROW, 3)):
            await resize(desk.pilot, size)
            await desk.press("g", "space", "j", "space", *["j"] * (kid - 1), "enter")
            await desk.until(lambda: desk.app.focused is not desk.records)
            await desk.press("s")
            await desk.shows(f"Sign Kid{kid} Family0{kid}", "becomes signed")
            await desk.press("enter")
            await desk.until(lambda: desk.app.screen is desk.app.desk)
            signed.add(f"Kid{kid}")
            assert await signed_in(database) == signed
            assert not desk.records.selected, "after an act nothing stays selected"
            await desk.press("escape")
            await desk.until(lambda: desk.app.focused is desk.records)


async def test_selected_rows_that_are_searched_away_are_never_signed(mailless: Settings, database: Database) -> None:
    """Not where another one is seen, nor where one of them is seen."""
    await club_with(database, 3)
    async with opened(mailless) as desk:
        await desk.press("space", "j", "space", "j", "space")
        await search(desk, "kid2", 1)
        await desk.press("s")
        await desk.shows("Sign Kid2 Family02", "becomes signed")
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        assert len(desk.records.selected) == 3, "who changes their mind loses no selection"
        await desk.press("space")
        await desk.shows("2 selected, 2 hidden")
        await desk.press("s")
        await desk.shows("Sign Kid2 Family02", "becomes signed")
        await desk.press("enter")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        assert await signed_in(database) == {"Kid2"}
        assert not desk.records.selected


async def test_a_page_keeps_its_record_when_the_list_loses_it(mailless: Settings, database: Database) -> None:
    await club_with(database, 2)
    async with opened(mailless, NARROW) as desk:
        await search(desk, "kid", 2)
        await desk.press("enter")
        await desk.shows("Kid0 Family00")
        async with database.session() as session:
            kid = await session.scalar(select(Player).where(Player.first_name == "Kid0"))
            assert kid is not None
            kid.first_name = "Renamed"
        await desk.until(lambda: desk.records.total == 1)
        await desk.settle()
        await desk.press("s")
        await desk.shows("The record that is open")
        assert desk.app.screen is desk.app.desk
        await desk.press("escape")
        await desk.shows("Family01, Kid1")


async def test_refused_rows_do_not_stay_selected_and_five_names_are_read(
    mailless: Settings, database: Database
) -> None:
    async with database.session() as session:
        club = await make_club(session)
        for number in range(7):
            await make_family(session, club, first=f"Kid{number}", last=f"F{number}")
        await make_family(session, club, first="Zoe", last="Zed", status=ContractStatus.DRAFT)
    async with opened(mailless) as desk:
        await desk.press("a")
        await desk.shows("8 selected")
        await desk.press("w")
        await desk.shows("Kid0 F0, Kid1 F1, Kid2 F2, Kid3 F3, Kid4 F4 and 2 more", "not: Zoe Zed")
        await desk.press("enter")
        await desk.shows("7 contracts accepted")
        assert not desk.records.selected
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        await desk.press("G")
        await desk.until(lambda: desk.records.current is not None and desk.records.current.first == "Zoe")


async def test_the_selected_player_is_edited_and_several_are_refused_in_words(
    mailless: Settings, database: Database
) -> None:
    await club_with(database, 3)
    async with opened(mailless) as desk:
        await desk.press("3")
        await desk.until(lambda: desk.records.current is not None)
        await desk.press("space", "j", "e")
        await desk.until(lambda: desk.app.screen is not desk.app.desk)
        await desk.shows("Kid0", "Family00")
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        await desk.press("space", "e")
        await desk.shows("one player at a time")
        assert desk.app.screen is desk.app.desk


async def test_the_team_stays_visible_beside_the_panel_and_is_read_whole_where_there_is_room(
    mailless: Settings, database: Database
) -> None:
    async with database.session() as session:
        await make_family(session, await make_club(session, team="Storm 5th Grade"))
    async with opened(mailless, (80, 30)) as desk:
        for tab in ("3", "4"):
            await desk.press(tab)
            await desk.until(lambda: desk.records.current is not None)
            for columns in (80, 100, 120):
                await resize(desk.pilot, (columns, 30))
                titles, row = (desk.records.render_line(y).text for y in (0, 1))
                assert "Team" in titles
                assert "Storm" in row
        assert "Storm 5th Grade" in row


def test_no_command_reads_its_target_past_the_one_rule() -> None:
    """``records.targets`` and ``records.current`` know nothing of an open record: only the pane itself may ask them."""
    allowed = {"record_pane.py", "kinds.py"}
    found = [
        f"{path.name}:{node.lineno}"
        for room in ("main_screen", "tabs")
        for path in Path(tui.__path__[0], room).rglob("*.py")
        if path.name not in allowed
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr in ("targets", "current")
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "records"
    ]
    assert not found
