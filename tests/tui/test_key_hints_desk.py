"""Who chose other keys reads of them in every sentence of the program."""

import msgspec
import pytest

from bball_tui.database.engine import Database
from bball_tui.settings import Settings
from tests.support.factory import make_club, make_family
from tests.tui.desk_host import opened

OWN = {"desk.import": "f9", "contract.sign": "f8", "tool.filter": "f7"}


@pytest.fixture
def own(settings: Settings) -> Settings:
    """Without a worker of its own, and with keys of one's own."""
    return msgspec.structs.replace(settings, worker=False, keys=OWN)


async def test_an_empty_list_the_help_and_a_refusal_name_the_key_of_today(own: Settings, database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
    async with opened(own) as desk:
        await desk.press("4")
        await desk.shows("There are no contracts yet. Press f9 to import a roster.")
        await desk.press("question_mark")
        await desk.shows("f8 marks", "f7 narrows")
        await desk.press("escape")
        async with database.session() as session:
            await make_family(session, club)
        await desk.shows("Hamilton, Amara")
        for _ in range(6):
            await desk.press("right")
        await desk.press("o")
        await desk.shows("cannot be sorted by", "with f7.")
