"""One act on one mail or on many, and what is said of it afterwards."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from bball_tui.tui.dialogs.bulk_run import BulkRun
from bball_tui.tui.dialogs.message import ErrorDialog
from bball_tui.wording import counted

if TYPE_CHECKING:
    from textual.app import App

    from bball_tui.outbox.staff import Acted


async def do_with_mails(
    app: "App[Any]",
    title: str,
    ids: tuple[int, ...],
    act: "Callable[[tuple[int, ...]], Awaitable[Acted]]",
    done: str,
) -> bool:
    """One at once; several with progress, a way to stop, and a report. True: it was tried.

    Raises:
        BballError: the one mail is gone, or the database is away.
    """
    if len(ids) == 1:
        tell_done(app, await act(ids), done)
        return True
    report = await app.push_screen_wait(BulkRun(f"{title}: {counted(len(ids), 'mail')}", ids, act, done=done))
    if len(report.done) == len(ids):
        app.notify(f"{counted(len(ids), 'mail')} {done}.", markup=False)
    return True


def tell_done(app: "App[Any]", acted: "Acted", what: str) -> None:
    """What became of the mails, and why of some nothing did."""
    if acted.done:
        app.notify(f"{counted(len(acted.done), 'mail')} {what}.", markup=False)
    if acted.refused:
        app.push_screen(ErrorDialog("\n".join(one.reason for one in acted.refused)))
