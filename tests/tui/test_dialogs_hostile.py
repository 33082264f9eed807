"""Names are data: in every dialog they are shown, and never obeyed.

All hostile names at once, and none at all, are in every dialog of ``test_every_size``, which types into it as well.
"""

import importlib
import inspect
import pkgutil
from typing import Any

import pytest
from textual.screen import Screen

from bball_tui.tui import dialogs
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.error_box import ErrorDialog
from bball_tui.tui.dialogs.finder import Finder
from bball_tui.tui.dialogs.forms import records
from bball_tui.tui.dialogs.import_roster import ImportRoster
from bball_tui.tui.dialogs.input_dialog import InputDialog
from bball_tui.tui.dialogs.migrate import MigrateDialog
from bball_tui.tui.dialogs.reason import Reason
from bball_tui.tui.dialogs.sign import SignDialog
from bball_tui.tui.dialogs.submit_dialog import SubmitDialog
from tests.tui.dialog_host import ROOMY, asking
from tests.tui.every_dialog import DIALOGS
from tests.tui.every_form import FORMS

pytestmark = pytest.mark.slow


def test_no_form_is_forgotten() -> None:
    made = {name.removesuffix("_form") for name in dir(records) if name.endswith("_form")}
    assert made == set(FORMS)


def test_no_dialog_is_forgotten() -> None:
    found = set()
    for module in pkgutil.walk_packages(dialogs.__path__, f"{dialogs.__name__}."):
        loaded = importlib.import_module(module.name)
        found |= {
            one
            for _, one in inspect.getmembers(loaded, inspect.isclass)
            if issubclass(one, Screen) and one.__module__ == loaded.__name__
        }
    assert found - {Dialog, InputDialog, SubmitDialog, Finder} == set(DIALOGS)
    assert all(one.HELP for one in DIALOGS), "every dialog explains itself"


@pytest.mark.parametrize("kind", [Confirm, ErrorDialog, MigrateDialog, Reason, SignDialog, ImportRoster])
async def test_markup_is_shown_as_it_is(kind: type[Screen[Any]]) -> None:
    name = "[red]x[/] [@click=app.quit]Bob[/] x [b"
    async with asking(DIALOGS[kind](name), ROOMY) as desk:
        assert name in desk.screen


async def test_a_click_on_a_name_runs_nothing() -> None:
    async with asking(Confirm("Void it", ["[@click=app.quit]Bob[/]"], "Void", danger=True)) as desk:
        row = next(number for number, text in enumerate(desk.rows) if "Bob" in text)
        await desk.pilot.click(offset=(desk.rows[row].index("Bob") + 1, row))
        await desk.settle()
        assert desk.open
        assert desk.app.is_running


async def test_what_is_pasted_cannot_act_either() -> None:
    async with asking(Reason("Void it", [], "Void")) as desk:
        desk.widget("#reason").value = "\x1b]52;c;eA==\x07 [red]why[/]"  # type: ignore[attr-defined]
        await desk.settle()
        assert "␛]52;c;eA==␇ [red]why[/]" in desk.screen
        assert desk.harmless()
