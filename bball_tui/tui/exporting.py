"""Between the export dialog, which knows no database, and the service, which knows no screen.

Imported by the command that needs it: SQLAlchemy comes with it.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bball_tui.files import write_pieces
from bball_tui.league.activity import note_export
from bball_tui.league.exporting.records import What, hidden_note
from bball_tui.league.exporting.service import Format, export
from bball_tui.tui.dialogs.export import WHAT, ExportChoice, ExportDialog
from bball_tui.tui.text import clean

if TYPE_CHECKING:
    from textual.app import App

    from bball_tui.tui.connection import LeagueConnection


async def export_file(app: "App[Any]", connection: "LeagueConnection", tab: str) -> None:
    """Show the dialog, with what the tab shows as the first choice, and do what it asks. Call it from a worker."""

    note = ""

    async def write(choice: ExportChoice, told: Callable[[int], None]) -> int:
        season = None if connection.season is None else connection.season.name
        async with connection.session() as session:
            pieces = export(session, connection.league, What(choice.what), Format(choice.wanted), season=season)
            number = await write_pieces(choice.path, pieces, told)
        nonlocal note
        note = hidden_note(What(choice.what)) if connection.hides_contacts else ""
        await note_export(connection.database, connection.league.id, choice.what, number)
        return number

    first = tab if tab in dict(WHAT).values() else "contracts"
    stem = f"{connection.league.slug}-{{what}}-{date.today():%Y-%m-%d}"  # noqa: DTZ011 - the day of this desk
    done = await app.push_screen_wait(ExportDialog(write, first, Path.home(), stem))
    if done is not None:
        app.notify(clean(f"{done} {note}".strip()), timeout=10, markup=False)
