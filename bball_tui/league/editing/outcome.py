"""What came of a save. Each is a value, so that a form can show it and nothing that was typed is ever lost.

A draft is a frozen dataclass of texts and ticks, as they stand in a form; :class:`Loaded` is the record that the form
began with.
"""

from typing import Any, Generic, TypeAlias, TypeVar

from msgspec import Struct

from bball_tui.errors import BballError

DraftT = TypeVar("DraftT")
FieldValue: TypeAlias = str | bool


class Loaded(Struct, Generic[DraftT], frozen=True):
    """A record as a form shows it, with the version that it had then."""

    id: int
    version: int
    draft: DraftT


class Problem(Struct, frozen=True):
    """What is wrong with one field of the draft, in a sentence that says what to do."""

    field: str
    text: str


class Unpromised(Struct, frozen=True):
    """A signed contract whose welcome mail was never promised to ``address``, which should have it."""

    contract_id: int
    player: str
    address: str


class Saved(Struct, frozen=True):
    """It is written. ``notes`` are sentences worth reading; ``changed`` is False when there was nothing to write.

    ``done`` says what changed, where "saved" would leave open what is so now.
    """

    id: int
    changed: bool = True
    notes: tuple[str, ...] = ()
    unpromised: tuple[Unpromised, ...] = ()
    done: str = ""


class Wrong(Struct, frozen=True):
    """Nothing is written: all that is wrong, at once."""

    problems: tuple[Problem, ...]


class Difference(Struct, frozen=True):
    """A field that a colleague changed to something else than what is in the draft."""

    field: str
    before: FieldValue
    theirs: FieldValue
    yours: FieldValue

    @property
    def untouched(self) -> bool:
        """Whether only the colleague changed it."""
        return self.yours == self.before


class Overtaken(Struct, frozen=True):
    """Nothing is written: a colleague was quicker. Save again with ``now`` as the record that the form began with."""

    by: str
    at: str
    differences: tuple[Difference, ...]
    now: Loaded[Any]

    @property
    def clashes(self) -> tuple[Difference, ...]:
        """The fields that both changed. Without any, a form may take over the others and save without a question."""
        return tuple(one for one in self.differences if not one.untouched)


class Lookalike(Struct, frozen=True):
    """A record that may be the same person; ``about`` says by what it is told apart."""

    id: int
    name: str
    about: str


class OthersAddress(BballError):
    """Nothing is written: the address is another family's. Save again, saying that it is right all the same."""


class Doubtful(Struct, frozen=True):
    """Nothing is written: somebody like that is there already. Save again, saying that these are others."""

    others: tuple[Lookalike, ...]


Outcome: TypeAlias = Saved | Wrong | Overtaken | Doubtful
