"""Between the dialog of alerts and the program, whose worker tells by the new ways at once.

Imported by the command that needs it: SQLAlchemy comes with it.
"""

from typing import TYPE_CHECKING, Any, cast

import msgspec
from msgspec.structs import replace

from bball_tui.database.states import AlertChannel
from bball_tui.delivery.alerts.channels import channels
from bball_tui.delivery.alerts.findings import read_findings
from bball_tui.delivery.alerts.message import Message
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.mails.alert_secrets import keep_alerting
from bball_tui.league.mails.alerting import MOST_MINUTES, Alerting, read_alerting, usable_addresses, usable_minutes
from bball_tui.league.rights import Right
from bball_tui.outbox.alerts import alerted_league
from bball_tui.settings import SecretLink, Settings, WebhookFormat, overriding
from bball_tui.tui.dialogs.alerts import GUESSED, STOPPED, Alerts, AlertsTyped, Tried
from bball_tui.tui.dialogs.error_box import ErrorDialog

if TYPE_CHECKING:
    from textual.app import App

    from bball_tui.tui.connection import LeagueConnection


async def edit_alerts(app: "App[Any]", connection: "LeagueConnection") -> bool:
    """Show the dialog; True when something was saved. Call it from a worker."""
    try:
        now = await connection.call(read_alerting)
    except BballError as error:
        await app.push_screen_wait(ErrorDialog(str(error), title=_("Can't open this yet")))
        return False
    settings = connection.settings
    before = AlertsTyped(
        ", ".join(now.emails), str(now.minutes), settings.alert_webhook, settings.alert_webhook_format or GUESSED
    )
    dialog = Alerts(before, _Ways(connection, now), league_stays=not connection.may(Right.LEAGUE))
    saved: bool | None = await app.push_screen_wait(dialog)
    return bool(saved)


class _Ways:
    """The league's list of addresses, and the webhook of this computer."""

    def __init__(self, connection: "LeagueConnection", seen: Alerting) -> None:
        self._connection = connection
        self._seen = seen

    def guessed(self, webhook: SecretLink) -> str:
        """What the host of ``webhook`` reads."""
        from bball_tui.delivery.alerts.webhook import format_of  # httpx, which few leagues need

        return format_of(webhook, None)

    def problems(self, typed: AlertsTyped) -> dict[str, str]:
        """What cannot be, by the name of its field."""
        found: dict[str, str] = {}
        try:
            usable_addresses(typed.emails.split(","))
        except BballError as error:
            found["emails"] = str(error)
        try:
            usable_minutes(int(typed.minutes))
        except (BballError, ValueError):
            found["minutes"] = _("Type a number of minutes, 1 to {most}.").format(most=MOST_MINUTES)
        if typed.webhook is not None:
            try:
                self.guessed(typed.webhook)
            except BballError:
                found["webhook"] = _("This is no https link. Copy it whole from the service that is to get the alerts.")
        wrong = self._wrong_reader(typed)
        if wrong is not None:
            found["reader"] = wrong
        return found

    def _wrong_reader(self, typed: AlertsTyped) -> str | None:
        settings = self._connection.settings
        if typed.reader != STOPPED:
            return None
        if typed.webhook is not None:
            return _("You typed a webhook. Empty that field, or choose what it reads.")
        own = settings.leagues.get(self._connection.league.slug)
        if own is None or own.alert_webhook is None:
            return _("This webhook is not the league's own: take it out where it is set, {place}.").format(
                place=overriding("alert_webhook") or settings.config_file
            )
        return None

    async def try_out(self, typed: AlertsTyped) -> tuple[Tried, ...]:
        """Send a test every way that the fields say; nothing is saved."""
        connection = self._connection
        secrets = self._secrets(typed)
        settings = connection.settings
        if "alert_webhook" in secrets:
            settings = msgspec.structs.replace(settings, alert_webhook=typed.webhook)
        if "alert_webhook_format" in secrets:
            settings = msgspec.structs.replace(settings, alert_webhook_format=_format(typed))
        return await connection.guard(self._tell(settings, usable_addresses(typed.emails.split(","))))

    async def _tell(self, settings: Settings, emails: tuple[str, ...]) -> tuple[Tried, ...]:
        connection = self._connection
        async with connection.session() as session:
            league = replace(await alerted_league(session, connection.league.id), emails=emails)
            status, __ = await read_findings(session, connection.league.id, connection.outgoing)
        message = Message(league.name, league.slug)
        names = {AlertChannel.MAIL: ", ".join(emails), AlertChannel.WEBHOOK: str(settings.alert_webhook)}
        return tuple(
            [
                Tried(one.name is AlertChannel.WEBHOOK, names[one.name], await one.tell(message))
                for one in channels(league, settings, status)
            ]
        )

    async def keep(self, typed: AlertsTyped) -> None:
        """Save what was changed, for this program from now on and for every later start."""
        connection = self._connection
        async with connection.session() as session:
            connection.settings = await keep_alerting(
                session,
                connection.settings,
                connection.league.id,
                connection.league.slug,
                self._secrets(typed),
                emails=typed.emails.split(","),
                minutes=int(typed.minutes),
                seen=self._seen,
            )

    def _secrets(self, typed: AlertsTyped) -> dict[str, str | None]:
        """What changes in the settings file."""
        if typed.reader == STOPPED:
            return {"alert_webhook": None, "alert_webhook_format": None}
        reader = _format(typed)
        if typed.webhook is not None:
            return {"alert_webhook": typed.webhook.reveal(), "alert_webhook_format": reader}
        settings = self._connection.settings
        if settings.alert_webhook is None or settings.alert_webhook_format == reader:
            return {}
        return {"alert_webhook_format": reader}


def _format(typed: AlertsTyped) -> WebhookFormat | None:
    return None if typed.reader in (GUESSED, STOPPED) else cast("WebhookFormat", typed.reader)
