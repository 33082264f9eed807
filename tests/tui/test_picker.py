"""A drop-down's open list: what is typed shows, all of it counts, and nothing is chosen that does not match."""

from datetime import date

import pytest

from bball_tui.database.states import DateOrder
from bball_tui.league.editing.contracts import ContractDraft, TeamChoice
from bball_tui.league.editing.outcome import Loaded, Outcome, Saved
from bball_tui.tui.dialogs.controls import Picker
from bball_tui.tui.dialogs.forms.form import Form
from bball_tui.tui.dialogs.forms.records import contract_form
from tests.tui.dialog_host import ROOMY, SMALL, USUAL, Desk, asking

TEAMS = ("Comets 10-12", "Hawks U12", "Magic 10-12", "Titans Élite", "Titans U10")


def form() -> Form[ContractDraft]:
    async def save(draft: ContractDraft, base: Loaded[ContractDraft] | None, others: tuple[int, ...]) -> Outcome:
        return Saved(1)

    base = ContractDraft("2")
    teams = [TeamChoice(number, name) for number, name in enumerate(TEAMS, 1)]
    return contract_form(base, save, teams, DateOrder.MDY, "Samir", date(2026, 11, 2), base=Loaded(1, 1, base))


def chosen(desk: Desk[Saved | None]) -> str:
    return TEAMS[int(desk.app.screen.query_one("#in-team_id", Picker).chosen) - 1]


async def open_list(desk: Desk[Saved | None]) -> None:
    await desk.go_to("#in-team_id")
    await desk.press("space")
    assert desk.app.screen.query_one("#in-team_id", Picker).expanded


@pytest.mark.parametrize("size", [ROOMY, USUAL, SMALL])
@pytest.mark.parametrize("typed", ["tigers", "owls"])
async def test_what_no_option_has_chooses_none(typed: str, size: tuple[int, int]) -> None:
    async with asking(form(), size) as desk:
        await open_list(desk)
        await desk.press(*typed)
        assert f"{typed}▏" in desk.screen
        assert "nothing matches" in desk.screen
        await desk.press("enter", "enter")
        assert desk.open
        assert chosen(desk) == "Hawks U12"
        assert f"{typed}▏" in desk.screen
        await desk.press("escape")
        assert desk.open
        assert chosen(desk) == "Hawks U12"
        assert "nothing matches" not in desk.screen


@pytest.mark.parametrize(
    ("typed", "team"),
    [
        (("t", "i"), "Titans Élite"),
        ((*"elite",), "Titans Élite"),
        ((*"titans", "space", *"u1"), "Titans U10"),
        ((*"10-12", "space", *"mag"), "Magic 10-12"),
        ((*"owls", *["backspace"] * 4, *"mag"), "Magic 10-12"),
        ((*"owls", "down"), "Comets 10-12"),
    ],
)
async def test_what_is_typed_takes_the_cursor_to_the_option_that_has_all_of_it(
    typed: tuple[str, ...], team: str
) -> None:
    async with asking(form()) as desk:
        await open_list(desk)
        await desk.press(*typed)
        assert "nothing matches" not in desk.screen
        await desk.press("enter")
        assert chosen(desk) == team
        assert desk.open
        assert desk.focus == "in-team_id"


async def test_a_list_that_opens_again_knows_nothing_of_what_was_typed_before() -> None:
    async with asking(form()) as desk:
        await open_list(desk)
        await desk.press(*"mag", "escape", "space")
        assert "mag▏" not in desk.screen
        await desk.press(*"ti", "enter")
        assert chosen(desk) == "Titans Élite"
