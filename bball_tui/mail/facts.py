"""What each kind of mail is about: the facts that are frozen into the outbox item when the mail is promised.

They travel as JSON in the item's payload, so a name corrected later never changes a mail that was promised. Whoever
promises a mail makes an object of one of these classes and hands it over as it is::

    facts = OfferFacts(player_first=..., due_on=contract.due_on, ...)
    NewItem(facts.kind, contract.id, contract.revision, recipient.address, facts, occasion=facts.occasion)

and :func:`facts_of` takes it back when the mail is written.
"""

from datetime import date
from typing import ClassVar

import msgspec

from bball_tui.database.states import Capacity, MessageKind
from bball_tui.mail.values import RenderError, one_line


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What every mail knows. The guardian is the one it goes to; both names are empty when only an address is known.

    ``language`` is what that guardian reads, a tag such as ``es`` or ``es-mx``; empty: the league's language.
    """

    kind: ClassVar[MessageKind]

    player_first: str
    player_last: str
    team: str
    season: str
    guardian_first: str = ""
    guardian_last: str = ""
    language: str = ""

    @property
    def occasion(self) -> str:
        """Tells apart several mails of one kind about one revision of a contract; empty when there can be only one."""
        return ""


class SignatureFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One signature as a family is told about it."""

    signer: str
    capacity: Capacity
    signed_on: date


class WelcomeFacts(Facts, frozen=True, kw_only=True):
    """The contract is signed."""

    kind: ClassVar[MessageKind] = MessageKind.CONTRACT_SIGNED

    signer: str
    capacity: Capacity
    signed_on: date


class ChatFacts(Facts, frozen=True, kw_only=True):
    """The team's chat has a link now. The link itself is read when the mail is written; without one it cannot be."""

    kind: ClassVar[MessageKind] = MessageKind.TEAM_CHAT_READY

    link_number: int = 1
    """Counts the links of the team, so that a family can be told of a new one. Any number that grows will do."""

    @property
    def occasion(self) -> str:
        return str(self.link_number)


class OfferFacts(Facts, frozen=True, kw_only=True):
    """A contract is offered. ``due_on`` None: there is no deadline."""

    kind: ClassVar[MessageKind] = MessageKind.CONTRACT_OFFERED

    offered_on: date
    due_on: date | None = None

    @property
    def occasion(self) -> str:
        return self.offered_on.isoformat()


class ReminderFacts(Facts, frozen=True, kw_only=True):
    """An offer that is due. ``number`` counts the reminders of this offer from 1, without those that were cancelled
    before they left; ``cancelled`` says how many those were, so that no two promises have the same name.
    """

    kind: ClassVar[MessageKind] = MessageKind.CONTRACT_REMINDER

    due_on: date
    number: int = 1
    cancelled: int = 0

    @property
    def occasion(self) -> str:
        return f"{self.due_on.isoformat()}:{self.number + self.cancelled}"


class CorrectionFacts(Facts, frozen=True, kw_only=True):
    """A signature that a family was told about does not hold as it was told.

    ``now`` None: the contract is not signed any more. ``note`` is what staff want to tell the family about it, and
    may be empty; it is not the reason in the audit, which families never see. ``number`` counts the corrections of
    this revision from 1.
    """

    kind: ClassVar[MessageKind] = MessageKind.SIGNATURE_CORRECTED

    was: SignatureFacts
    now: SignatureFacts | None
    note: str = ""
    number: int = 1

    @property
    def occasion(self) -> str:
        return str(self.number)


MailFacts = WelcomeFacts | ChatFacts | OfferFacts | ReminderFacts | CorrectionFacts

_CLASSES: dict[str, type[MailFacts]] = {
    facts.kind: facts for facts in (WelcomeFacts, ChatFacts, OfferFacts, ReminderFacts, CorrectionFacts)
}


def facts_of(kind: str, payload: object) -> MailFacts:
    """The facts in the payload of an outbox item of ``kind``; names that a newer version added are passed over.

    Raises:
        RenderError: there is no such kind of mail, or a fact is missing or of the wrong sort.
    """
    facts = _CLASSES.get(kind)
    if facts is None:
        raise RenderError(f"There is no kind of mail called {one_line(kind)!r}. Known: {', '.join(MessageKind)}.")
    try:
        return msgspec.convert(payload, facts)
    except msgspec.ValidationError as error:
        raise RenderError(
            f"The facts kept with this mail are not complete: {error}. Cancel it, and have it promised anew."
        ) from None
