"""No dialog is left with something typed in it before a person was asked; nothing typed, and Esc just leaves.

``test_every_size`` types into every field of every dialog, and leaves each with nothing typed.
"""

import pytest

from bball_tui.tui.dialogs.controls import TextField
from bball_tui.tui.dialogs.reason import Reason
from bball_tui.tui.dialogs.roll_season import RollSeason
from tests.tui.dialog_host import asking
from tests.tui.every_dialog import DIALOGS

pytestmark = pytest.mark.slow


async def test_yes_leaves_and_what_the_dialog_itself_put_there_is_no_change() -> None:
    async with asking(DIALOGS[Reason]("Ann Lee")) as desk:
        await desk.press("a", "escape", "y")
        assert desk.answers == [None]
    async with asking(DIALOGS[RollSeason]("Ann Lee")) as desk:
        assert desk.app.screen.query_one("#pattern", TextField).value == "Ann Lee"
        await desk.press("escape")
        assert desk.answers == [None]
