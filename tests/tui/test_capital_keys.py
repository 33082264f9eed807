"""What a capital key is for is never done by one plain key or one click: derived from the declarations."""

from datetime import date
from typing import Any

import pytest
from textual.screen import Screen

from bball_tui.database.states import DateOrder
from bball_tui.league.contracts.lifecycle import RULES, Transition
from bball_tui.league.contracts.transitions import TransitionPreview, TransitionRequest, TransitionResult
from bball_tui.tui.all_commands import ACTION_SETS
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.contract_act import ContractAct
from tests.tui.dialog_host import asking
from tests.tui.every_dialog import DIALOGS


@pytest.mark.parametrize("action", [one for group in ACTION_SETS for one in group if one.dangerous], ids=lambda a: a.id)
def test_no_click_into_the_footer_reaches_a_dangerous_command(action: object) -> None:
    assert not getattr(action, "footer", True)


@pytest.mark.slow
@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("act", [act for act in Transition if act in RULES and RULES[act].ends])
async def test_enter_alone_never_ends_a_contract(act: Transition, number: int) -> None:
    asked: list[TransitionRequest] = []

    async def never(what: TransitionRequest) -> TransitionResult:
        asked.append(what)
        return TransitionResult((), (), (), (), ())

    names = ("Ann Lee", "Ben Cho")[:number]
    effect = TransitionPreview(
        act, tuple((one, 1) for one in range(1, number + 1)), names, (), 0, (), "maria", date(2026, 11, 29)
    )
    dialog = ContractAct(effect, never, today=date(2026, 11, 29), date_order=DateOrder.MDY)
    async with asking(dialog) as desk:
        assert dialog.dangerous
        await desk.press("enter")
        assert not asked


@pytest.mark.slow
@pytest.mark.parametrize("kind", DIALOGS, ids=lambda kind: kind.__name__)
async def test_what_comes_first_in_a_dangerous_dialog_is_the_way_out(kind: type[Screen[Any]]) -> None:
    """However it was opened, by its key, from the palette or by a click: Enter or Space alone does not do it."""
    for key in ("enter", "space"):
        dialog = DIALOGS[kind]("x")
        if not (isinstance(dialog, Dialog) and dialog.dangerous):
            return
        async with asking(dialog) as desk:
            await desk.press(key)
            assert not any(desk.answers)


def test_the_palette_says_of_every_dangerous_command_which_capital_it_has() -> None:
    """Its words tell who chooses it there what the key would have told."""
    for action in (one for group in ACTION_SETS for one in group if one.dangerous and one.palette):
        assert action.key_names.isupper(), action.id
        assert action.needs, action.id


async def test_what_ends_a_contract_without_a_word_is_said_by_y() -> None:
    asked: list[TransitionRequest] = []

    async def expire(what: TransitionRequest) -> TransitionResult:
        asked.append(what)
        return TransitionResult((), (), (), (), ())

    effect = TransitionPreview(Transition.EXPIRE, ((1, 1),), ("Ann Lee",), (), 0, (), "maria", date(2026, 11, 29))
    async with asking(ContractAct(effect, expire, today=date(2026, 11, 29), date_order=DateOrder.MDY)) as desk:
        assert "y" in desk.choice("confirm").render().plain
        await desk.press("y")
        await desk.until_answered()
        assert len(asked) == 1
