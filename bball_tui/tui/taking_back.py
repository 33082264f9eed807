"""Between the question whether an import goes back, which knows no database, and the service, which knows no screen.

Imported by the command that needs it: SQLAlchemy comes with it.
"""

from typing import TYPE_CHECKING, Any

from bball_tui.language import _
from bball_tui.league.contracts.facts import read_clock
from bball_tui.league.importing.undo import preview_import_undo, undo_import
from bball_tui.league.importing.undo_words import import_effect, undone_import
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.message import ErrorDialog
from bball_tui.tui.text import clean

if TYPE_CHECKING:
    from textual.app import App

    from bball_tui.tui.connection import LeagueConnection

MOST_KEPT = 6
"""Lines of the question about what stays; the command line lists all of it."""


async def take_import_back(app: "App[Any]", connection: "LeagueConnection", import_id: int) -> bool:
    """Show what taking the import back means, and do it. True: it was taken back. Call it from a worker.

    Raises:
        BballError: it was taken back before, or somebody changed something while one looked.
    """
    effect = await connection.call(preview_import_undo, import_id)
    at = (await connection.call(read_clock)).at(effect.at)
    lines = [clean(line) for line in import_effect(effect, at, MOST_KEPT)]
    if not effect.does_something:
        await app.push_screen_wait(ErrorDialog("\n".join(lines), title=_("Nothing to take back")))
        return False
    if not await app.push_screen_wait(Confirm(_("Take the import back?"), lines, _("Take back"), danger=True)):
        return False
    done = await connection.call(undo_import, effect.id, shown=effect)
    await connection.overview()
    app.notify(clean(" ".join(undone_import(done, 3))), timeout=12, markup=False)
    return True
