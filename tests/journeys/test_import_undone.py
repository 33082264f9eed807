"""A roster came in by mistake: seen, and taken back but for what was signed, by keys in a real terminal."""

import asyncio
from pathlib import Path

from sqlalchemy import text

from bball_tui.database.opening import open_database
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.leagues import create_league
from bball_tui.settings import Settings
from tests.journeys.conftest import clean_environment
from tests.journeys.terminal import ENTER, ESC, terminal

HEADER = "Team,Player First Name,Player Last Name,Guardian 1 First,Guardian 1 Last,Guardian 1 Email"
LEFT = "SELECT (SELECT count(*) FROM player) + (SELECT count(*) FROM guardian) + (SELECT count(*) FROM team)"


async def make_league(folder: Path) -> None:
    rows = [f"Owls,Kid,Wrong{n:02},Rosa,Wrong{n:02},rosa{n}@families.test" for n in range(12)]
    (folder / "wrong.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    async with open_database(Settings(data_dir=folder, config_dir=folder)) as database, database.session() as session:
        await create_league(session, "Westside", "westside", "Spring 2027")


async def sign_one(folder: Path) -> None:
    async with open_database(Settings(data_dir=folder, config_dir=folder)) as database, database.session() as session:
        row = (await session.execute(text("SELECT league_id, id, version FROM contract ORDER BY id LIMIT 1"))).one()
        await sign(session, row.league_id, SigningRequest(((row.id, row.version),)))


async def left(folder: Path) -> object:
    async with open_database(Settings(data_dir=folder, config_dir=folder)) as database, database.session() as session:
        return await session.scalar(text(LEFT))


def test_an_import_is_taken_back(data_dir: Path) -> None:
    asyncio.run(make_league(data_dir))
    environment = clean_environment(data_dir) | {"BBALL_WORKER": "false"}
    with terminal(environment, rows=36, columns=120) as desk:
        desk.shows("Westside")
        desk.press("u")
        desk.shows("Nothing to undo here.")  # a league that was made is not unmade
        desk.press("i")
        desk.shows("Import a roster")
        desk.press(str(data_dir / "wrong.csv"), ENTER)
        desk.shows("players          12")
        desk.press(ENTER)
        desk.shows("Imported: 12 new players, 1 new team, 12 new contracts", "takes it")  # for some seconds
        desk.shows("0/12", "Wrong00, Kid")
        desk.press("u")
        desk.shows("Take the import back?", "1 team, 12 players, 12 guardians and 12 contracts.")
        desk.press("n")
        desk.shows("Wrong00, Kid", "0/12")
        asyncio.run(sign_one(data_dir))
        desk.shows("1/12")
        desk.press("8")
        desk.shows("roster imported")
        desk.press("G", "g", "j", "b")
        stays = "Of what it made, this stays: 1 team, 1 player, 1 guardian and 1 contract."
        why = "Kid Wrong00's contract: has been signed since, and stays."
        desk.shows("Take the import back?", "imported wrong.csv into Spring 2027 at", "11 players", stays, why)
        desk.press("y")
        desk.shows("Import undone", "Import of wrong.csv undone: 11 players", stays, why)
        desk.press(ESC)
        desk.shows("roster import undone", "f kind of record")
        desk.press("u")
        desk.shows("What you did in the last minutes", "Kid Wrong00's contract: signed")
        desk.press(ESC)
        desk.shows("f kind of record")
        desk.press("q")
    assert asyncio.run(left(data_dir)) == 3
