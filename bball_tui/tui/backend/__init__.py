"""Everything that the screen asks of the parts below it, one file a domain. Imported after the first paint: SQLAlchemy
comes with it.

What the first rows do not need is imported by the method that needs it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bball_tui.database.opening import open_database
from bball_tui.settings import Settings
from bball_tui.tui.backend.chats import ChatCalls
from bball_tui.tui.backend.exporting import ExportCalls
from bball_tui.tui.backend.importing import ImportCalls
from bball_tui.tui.backend.mail_setup import MailSetupCalls
from bball_tui.tui.backend.staff import StaffCalls


class Backend(
    MailSetupCalls,
    ImportCalls,
    ExportCalls,
    ChatCalls,
    StaffCalls,
):
    """The league as the screen knows it. Each method is one short transaction."""


@asynccontextmanager
async def open_backend(settings: Settings) -> AsyncIterator[Backend]:
    """The database that the settings name, open until the block ends.

    Raises:
        BballError: as :func:`open_database` says.
    """
    async with open_database(settings) as database:
        backend = Backend(database, settings)
        try:
            yield backend
        finally:
            backend.pages.close()
