"""The mail providers that most leagues have: where their server is, and which password it wants.

Servers and ports are those of the providers' own help pages, looked up on 2026-11-29.
"""

from enum import StrEnum

from msgspec import Struct

from bball_tui.language import _


class Tls(StrEnum):
    """How the connection is protected."""

    STARTTLS = "starttls"
    """Starts in the clear and insists on TLS before anything else is said (RFC 3207)."""
    IMPLICIT = "implicit"
    """TLS from the first byte (RFC 8314)."""
    NONE = "none"
    """For a server on this machine only."""


GMAIL_API = "workspace"
"""The provider that is reached by Google's own interface, with a file instead of a password."""
OWN = "own"


class Provider(Struct, frozen=True):
    """One provider. ``advice`` says in a sentence or two what it wants; empty ``host``: the league knows it."""

    id: str
    title: str
    advice: str
    host: str = ""
    port: int = 587
    tls: Tls = Tls.STARTTLS
    scheme: str = "smtp"
    """How mails reach it: the name of one of ``transports.SCHEMES``."""

    @property
    def app_password(self) -> bool:
        """Whether it gives out passwords for programs, which people copy with the blanks that it shows."""
        return self.id in ("gmail", "icloud", "yahoo", "fastmail")


PROVIDERS = (
    Provider(
        "gmail",
        "Gmail",
        _(
            "Gmail wants an app password, not your usual one: turn on 2-Step Verification, then make "
            "one at myaccount.google.com/apppasswords. The login is your whole Gmail address."
        ),
        "smtp.gmail.com",
    ),
    Provider(
        GMAIL_API,
        _("Google Workspace (file)"),
        _(
            "No password: Google gives your administrator a credentials file (JSON), of a service "
            "account or of a consent. The login is the mailbox that sends."
        ),
        scheme="gmail",
    ),
    Provider(
        "microsoft",
        _("Outlook / Microsoft 365"),
        _(
            "For work and school accounts; your administrator must allow “Authenticated SMTP” for "
            "the mailbox. Personal Outlook.com and Hotmail accounts take no password from other "
            "programs anymore: use another provider."
        ),
        "smtp.office365.com",
    ),
    Provider(
        "icloud",
        "iCloud",
        _(
            "iCloud wants an app-specific password, not your usual one: make it at account.apple.com "
            "under Sign-In and Security. The login is your whole iCloud address."
        ),
        "smtp.mail.me.com",
    ),
    Provider(
        "yahoo",
        "Yahoo",
        _(
            "Yahoo wants an app password, not your usual one: make it under Account security on "
            "Yahoo's site. The login is your whole Yahoo address."
        ),
        "smtp.mail.yahoo.com",
        465,
        Tls.IMPLICIT,
    ),
    Provider(
        "fastmail",
        "Fastmail",
        _(
            "Fastmail wants an app password, not your usual one: make it in its settings under "
            "Privacy & Security. The login is your whole Fastmail address."
        ),
        "smtp.fastmail.com",
        465,
        Tls.IMPLICIT,
    ),
    Provider(
        OWN,
        _("Another mail server"),
        _("The person who runs the mail server tells you its name, its port, and the login with its password."),
    ),
)

BY_ID = {one.id: one for one in PROVIDERS}


def provider_at(host: str) -> Provider:
    """The provider whose server ``host`` is; otherwise a server of one's own."""
    return next((one for one in PROVIDERS if one.host and one.host == host.lower()), BY_ID[OWN])
