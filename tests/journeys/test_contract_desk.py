"""What a registrar's day is made of, by keys in a real terminal: a call, a player who moves."""

import asyncio
from pathlib import Path

from bball_tui.database.opening import open_database
from bball_tui.league.editing.profile import change_league
from bball_tui.league.importing.service import ImportOptions, run_import
from bball_tui.league.leagues import create_league
from bball_tui.settings import Settings
from tests.journeys.conftest import clean_environment
from tests.journeys.terminal import ENTER, ESC, Terminal, terminal

HEADER = (
    "Player First Name,Player Last Name,Date of Birth,Team,Guardian 1 First Name,Guardian 1 Last Name,Guardian 1 Email"
)


async def make_league(folder: Path, slug: str, players: int) -> None:
    """A league whose contracts are all offered: one guardian each, twelve players a team, no undo time."""
    roster = folder / f"{slug}.csv"
    rows = [
        f"Kid,P{n:03},2015-03-{n % 28 + 1:02},Team {n // 12 + 1:02},Rosa,P{n:03},rosa{n}@families.test"
        for n in range(players)
    ]
    roster.write_text("\n".join([HEADER, *rows]) + "\n")
    async with open_database(Settings(data_dir=folder, config_dir=folder)) as database:
        async with database.session() as session:
            made = await create_league(session, "Westside", slug, "Spring 2027")
            league = await change_league(session, made, {"hold_seconds": "0"})
        report = await run_import(database, league, roster, ImportOptions(season="Spring 2027"))
        assert report.imported.created.contracts == players


def desk_of(folder: Path, slug: str, players: int, *, worker: bool) -> dict[str, str]:
    """The environment of a program that opens such a league."""
    asyncio.run(make_league(folder, slug, players))
    return clean_environment(folder) | {"BBALL_LEAGUE": slug, "BBALL_WORKER": str(worker).lower()}


def test_a_parent_calls_about_a_wrong_address_and_a_player_changes_the_team(data_dir: Path) -> None:
    environment = desk_of(data_dir, "call", 14, worker=True) | {"BBALL_MAIL_URL": f"maildir://{data_dir}/mail"}
    with terminal(environment) as desk:
        desk.shows("0/14", "P000, Kid")
        desk.press("/", "p007")
        desk.shows("P007, Kid", "1 of 14")
        desk.press(ENTER)
        desk.rest()  # an s any earlier would be part of the search
        desk.press("s")
        desk.shows("becomes signed")
        desk.press(ENTER)
        desk.shows("1/14", "in a folder")
        # The call: nothing has come. It is Rosanna's address, not Rosa's.
        desk.press("h")
        desk.shows("Guardians of Kid P007", "rosa7@families.test")
        desk.press(ENTER)
        desk.shows("Edit Rosa P007")
        desk.press("\t", "\t", "\x01", "\x0b", "rosanna@right.test")
        desk.shows("rosanna@right.test")
        desk.press(ENTER)
        desk.shows("Send 1 e-mail?", "hasn't been sent the welcome e-mail")
        desk.press(ENTER)
        desk.shows("Guardians of Kid P007", "rosanna@right.test · gets e-mail")
        desk.press(ESC)
        desk.rest()
        desk.press("5")
        desk.shows("rosanna@right.test", "rosa7@families.test")
        desk.until(lambda: desk.text.count("in a folder") == 2)
        # Before the season another player changes the team.
        desk.press("4")
        desk.shows("1 of 14")
        desk.press(ESC, "g")
        desk.until(lambda: "P000, Kid" in first_row(desk))
        move(desk, "Team 02")
        desk.until(lambda: "Team 02" in first_row(desk))
        desk.press("s")
        desk.shows("becomes signed")
        desk.press(ENTER)
        desk.until(lambda: "signed" in first_row(desk))
        # The paper names the team that was signed for: another one makes a new offer, and a new signature.
        move(desk, "Team 01")
        desk.shows("released", "The signed contract is released")
        desk.until(lambda: "Team 01" in first_row(desk) or "Team 01" in row(desk, 1))
        desk.until(lambda: all(word in two_rows(desk) for word in ("released", "offered")))
        desk.press("q")
        assert desk.ended() == 0


def move(desk: Terminal, team: str) -> None:
    """Another team for the player under the cursor."""
    desk.press("e")
    desk.shows("Contract of Kid P000")
    desk.press(" ")
    desk.until(lambda: "▲" in desk.text.split("Contract of Kid")[-1])
    desk.press(team)
    desk.rest()
    desk.press(ENTER)
    desk.rest()
    desk.press(ENTER)
    desk.until(lambda: "Contract of Kid P000" not in desk.text)


def row(desk: Terminal, number: int) -> str:
    """One row of the list."""
    return desk.screen.display[4 + number]


def first_row(desk: Terminal) -> str:
    return row(desk, 0)


def two_rows(desk: Terminal) -> str:
    return row(desk, 0) + row(desk, 1)
