"""Fields of one line: what stands there is replaced by typing, and what is pasted stays whole."""

from datetime import date
from typing import Any

import pytest
from textual.events import Paste
from textual.screen import Screen
from textual.widgets import Input

from bball_tui.database.states import DateOrder
from bball_tui.league.seasons.roll_plan import RollPlan
from bball_tui.league.seasons.roll_request import RollRequest
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.filters import SaveFilter
from bball_tui.tui.dialogs.roll_season import RollSeason, SeasonChoice
from tests.tui.dialog_host import asking
from tests.tui.every_dialog import DIALOGS
from tests.tui.hands import send


def new_season() -> RollSeason:
    async def suggest(_: int) -> str:
        return "U10 → U12"

    async def plan(_: RollRequest) -> RollPlan:
        raise AssertionError("nobody asked for the plan")

    seasons = [SeasonChoice(1, "Spring 2027", "Spring 2028")]
    return RollSeason(
        seasons,
        1,
        suggest=suggest,
        plan=plan,
        usual_day=lambda _: date(2027, 8, 1),
        order=DateOrder.MDY,
        today=date(2027, 8, 1),
    )


async def test_a_hint_without_room_ends_in_an_ellipsis() -> None:
    async with asking(new_season(), (60, 20)) as desk:
        field = desk.app.screen.query_one("#day", Input)
        field.placeholder = "such as 8/31/2027, or any other day on which the ages count"
        await desk.until_shown("…")
        assert "such as 8/31/2027, or any other day" in desk.line
        assert field.placeholder.endswith("count")


async def test_a_letter_lays_out_no_screen() -> None:
    async with asking(DIALOGS[SaveFilter](""), (60, 20)) as desk:
        laid_out: list[Screen[Any]] = []
        screen = desk.app.screen
        field = screen.query_one(Input)
        await desk.press("a")
        screen.screen_layout_refresh_signal.subscribe(screen, laid_out.append)
        await desk.press("b")
        await desk.press("c")
        assert not laid_out
        await desk.press(*"x" * 80, "y")
        assert field.value == "abc" + "x" * 80 + "y"
        assert "xxxy" in desk.line, "it scrolls to its end"
        await desk.press("home")
        assert "abcxxx" in desk.line


@pytest.mark.parametrize("together", [False, True])
async def test_typing_replaces_what_stands_there(together: bool) -> None:
    async with asking(new_season(), (120, 36)) as desk:
        await desk.until_shown("U10 → U12")
        field = desk.app.screen.query_one("#name", Input)
        if together:
            send(desk.app, *"Fall", "shift+tab", "tab", *"Winter", "left", *"x")
        else:
            await desk.press(*"Fall")
            assert field.value == "Fall"
            await desk.press("shift+tab", "tab", *"Winter", "left", *"x")
        await desk.settle()
        assert field.value == "Wintexr"


async def test_pasted_lines_are_joined_where_they_are_seen() -> None:
    async with asking(new_season(), (120, 36)) as desk:
        field = desk.app.screen.query_one("#name", Input)
        desk.app.post_message(Paste("Fall 2028\r\n  West\n"))
        await desk.settle()
        assert field.value == "Fall 2028 West"
        desk.app.post_message(Paste(", again\n"))
        await desk.settle()
        assert field.value == "Fall 2028 West, again"


@pytest.mark.parametrize("together", [False, True])
async def test_a_count_that_is_typed_on_a_button_comes_into_its_field(together: bool) -> None:
    async with asking(Confirm("Send 240", ["All of them."], "Send", typed="240")) as desk:
        assert desk.focus == "choice-cancel"
        if together:
            send(desk.app, *"240", "enter")
            await desk.settle()
        else:
            await desk.press("2", "4", "0", "enter")
        await desk.until_answered()
        assert desk.answers == [True]
