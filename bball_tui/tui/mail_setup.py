"""Between the set-up of e-mail and the program, which sends through the new account at once.

Imported by the command that needs it: SQLAlchemy comes with it.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from bball_tui.delivery.send_test_mail import send_test
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.leagues import find_league
from bball_tui.league.mails.account import keep_account, stands_apart
from bball_tui.league.rights import Right
from bball_tui.mail.my_address import remembered
from bball_tui.mail.setup import account_of, login_trouble
from bball_tui.mail.trial_mail import TRIAL_SUBJECT, trial_mail
from bball_tui.settings import SecretUrl, overriding
from bball_tui.tui.dialogs.error_box import ErrorDialog
from bball_tui.tui.dialogs.mail_setup import MailBefore, MailSetup

if TYPE_CHECKING:
    from textual.app import App

    from bball_tui.tui.connection import LeagueConnection


async def set_up_mail(app: "App[Any]", connection: "LeagueConnection") -> bool:
    """Show the dialog; True when an account was saved. Call it from a worker."""
    try:
        league = (await connection.read_header_numbers()).league
        async with connection.session() as session:
            apart = await stands_apart(session, connection.settings)
    except BballError as error:
        await app.push_screen_wait(ErrorDialog(str(error), title=_("Can't open this yet")))
        return False
    settings = connection.settings
    before = MailBefore(
        settings.mail_url,
        league.from_email or "",
        remembered(settings) or "",
        None if apart else overriding("mail_url"),
        league.name if apart else None,
        sender_stays=not connection.may(Right.LEAGUE),
    )
    saved: bool = await app.push_screen_wait(
        MailSetup(account_of(settings.mail_url), before, _Accounts(connection, before.from_email))
    )
    return saved


class _Accounts:
    """The mail account of this computer, and the league's From address."""

    def __init__(self, connection: "LeagueConnection", sender: str) -> None:
        self._connection = connection
        self._sender = sender
        """The From address that the dialog began with."""

    async def try_mail(self, url: SecretUrl) -> str | None:
        """Log in; what is in the way, or None."""
        return await self._connection.guard(login_trouble(self._connection.settings, url))

    async def send_trial(self, url: SecretUrl, from_email: str, mine: str) -> str:
        """Send one mail to the person at this computer; returns the address that it went to."""
        connection = self._connection

        async def send() -> str:
            mime = trial_mail(connection.league.name, from_email, date=datetime.now(UTC).replace(microsecond=0))
            trying = msgspec.structs.replace(connection.settings, mail_url=url)
            return await send_test(connection.database, connection.league.id, trying, mime, TRIAL_SUBJECT, mine)

        return await connection.guard(send())

    async def keep_mail(self, url: SecretUrl, from_email: str) -> None:
        """Save both, for this program from now on and for every later start.

        An environment variable that wins over the settings file goes on winning.
        """
        connection = self._connection
        async with connection.session() as session:
            league = await find_league(session, connection.league.slug)
            apart = await stands_apart(session, connection.settings)
            changed = await keep_account(session, connection.settings, league, url, from_email, seen=self._sender)
        if apart or overriding("mail_url") is None:
            connection.settings = changed
