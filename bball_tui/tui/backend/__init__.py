"""Everything that the screen asks of the parts below it, one file a domain. Imported after the first paint: SQLAlchemy
comes with it.

What the first rows do not need is imported by the method that needs it, and ahead of time by :func:`import_ahead`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

from bball_tui.database.changes import CHANGED, Changed, Connection, listen
from bball_tui.database.opening import open_database
from bball_tui.database.presence import screen_name
from bball_tui.settings import Settings
from bball_tui.tui.backend.chats import ChatCalls
from bball_tui.tui.backend.contracts import ContractCalls
from bball_tui.tui.backend.core import NoLeague
from bball_tui.tui.backend.editing import EditCalls
from bball_tui.tui.backend.emails import EmailCalls
from bball_tui.tui.backend.exporting import ExportCalls
from bball_tui.tui.backend.importing import ImportCalls
from bball_tui.tui.backend.mail_setup import MailSetupCalls
from bball_tui.tui.backend.mails import MailCalls
from bball_tui.tui.backend.roster import RosterCalls
from bball_tui.tui.backend.staff import StaffCalls

__all__ = ["Backend", "NoLeague", "import_ahead", "open_backend"]


class Backend(
    RosterCalls,
    ContractCalls,
    EditCalls,
    MailCalls,
    MailSetupCalls,
    EmailCalls,
    ImportCalls,
    ExportCalls,
    ChatCalls,
    StaffCalls,
):
    """The league as the screen knows it. Each method is one short transaction."""

    def changes(self) -> AsyncIterator[Changed | Connection]:
        """What others (and this program) write, as hints."""
        return listen(self.database, CHANGED, name=screen_name(self.league.id))

    async def work(self, stop: asyncio.Event) -> None:
        """Send mails until ``stop`` is set; then finish the one on the wire."""
        from bball_tui.delivery.worker import Worker
        from bball_tui.league.reminders import reminder_chores
        from bball_tui.mail.transports import open_transport

        transport = open_transport(self.settings)
        try:
            worker = Worker(
                self.database,
                self.league.id,
                self.settings,
                transport,
                place="screen",
                chores=reminder_chores(self.database, self.league.id),
            )
            await worker.run(stop)
        finally:
            await transport.close()


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


def import_ahead() -> None:
    """Import what the first rows did not need, so that no key waits for it. For a thread."""
    for name in (
        "bball_tui.delivery.worker",
        "bball_tui.league.acting",
        "bball_tui.groupme.plan.team_list",
        "bball_tui.league.addresses",
        "bball_tui.league.contracts",
        "bball_tui.league.editing.contracts",
        "bball_tui.league.editing.guardians",
        "bball_tui.league.editing.profile",
        "bball_tui.league.editing.seasons",
        "bball_tui.league.editing.teams",
        "bball_tui.league.importing.plan",
        "bball_tui.league.importing.service",
        "bball_tui.league.mail_preview",
        "bball_tui.league.papers",
        "bball_tui.league.preview",
        "bball_tui.league.signing",
        "bball_tui.league.timeline.read",
        "bball_tui.league.today",
        "bball_tui.mail.template_guard",
        "bball_tui.mail.transports",
        "bball_tui.outbox.counts",
        "bball_tui.outbox.gates",
        "bball_tui.outbox.sending_status",
        "bball_tui.outbox.staff",
        "bball_tui.outbox.timeline",
        "bball_tui.tui.commands",  # for the palette: every tab
    ):
        import_module(name)
