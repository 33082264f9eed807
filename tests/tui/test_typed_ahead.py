"""Keys that come in together: each acts on what the key before it opened, and none on anything else.

The fields of every dialog get keys in one write in `test_every_size`.
"""

import asyncio
from collections.abc import Callable

import pytest
from textual.widgets import Input

from bball_tui.database.engine import Database
from bball_tui.database.states import ContractStatus
from bball_tui.errors import BballError
from bball_tui.league.contracts.batch_signing import BatchCandidates
from bball_tui.league.contracts.welcome_state import WelcomeState
from bball_tui.league.roster.rows import ContractRow
from bball_tui.settings import Settings
from bball_tui.tui.dialogs.error_box import ErrorDialog
from bball_tui.tui.dialogs.find_family import FindFamily
from bball_tui.tui.dialogs.pick_record import PickRecord
from bball_tui.tui.tabs.views_pane import ViewsPane
from tests.tui.desk_host import Desk, club_with, opened
from tests.tui.dialog_host import asking
from tests.tui.every_form import FORMS
from tests.tui.hands import send


def row(number: int, last: str) -> ContractRow:
    return ContractRow(
        number, number, "Kid", last, "", "", "Hawks", ContractStatus.OFFERED, None, None, "", WelcomeState.NONE, None, 1
    )


class Families:
    """Answers when it is allowed to."""

    def __init__(self, *names: str) -> None:
        self.rows = tuple(row(number, name) for number, name in enumerate(names))
        self.read: list[str] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.failure = ""

    async def find(self, text: str) -> BatchCandidates:
        await self.may_answer.wait()
        if self.failure:
            raise BballError(self.failure)
        return BatchCandidates(tuple(one for one in self.rows if one.last.startswith(text)), len(self.rows))

    async def open(self, found: ContractRow) -> None:
        self.read.append(found.last)


async def test_enter_means_the_text_as_it_was_typed() -> None:
    families = Families("abara", "rhodes", "rhomer")
    async with asking(FindFamily("For whom?", families.find, families.open)) as desk:
        families.may_answer.clear()
        send(desk.app, *"rhodes", "enter", "ctrl+u", *"abara", "enter")
        await desk.settle()
        assert families.read == []
        families.may_answer.set()
        await desk.settle()
        await desk.settle()
        assert families.read == ["rhodes", "abara"]


async def test_enter_typed_ahead_of_an_empty_list_makes_a_new_one() -> None:
    edited: list[int | None] = []

    async def nobody() -> tuple[()]:
        if not edited:
            send(dialog.app, "enter")  # it waits until this was read, and must not meet a list that goes away
        return ()

    async def edit(record: int | None) -> bool:
        edited.append(record)
        return False

    dialog = PickRecord("Staff for every group", nobody, edit, empty="No one yet.")
    async with asking(dialog) as desk:
        await desk.settle()
        assert edited == [None]


async def test_an_arrow_key_moves_in_the_answer_to_what_was_typed() -> None:
    families = Families("abara", "rhodes", "rhomer")
    async with asking(FindFamily("For whom?", families.find, families.open)) as desk:
        send(desk.app, *"rho", "down", "enter")
        await desk.settle()
        await desk.settle()
        assert families.read == ["rhomer"]


async def test_an_answer_that_fails_takes_what_was_typed_ahead_along() -> None:
    families = Families("abara")
    async with asking(FindFamily("For whom?", families.find, families.open)) as desk:
        families.failure = "The database cannot be reached at the moment."
        send(desk.app, *"ab", "enter", "escape")
        await desk.settle()
        await desk.settle()
        assert desk.open
        assert "Type on to try again." in desk.line


async def test_a_letter_typed_while_the_names_are_fetched_is_not_lost() -> None:
    families = Families("abara", "rhodes")
    async with asking(FindFamily("For whom?", families.find, families.open)) as desk:
        families.may_answer.clear()
        send(desk.app, *"rho")
        await desk.settle()
        send(desk.app, *"des")
        await desk.settle()
        field = desk.widget("#name")
        assert isinstance(field, Input)
        assert field.value == "rhodes"


