"""Erase a player as a dialog. Call it from a worker.

Imported by the command that needs it: SQLAlchemy comes with it.
"""

import asyncio
from typing import TYPE_CHECKING, Any

from bball_tui.language import _
from bball_tui.league.editing.erasing import erase, preview_player
from bball_tui.mail.transports import remove_kept
from bball_tui.outbox.mail_list import remove_files
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.error_box import ErrorDialog
from bball_tui.tui.tabs.record_pane import RecordPane
from bball_tui.tui.text import clean
from bball_tui.tui.ui_state import forget_searches
from bball_tui.wording import counted

if TYPE_CHECKING:
    from textual.app import App

    from bball_tui.tui.connection import LeagueConnection


async def erase_player(app: "App[Any]", connection: "LeagueConnection", player_id: int) -> bool:
    """Say what goes, have the number typed, erase. True: it is done.

    Raises:
        BballError: the family was changed meanwhile, or an e-mail to it is being sent right now.
    """
    seen = await connection.call(preview_player, player_id)
    if seen.obstacle is not None:
        await app.push_screen_wait(ErrorDialog(seen.obstacle, title=_("Can't erase this yet")))
        return False
    people = counted(seen.count, "person", "people")
    question = Confirm(
        _("Erase {people} for good").format(people=people), seen.sentences(), _("Erase"), typed=str(seen.count)
    )
    if not await app.push_screen_wait(question):
        return False
    mails = await connection.call(erase, seen)
    files = await asyncio.to_thread(remove_kept, connection.settings, mails)
    files += await asyncio.to_thread(remove_files, connection.settings.export_dir, mails)
    await asyncio.to_thread(forget_searches, connection.settings)
    await asyncio.to_thread(connection.pages.close)
    for pane in app.screen.query(RecordPane):
        pane.search_bar.clear()
    told = _(" {e_mail} in files of this computer deleted.").format(e_mail=counted(files, "e-mail")) if files else ""
    app.notify(
        clean(_("Erased for good: {people}.{told} This can't be undone.").format(people=people, told=told)),
        markup=False,
    )
    return True
