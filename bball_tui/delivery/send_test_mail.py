"""Sends a copy of a mail to the person who looks at it: past the queue, so that no family's mail is touched."""

from datetime import UTC, datetime

from bball_tui.database.audit import Entry, record
from bball_tui.database.engine import Database
from bball_tui.errors import BballError
from bball_tui.language import _, retold
from bball_tui.mail import my_address
from bball_tui.mail.outcome import OutcomeClass
from bball_tui.mail.safe_values import address
from bball_tui.mail.transports import Envelope, open_transport
from bball_tui.mail.trial_mail import as_test
from bball_tui.settings import WITHOUT_SERVER, Settings


async def send_test(
    database: Database, league_id: int, settings: Settings, mime: bytes, subject: str, mine: str
) -> str:
    """Send the mail to ``mine`` alone, through the same mail server, marked as a test; remember the address.

    Everything that we send is on record, so that is noted in the history of the league.

    Returns:
        The address as it went on the wire.

    Raises:
        BballError: ``mine`` is no address, mail may not leave from here, or the mail server did not take it.
    """
    if not settings.may_send:
        raise BballError(
            _(
                "{no_mail_server}, so nothing can be sent. {set_up_mail} You can look at the e-mail in a "
                "browser meanwhile."
            ).format(no_mail_server=_(WITHOUT_SERVER.sentence), set_up_mail=_(WITHOUT_SERVER.way_out))
        )
    to = address(mine.strip(), _("your own address"))
    test = as_test(mime, subject, to, date=datetime.now(UTC).replace(microsecond=0))
    transport = open_transport(settings)
    try:
        outcome = await transport.send(Envelope.of(to, test), _goes)
    finally:
        await transport.close()
    if outcome.outcome_class is not OutcomeClass.ACCEPTED:
        raise BballError(
            _("The mail server did not take the test e-mail: {why}.").format(
                why=retold(outcome.text or outcome.outcome_class)
            )
        )
    my_address.remember(settings, to)
    async with database.session() as session:
        entry = Entry("test_mail_sent", "league", league_id, after={"to": to, "subject": subject})
        await record(session, league_id, [entry])
    return to


async def _goes() -> bool:
    return True
