"""Whoever erases a child looked for it before: the desk forgets the search, and calls the child so in any language."""

import asyncio

import msgspec
import pytest
from sqlalchemy import insert, select

from bball_tui import language
from bball_tui.database.engine import Database
from bball_tui.database.models import Player
from bball_tui.database.states import ContractStatus
from bball_tui.league.contracts.welcome_state import WelcomeState
from bball_tui.league.roster.rows import ContractRow
from bball_tui.settings import Settings
from bball_tui.tui.tabs.cells import name_of
from bball_tui.tui.tabs.record_pane import RecordPane
from bball_tui.tui.ui_state import file_of, recall
from bball_tui.wording import called_now
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


def row(first: str, last: str) -> ContractRow:
    return ContractRow(
        1, 1, first, last, "", "Hawks", "U12", ContractStatus.SIGNED, None, None, None, WelcomeState.NONE, None, 1
    )


@pytest.mark.parametrize(
    ("spoken", "player", "guardian"),
    [("en", "Erased player 12", "Erased guardian 7"), ("es", "Jugador borrado 12", "Tutor borrado 7")],
)
def test_lists_and_panels_call_who_was_erased_in_the_language_of_the_screen(
    spoken: str, player: str, guardian: str
) -> None:
    before = language.spoken()
    language.use(spoken)
    try:
        assert name_of(row("Erased", "player 12")) == player
        assert called_now("Erased guardian 7") == guardian
        assert name_of(row("Ann", "Lee")) == "Lee, Ann"
    finally:
        language.use(before)