SEARCHES: list[tuple[tuple[str, ...], Callable[[Desk], bool]]] = [
    (("t", *"family01", "enter"), lambda desk: "Sign Kid1 Family01" in desk.text),
    (("/", *"family02", "enter", "s"), lambda desk: "Sign Kid2 Family02" in desk.text),
    (("3", "/", *"family01", "enter", "h"), lambda desk: "Guardians of Kid1 Family01" in desk.text),
]


@pytest.mark.parametrize(("keys", "done"), SEARCHES, ids=["stack", "search", "another tab"])
async def test_a_name_in_one_write_opens_whom_it_names(
    still: Settings, database: Database, keys: tuple[str, ...], done: Callable[[Desk], bool]
) -> None:
    await club_with(database, 3)
    async with opened(still) as desk:
        send(desk.app, *keys)
        await desk.until(lambda: done(desk))
        assert not desk.records.selected


async def test_a_view_that_is_loading_gets_the_keys_that_came_with_its_own(still: Settings, database: Database) -> None:
    await club_with(database, 1)
    async with opened(still) as desk:
        await desk.press("6")
        await desk.until(lambda: desk.records.total is not None)
        pane = desk.app.desk.pane
        assert isinstance(pane, ViewsPane)
        steps = [view.id for view in pane.VIEWS].index("kinds")
        send(desk.app, *["v"] * steps, "j", "enter")
        await desk.settle()
        assert (pane.view.id, pane.records.cursor) == ("emails-kinds", 1)
        assert pane.view.opened == getattr(pane.records.current, "id", None)


async def test_a_form_that_is_taken_away_before_its_fields_came_ends_nothing(
    still: Settings, database: Database
) -> None:
    await club_with(database, 1)
    async with opened(still) as desk:
        for form in FORMS.values():
            screen = form("x")
            desk.app.push_screen(screen)
            screen.dismiss(None)
            await desk.settle()
            assert desk.app.screen is desk.app.desk
        assert desk.app.is_running
        assert desk.app._exception is None


async def test_slash_tran_selects_nothing(still: Settings, database: Database) -> None:
    await club_with(database, 3)
    async with opened(still) as desk:
        send(desk.app, "/", *"tran")
        await desk.shows("/ tran")
        await desk.settle()
        assert desk.app.screen is desk.app.desk
        assert not desk.records.selected


async def test_what_nobody_reckoned_with_takes_what_was_typed_ahead_along(still: Settings, database: Database) -> None:
    await club_with(database, 3)
    async with opened(still) as desk:
        desk.app.run_worker(asyncio.Event().wait(), group="import", name="a dialog that is at work")
        send(desk.app, "ctrl+z", "a", "s", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, ErrorDialog))
        await desk.settle()
        assert not desk.records.selected
        assert len(desk.app.screen_stack) == 2


async def test_what_was_typed_for_a_question_that_is_refused_gives_no_commands(
    still: Settings, database: Database
) -> None:
    await club_with(database, 3)
    async with opened(still) as desk:
        send(desk.app, "u", "a")  # nothing was done yet that could be undone
        await desk.settle()
        assert desk.app._notifications, "it is said why"
        assert not desk.records.selected
        await desk.press("a")
        await desk.until(lambda: len(desk.records.selected) == 3)


async def test_what_is_typed_for_the_shell_reaches_no_list(still: Settings, database: Database) -> None:
    await club_with(database, 3)
    async with opened(still) as desk:
        send(desk.app, "ctrl+z", "a", "s", "enter")
        await desk.settle()
        assert not desk.records.selected
        assert desk.app.screen is desk.app.desk
        await desk.press("a")
        await desk.until(lambda: len(desk.records.selected) == 3)
