"""What there is to know of a way to send mail, before a connection is opened: one subclass of :class:`Scheme` each."""

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from typing import ClassVar, Generic, TypeVar
from urllib.parse import SplitResult, unquote

from msgspec import Struct

from bball_tui.language import _, retold
from bball_tui.mail.account import Account
from bball_tui.mail.outcome import Outcome
from bball_tui.mail.transports.base import Transport
from bball_tui.settings import STAY_HERE, SecretUrl, Settings

TargetT = TypeVar("TargetT")

_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")


class Limits(Struct, frozen=True):
    """What a provider allows: mails a second, after ``burst`` at once, and mails a day; None: any."""

    per_second: float | None = None
    burst: int = 10
    per_day: int | None = None

    @property
    def unlimited(self) -> bool:
        return self.per_second is None and self.per_day is None


class Scheme(ABC, Generic[TargetT]):
    """One way to send: what stands before ``://`` in the mail URL.

    ``target`` is what its mail URL says, once it was read. ``provider`` is the name that its transport gives to what
    may be down or full, such as ``smtp:mail.example.org:587``; it begins with the scheme.
    """

    name: ClassVar[str]
    example: ClassVar[str]
    """A mail URL, for sentences."""
    limits: ClassVar[Limits] = Limits()
    pace: ClassVar[str] = ""
    """Where staff set how many mails a second go; empty where the pace is known."""
    ends_doubts: ClassVar[bool] = False
    """It can be asked what became of a mail in doubt."""
    fields: ClassVar[tuple[str, ...]] = ()
    """The fields of :class:`Account` that "Set up e-mail" asks for, besides the provider; the first one is told what is
    wrong with the whole. Empty: it is set up by its URL alone.
    """

    @property
    def stays_here(self) -> bool:
        """Whether its mails are only written to this machine: no mail server ever has them."""
        return self.name in STAY_HERE

    @abstractmethod
    def parse(self, parts: SplitResult, port: int | None) -> TargetT:
        """What the mail URL says.

        Raises:
            BballError: which part is wrong, and what it may be; never a password.
        """

    @abstractmethod
    def open(self, target: TargetT, settings: Settings) -> Transport:
        """The transport. Opens no connection yet, and imports its client only now: some take long to load.

        Raises:
            BballError: a file that ``target`` names is not usable.
        """

    def remove(self, target: TargetT, message_ids: Collection[str]) -> int:
        """Delete the files of mails that were handed in to a folder; returns how many. A server has its own. Blocking.

        Raises:
            BballError: one cannot be deleted.
        """
        return 0

    @abstractmethod
    def label(self, provider: str) -> str:
        """What people call ``provider``, within a sentence: ``mail.example.org``."""

    def sender(self, parts: SplitResult) -> str | None:
        """The From address of a league that set none; None when nobody knows in whose name such a mail would go out."""
        try:
            return address_or_none(unquote(parts.username or ""))
        except ValueError:
            return None

    def account(self, target: TargetT) -> Account:
        """``target`` as the fields of "Set up e-mail" say it, without its password."""
        return Account()

    def known_password(self, account: Account, known: TargetT) -> str | None:
        """The password in ``known``, if it is that of this very login."""
        return None

    def url(self, account: Account, known: TargetT | None, options: Mapping[str, str]) -> SecretUrl:
        """The mail URL of ``account``; ``known`` and ``options`` are those of the URL until now.

        Raises:
            WrongFields: what cannot be, field by field.
        """
        raise NotImplementedError

    def trial(self, target: TargetT, settings: Settings) -> Transport:
        """The transport for a look whether the login works, by somebody who sits before it."""
        return self.open(target, settings)

    async def unknown_host(self, target: TargetT) -> str | None:
        """The server's name, if there is no such server."""
        return None

    @abstractmethod
    def login_trouble(self, trouble: Outcome, target: TargetT) -> str:
        """Why the login did not work, in words for people: what to do first, what was said last."""


def address_or_none(text: str) -> str | None:
    """``text`` if it looks like an address."""
    return text if _ADDRESS.fullmatch(text) else None


def said(trouble: Outcome) -> str:
    """The reason as it was given, as a sentence."""
    code = " ".join(str(part) for part in (trouble.code, trouble.enhanced_code) if part is not None)
    text = f"{code} {retold(trouble.text)}".strip().rstrip(".")
    return _("It said: {text}.").format(text=text) if code else f"{text}."
