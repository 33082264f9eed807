"""One message to staff, whatever way it goes: what begins, what goes on, what is over."""

from datetime import UTC, datetime
from email.utils import make_msgid

from msgspec import Struct

from bball_tui.database.states import AlertCause
from bball_tui.delivery.alerts.rule import Finding, Stage
from bball_tui.mail.mime import Letter, Mailbox, build, quoted_printable
from bball_tui.mail.safe_values import address, one_line

SUBJECTS: dict[AlertCause, str] = {
    AlertCause.HELD: "sending is held",
    AlertCause.FAILED: "e-mails failed",
    AlertCause.IN_DOUBT: "e-mails in doubt",
    AlertCause.RETURNED: "e-mails came back",
    AlertCause.WORKER: "a worker is gone",
}
"""What is over, in a few words."""
WHY = (
    "You get this because your address is on the alert list of the league. "
    "Whoever sets up the league can change that: Edit the league, or bball-tui alerts set."
)
TRIAL = "This is a test. Alerts about e-mails that do not go out come this way."


class Part(Struct, frozen=True):
    """What is told of one cause; ``since`` is on the league's clock, in words."""

    cause: AlertCause
    stage: Stage
    since: str
    finding: Finding | None = None

    @property
    def headline(self) -> str:
        """A few words, such as ``3 e-mails failed``."""
        if self.finding is None:
            return f"over: {SUBJECTS[self.cause]}"
        return self.finding.headline if self.stage is Stage.BEGINS else f"still: {self.finding.headline}"

    @property
    def lines(self) -> tuple[str, ...]:
        """Whole sentences."""
        since = f"Since {self.since}."
        return (f"It began at {self.since}.",) if self.finding is None else (since, *self.finding.lines)


class Message(Struct, frozen=True):
    """Everything that one channel has to tell at one time. Without ``parts`` it is a trial."""

    league: str
    slug: str
    parts: tuple[Part, ...] = ()

    @property
    def title(self) -> str:
        """One line for a subject: the first headline, and how many more there are."""
        if not self.parts:
            return f"{one_line(self.league)}: test of the alerts"
        more = f" (and {len(self.parts) - 1} more)" if len(self.parts) > 1 else ""
        return f"{one_line(self.league)}: {self.parts[0].headline}{more}"

    @property
    def urgent(self) -> bool:
        """Whether anything is wrong now."""
        return any(part.finding is not None for part in self.parts)

    @property
    def text(self) -> str:
        """All of it as paragraphs."""
        if not self.parts:
            return TRIAL
        return "\n\n".join("\n".join((_capital(part.headline), *part.lines)) for part in self.parts)


def mail_of(message: Message, sender: str, recipient: str) -> bytes:
    """The message as a mail to one address, in the same plain form as every mail of ours.

    Raises:
        RenderError: one of the two is no address.
    """
    from html import escape  # with it come the names of two thousand signs, which few workers need

    text = f"{message.text}\n\n{WHY}"
    paragraphs = "".join(
        f"<p>{'<br>'.join(escape(line) for line in paragraph.splitlines())}</p>" for paragraph in text.split("\n\n")
    )
    html = f"<!doctype html><html><body>{paragraphs}</body></html>"
    office = Mailbox(message.league, address(sender, "the From address"))
    to = Mailbox("", address(recipient, "the address for alerts"))
    message_id = make_msgid(domain=office.address.rpartition("@")[2])
    date = datetime.now(UTC).replace(microsecond=0)
    return build(Letter(office, to, None, message.title, text, quoted_printable(html), message_id, date))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
