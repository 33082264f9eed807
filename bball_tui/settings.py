"""One typed settings object: file, environment, command line, in that order of strength.

The file is TOML (`config.toml` in the user's configuration folder, or the path in ``BBALL_CONFIG``). Every field has
an environment variable ``BBALL_`` plus its name in capitals. Command-line options win over both.
"""

import os
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import platformdirs

from bball_tui.errors import BballError
from bball_tui.language import chosen

APP_NAME = "bball-tui"
ENV_PREFIX = "BBALL_"


READ_ONLY = (
    "This is read only: the program was opened with --read-only (or read_only in the settings). Nothing was changed. "
    "Open it without to change something."
)

NO_MAIL_SERVER = "no mail server is set up yet"
NO_SENDER = "No From address is set yet"
SET_SENDER = "“Set up e-mail” ({mail.setup}) sets it."
SET_UP_MAIL = "“Set up e-mail” ({mail.setup}) sets one up."
"""These two name the command: the screen puts in its key, the command line what one types."""


class NotSetUp(msgspec.Struct, frozen=True):
    """What is missing before a mail can leave: in a sentence without its full stop, the way out, and in a cell."""

    sentence: str
    way_out: str
    short: str

    @property
    def clause(self) -> str:
        """The sentence inside another one."""
        return f"{self.sentence[:1].lower()}{self.sentence[1:]}"


WITHOUT_SERVER = NotSetUp(NO_MAIL_SERVER.capitalize(), SET_UP_MAIL, "no mail server")
WITHOUT_SENDER = NotSetUp(NO_SENDER, SET_SENDER, "no From address")

STAY_HERE = ("maildir",)
"""The schemes of mail URLs whose mails are only written to this machine: no mail server ever has them."""

GROUPME_VARIABLE = "GROUPME_ACCESS_TOKEN"
"""Where the access token is looked for unless a setting says otherwise."""
OF_ONE_LEAGUE = ("mail_url", "template_dir", "bounce_dir")
"""What no league borrows of another; with several leagues it stands under ``[leagues.SLUG]``."""
_OWNERS_ONLY = frozenset({"alert_mail_url", "alert_webhook", "groupme_token"})
"""What only the owner of the settings file may read there."""

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
# Only a URL whose parts cannot be mistaken for one another is shown; its query is left out whole, because libpq
# takes a password there as well.
_PLAIN_URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<user>[\w.~%!$&'()*+,;=-]*(:[\w.~%!$&'()*+,;=-]*)?@)?"
    r"(?P<where>[\w.~%,-]*(:\d+)?(/[\w.~%/-]*)?)(\?[^@]*)?",
    re.IGNORECASE,
)


class SecretUrl:
    """A URL that may hold a password: only :meth:`reveal` shows it, ``str`` and ``repr`` never do."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The URL as it was given, password included. For a driver, never for a person."""
        return self._value

    @property
    def scheme(self) -> str:
        """The part before ``://``, in lower case; empty where there is none."""
        before, separator, _ = self._value.partition("://")
        return before.lower() if separator else ""

    def __str__(self) -> str:
        found = _PLAIN_URL.fullmatch(self._value)
        if found is None:  # an unescaped password can look like any other part of a URL
            return f"{self.scheme}://***" if _SCHEME.fullmatch(self.scheme) else "***"
        return f"{found['scheme']}://{'***@' if found['user'] else ''}{found['where']}"

    def __repr__(self) -> str:
        return f"SecretUrl({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretUrl) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


class SecretLink(SecretUrl):
    """A link of which every part behind the host is the secret, such as a webhook's."""

    __slots__ = ()

    def __str__(self) -> str:
        found = _PLAIN_URL.fullmatch(self._value)
        if found is None or self.scheme not in ("http", "https"):
            return super().__str__() if found is None else "***"
        return f"{found['scheme']}://{found['where'].partition('/')[0]}/***"

    def __repr__(self) -> str:
        return f"SecretLink({str(self)!r})"


class SecretText(SecretUrl):
    """A secret that is no URL, such as an access token: nothing of it is shown."""

    __slots__ = ()

    def __str__(self) -> str:
        return "***"

    def __repr__(self) -> str:
        return "SecretText('***')"


_PASSWORD = re.compile(r"//[^/?]*:[^/?]*@|[?&\s](ssl)?password\s*=|^(ssl)?password\s*=", re.IGNORECASE)


def may_hold_password(url: str) -> bool:
    """Whether a database's URL (or libpq's ``name=value`` form) seems to have a password in it."""
    return _PASSWORD.search(url) is not None


class DatabaseTls(StrEnum):
    """What a database on another machine must show of itself."""

    VERIFY = "verify"
    """A certificate that is verified."""
    ANY = "any"
    """Nothing: whoever set this knows that the network is safe."""


