"""Between the set-up of e-mail and the program, which sends through the new account at once."""

from typing import TYPE_CHECKING, Any

from bball_tui.errors import BballError
from bball_tui.mail.my_address import remembered
from bball_tui.mail.setup import account_of
from bball_tui.settings import overriding
from bball_tui.tui.dialogs.mail_setup import MailBefore, MailSetup
from bball_tui.tui.dialogs.message import ErrorDialog

if TYPE_CHECKING:
    from textual.app import App

    from bball_tui.tui.backend import Backend


async def set_up_mail(app: "App[Any]", backend: "Backend") -> bool:
    """Show the dialog; True when an account was saved. Call it from a worker."""
    try:
        league = (await backend.overview()).league
    except BballError as error:
        await app.push_screen_wait(ErrorDialog(str(error), title="This cannot be opened"))
        return False
    settings = backend.settings
    before = MailBefore(settings.mail_url, league.from_email or "", remembered(settings) or "", overriding("mail_url"))
    saved: bool = await app.push_screen_wait(MailSetup(account_of(settings.mail_url), before, backend))
    return saved
