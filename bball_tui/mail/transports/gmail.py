"""``gmail://``: Google's own interface, with a file instead of a password."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import ClassVar
from urllib.parse import SplitResult, quote, unquote, urlencode, urlsplit

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.mail.account import Account, WrongFields
from bball_tui.mail.outcome import Outcome, OutcomeClass
from bball_tui.mail.providers import BY_ID, GMAIL_API
from bball_tui.mail.safe_values import RenderError, address, is_loopback
from bball_tui.mail.transports.base import Transport
from bball_tui.mail.transports.gmail_target import GMAIL, GmailTarget
from bball_tui.mail.transports.options import DATA_TIMEOUT, options_in, seconds_in
from bball_tui.mail.transports.scheme import Limits, Scheme, address_or_none, said
from bball_tui.settings import SecretUrl, Settings


class GmailScheme(Scheme[GmailTarget]):
    """A mailbox of Gmail."""

    name: ClassVar[str] = "gmail"
    example: ClassVar[str] = "gmail://office@example.org?credentials=/path/to/key.json"
    # Gmail API: 15,000 units a minute and user, 100 units a send; Workspace: 2,000 messages a day.
    limits: ClassVar[Limits] = Limits(per_second=2.5, per_day=2000)
    ends_doubts: ClassVar[bool] = True
    fields: ClassVar[tuple[str, ...]] = ("credentials", "login")

    def parse(self, parts: SplitResult, port: int | None) -> GmailTarget:
        if parts.password is not None or port is not None or parts.path not in ("", "/") or parts.fragment:
            raise BballError(
                _(
                    "The e-mail URL for Gmail holds no password and no port: only the address that sends and "
                    "the file with Google's credentials, like {example}."
                ).format(example=self.example)
            )
        options = options_in(parts.query, "credentials", "endpoint", "data_timeout")
        try:
            user = address(
                f"{unquote(parts.username or '')}@{parts.hostname or ''}", _("the address in the e-mail URL")
            )
        except RenderError:
            raise BballError(
                _("The e-mail URL for Gmail begins with the address that sends, like {example}.").format(
                    example=self.example
                )
            ) from None
        path = Path(options.get("credentials", "")).expanduser()
        if not path.is_file():
            raise BballError(
                _("The e-mail URL for Gmail needs credentials=FILE with the JSON file from Google, ")
                + (
                    _("but there is no file {path}.").format(path=path)
                    if options.get("credentials")
                    else _("like {example}.").format(example=self.example)
                )
            )
        return GmailTarget(
            user, path, _endpoint(options.get("endpoint")), seconds_in(options, "data_timeout", DATA_TIMEOUT)
        )

    def open(self, target: GmailTarget, settings: Settings) -> Transport:
        from bball_tui.mail.transports.gmail_transport import GmailTransport

        return GmailTransport(target)

    def label(self, provider: str) -> str:
        return "Gmail"

    def sender(self, parts: SplitResult) -> str | None:
        try:
            user, host = unquote(parts.username or ""), parts.hostname or ""
        except ValueError:
            return None
        return address_or_none(f"{user}@{host}")

    def account(self, target: GmailTarget) -> Account:
        blank = Account().at(BY_ID[GMAIL_API])
        return replace(blank, login=target.user, credentials=str(target.credentials))

    def url(self, account: Account, known: GmailTarget | None, options: Mapping[str, str]) -> SecretUrl:
        problems = {}
        login = account.login.strip()
        try:
            login = address(login, _("the mailbox that sends"))
        except RenderError:
            problems["login"] = _("Type the whole address of the mailbox that sends, such as office@example.org.")
        path = Path(account.credentials.strip()).expanduser()
        if not account.credentials.strip():
            problems["credentials"] = _("Type the path of the JSON file that Google gave.")
        elif not path.is_file():
            problems["credentials"] = _("There is no file {path}.").format(path=path)
        if problems:
            raise WrongFields(problems)
        user, _at, host = login.rpartition("@")
        same = known is not None and known.user == login
        kept = {name: value for name, value in options.items() if same and name != "credentials"}
        query = urlencode({"credentials": str(path.absolute()), **kept})
        return SecretUrl(f"gmail://{quote(user, safe='')}@{host}?{query}")

    def login_trouble(self, trouble: Outcome, target: GmailTarget) -> str:
        if trouble.outcome_class is OutcomeClass.AUTH:
            return _(
                "Google refuses the credentials file or the mailbox. Check the login, and that the file "
                "is the one of your league. {said}"
            ).format(said=said(trouble))
        return _("Google cannot be asked now. Check that this computer is online, then try again. {said}").format(
            said=said(trouble)
        )


def _endpoint(value: str | None) -> str:
    if value is None:
        return GMAIL
    try:
        parts = urlsplit(value)
        local = parts.scheme == "http" and is_loopback(parts.hostname or "") and parts.port != 0
        fits = local and not (parts.path or parts.query or parts.username)
    except ValueError:
        fits = False
    if not fits:
        raise BballError(
            _(
                "endpoint= in the e-mail URL is for trying things out with a server on this machine, "
                "like endpoint=http://127.0.0.1:8025. Leave it out to send through Gmail."
            )
        )
    return value