WebhookFormat = Literal["slack", "discord", "ntfy", "json"]
"""What a webhook is sent: what one of these services reads, or plain JSON."""


class LeagueSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What is kept here for one league alone: the table ``[leagues.SLUG]``. It wins over the same names above it."""

    mail_url: SecretUrl | None = None
    template_dir: Path | None = None
    bounce_dir: Path | None = None
    alert_mail_url: SecretUrl | None = None
    alert_webhook: SecretLink | None = None
    alert_webhook_format: WebhookFormat | None = None
    groupme_token: SecretText | None = None
    groupme_token_env: str | None = None


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one run of the program works with.

    ``data_dir`` holds the embedded database and the log. ``config_dir`` is where the file came from. ``database_url``
    of None means the embedded server; ``mail_url`` of None means that no mail server is set up: no worker runs here,
    and mails wait.
    """

    data_dir: Path
    config_dir: Path
    config_name: str = "config.toml"
    """The name of the settings file in ``config_dir``."""
    database_url: SecretUrl | None = None
    database_tls: DatabaseTls = DatabaseTls.VERIFY
    mail_url: SecretUrl | None = None
    league: str | None = None
    league_of_call: bool = False
    """``league`` is named for this call alone, while the mail account stands in the settings file for all: whose it is,
    no one said. Worked out, never read.
    """
    template_dir: Path | None = None
    chat_hosts: tuple[str, ...] = ("groupme.com",)
    """Hosts (and their subdomains) that a chat button in a mail may lead to."""
    bounce_dir: Path | None = None
    """A mail folder (maildir, mbox file, or folder of .eml files) in which reports about returned mails arrive."""
    groupme_url: str = "https://api.groupme.com"
    """Where the access token is sent: https, or this machine itself (the fake server)."""
    groupme_token: SecretText | None = None
    """The GroupMe account's access token, unless the environment has one."""
    groupme_token_env: str | None = GROUPME_VARIABLE
    """The environment variable that holds it; None: no variable does."""
    theme: str | None = None
    animations: bool = True
    mouse: bool = True
    plain: bool = False
    """The screen without frames and bars, its cursor seen: for screen readers."""
    language: str | None = None
    """What the screen speaks: ``en``, ``es``. None: the computer's language, if the screen speaks it."""
    read_only: bool = False
    """Nothing is written: the database refuses it, and no worker runs."""
    worker: bool = True
    """Whether the full-screen program also sends mail while it is open."""
    worker_concurrency: Annotated[int, msgspec.Meta(ge=1, le=50)] = 4
    keys: dict[str, str] = msgspec.field(default_factory=dict)
    """Key overrides: command id to a comma-separated list of keys."""
    alert_mail_url: SecretUrl | None = None
    """Another mail account, for alerts to staff when the league's own is what fails."""
    alert_webhook: SecretLink | None = None
    """Where alerts are posted: https, or this machine itself."""
    alert_webhook_format: WebhookFormat | None = None
    """None: as the host of the webhook wants it."""
    leagues: dict[str, LeagueSettings] = msgspec.field(default_factory=dict)
    """What is one league's alone, by its short name."""

    @property
    def accounts_apart(self) -> bool:
        """Whether leagues have mail accounts of their own here; then none of them uses any other."""
        return any(one.mail_url is not None for one in self.leagues.values())

    @property
    def tokens_apart(self) -> bool:
        """Whether leagues have GroupMe accounts of their own here; then none of them uses any other."""
        return any(one.groupme_token is not None or one.groupme_token_env is not None for one in self.leagues.values())

    def of_league(self, slug: str, *, several: bool = False) -> "Settings":
        """These settings, with what ``[leagues.SLUG]`` says instead.

        No league ever borrows the account, the templates or the returned mails of another, nor its GroupMe account:
        what stands outside of the tables is for the league that was chosen in the same place or, unless there are
        ``several``, for the only one.
        """
        own = self.leagues.get(slug)
        others = several and self.league != slug
        changed: dict[str, object] = {}
        if self.accounts_apart or others or (several and self.league_of_call):
            changed = dict.fromkeys(OF_ONE_LEAGUE)
        if self.tokens_apart or others:
            changed |= dict.fromkeys(("groupme_token", "groupme_token_env"))
        if own is not None:
            said = {name: getattr(own, name) for name in own.__struct_fields__}
            changed |= {name: value for name, value in said.items() if value is not None}
        return msgspec.structs.replace(self, **changed) if changed else self

    @property
    def embedded(self) -> bool:
        """True when this program keeps its own PostgreSQL server."""
        return self.database_url is None

    @property
    def may_send(self) -> bool:
        """Whether a worker may run here: only with a mail URL.

        A mail that is not handed to anybody must not count as sent.
        """
        return self.mail_url is not None

    @property
    def into_folder(self) -> bool:
        """Whether somebody chose by URL that mails are only written to a folder."""
        return self.mail_url is not None and self.mail_url.reveal().partition(":")[0].lower() in STAY_HERE

    def refuse_read_only(self) -> None:
        """For what writes past the usual connections.

        Raises:
            BballError: the program was opened read-only.
        """
        if self.read_only:
            raise BballError(READ_ONLY)

    @property
    def server_dir(self) -> Path:
        """The embedded server's data folder."""
        return self.data_dir / "postgresql"

    @property
    def config_file(self) -> Path:
        """The settings file, which need not be there."""
        return self.config_dir / self.config_name

    @property
    def export_dir(self) -> Path:
        """Where the screen writes e-mails as files."""
        return self.data_dir / "exports"

    @property
    def log_file(self) -> Path:
        """The redacted log of crashes and of the worker inside the screen."""
        return self.data_dir / "bball-tui.log"


