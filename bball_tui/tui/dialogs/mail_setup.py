"""Set up e-mail: the provider, the login and its password, the From address; tried before it is saved."""

from collections.abc import Coroutine, Iterable
from typing import ClassVar, Protocol

from msgspec import Struct
from textual import on
from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.mail.account import Account, WrongFields
from bball_tui.mail.providers import BY_ID, PROVIDERS
from bball_tui.mail.safe_values import address
from bball_tui.mail.setup import fields_of, has_password, mail_url
from bball_tui.settings import SecretUrl
from bball_tui.tui.dialogs.controls import DialogButton, Field, TextField
from bball_tui.tui.dialogs.forms.fields import FormPick
from bball_tui.tui.dialogs.input_dialog import InputDialog
from bball_tui.tui.text import content
from bball_tui.tui.theme import STYLES, Tone
from bball_tui.wording import counted

ENCRYPTION = (
    (_("STARTTLS, most often port 587"), "starttls"),
    (_("from the start (TLS), port 465"), "implicit"),
    (_("none: a server on this computer"), "none"),
)
_ALWAYS = ("provider", "from", "mine")
_SENDER_STAYS = _("Only an admin of the league changes the From address.")


class MailAccounts(Protocol):
    """What the dialog asks of the league; each may raise :class:`BballError`."""

    async def try_mail(self, url: SecretUrl) -> str | None:
        """Log in; what is in the way, or None."""

    async def send_trial(self, url: SecretUrl, from_email: str, mine: str) -> str:
        """Send one mail to the person at this computer; returns the address that it went to."""

    async def keep_mail(self, url: SecretUrl, from_email: str) -> None:
        """Save both."""


class MailBefore(Struct, frozen=True):
    """How things stood: the mail URL, the league's From address, where the last test went.

    ``variable`` is the environment variable that wins over what is saved, if there is one. ``alone`` is the league's
    name where there are several, so that what is saved is its alone. ``sender_stays``: whoever looks at this may not
    change the From address.
    """

    url: SecretUrl | None
    from_email: str
    mine: str
    variable: str | None = None
    alone: str | None = None
    sender_stays: bool = False


