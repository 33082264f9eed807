"""What the set-up of e-mail asks for and saves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bball_tui.tui.connection import LeagueConnection as League
from bball_tui.tui.guarded import told

if TYPE_CHECKING:
    from bball_tui.settings import SecretUrl


class MailSetupCalls(League):
    """The mail account of this computer, and the league's From address."""

    async def try_mail(self, url: SecretUrl) -> str | None:
        """Log in; what is in the way, or None."""
        from bball_tui.mail.setup import login_trouble

        with told(self.settings.log_file):
            return await login_trouble(self.settings, url)

    async def send_trial(self, url: SecretUrl, from_email: str, mine: str) -> str:
        """Send one mail to whoever sits here; returns the address that it went to."""
        from datetime import UTC, datetime

        import msgspec

        from bball_tui.delivery.testing import send_test
        from bball_tui.mail.testing import TRIAL_SUBJECT, trial_mail

        with told(self.settings.log_file):
            mime = trial_mail(self.league.name, from_email, date=datetime.now(UTC).replace(microsecond=0))
            trying = msgspec.structs.replace(self.settings, mail_url=url)
            return await send_test(self.database, self.league.id, trying, mime, TRIAL_SUBJECT, mine)

    async def keep_mail(self, url: SecretUrl, from_email: str) -> None:
        """Save both, for this program from now on and for every later start.

        An environment variable that wins over the settings file goes on winning.
        """
        from bball_tui.league.leagues import find_league
        from bball_tui.league.mail_account import keep_account
        from bball_tui.settings import overriding

        async with self.session() as session:
            league = await find_league(session, self.league.slug)
            changed = await keep_account(session, self.settings, league, url, from_email)
        if overriding("mail_url") is None:
            self.settings = changed
