"""A stack of papers: letters are the next name wherever the cursor is, and sign nobody by another's hand."""

from pathlib import Path

import pytest
from textual import events

from bball_tui.database.engine import Database
from bball_tui.settings import Settings
from bball_tui.tui.dialogs.batch_signing import BatchSigning
from bball_tui.tui.dialogs.controls import TextField
from bball_tui.tui.dialogs.correct_record import CorrectRecord
from bball_tui.tui.dialogs.import_roster import ImportRoster
from bball_tui.tui.dialogs.read_mail import ReadMail
from bball_tui.tui.dialogs.sign_paper import SignPaper
from tests.support.factory import Parent, make_club, make_family
from tests.tui.desk_host import Desk, opened
from tests.tui.hands import send


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


async def paste(desk: Desk, text: str) -> None:
    """As a terminal hands it over."""
    await desk.app.on_event(events.Paste(text))
    await desk.settle()


@pytest.mark.usefixtures("three")
async def test_letters_and_what_is_pasted_are_the_next_name_wherever_the_cursor_is(
    still: Settings, tmp_path: Path
) -> None:
    async with opened(still) as desk:
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
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is stack)

        for place in ("#done", "#choice-cancel"):
            desk.app.screen.query_one(place).focus()
            await paste(desk, "Xu Prado")
            assert name(desk) == "Xu Prado"
            assert desk.app.focused is desk.app.screen.query_one("#name")
        await desk.press("enter")
        await desk.shows("Sign Xu Prado", "becomes signed")
        await paste(desk, f"{tmp_path}/paper of Xu.pdf")
        assert desk.app.screen.query_one("#scan", TextField).value == f"{tmp_path}/paper of Xu.pdf"
        desk.app.screen.query_one("#signer").focus()
        await paste(desk, "Tran\n")
        await desk.shows("Xu Prado is not signed")
        assert name(desk) == "Tran"
        await desk.press("enter")
        await desk.shows("Sign Zoila Tran", "becomes signed")


@pytest.mark.usefixtures("three")
async def test_after_the_last_one_is_taken_back_the_next_name_is_typed(still: Settings) -> None:
    async with opened(still) as desk:
        await desk.press("t")
        await desk.shows("0 papers done, 3 left")
        await desk.press(*"an ab", "enter", "enter")
        for place in ("#done", "#choice-undo"):
            await desk.press("ctrl+u", *"xu", "enter", "enter")
            await desk.shows("2 papers done, 1 left")
            desk.app.screen.query_one(place).focus()
            desk.app.clear_notifications()
            await desk.press("ctrl+t")
            await desk.shows("Xu Prado", "undone.", "1 paper done, 2 left")
            assert desk.app.focused is desk.app.screen.query_one("#name")
            await desk.press(*"tran")
            assert name(desk) == "tran"


@pytest.mark.usefixtures("three")
async def test_no_letter_is_a_command_in_an_open_paper_and_a_name_typed_over_one_signs_it_by_nobody(
    still: Settings,
) -> None:
    async with opened(still) as desk:
        await desk.press("t")
        await desk.shows("0 papers done, 3 left")
        # Esc typed ahead leaves the paper that the Enter before it opens, and not the stack.
        send(desk.app, *"abbott", "enter", "escape", *"xu", "enter")
        await desk.shows("Sign Xu Prado", "becomes signed")
        await desk.press("escape")
        assert name(desk) == "xu"

        await desk.press("ctrl+u", *"an ab", "enter")
        await desk.shows("Sign An Abbott", "becomes signed", "Preview the e-mails  ctrl+r")
        letters = [key for key in desk.app.screen.active_bindings if len(key) == 1]
        assert not letters
        await desk.press("ctrl+r")
        await desk.until(lambda: isinstance(desk.app.screen, ReadMail))
        await desk.press("escape")
        await desk.until(lambda: isinstance(desk.app.screen, SignPaper))
        await desk.press(*"prado")
        await desk.shows("An Abbott is not signed")
        assert name(desk) == "prado"
        await desk.press("enter")
        await desk.shows("Sign Xu Prado", "becomes signed")
        await desk.press("escape")

        await desk.press("ctrl+u", *"an ab", "enter")
        await desk.shows("Sign An Abbott", "becomes signed")
        send(desk.app, *"tran zo", "enter", "enter")
        await desk.shows("An Abbott is not signed", "1 paper done, 2 left", "last: Zoila Tran")


async def test_a_stack_without_anybody_to_sign_names_keys_that_work_where_it_stands(
    still: Settings, database: Database
) -> None:
    async with database.session() as session:
        await make_club(session)
    async with opened(still) as desk:
        await desk.press("t")
        await desk.shows("Press Esc, then i to import a roster.")
        await desk.press("escape", "i")
        await desk.until(lambda: isinstance(desk.app.screen, ImportRoster))
