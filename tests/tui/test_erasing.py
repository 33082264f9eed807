"""Whoever erases a child looked for it before: the desk forgets the search."""

import asyncio

import msgspec
from sqlalchemy import insert, select

from bball_tui.database.engine import Database
from bball_tui.database.models import Player
from bball_tui.settings import Settings
from bball_tui.tui.tabs.record_pane import RecordPane
from bball_tui.tui.ui_state import file_of, recall
from tests.support.factory import make_club, make_family
from tests.tui.desk_host import opened


async def test_a_player_is_erased_with_the_search_for_it(settings: Settings, database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        await make_family(session, club, first="Bea", last="Zulu")
        await session.execute(insert(Player).values(league_id=club.league_id, first_name="Ann", last_name="Quillf"))
    async with opened(msgspec.structs.replace(settings, worker=False)) as desk:
        await desk.press("slash", *"quillf", "enter", "3", "slash", *"quillf", "enter")
        await desk.shows("Quillf, Ann")
        await desk.press("E")
        await desk.shows("Erase 1 person for good", "what other computers keep")
        await desk.press("1", "enter")
        await desk.shows("Erased for good: 1 person.", "Zulu, Bea")
        assert [pane.search_bar.text for pane in desk.app.desk.query(RecordPane)] == [""] * 2
    async with database.session() as session:
        assert "Quillf" not in (await session.scalars(select(Player.last_name))).all()
    assert {tab.text for tab in recall(settings, "westside").tabs.values()} == {""}
    assert b"uillf" not in await asyncio.to_thread(file_of(settings).read_bytes)
