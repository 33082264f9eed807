"""Filters, chips, saved filters, columns, copying and export, by keys on the real screen."""

import csv
from pathlib import Path
from typing import Any

from sqlalchemy import update

from bball_tui.database.engine import Database
from bball_tui.database.listing import Listing
from bball_tui.database.models import Team
from bball_tui.database.paging import Sort
from bball_tui.database.states import ContractStatus
from bball_tui.league.contracts.contract_list import ContractListing
from bball_tui.league.roster.lists import PlayerListing, TeamListing
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.settings import Settings
from bball_tui.tui.dialogs.export_list import ExportList
from bball_tui.tui.dialogs.filters import FilterDialog, SaveFilter
from tests.league.test_roster import add_team
from tests.support.factory import Club, Parent, make_club, make_family
from tests.tui.desk_host import Desk, opened


async def two_teams(database: Database) -> Club:
    async with database.session() as session:
        hawks = await make_club(session, chat_url="https://groupme.com/join_group/1/abc")
        owls = await add_team(session, hawks, "Owls [/]", division="U14")
        for number, (club, status, parents) in enumerate(
            (
                (hawks, ContractStatus.OFFERED, (Parent(),)),
                (hawks, ContractStatus.OFFERED, ()),
                (owls, ContractStatus.ACCEPTED, (Parent(),)),
                (owls, ContractStatus.DECLINED, (Parent(),)),
            )
        ):
            await make_family(
                session, club, first=f"=Kid{number}", last=f"Family{number}", status=status, parents=parents
            )
        return hawks


async def filters(desk: Desk) -> None:
    await desk.press("f")
    await desk.until(lambda: isinstance(desk.app.screen, FilterDialog))
    await desk.shows("no guardian e-mail")


async def back(desk: Desk) -> None:
    await desk.until(lambda: desk.app.screen is desk.app.desk)


async def test_filters_by_keys_as_chips_and_saved(quiet: Settings, database: Database) -> None:
    await two_teams(database)
    async with opened(quiet) as desk:
        await filters(desk)
        await desk.shows("Owls [/]", "overdue", "declined")
        await desk.press(*"hawks", "enter")
        await back(desk)
        await desk.shows("team: Hawks U12 ×", "2 of 4")
        for name in ("Falcons U12", "Hawks U12"):  # somebody gives the team another name
            async with database.session() as session:
                await session.execute(update(Team).where(Team.name.endswith(" U12")).values(name=name))
            await desk.shows(f"team: {name} ×", "2 of 4")
        await filters(desk)
        await desk.press(*"guardian", "enter")
        await back(desk)
        await desk.shows("no guardian e-mail ×", "1 of 4", "Family1")
        await desk.press("escape")
        await desk.shows("team: Hawks U12 ×", "2 of 4")
        assert "no guardian" not in desk.text
        # Marked together, statuses are alternatives; the set is saved, taken away, and chosen again by its name.
        await filters(desk)
        await desk.press(*"hawks u12", "tab")
        await desk.press("ctrl+u")
        await desk.shows("accepted", "declined")
        await desk.press(*"offered", "tab")
        await desk.press(*["backspace"] * 7, *"accepted", "tab")
        await desk.press(*["backspace"] * 8, "end")
        await desk.shows("save these filters")
        await desk.press("pagedown", "pagedown", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, SaveFilter))
        await desk.press(*"Paper lies here", "enter")
        await back(desk)
        await desk.shows("status: offered ×", "status: accepted ×", "3 of 4")
        await desk.press("F")
        await desk.until(lambda: desk.records.total == 4)
        await filters(desk)
        await desk.press(*"paper", "enter")
        await back(desk)
        await desk.shows("status: accepted ×", "3 of 4")
        await filters(desk)
        await desk.press(*"paper", "delete")
        await desk.shows("Forgotten.", "Nothing has that name.")
        await desk.press("escape")
        await back(desk)
        # The mouse takes a chip away.
        bar = desk.app.desk.pane
        assert bar is not None
        where = desk.text.splitlines()[2].index("accepted ×")
        await desk.pilot.click(offset=(where + 9, 2))
        await desk.until(lambda: desk.records.total == 2)


async def test_a_cell_is_copied_and_the_list_is_written(quiet: Settings, database: Database, tmp_path: Path) -> None:
    await two_teams(database)
    async with opened(quiet) as desk:
        copied: list[str] = []
        desk.app.copy_to_clipboard = copied.append  # type: ignore[method-assign, assignment]
        await desk.press("right", "right", "y")
        assert copied == ["Hawks U12"]
        await desk.press("o", "o")
        await desk.until(lambda: desk.records.sort.column == "team" and desk.records.sort.descending)
        await desk.press(*["right"] * 4, "o")
        await desk.shows("cannot be sorted by", "with f.")
        assert desk.records.sort.column == "team"
        await desk.press("escape", "y")
        assert copied[1].count("\t") == 5
        await desk.press("slash", *"family", "enter")
        await desk.press("x")
        await desk.until(lambda: isinstance(desk.app.screen, ExportList))
        file = desk.app.screen.query_one("#export-path")
        file.value = str(tmp_path)  # type: ignore[attr-defined]
        await desk.press("enter")
        await desk.shows("Name a file in that folder.")
        file.value = str(tmp_path / "list.csv")  # type: ignore[attr-defined]
        await desk.press("enter")
        await back(desk)
        await desk.shows("4 rows written")
    rows = list(csv.DictReader((tmp_path / "list.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [row["Team"] for row in rows] == ["Owls [/]", "Owls [/]", "Hawks U12", "Hawks U12"]
    assert {row["First name"] for row in rows} == {"'=Kid0", "'=Kid1", "'=Kid2", "'=Kid3"}
    assert {one.name for one in tmp_path.parent.glob("**/.bball-*")} == set()


async def test_every_column_is_sorted_by_the_database_or_says_why_not(quiet: Settings, database: Database) -> None:
    await two_teams(database)
    wanted = RosterFilter()
    listings: dict[str, Listing[Any]] = {
        "2": TeamListing(1, wanted),
        "3": PlayerListing(1, wanted),
        "4": ContractListing(1, wanted),
    }
    async with opened(quiet) as desk:
        for key, listing in listings.items():
            await desk.press(key)
            await desk.until(lambda: desk.records.counted)
            orders = listing.orders()
            for column in desk.records._columns:
                assert column.sort in orders if column.sort else column.unsorted, column.key
        await desk.press("3")
        await desk.press(*["right"] * 6, "o")
        await desk.until(lambda: desk.records.sort == Sort("family") and "Family ▲" in desk.text)
