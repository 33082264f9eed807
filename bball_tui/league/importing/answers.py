"""What a file leaves open of a row and only a person can say, and what was said."""

from enum import StrEnum

from msgspec import Struct


class Open(StrEnum):
    """What a row leaves open."""

    CHILD = "child"
    """Whether it is a child whom the league has, with another date of birth."""
    ADDRESS = "address"
    """Whether an e-mail address that another family has is meant."""


class Answers(Struct, frozen=True):
    """Rows by their numbers. A row of which nothing is said stays out."""

    same: frozenset[int] = frozenset()
    """The child whom the league has."""
    others: frozenset[int] = frozenset()
    """Another child of that name."""
    addresses: frozenset[int] = frozenset()
    """The address is meant, although another family has it."""

    def __bool__(self) -> bool:
        """Whether anything was said."""
        return bool(self.same or self.others or self.addresses)


NO_ANSWERS = Answers()
