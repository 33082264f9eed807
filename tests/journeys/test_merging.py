"""A child who is in the league twice, made one by keys in a real terminal, and two again."""

import asyncio
from pathlib import Path

from bball_tui.database.opening import open_database
from bball_tui.league.importing.service import ImportOptions, run_import
from bball_tui.league.leagues import create_league
from bball_tui.league.roster.lists import list_contracts, list_players
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.settings import Settings
from tests.journeys.conftest import clean_environment
from tests.journeys.terminal import ENTER, ESC, Terminal, terminal

ROSTER = """\
Player First Name,Player Last Name,Date of Birth,Jersey,Team,Guardian 1 First Name,Guardian 1 Last Name,Guardian 1 Email
Amara,Hamilton,2015-03-04,1,Hawks U12,Ruth,Hamilton,ruth@families.test
Jon,Lee,2015-01-02,7,Hawks U12,Rosa,Lee,rosa@families.test
Jonathan,Lee,2015-01-02,8,Bulls U12,Rosie,Lee,rosa@families.test
"""


async def make_league(folder: Path) -> None:
    path = folder / "roster.csv"
    path.write_text(ROSTER)
    async with open_database(Settings(data_dir=folder, config_dir=folder)) as database:
        async with database.session() as session:
            league = await create_league(session, "Westside", "westside", "Fall 2026")
        assert (await run_import(database, league, path, ImportOptions(season="Fall 2026"))).exit_code == 0


async def roster(folder: Path) -> tuple[list[tuple[str, str | None, str]], list[tuple[str, str, str]]]:
    """The players, and the contracts."""
    async with open_database(Settings(data_dir=folder, config_dir=folder)) as database, database.session() as session:
        players = [(one.first_name, one.jersey, one.also) for one in await list_players(session, 1, RosterFilter())]
        contracts = await list_contracts(session, 1, RosterFilter())
        return players, [(one.first, one.team, str(one.status)) for one in contracts]


def merge(desk: Terminal) -> None:
    desk.press("3")
    desk.shows("Lee, Jonathan", "Lee, Jon ")
    desk.press("/", *"jonathan", ENTER)
    desk.shows("1 of 3")
    desk.press("=")
    desk.shows("Who is the same as Jonathan Lee?", "Lee, Jon  #7", "born Jan 2, 2015")
    desk.press(ENTER)
    desk.shows("Merge two players", "Fall 2026: the contract with Bulls U12", "becomes void")
    desk.press("\t", " ", "\x1b[B", ENTER)  # the first name stays, the jersey is Jon's
    desk.press(ENTER)
    desk.shows("also Jon Lee, merged into this player")


def test_one_child_of_two(data_dir: Path) -> None:
    asyncio.run(make_league(data_dir))
    before = asyncio.run(roster(data_dir))
    with terminal(clean_environment(data_dir) | {"BBALL_WORKER": "false"}, rows=36, columns=120) as desk:
        desk.shows("Hamilton, Amara")
        merge(desk)
        players, contracts = asyncio.run(roster(data_dir))
        assert players == [("Amara", "1", ""), ("Jonathan", "7", "Jon Lee")]
        assert sorted(contracts)[1:] == [("Jonathan", "Bulls U12", "offered"), ("Jonathan", "Hawks U12", "void")]
        # The name of before leads to the one who stays, with a word.
        desk.press(ESC)
        desk.shows("Hamilton, Amara")
        desk.press("/", *"jon lee", ENTER)
        desk.shows("1 of 2", "also Jon Lee, merged into this player")
        desk.press("!")
        desk.shows("Take the merge back?")
        desk.press(ENTER)
        desk.until(lambda: "also Jon Lee" not in desk.text)
        desk.shows("2 of 3", "Lee, Jon ")
        assert asyncio.run(roster(data_dir)) == before
        desk.press("h")
        desk.shows("Guardians of")
        desk.press("s")
        desk.shows("Who is the same as Ros")
        desk.press(ENTER)
        desk.shows("Merge two guardians", "player of Ros")
        desk.press(ENTER)
        desk.until(lambda: "Merge two guardians" not in desk.text)
        desk.rest()
        desk.press("s")
        desk.shows("undo: Ros")
        desk.press(ESC)
        desk.until(lambda: "undo: Ros" not in desk.text)
        desk.press(ESC)
        desk.until(lambda: "Guardians of" not in desk.text)
        desk.press("8")
        desk.shows("guardian merged into")
        desk.press("!")
        desk.shows("Take the merge back?")
        desk.press(ENTER)
        desk.shows("guardian restored")
        desk.press("3")
        desk.shows("Lee, Jonathan")
        desk.press("d")
        desk.shows("Maybe the same player", "Jon Lee · Jonathan Lee")
        desk.press("s")
        desk.shows("No two players have the same name")
        desk.press(ESC)
        desk.until(lambda: "Maybe the same" not in desk.text)
        desk.press("a")
        desk.shows("2 selected")
        desk.press("=")
        desk.shows("stays  Jon Lee", "goes   Jonathan Lee", "these are two different players")
        desk.press("s")
        desk.shows("stays  Jonathan Lee", "goes   Jon Lee")
        desk.press(ESC)
