"""The two ways to staff: e-mail through an account that works, and a webhook."""

import logging
from collections.abc import Sequence
from typing import Protocol

import msgspec

from bball_tui.database.states import AlertChannel, GateCause
from bball_tui.delivery.alerts.message import Message, mail_of
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.mail.from_address import NoSender, default_sender
from bball_tui.mail.outcome import OutcomeClass
from bball_tui.mail.transports import Envelope, open_transport
from bball_tui.outbox.alerts import AlertedLeague
from bball_tui.outbox.sending_status import SendingStatus
from bball_tui.settings import SecretLink, Settings, WebhookFormat

log = logging.getLogger(__name__)

_TAKEN = (OutcomeClass.ACCEPTED, OutcomeClass.IN_DOUBT)
"""After which nothing is sent again: one alert too few is as bad as one too many, and the next one comes."""


class Channel(Protocol):
    """A way to tell staff something."""

    @property
    def name(self) -> AlertChannel:
        """Which one it is."""

    async def tell(self, message: Message) -> str | None:
        """Send ``message`` once; returns None when it is on its way, else a sentence why not, without a secret."""


class MailChannel:
    """An e-mail to each address of the list, through the first of ``accounts`` that takes it."""

    name = AlertChannel.MAIL

    def __init__(self, league: AlertedLeague, accounts: Sequence[Settings]) -> None:
        self._league = league
        self._accounts = accounts

    async def tell(self, message: Message) -> str | None:
        """Send it; those whom one account could not reach are tried through the next one."""
        left: tuple[str, ...] = self._league.emails
        trouble = _("No e-mail account works for alerts: set another one as alert_mail_url.")
        for account in self._accounts:
            left, said = await self._through(account, message, left)
            trouble = said or trouble
            if not left:
                return None
        if len(left) < len(self._league.emails):
            # Who has it has it: told again, those would get it twice.
            log.warning("an alert did not reach %s of %s addresses: %s", len(left), len(self._league.emails), trouble)
            return None
        return trouble

    async def _through(
        self, account: Settings, message: Message, to: Sequence[str]
    ) -> tuple[tuple[str, ...], str | None]:
        """Whom it did not reach, and why."""
        try:
            sender = self._sender(account)
            transport = open_transport(account)
        except BballError as error:
            return tuple(to), str(error)
        left: list[str] = []
        trouble = None
        try:
            for address in to:
                outcome = await transport.send(Envelope.of(address, mail_of(message, sender, address)), _goes)
                if outcome.outcome_class not in _TAKEN:
                    left.append(address)
                    trouble = _("{provider} did not take it ({why}).").format(
                        provider=transport.provider, why=outcome.outcome_class.value.replace("_", " ")
                    )
        except BballError as error:
            return tuple(to), str(error)
        finally:
            await transport.close()
        return tuple(left), trouble

    def _sender(self, account: Settings) -> str:
        """Another account's own address, which is what it may send as; else the league's."""
        try:
            return default_sender(account)
        except NoSender:
            if self._league.from_email is None:
                raise
            return self._league.from_email


class WebhookChannel:
    """One post to the webhook."""

    name = AlertChannel.WEBHOOK

    def __init__(self, webhook: SecretLink, chosen: WebhookFormat | None) -> None:
        self._webhook = webhook
        self._chosen = chosen

    async def tell(self, message: Message) -> str | None:
        """Post it."""
        from bball_tui.delivery.alerts.webhook import post  # httpx, which few leagues need

        return await post(self._webhook, self._chosen, message)


def channels(league: AlertedLeague, settings: Settings, status: SendingStatus) -> tuple[Channel, ...]:
    """The ways that are set up here (``settings`` of the league) and in the league."""
    found: list[Channel] = []
    if league.emails:
        found.append(MailChannel(league, accounts(settings, status)))
    if settings.alert_webhook is not None:
        found.append(WebhookChannel(settings.alert_webhook, settings.alert_webhook_format))
    return tuple(found)


def accounts(settings: Settings, status: SendingStatus) -> tuple[Settings, ...]:
    """The league's own account and the other one, the one that is likelier to work first.

    A refused login is not tried: more tries with a wrong password can lock the account.
    """
    held = [gate for gate in status.holding() if not gate.pauses]
    refused = any(gate.cause is GateCause.AUTH for gate in held)
    own = () if settings.mail_url is None or refused else (settings,)
    if settings.alert_mail_url is None:
        return own
    other = msgspec.structs.replace(settings, mail_url=settings.alert_mail_url)
    # What is written to a folder reaches nobody.
    return (other, *own) if held or settings.into_folder else (*own, other)


async def _goes() -> bool:
    return True
