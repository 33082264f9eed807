"""Alerts: who of the staff is told what goes wrong, by e-mail and by a webhook, whose link is a secret."""

from collections.abc import Iterable
from typing import ClassVar, Protocol

from msgspec import Struct
from textual import on
from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.settings import SecretLink
from bball_tui.tui.dialogs.controls import DialogButton, Field, TextField
from bball_tui.tui.dialogs.forms.fields import FormPick
from bball_tui.tui.dialogs.submit_dialog import SubmitDialog
from bball_tui.tui.text import content
from bball_tui.tui.theme import STYLES, Tone

GUESSED = ""
"""The webhook gets what its host reads."""
STOPPED = "none"
"""Nothing is posted to it anymore."""
READERS = {"slack": "Slack", "discord": "Discord", "ntfy": "ntfy", "json": _("a program (JSON)")}


class AlertsTyped(Struct, frozen=True):
    """The fields. ``webhook`` of None: none was typed, so that the one there is stays."""

    emails: str
    minutes: str
    webhook: SecretLink | None
    reader: str


class Tried(Struct, frozen=True):
    """What became of the test to ``where``, by webhook or by e-mail; ``trouble`` of None: it was taken."""

    webhook: bool
    where: str
    trouble: str | None


class AlertWays(Protocol):
    """What the dialog asks of the league; all but the problems may raise :class:`BballError`."""

    def guessed(self, webhook: SecretLink) -> str:
        """What the host of ``webhook`` reads."""

    def problems(self, typed: AlertsTyped) -> dict[str, str]:
        """What cannot be, by the name of its field."""

    async def try_out(self, typed: AlertsTyped) -> tuple[Tried, ...]:
        """Send a test every way that the fields say; nothing is saved."""

    async def keep(self, typed: AlertsTyped) -> None:
        """Save them."""