def _decode(type_: type, value: object) -> object:
    if issubclass(type_, SecretUrl) and isinstance(value, str):
        return type_(value.strip())
    if type_ is Path and isinstance(value, str):
        return Path(value).expanduser()
    raise msgspec.ValidationError(f"expected text, not {type(value).__name__}")


def _from_file(path: Path) -> dict[str, object]:
    try:
        text = path.read_text(encoding="utf-8")
        import tomllib  # here: the first paint would wait for it where there is no file, too

        return tomllib.loads(text)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:  # the latter: no UTF-8, or no TOML
        raise BballError(f"The settings file {path} cannot be read: {error}. Correct it or move it away.") from None


def _guarded(path: Path, found: Mapping[str, object]) -> None:
    """Settings that began as secrets were never in a file that others can read; so that stays.

    Raises:
        BballError: others can read the file, and a secret stands in it.
    """
    own = found.get("leagues")
    tables = (found, *own.values()) if isinstance(own, dict) else (found,)
    kept = [name for table in tables[1:] if isinstance(table, dict) for name in table]
    if (_OWNERS_ONLY & {*found} or {*_OWNERS_ONLY, "mail_url"} & {*kept}) and (
        os.name == "posix" and path.stat().st_mode & 0o077
    ):
        raise BballError(
            f"The settings file {path} holds secrets, and others on this computer can read it. "
            f"Take that away with: chmod 600 {path}"
        )


def _from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name in Settings.__struct_fields__:
        value = environment.get(ENV_PREFIX + name.upper())
        if not value:
            continue
        # A table has no sensible spelling in one variable, BBALL_CONFIG is the name of the file, and the token has a
        # variable of its own.
        if name in {"keys", "leagues", "config_name", "groupme_token", "league_of_call"}:
            continue
        found[name] = [part.strip() for part in value.split(",")] if name == "chat_hosts" else value
    return found


def overriding(name: str, environment: Mapping[str, str] | None = None) -> str | None:
    """The environment variable that wins over the settings file for the field ``name``; None when there is none."""
    variable = ENV_PREFIX + name.upper()
    return variable if (os.environ if environment is None else environment).get(variable) else None


def load_settings(
    *, environment: Mapping[str, str] | None = None, overrides: Mapping[str, object] | None = None
) -> Settings:
    """Read the file, then the environment, then the command line's ``overrides`` (None values are skipped).

    Raises:
        BballError: the file is no TOML, or a field has an unknown name or a value of the wrong kind, or the screen
            does not speak the language. The message names the field and where it came from, and never a secret's value.
    """
    env = os.environ if environment is None else environment
    config_file = Path(env.get("BBALL_CONFIG") or platformdirs.user_config_path(APP_NAME) / "config.toml").expanduser()
    merged: dict[str, object] = {
        "data_dir": str(platformdirs.user_data_path(APP_NAME)),
        "config_dir": str(config_file.parent),
        "config_name": config_file.name,
    }
    stored = _from_file(config_file)
    _guarded(config_file, stored)
    layers = (
        (f"the settings file {config_file}", stored),
        ("the environment", _from_environment(env)),
        ("the command line", {k: v for k, v in (overrides or {}).items() if v is not None}),
    )
    settings: Settings | None = None
    for origin, layer in layers:
        merged |= {k: str(v) if isinstance(v, Path) else v for k, v in layer.items()}
        try:
            settings = msgspec.convert(merged, Settings, strict=False, dec_hook=_decode)
        except msgspec.ValidationError as error:
            raise BballError(f"A setting from {origin} is not usable: {error}.") from None
    assert settings is not None  # noqa: S101 - the loop above ran three times
    if settings.language is not None:
        chosen(settings.language, env)
    in_file = "mail_url" in stored and overriding("mail_url", env) is None
    called = in_file and settings.league is not None and settings.league != stored.get("league")
    return msgspec.structs.replace(settings, league_of_call=called)