class MailSetup(InputDialog[bool]):
    """True when an account was saved.

    ``before`` is what the fields begin with. The password is in its own masked field and in the mail URL that is made
    of it, nowhere else.
    """

    HELP = """
    ## Set up e-mail
    Choose your provider, type login and password, and the address that families see. Enter logs in, which sends
    nothing, and saves when that works. You can have one e-mail sent to yourself before. Special characters in a
    password are typed as they are. The password is kept in the settings file, which only you can read.
    """
    DEFAULT_CSS = """
    MailSetup {
        & Field .field--label { width: 15; }
        & Field .field--problem { margin: 0 0 0 15; }
        & #advice { margin: 0 0 1 0; }
    }
    """
    BINDINGS: ClassVar = [
        Binding("enter", "save", "sign in and save", show=False),
        Binding("ctrl+t", "trial", "send me a test", show=False),
        Binding("ctrl+s", "keep", "save anyway", show=False),
        Binding("up", "step(-1)", "previous field", show=False),
        Binding("down", "step(1)", "next field", show=False),
    ]

    def __init__(self, account: Account, before: MailBefore, accounts: MailAccounts) -> None:
        super().__init__()
        self.set_reactive(MailSetup.heading, _("Set up e-mail"))
        self._first = self._shown = account
        self._before = before
        self._accounts = accounts
        self._busy = self._saving = self._refused = False

    def body(self) -> Iterable[Widget]:
        """What the provider wants, and the fields."""
        if self._before.variable is not None:
            note = _(
                "{variable} is set on this computer and wins over what is saved here. Take it out there, then"
                " restart the program."
            ).format(variable=self._before.variable)
            yield Static(content((note, STYLES[Tone.WARN])))
        if self._before.alone is not None:
            note = _("This account is for {league} alone; other leagues keep theirs.").format(league=self._before.alone)
            yield Static(content((note, STYLES[Tone.MUTED])))
        one = self._first
        yield Static(_advice(one), id="advice")
        fields = (
            Field(
                _("Provider"),
                FormPick([(each.title, each.id) for each in PROVIDERS], one.provider, id="in-provider"),
                id="field-provider",
            ),
            _text("server", _("Server"), one.server, "smtp.example.org"),
            _text("port", _("Port"), one.port, "587"),
            Field(_("Encryption"), FormPick(ENCRYPTION, one.tls, id="in-tls"), id="field-tls"),
            _text("login", _("Login"), one.login, "office@example.org"),
            Field(
                _("Password"),
                TextField(placeholder=self._hint(one), password=True, id="in-password"),
                id="field-password",
            ),
            _text("credentials", _("Google's file"), one.credentials, "/path/to/google.json"),
            _text("from", _("From address"), self._before.from_email, _("what families see")),
            _text("mine", _("Test goes to"), self._before.mine, _("your own address")),
        )
        _show(fields, one)
        yield from fields
        if self._before.sender_stays:
            fields[-2].disabled = True
            yield Static(content((_SENDER_STAYS, STYLES[Tone.MUTED])))

    def choices(self) -> Iterable[DialogButton]:
        """Save what works; have a mail sent; leave."""
        yield DialogButton(_("Sign in and save"), short=_("Save"), key="Enter", command="save")
        yield DialogButton(_("Send me a test"), short=_("Test"), key="ctrl+t", command="trial")
        keep = DialogButton(_("Save anyway"), key="ctrl+s", command="keep")
        keep.display = False
        yield keep
        yield self.cancel_choice()

    @property
    def account(self) -> Account:
        """What the fields say now."""
        return Account(
            str(self._pick("provider").chosen),
            self._text("server").value,
            self._text("port").value,
            str(self._pick("tls").chosen),
            self._text("login").value,
            self._text("password").value,
            self._text("credentials").value,
        )

    # Typing

    def action_step(self, step: int) -> None:
        """To the next field or the one before."""
        if step > 0:
            self.focus_next("TextField, FormPick, DialogButton")
        else:
            self.focus_previous("TextField, FormPick, DialogButton")

    @on(FormPick.Changed, "#in-provider")
    def _another_provider(self) -> None:
        provider = BY_ID[str(self._pick("provider").chosen)]
        if provider.id == self._shown.provider:
            return
        there = self.account.at(provider)
        self._text("server").value, self._text("port").value = there.server, there.port
        self._text("password").value = ""
        self._pick("tls").value = there.tls
        self._shown = there
        self.query_one("#advice", Static).update(_advice(there))
        _show(self.query(Field), there)

    @on(Input.Changed)
    @on(FormPick.Changed)
    def _touched(self, event: Input.Changed | FormPick.Changed) -> None:
        name = (event.control.id or "").removeprefix("in-")
        field = self.query_one(f"#field-{name}", Field) if name != "provider" else None
        if field is not None and field.problem:
            field.problem = ""
        if name == "login":
            self._follow_login()
        if name in {"server", "login", "tls", "port", "password", "credentials", "provider"}:
            self._allow_anyway(False)
            self._text("password").placeholder = self._hint(self.account)

    def _follow_login(self) -> None:
        """While nobody chose another, mails come from the login, and tests go there."""
        login, before = self._text("login").value.strip(), self._shown.login
        for name in ("mine",) if self._before.sender_stays else ("from", "mine"):
            if self._text(name).value in ("", before):
                self._text(name).suggest(login if "@" in login else "")
        self._shown = self.account

    def _hint(self, account: Account) -> str:
        return _("as it is") if has_password(account, self._before.url) else ""

    def _allow_anyway(self, allowed: bool) -> None:
        self._refused = allowed
        self.choice("keep").display = allowed
        self.choice("trial").display = not allowed

    # Trying and saving

    @on(Input.Submitted)
    def action_save(self) -> None:
        """Log in, and save when that works."""
        self._begin(self._try_and_save())

    def action_trial(self) -> None:
        """Log in and send one mail to the person at this computer; nothing is saved yet."""
        self._begin(self._try_and_send())

    def action_keep(self) -> None:
        """Save what the server refused, or could not be asked about."""
        if self._refused:
            self._begin(self._keep_refused())

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        if self._busy:
            work.close()
            return
        self._busy = True
        self.run_worker(self._guarded(work), group="mail-setup")

    async def _guarded(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except WrongFields as wrong:
            self._show_problems(wrong.problems)
        except BballError as error:
            self.refuse(_("{error} Nothing was saved.").format(error=error))
        finally:
            self._busy = self._saving = False

    async def _try_and_save(self) -> None:
        url, sender = self._checked()
        if await self._logged_in(url):
            await self._keep(url, sender)

    async def _keep_refused(self) -> None:
        url, sender = self._checked()
        await self._keep(url, sender)

    async def _try_and_send(self) -> None:
        url, sender = self._checked()
        if not sender:
            raise WrongFields({"from": _SENDER_STAYS})
        mine = _address("mine", self._text("mine").value, _("your own address, such as me@example.org"))
        if await self._logged_in(url):
            self.say(_("Sending an e-mail to {mine} …").format(mine=mine))
            to = await self._accounts.send_trial(url, sender, mine)
            self.say(
                _("The mail server took the test for {to}. Look into that mailbox, then save.").format(to=to), Tone.GOOD
            )

    async def _logged_in(self, url: SecretUrl) -> bool:
        self.say(_("Logging in …  Esc stops."))
        trouble = await self._accounts.try_mail(url)
        if trouble is None:
            return True
        self._allow_anyway(True)
        self.refuse(trouble)
        return False

    async def _keep(self, url: SecretUrl, sender: str) -> None:
        self._saving = True
        self.say(_("Saving …"))
        await self._accounts.keep_mail(url, sender)
        self.dismiss(True)

    def _checked(self) -> tuple[SecretUrl, str]:
        problems: dict[str, str] = {}
        url = None
        try:
            url = mail_url(self.account, self._before.url)
        except WrongFields as wrong:
            problems |= wrong.problems
        sender = self._before.from_email
        try:
            if not self._before.sender_stays:
                sender = _address("from", self._text("from").value, _("the address that families see"))
        except WrongFields as wrong:
            problems |= wrong.problems
        if url is None or problems:
            raise WrongFields(problems)
        return url, sender

    def _show_problems(self, problems: dict[str, str]) -> None:
        for field in self.query(Field):
            if field.id is not None:
                field.problem = problems.get(field.id.removeprefix("field-"), "")
        self.refuse(_("{fields} to correct; nothing was saved.").format(fields=counted(len(problems), "field")))
        first = next((one for one in self.query(Field) if one.problem), None)
        if first is not None:
            first.query("TextField, FormPick").first().focus()

    # Leaving

    @property
    def unsaved(self) -> bool:
        """Another provider or encryption counts as well."""
        return super().unsaved or self.account != self._first

    def cancel(self) -> None:
        """Leave; a try that is under way is given up."""
        if self._saving:
            self.say(_("Saving; one moment."))
        elif self._busy:
            self.workers.cancel_group(self, "mail-setup")
            self.say(_("Stopped. Nothing was saved."))
        else:
            self.leave(False)

    def _text(self, name: str) -> TextField:
        return self.query_one(f"#in-{name}", TextField)

    def _pick(self, name: str) -> FormPick:
        return self.query_one(f"#in-{name}", FormPick)


def _advice(account: Account) -> Content:
    return content((BY_ID[account.provider].advice, STYLES[Tone.MUTED]))


def _show(fields: Iterable[Field], account: Account) -> None:
    """Only the fields that the provider needs."""
    for field in fields:
        name = (field.id or "").removeprefix("field-")
        field.display = name in (*_ALWAYS, *fields_of(account))


def _text(name: str, label: str, value: str, placeholder: str) -> Field:
    return Field(label, TextField(value, placeholder=placeholder, id=f"in-{name}"), id=f"field-{name}")


def _address(name: str, typed: str, what: str) -> str:
    try:
        return address(typed.strip(), what)
    except BballError:
        raise WrongFields({name: _("Type {what}.").format(what=what)}) from None
