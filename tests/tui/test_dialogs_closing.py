"""Answers that come while a dialog is being taken away: there is nothing left to show them in."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Label

from bball_tui.database.states import DateOrder
from bball_tui.errors import BballError
from bball_tui.league.contracts.signing_preview import SigningPreview
from bball_tui.league.filters.facets import Facets
from bball_tui.settings import SecretUrl
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.chat_link import ChatLink
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.connect import ConnectDialog
from bball_tui.tui.dialogs.controls import DialogButton
from bball_tui.tui.dialogs.filters import FilterDialog
from bball_tui.tui.dialogs.pick_record import PickRecord
from bball_tui.tui.dialogs.sign import SignDialog
from bball_tui.tui.typed_ahead import PatientApp
from tests.tui.dialog_host import asking
from tests.tui.hands import rest, running


class Slow:
    """Answers a question in the moment in which the dialog has lost its parts and still hangs in the program."""

    def __init__(self, answer: Callable[[], Any] | None) -> None:
        self.answer = answer
        self.answered = False
        self.dialog: Dialog[Any]

    async def __call__(self, *_: object) -> Any:
        self.dialog.dismiss(None)
        while self.dialog.query(DialogButton):  # noqa: ASYNC110 - this moment sets no event
            await asyncio.sleep(0)
        self.answered = True
        if self.answer is None:
            raise BballError("It is too late for that.")
        return self.answer()


async def _nothing(*_: object) -> Any:
    return ()


DIALOGS: dict[str, tuple[Callable[[Slow], Dialog[Any]], Callable[[], Any] | None, tuple[str, ...]]] = {
    "a signature": (
        lambda slow: SignDialog(1, load=slow, sign=_nothing, today=date(2026, 11, 23), date_order=DateOrder.DMY),
        lambda: SigningPreview((), "maria", date(2026, 11, 23), 10),
        (),
    ),
    "filters": (
        lambda slow: FilterDialog([], "", load=slow, saved=_nothing, forget=_nothing),
        lambda: Facets(()),
        (),
    ),
    "a short list": (lambda slow: PickRecord("x", slow, _nothing, empty="nobody"), lambda: (), ()),
    "a database": (lambda slow: ConnectDialog(slow, SecretUrl("postgresql://x")), None, ("enter",)),
    "a group": (lambda slow: ChatLink("Hawks", [], slow), None, ("7", "enter")),
}


CASES = [(name, fails) for name, (_, answer, _) in DIALOGS.items() for fails in (False, True) if fails or answer]
"""An answer, where that does not close the dialog by itself, and a refusal."""


@pytest.mark.slow
@pytest.mark.parametrize(("name", "fails"), CASES)
async def test_what_comes_while_a_dialog_goes_is_left_alone(name: str, fails: bool) -> None:
    make, answer, keys = DIALOGS[name]
    slow = Slow(None if fails else answer)
    slow.dialog = make(slow)
    async with asking(slow.dialog) as desk:
        await desk.press(*keys)
        async with asyncio.timeout(30):
            while not slow.answered:
                await desk.settle()
        await desk.settle()
        assert desk.app.is_running
        assert not desk.open


class Opener(Label):
    """A part whose command reads for some turns of the loop, and then opens a dialog."""

    def __init__(self, turns: int) -> None:
        super().__init__("rows")
        self.turns = turns

    @work(group="command")
    async def open(self) -> None:
        for _ in range(self.turns):
            await asyncio.sleep(0)
        await self.app.push_screen_wait(Confirm("Send?", (), "Send"))


@pytest.mark.parametrize("turns", [1, 4, 8])
async def test_a_program_left_in_the_moment_a_dialog_is_opened_ends_without_a_fault(turns: int) -> None:
    part = Opener(turns)

    class Program(PatientApp[None]):
        def compose(self) -> ComposeResult:
            yield Vertical(part)

    app = Program()
    async with running(app) as pilot:
        await rest(pilot)
        part.open()
    assert app._exception is None
