"""Archived and brought back by one key: out of the list, found by searching with a mark."""

from sqlalchemy import insert

from bball_tui.database.engine import Database
from bball_tui.database.models import Player
from bball_tui.settings import Settings
from tests.support.factory import make_club, make_family
from tests.tui.desk_host import opened


async def test_a_player_goes_out_of_the_list_and_comes_back(quiet: Settings, database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        await make_family(session, club, first="Bea", last="Zulu")
        await session.execute(insert(Player).values(league_id=club.league_id, first_name="Ann", last_name="Ames"))
    async with opened(quiet) as desk:
        await desk.press("3")
        await desk.shows("Ames, Ann", "Zulu, Bea")
        await desk.press("A")
        await desk.shows("Archive it", "leaves the list of players")
        await desk.press("enter")
        await desk.until(lambda: desk.app.screen is desk.app.desk and "Ames, Ann" not in desk.text)
        await desk.press("slash", *"ann", "enter")
        await desk.shows("Ames, Ann (archiv", " archived ")
        await desk.press("A")
        await desk.shows("Bring it back", "in the lists, counts and exports again")
        await desk.press("enter")
        await desk.until(lambda: desk.app.screen is desk.app.desk and "(archiv" not in desk.text)
        await desk.press("escape", "escape")
        await desk.shows("Ames, Ann", "Zulu, Bea")
        await desk.press("end", "A")
        await desk.shows("Can't archive this", "waits or is signed")
