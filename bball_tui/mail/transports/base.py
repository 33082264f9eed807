"""What every way to send a mail has in common."""

import re
from collections.abc import Awaitable, Callable
from typing import Protocol, runtime_checkable

from msgspec import Struct

from bball_tui.language import _
from bball_tui.mail.mime import header
from bball_tui.mail.outcome import Outcome, OutcomeClass, Phase

OnWire = Callable[[], Awaitable[bool]]
"""Asked at most once, right before there is no way back. False: the mail is not ours anymore, send nothing."""

Turn = Callable[[], bool]
"""Asked once, when nothing stands before the mail anymore. False: it is not to go now, send nothing."""

Soon = Callable[[], None]
"""Told at most now and then, a moment before the turn of the mail is likely to come."""

KeepReference = Callable[[str], Awaitable[bool]]
"""Told the provider's own name for a mail that lies there and was not sent; returns when it is written down.

False: the mail is not ours anymore, send nothing.
"""

_IN_BRACKETS = re.compile(r"<([^<>\s]+)>\s*$")


class Envelope(Struct, frozen=True):
    """One mail to one recipient. ``mime`` are the frozen bytes, which go out unchanged."""

    sender: str
    recipient: str
    mime: bytes

    @classmethod
    def of(cls, recipient: str, mime: bytes) -> "Envelope":
        """The envelope for a frozen mail: bounces go to the address in its From header."""
        sender = address_in(mime, "From")
        if sender is None:
            raise ValueError("a frozen e-mail without a From address")
        return cls(sender, recipient, mime)


class Transport(Protocol):
    """A way to send. Safe for many ``send`` calls at a time; one event loop."""

    @property
    def provider(self) -> str:
        """Names what may be down or full: the key of the gate that all mails through it share."""

    @property
    def rate(self) -> float | None:
        """Mails a second that the settings allow all workers together; None: they do not say."""

    async def send(self, envelope: Envelope, on_wire: OnWire) -> Outcome:
        """Try once to send; never raises for what the provider or the network does.

        ``on_wire`` is awaited at most once, just before the final dot can go out; an exception from it ends the
        try without sending and is passed on. A canceled call drops its connection.
        """

    async def check(self) -> Outcome | None:
        """See whether mail could be handed in now, without sending any; None when it could, else what is in the way."""

    async def close(self) -> None:
        """Give back all connections."""


@runtime_checkable
class QueueingTransport(Transport, Protocol):
    """A way to send that gains by knowing which mails come next.

    A call waits until it is its turn; until then nothing of its mail is on the wire that could not be taken back, and
    canceling it takes it back.
    """

    @property
    def ahead(self) -> int:
        """How many mails may wait behind those that are being sent."""

    async def send_in_turn(self, envelope: Envelope, on_wire: OnWire, turn: Turn, soon: Soon) -> Outcome:
        """Like ``send``; stopped when it is not to go."""


class LookedUp(Struct, frozen=True):
    """What the provider says about a mail in doubt: ``sent`` or not.

    ``reference`` names the mail from now on, ``text`` says for people what was found.
    """

    sent: bool
    reference: str
    text: str


@runtime_checkable
class TwoStepTransport(Transport, Protocol):
    """A provider that is first given the mail and then, in a second call, told to send it by its name.

    So a doubt is never left to people: the provider knows whether it has sent what it was given.
    """

    async def send_in_steps(
        self, envelope: Envelope, on_wire: OnWire, reference: str | None, keep: KeepReference
    ) -> Outcome:
        """Like ``send``. ``reference`` is what an earlier try kept; a new one goes to ``keep`` before ``on_wire``."""

    async def look_up(self, reference: str) -> LookedUp | Outcome:
        """Ask what became of a mail that may have been sent; an outcome when that cannot be found out now."""


class TroubleError(Exception):
    """A step failed; ``outcome`` says what that means. Stays inside the transports."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.text)
        self.outcome = outcome


def address_in(mime: bytes, name: str) -> str | None:
    """The one address in the header ``name`` of our own mails."""
    found = _IN_BRACKETS.search(header(mime, name) or "")
    return found[1] if found else None


def stopped(phase: Phase) -> Outcome:
    """The outcome when ``on_wire`` said no: nothing was sent."""
    return Outcome(OutcomeClass.STOPPED, phase, text=_("Another worker has this e-mail now, so this one sent nothing."))


def not_now(phase: Phase) -> Outcome:
    """The outcome when the turn of a mail came and it was not to go: nothing was sent."""
    return Outcome(OutcomeClass.STOPPED, phase, text=_("This worker could not send it now."))
