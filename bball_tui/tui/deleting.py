"""Delete what was made by mistake as a dialog. Call it from a worker.

Imported by the command that needs it: SQLAlchemy comes with it.
"""

from typing import TYPE_CHECKING, Any

from bball_tui.language import _
from bball_tui.league.editing.deleting import RecordKind, delete_record, preview_delete
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.error_box import ErrorDialog
from bball_tui.tui.text import clean
from bball_tui.wording import counted

if TYPE_CHECKING:
    from textual.app import App

    from bball_tui.tui.connection import LeagueConnection


async def delete_by_mistake(app: "App[Any]", connection: "LeagueConnection", kind: RecordKind, one_id: int) -> bool:
    """Say what goes, or why it stays; have the number typed, delete. True: it is done.

    Raises:
        BballError: it is gone, or was changed meanwhile.
    """
    seen = await connection.call(preview_delete, kind, one_id)
    if seen.obstacle is not None:
        await app.push_screen_wait(ErrorDialog(clean(seen.obstacle), title=_("Can't delete this")))
        return False
    lines = [clean(line) for line in seen.sentences()]
    question = Confirm(
        _("Delete {records} for good").format(records=counted(seen.count, "record")),
        lines,
        _("Delete"),
        typed=str(seen.count),
    )
    if not await app.push_screen_wait(question):
        return False
    await connection.call(delete_record, seen)
    app.notify(clean(_("Deleted for good: {name}. This can't be undone.").format(name=seen.name)), markup=False)
    return True
