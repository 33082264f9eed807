"""What every kind of mail has in common: its facts, its variables, its words for staff, and its samples."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import ClassVar, Protocol, Self

import msgspec

from bball_tui.database.states import Capacity, ContractStatus

Value = str | bool | None
"""What a template may be given: clean one-line text, a checked color or link, a yes or no, or nothing."""


class Words(Protocol):
    """How a language writes what is no text of a template; see ``languages.Words``."""

    def day(self, day: date) -> str: ...

    def capacity(self, capacity: Capacity) -> str: ...

    def both(self, texts: Sequence[str]) -> str: ...


class MailKind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of mail is a subclass, in a module of its own in this package; one mail is an instance.

    The fields are the facts that are frozen into the outbox item when the mail is promised. They travel as JSON in the
    item's payload, so a name corrected later never changes a mail that was promised. The guardian is the one it goes
    to; both names are empty when only an address is known. ``language`` is what that guardian reads, a tag such as
    ``es`` or ``es-mx``; empty: the league's language.
    """

    kind: ClassVar[str]
    """The name in the database and on the command line, and of the folder in ``templates/``."""
    label: ClassVar[str]
    """What staff call it, in a narrow column: ``welcome``."""
    purpose: ClassVar[str]
    """What it is for, as the rest of a sentence: ``welcomes a family as soon as the contract is signed``."""
    goes_out: ClassVar[str]
    """The same in so few words that the narrowest list holds them: ``when a contract is signed``."""
    place: ClassVar[int]
    """Kinds are listed by this number, from 1."""
    still_applies: ClassVar[frozenset[ContractStatus] | None] = None
    """While the contract has one of these statuses, and the revision that the mail is about, what it says is true.

    None: it stays true whatever becomes of the contract.
    """
    about_contract: ClassVar[bool] = True
    """It is about one contract, and is taken back with it while it has not left."""
    can_leave: ClassVar[bool] = False
    """Where the league wants it, it says how one gets no more of them, in its text and in a header."""
    chat_button: ClassVar[bool] = False
    """It has a button to the team's chat, and goes out without one while the team has no link."""
    may_be_empty: ClassVar[frozenset[str]] = frozenset()
    """The variables of this kind that say nothing in some mails, which is no fault."""
    shown_by_signing: ClassVar[bool] = False
    """A preview for an open contract signs it and takes that back; for the other kinds see ``preview_facts``."""

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

    def variables(self, words: Words, chat_url: str | None, today: date) -> Mapping[str, Value]:
        """What only this kind gives to its templates, besides the variables that all have.

        ``chat_url`` is checked already; ``today`` is the day on which the mail is written, on the league's clock.

        Raises:
            RenderError: the mail cannot do without something that is not there.
        """
        raise NotImplementedError

    def composed(self, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """What is made of the variables themselves, all ``values`` of the mail, such as a text that staff wrote.

        Raises:
            RenderError: it cannot be made.
        """
        return {}

    @classmethod
    def preview_facts(cls, player: str, offered_on: date, due_on: date | None) -> Mapping[str, object]:
        """The facts that only this kind has, for a look at the mail about the contract of ``player`` as it is now.

        Raises:
            BballError: such a mail would not be about this contract.
        """
        return {}

    def sparse(self) -> Self:
        """This mail with as little as may be known."""
        return msgspec.structs.replace(self, guardian_first="", guardian_last="")

    def further_trials(self) -> Iterator[tuple[str, Self]]:
        """Mails that a template of this kind must bear besides the common ones, each with its name."""
        return iter(())
