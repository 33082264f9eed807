"""A stack of papers: letters are the next name wherever the cursor is, and sign nobody by another's hand."""

import msgspec
import pytest

from bball_tui.database.engine import Database
from bball_tui.settings import Settings
from bball_tui.tui.dialogs.batch_signing import BatchSigning
from bball_tui.tui.dialogs.controls import TextField
from bball_tui.tui.dialogs.correct_record import CorrectRecord
from tests.support.factory import Parent, make_club, make_family
from tests.tui.desk_host import Desk, opened
from tests.tui.hands import send


@pytest.fixture
def quiet(settings: Settings) -> Settings:
    """No worker and no animations."""
    return msgspec.structs.replace(settings, worker=False, animations=False)


@pytest.fixture
async def three(database: Database) -> None:
    """Three who can sign, one of them by either of two guardians."""
    async with database.session() as session:
        club = await make_club(session, chat_url="https://groupme.com/join_group/1/a")
        await make_family(
            session, club, first="An", last="Abbott", parents=(Parent("Ola", "Abbott"), Parent("Zoe", "Abbott"))
        )
        await make_family(session, club, first="Xu", last="Prado")
        await make_family(session, club, first="Zoila", last="Tran")


def name(desk: Desk) -> str:
    assert isinstance(desk.app.screen, BatchSigning)
    return desk.app.screen.query_one("#name", TextField).value


@pytest.mark.usefixtures("three")
async def test_letters_are_the_next_name_wherever_the_cursor_is(quiet: Settings) -> None:
    async with opened(quiet) as desk:
        await desk.press("t")
        await desk.shows("0 papers done, 3 left")
        await desk.press(*"an ab", "enter", "enter")
        await desk.shows("1 paper done, 2 left")
        await desk.press("tab")
        assert desk.app.focused is desk.app.screen.query_one("#done")
        await desk.press(*"xu pr")
        assert name(desk) == "xu pr"
        await desk.press("enter")
        await desk.shows("Sign Xu Prado", "becomes signed")
        await desk.press("escape")
        stack = desk.app.screen
        assert isinstance(stack, BatchSigning)
        stack.choice("cancel").focus()
        await desk.press(*"tran zo", "enter")
        await desk.shows("Sign Zoila Tran")
        await desk.press("escape", "tab", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, CorrectRecord))  # chosen by its own key


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("place", ["#done", "#choice-undo"])
async def test_after_the_last_one_is_taken_back_the_next_name_is_typed(quiet: Settings, place: str) -> None:
    async with opened(quiet) as desk:
        await desk.press("t")
        await desk.shows("0 papers done, 3 left")
        await desk.press(*"an ab", "enter", "enter", *"xu", "enter", "enter")
        await desk.shows("2 papers done, 1 left")
        desk.app.screen.query_one(place).focus()
        await desk.press("ctrl+t")
        await desk.shows("Xu Prado", "undone.")
        assert desk.app.focused is desk.app.screen.query_one("#name")
        await desk.press(*"tran")
        assert name(desk) == "tran"


@pytest.mark.usefixtures("three")
async def test_a_name_typed_over_an_open_paper_signs_it_by_nobody(quiet: Settings) -> None:
    async with opened(quiet) as desk:
        await desk.press("t")
        await desk.shows("0 papers done, 3 left")
        await desk.press(*"an ab", "enter")
        await desk.shows("Sign An Abbott", "becomes signed")
        send(desk.app, *"tran zo", "enter", "enter")
        await desk.shows("An Abbott is not signed", "1 paper done, 2 left", "last: Zoila Tran")
