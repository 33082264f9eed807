"""The question before another family's address is written for a guardian."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from bball_tui.language import _
from bball_tui.league.editing.outcome import OthersAddress
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.text import clean

if TYPE_CHECKING:
    from textual.app import App

DoneT = TypeVar("DoneT")


async def once_agreed(app: "App[Any]", save: Callable[[bool], Awaitable[DoneT]]) -> DoneT:
    """Save an address; one of another family only once somebody said so. Call it from a worker.

    Raises:
        OthersAddress: they said no.
    """
    try:
        return await save(False)
    except OthersAddress as error:
        lines = [clean(str(error)), _("If it is wrong, another family reads what is meant for this one.")]
        question = Confirm(_("Another family's address?"), lines, _("Use it anyway"), danger=True)
        if not await app.push_screen_wait(question):
            raise
    return await save(True)
