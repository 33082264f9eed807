"""A season of sixty players, by keys in a real terminal."""

import asyncio
from pathlib import Path

from bball_tui.database.opening import open_database
from bball_tui.database.states import ContractStatus
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.signing_rules import FreeText
from bball_tui.league.editing.profile import change_league
from bball_tui.league.importing.service import ImportOptions, run_import
from bball_tui.league.leagues import create_league, list_seasons
from bball_tui.league.roster.lists import list_contracts
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.settings import Settings
from tests.journeys.conftest import clean_environment
from tests.journeys.terminal import ENTER, TAB, Terminal, terminal

PLAYERS = 60
MOST_KEYS = 60
"""However many players there are."""
HEADER = (
    "Player First Name,Player Last Name,Date of Birth,Team,Guardian 1 First Name,Guardian 1 Last Name,Guardian 1 Email"
)


async def make_league(folder: Path) -> None:
    """Five teams of twelve who all signed, but for one who left and one who never did."""
    roster = folder / "roster.csv"
    rows = [
        f"Kid,Player{n:03},2019-03-{n % 28 + 1:02},Team {n // 12 + 1:02} U8,Rosa,Player{n:03},rosa{n}@families.test"
        for n in range(PLAYERS)
    ]
    roster.write_text("\n".join([HEADER, *rows]) + "\n")
    async with open_database(Settings(data_dir=folder, config_dir=folder)) as database:
        async with database.session() as session:
            made = await create_league(session, "Westside", "westside", "Spring 2027")
            league = await change_league(session, made, {"hold_seconds": "0"})
        await run_import(database, league, roster, ImportOptions(season="Spring 2027"))
        async with database.session() as session:
            contracts = await list_contracts(session, league.id, RosterFilter())
            signed = tuple((one.id, one.version) for one in contracts[1:])
            assert len((await sign(session, league.id, SigningRequest(signed, FreeText("Rosa")))).signed) == PLAYERS - 1


async def offered(folder: Path) -> list[str]:
    """The teams of the new season's offers."""
    async with open_database(Settings(data_dir=folder, config_dir=folder)) as database, database.session() as session:
        seasons = await list_seasons(session, 1)
        assert seasons[0].name == "Spring 2028"
        found = await list_contracts(session, 1, RosterFilter(season_id=seasons[0].id))
        return [one.team for one in found if one.status == ContractStatus.OFFERED]


class Counting:
    """Hands that count their keys."""

    def __init__(self, desk: Terminal) -> None:
        self.desk = desk
        self.pressed = 0

    def press(self, *keys: str) -> None:
        self.pressed += len(keys)
        self.desk.press(*keys)


def test_sixty_players_come_back(data_dir: Path) -> None:
    asyncio.run(make_league(data_dir))
    with terminal(clean_environment(data_dir) | {"BBALL_WORKER": "false"}, rows=36, columns=120) as desk:
        hands = Counting(desk)
        desk.shows("59/60", "Player000, Kid")
        hands.press(">")
        desk.shows("New season", "Spring 2028", "U8 → U10")
        hands.press(ENTER)
        desk.shows("Spring 2027 → Spring 2028", "5 teams to be made", "59 of 60 players ticked")
        # The one who never signed comes first: the mother said on the phone that they come back, to another team.
        desk.shows("Last season's contract is offered, never signed.")
        hands.press("t")
        desk.shows("Team of Player000, Kid")
        hands.press("\x1b[B", ENTER)
        desk.shows("Player000, Kid: Team 02 U10.", "60 of 60 players ticked")
        desk.rest()
        hands.press(ENTER)
        desk.shows("5 teams are made.", "60 players get a contract.")
        hands.press(" ")
        desk.shows("offers to sign")
        hands.press("\x1b[B", ENTER)
        desk.shows("Due on")
        hands.press(TAB, *"tomorrow", TAB, " ", TAB, " ", ENTER)
        desk.shows("Westside · Spring 2028", "0/60", "119 wait")
        assert hands.pressed < MOST_KEYS
        desk.press("q")
        assert desk.ended() == 0
    teams = asyncio.run(offered(data_dir))
    assert len(teams) == PLAYERS
    assert teams.count("Team 02 U10") == 13
