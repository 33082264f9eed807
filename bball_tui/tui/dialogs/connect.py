"""Connect to a PostgreSQL server that several people share."""

from collections.abc import Awaitable, Callable, Iterable
from typing import ClassVar, TypeAlias
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from textual import on
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Input, Static

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.settings import SecretUrl
from bball_tui.tui.dialogs.controls import DialogButton, Field, TextField
from bball_tui.tui.dialogs.input_dialog import InputDialog
from bball_tui.tui.text import content
from bball_tui.tui.theme import STYLES, Tone

TestConnection: TypeAlias = Callable[[SecretUrl], Awaitable[None]]

EXAMPLE = "postgresql://maria@db.example.org/league"


def take_password(url: str) -> tuple[str, str | None]:
    """``url`` without the password that stands in it, and that password (None: there is none)."""
    try:
        parts = urlsplit(url)
        if parts.password is None:
            return url, None
    except ValueError:
        return url, None
    user, __, host = parts.netloc.rpartition("@")
    name = user.partition(":")[0]
    return urlunsplit(parts._replace(netloc=f"{name}@{host}")), unquote(parts.password)


def put_password(url: str, password: str) -> str:
    """``url`` with ``password`` in its place; a URL without a user name takes none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    name, at, host = parts.netloc.rpartition("@")
    if not password or not at:
        return url
    return urlunsplit(parts._replace(netloc=f"{name}:{quote(password, safe='')}@{host}"))


class ConnectDialog(InputDialog[SecretUrl | None]):
    """The URL of a server that answered, or None.

    ``test`` opens a connection and raises :class:`BballError` with the reason when that fails. A password in a URL
    that is pasted moves into its own masked field at once.
    """

    HELP = """
    ## Connect to a shared database
    Whoever runs the server gives you its address, such as `postgresql://maria@db.example.org/league`, and a password.
    The password is never shown. Enter tries the connection; nothing is changed on the server.
    """
    BINDINGS: ClassVar = [Binding("enter", "connect", "connect", show=False)]

    def __init__(self, test: TestConnection, url: SecretUrl | None = None) -> None:
        super().__init__()
        self.set_reactive(ConnectDialog.heading, _("Connect to a shared database"))
        self._test = test
        self._first_url, self._first_password = take_password(url.reveal()) if url is not None else ("", None)
        self._asked = 0
        self._trying = False

    def body(self) -> Iterable[Widget]:
        """Address and password."""
        yield Static(content(_("A PostgreSQL server, version 15 or newer, that your league already uses.")))
        yield Static("")
        yield Field(_("Address"), TextField(self._first_url, placeholder=EXAMPLE, id="url"), id="url-field")
        yield Field(_("Password"), TextField(self._first_password or "", password=True, id="password"))
        note = _("The password stays out of sight. Without one, PostgreSQL's own settings (such as ~/.pgpass) apply.")
        yield Static(content((note, STYLES[Tone.MUTED])))

    def choices(self) -> Iterable[DialogButton]:
        """Try it, or not."""
        yield DialogButton(_("Connect"), key="Enter", command="connect")
        yield self.cancel_choice()

    @on(Input.Changed)
    def _typed(self) -> None:
        self._asked += 1
        self.query_one("#url-field", Field).problem = ""
        field = self.query_one("#url", TextField)
        url, password = take_password(field.value)
        # While a URL is typed by hand, what stands behind the colon is a password only once the @ has come.
        if password is not None:
            field.value = url
            self.query_one("#password", TextField).value = password

    @on(Input.Submitted)
    def action_connect(self) -> None:
        """Try the connection."""
        url = self.query_one("#url", TextField).value.strip()
        if self._trying:
            return
        if not url.lower().startswith(("postgresql://", "postgres://")):
            self.refuse(
                _("An address begins with postgresql://, such as {example}.").format(example=EXAMPLE), "url-field"
            )
            return
        self._trying = True
        self.choice("connect").disabled = True
        self.say(_("Connecting …  Esc stops."))
        secret = SecretUrl(put_password(url, self.query_one("#password", TextField).value))
        self.run_worker(self._try(secret), group="connect")

    async def _try(self, url: SecretUrl) -> None:
        try:
            await self._test(url)
        except BballError as error:
            self._trying = False
            if not self.gone:
                self.choice("connect").disabled = False
                self.refuse(str(error))
        else:
            self.dismiss(url)

    def cancel(self) -> None:
        """Give up a connection that is being tried; else leave."""
        if not self._trying:
            super().cancel()
            return
        self.workers.cancel_group(self, "connect")
        self._trying = False
        self.choice("connect").disabled = False
        self.say(_("Stopped."))
