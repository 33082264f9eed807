"""What staff wrote themselves, to the families whom they chose."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import ClassVar, Self

import msgspec

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.mail.kinds.base import MailKind, Value, Words
from bball_tui.mail.message_variables import VARIABLES
from bball_tui.mail.safe_values import one_line

_START = 120
"""Characters that an inbox shows beside the subject."""


class MessageChild(msgspec.Struct, frozen=True, kw_only=True):
    """One player of the reader's family, as the message may speak of them. ``player_id`` 0: an invented one."""

    player_first: str
    player_last: str
    team: str = ""
    season: str = ""
    offered_on: date | None = None
    due_on: date | None = None
    signed_on: date | None = None
    signer: str = ""
    player_id: int = 0


class MessageMail(MailKind, frozen=True, kw_only=True):
    """One e-mail to one address, whatever number of the family's players were chosen: it speaks of all of them.

    The common facts are those of the first player, ``others`` are the family's other ones. ``day`` is when it was
    written and ``round`` counts how often it was taken back that day, so that the same message to the same address is
    promised once a day.
    """

    kind: ClassVar[str] = "message"
    label: ClassVar[str] = "message"
    purpose: ClassVar[str] = "says what you wrote yourself, to the families whom you chose"
    goes_out: ClassVar[str] = "when you write one"
    place: ClassVar[int] = 6
    about_contract: ClassVar[bool] = False
    can_leave: ClassVar[bool] = True
    may_be_empty: ClassVar[frozenset[str]] = frozenset(VARIABLES)

    subject: str
    text: str
    day: date
    round: int = 0
    player_id: int = 0
    offered_on: date | None = None
    due_on: date | None = None
    signed_on: date | None = None
    signer: str = ""
    others: tuple[MessageChild, ...] = ()

    @property
    def digest(self) -> str:
        """Names the message, however many get it."""
        return digest_of(self.subject, self.text)

    @property
    def occasion(self) -> str:
        return f"{self.digest}:{self.day.isoformat()}:{self.round}"

    @property
    def children(self) -> tuple[MessageChild, ...]:
        """All players that it speaks of."""
        names = MessageChild.__struct_fields__
        return (MessageChild(**{name: getattr(self, name) for name in names}), *self.others)

    def variables(self, words: Words, chat_url: str | None, today: date) -> Mapping[str, Value]:
        children = self.children

        def both(values: Iterable[str]) -> str:
            # Around a name that is empty the language leaves its spaces.
            return one_line(words.both([one_line(value) for value in values]))

        def told(values: Sequence[str]) -> str:
            said = [one_line(value) for value in values]
            return said[0] if len(said) == 1 else one_line(_told(words, children, said))

        def day(one: date | None) -> str:
            return "" if one is None else words.day(one)

        return {
            "player": both(f"{one.player_first} {one.player_last}" for one in children),
            "player_first": both(one.player_first for one in children),
            "player_last": both(dict.fromkeys(one_line(one.player_last) for one in children)),
            "team": told([one.team for one in children]),
            "season": told([one.season for one in children]),
            "offered_on": told([day(one.offered_on) for one in children]),
            "due_on": told([day(one.due_on) for one in children]),
            "signed_on": told([day(one.signed_on) for one in children]),
            "signer": told([one.signer for one in children]),
            # The link read is that of the first player's team.
            "chat_url": chat_url if len({one.team for one in children}) == 1 else None,
        }

    def composed(self, values: Mapping[str, Value]) -> Mapping[str, Value]:
        from bball_tui.mail.message_text import fill  # Markdown and Jinja: not before something is written

        texts = {name: value for name, value in values.items() if isinstance(value, str)}
        filled = fill(self.subject, self.text, texts)
        return {
            "message_subject": filled.subject,
            "message_html": filled.html,
            "message_text": filled.text,
            "message_start": one_line(filled.text[: 4 * _START])[:_START].rstrip(),
        }

    @classmethod
    def preview_facts(cls, player: str, offered_on: date, due_on: date | None) -> Mapping[str, object]:
        raise BballError(_("A message says what you write: choose the families in a list, and write to them."))

    def sparse(self) -> Self:
        return msgspec.structs.replace(
            self, guardian_first="", guardian_last="", offered_on=None, due_on=None, signed_on=None, signer=""
        )

    def further_trials(self) -> Iterator[tuple[str, Self]]:
        other = MessageChild(player_first="Leo", player_last=self.player_last, team="Eastside Hawks U10")
        yield "two children", msgspec.structs.replace(self, others=(other,))


def digest_of(subject: str, text: str) -> str:
    """A short name for a message of these words."""
    return sha256(f"{subject}\n{text}".encode()).hexdigest()[:16]


def _told(words: Words, children: Sequence[MessageChild], values: Sequence[str]) -> str:
    """What is the same for all children is said once, else each with the child's name."""
    if len(set(values)) == 1:
        return values[0]
    named = [f"{value} ({one_line(one.player_first)})" for one, value in zip(children, values, strict=True) if value]
    return words.both(named)
