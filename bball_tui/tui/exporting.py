"""Between the export dialog, which knows no database, and the backend, which knows no screen."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bball_tui.tui.dialogs.export import WHAT, ExportChoice, ExportDialog
from bball_tui.tui.text import clean

if TYPE_CHECKING:
    from textual.app import App

    from bball_tui.tui.backend import Backend


async def export_file(app: "App[Any]", backend: "Backend", tab: str) -> None:
    """Show the dialog, with what the tab shows as the first choice, and do what it asks. Call it from a worker."""

    async def write(choice: ExportChoice, told: Callable[[int], None]) -> int:
        return await backend.export(choice.what, choice.wanted, choice.path, told)

    first = tab if tab in dict(WHAT).values() else "contracts"
    stem = f"{backend.league.slug}-{{what}}-{date.today():%Y-%m-%d}"  # noqa: DTZ011 - the day of this desk
    done = await app.push_screen_wait(ExportDialog(write, first, Path.home(), stem))
    if done is not None:
        app.notify(clean(done), timeout=10, markup=False)
