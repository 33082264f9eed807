"""Archive what is over, or bring it back, after one question. Call it from a worker.

Imported by the command that needs it: SQLAlchemy comes with it.
"""

from typing import TYPE_CHECKING, Any

from bball_tui.language import _
from bball_tui.league.editing.archiving import archive, bring_back, preview_archive
from bball_tui.league.undoing.undo_alternatives import Way
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.error_box import ErrorDialog
from bball_tui.tui.text import clean
from bball_tui.tui.undo_hints import way_back

if TYPE_CHECKING:
    from textual.app import App

    from bball_tui.league.editing.deleting import RecordKind
    from bball_tui.tui.connection import LeagueConnection


async def archive_or_bring_back(
    app: "App[Any]", connection: "LeagueConnection", kind: "RecordKind", one_id: int
) -> bool:
    """Say what it does, or why it cannot be; then archive, or bring back what is archived. True: it is done.

    Raises:
        BballError: it is gone, or was changed meanwhile.
    """
    seen = await connection.call(preview_archive, kind, one_id)
    if seen.obstacle is not None:
        await app.push_screen_wait(ErrorDialog(clean(seen.obstacle), title=_("Can't archive this")))
        return False
    title, yes = (_("Bring it back"), _("Bring back")) if seen.archived else (_("Archive it"), _("Archive"))
    if not await app.push_screen_wait(Confirm(title, [clean(line) for line in seen.sentences()], yes)):
        return False
    await connection.call(bring_back if seen.archived else archive, kind, one_id)
    done = _("Brought back: {name}.") if seen.archived else _("Archived: {name}.")
    app.notify(f"{clean(done.format(name=seen.name))} {way_back(Way.ARCHIVE)}", markup=False)
    return True
