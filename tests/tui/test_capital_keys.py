"""What a capital key is for is never done by one plain key or one click: derived from the declarations."""

from datetime import date

import pytest

from bball_tui.database.states import DateOrder
from bball_tui.league.acting import Asked, Done, Effect
from bball_tui.league.life import RULES, Act
from bball_tui.tui.commands import ACTION_SETS
from bball_tui.tui.dialogs.contract_act import ContractAct
from tests.tui.dialog_host import asking


@pytest.mark.parametrize("action", [one for group in ACTION_SETS for one in group if one.dangerous], ids=lambda a: a.id)
def test_no_click_into_the_footer_reaches_a_dangerous_command(action: object) -> None:
    assert not getattr(action, "footer", True)


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("act", [act for act in Act if act in RULES and RULES[act].ends])
async def test_enter_alone_never_ends_a_contract(act: Act, number: int) -> None:
    asked: list[Asked] = []

    async def never(what: Asked) -> Done:
        asked.append(what)
        return Done((), (), (), (), ())

    names = ("Ann Lee", "Ben Cho")[:number]
    effect = Effect(act, tuple((one, 1) for one in range(1, number + 1)), names, (), 0, (), "maria", date(2026, 11, 29))
    dialog = ContractAct(effect, never, today=date(2026, 11, 29), date_order=DateOrder.MDY)
    async with asking(dialog) as desk:
        assert dialog.dangerous
        await desk.press("enter")
        assert not asked