class Alerts(SubmitDialog[bool]):
    """True when they were saved.

    ``before`` is what the fields begin with, but for the link: that is typed into a masked field and never shown.
    ``league_stays``: whoever looks at this may change the webhook of this computer, and not what the league says.
    """

    HELP = """
    ## Alerts
    When e-mails fail, come back or are held, or a worker is gone, staff are told: the addresses of **E-mail to**, with
    commas between, and a **Webhook**, the link at which Slack, Discord, ntfy or a program of yours takes messages.
    Have a test sent before you save. Anyone with the link can post there, so it is kept in the settings file of
    this computer, which only you can read, and is not shown again.
    """
    BINDINGS: ClassVar = [
        Binding("enter", "confirm", "save", show=False),
        Binding("ctrl+t", "trial", "send a test", show=False),
        Binding("up", "step(-1)", "previous field", show=False),
        Binding("down", "step(1)", "next field", show=False),
    ]

    def __init__(self, before: AlertsTyped, ways: AlertWays, *, league_stays: bool = False) -> None:
        super().__init__()
        self.set_reactive(Alerts.heading, _("Alerts"))
        self._league_stays = league_stays
        self._before = before
        self._ways = ways
        self._trying = False

    def body(self) -> Iterable[Widget]:
        """Whom, after how long, where to."""
        before = self._before
        hint = _("none yet") if before.webhook is None else _("as it is: {link}").format(link=before.webhook)
        readers = [(_("what its host reads"), GUESSED), *((title, one) for one, title in READERS.items())]
        if before.webhook is not None:
            readers.append((_("nothing: stop posting to it"), STOPPED))
        example = "you@league.org, coach@league.org"
        emails = Field(_("E-mail to"), TextField(before.emails, placeholder=example, id="emails"), id="emails-field")
        minutes = Field(_("After"), TextField(before.minutes, placeholder="15", id="minutes"), id="minutes-field")
        emails.disabled = minutes.disabled = self._league_stays
        yield emails
        yield minutes
        yield Static(content((_("minutes that e-mails may be held, or a worker silent"), STYLES[Tone.MUTED])))
        if self._league_stays:
            stays = _("Only an admin of the league changes these two. The webhook of this computer you may set.")
            yield Static(content((stays, STYLES[Tone.MUTED])))
        link = TextField(placeholder=hint, password=True, id="webhook")
        yield Field(_("Webhook"), link, id="webhook-field")
        yield Field(_("It gets"), FormPick(readers, before.reader, id="reader"), id="reader-field")
        yield Static(self._advice(before), id="advice")

    def choices(self) -> Iterable[DialogButton]:
        """Save; have a test sent; leave."""
        yield DialogButton(_("Save"), key="Enter", command="confirm")
        yield DialogButton(_("Send a test"), short=_("Test"), key="ctrl+t", command="trial")
        yield self.cancel_choice()

    @property
    def fields(self) -> AlertsTyped:
        """What the fields say now."""
        link = self.typed("webhook").strip()
        reader = str(self.query_one("#reader", FormPick).chosen)
        return AlertsTyped(
            self.typed("emails").strip(), self.typed("minutes").strip(), SecretLink(link) if link else None, reader
        )

    # Typing

    def action_step(self, step: int) -> None:
        """To the next field or the one before."""
        if step > 0:
            self.focus_next("TextField, FormPick, DialogButton")
        else:
            self.focus_previous("TextField, FormPick, DialogButton")

    @on(Input.Changed, "#webhook")
    @on(FormPick.Changed)
    def _touched(self) -> None:
        self.query_one("#reader-field", Field).problem = ""
        self.query_one("#advice", Static).update(self._advice(self.fields))

    def _advice(self, typed: AlertsTyped) -> Content:
        link = typed.webhook or self._before.webhook
        said = _("The webhook is a secret link: copy it whole from Slack, Discord, ntfy or your program.")
        if link is not None and typed.reader == GUESSED:
            try:
                service = READERS[self._ways.guessed(link)]
                said = _("By its host the link is for {service}.").format(service=service)
            except BballError:
                pass  # not typed to its end
        return content((said, STYLES[Tone.MUTED]))

    # Trying and saving

    def action_confirm(self) -> None:
        """Save, once."""
        if self._looked_at():
            self.begin(self._kept, blame="webhook")

    async def _kept(self) -> bool:
        await self._ways.keep(self.fields)
        return True

    def action_trial(self) -> None:
        """Send a test every way that the fields say; nothing is saved yet."""
        if self._looked_at():
            self._busy = self._trying = True
            self.run_worker(self._try_out(), group="alerts-test")

    def _looked_at(self) -> bool:
        """Whether all fields can be, and nothing is under way."""
        if self._busy:
            return False
        problems = self._ways.problems(self.fields)
        for name, sentence in reversed(problems.items()):
            self.complain(name, sentence)
        self.say(_("Nothing was saved or sent: correct what is marked.") if problems else "", Tone.BAD)
        return not problems

    async def _try_out(self) -> None:
        self.say(_("Sending a test …  Esc stops."))
        try:
            tried = await self._ways.try_out(self.fields)
        except BballError as error:
            self.refuse(str(error))
        else:
            said = " ".join(_result(one) for one in tried) or _(
                "There is no one to tell: type an address or a webhook."
            )
            self.say(said, Tone.GOOD if tried and not any(one.trouble for one in tried) else Tone.BAD)
        finally:
            self._busy = self._trying = False

    # Leaving

    @property
    def unsaved(self) -> bool:
        """Another reader of the webhook counts, too."""
        return super().unsaved or self.fields.reader != self._before.reader

    def cancel(self) -> None:
        """Leave; a test under way is given up."""
        if self._trying:
            self.workers.cancel_group(self, "alerts-test")
            self.say(_("Stopped. Nothing was saved."))
        else:
            super().cancel()


def _result(tried: Tried) -> str:
    """In words, what came back."""
    if tried.webhook:
        return tried.trouble or _("The webhook took the test: look whether it arrived there.")
    if tried.trouble is None:
        return _("An e-mail to {addresses} is on its way.").format(addresses=tried.where)
    return _("No e-mail to {addresses}: {trouble}").format(addresses=tried.where, trouble=tried.trouble)
