"""Ways to say one first name: short forms (Mike, Michael), both in one (Michael (Mike)), and slips of the pen."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING

from bball_tui.database.search import words_of

if TYPE_CHECKING:
    from nicknames import NickNamer

ALIKE = 0.75
"""Of two first names: SequenceMatcher's ratio from which one may be a slip of the other."""
CLOSE = 0.85
"""The same of two full names, in which a last name in common counts for half."""


@lru_cache(maxsize=32_768)
def first_alike(one: str, other: str) -> bool:
    """Whether two folded first names may be one."""
    return same_forms(one, other) or SequenceMatcher(None, one, other).ratio() >= ALIKE


def near_name(name: str, others: Sequence[str]) -> str | None:
    """The one of ``others`` that a slip in ``name`` may have meant, first name first; None where none is close."""
    wanted = _folded(name)
    found = [(SequenceMatcher(None, wanted, _folded(other)).ratio(), other) for other in others]
    close = [(ratio, other) for ratio, other in found if ratio >= CLOSE or _one_person(wanted, _folded(other))]
    return max(close, key=lambda one: one[0])[1] if close else None


def _folded(name: str) -> str:
    return " ".join(words_of(name)).casefold()


def _one_person(one: str, other: str) -> bool:
    """Whether the last words of two full names are one, and the first ones forms of one."""
    (first, __, last), (same_first, __, same_last) = one.partition(" "), other.partition(" ")
    return bool(last) and last == same_last and first_alike(first, same_first)


@lru_cache(maxsize=32_768)
def same_forms(one: str, other: str) -> bool:
    """Whether one of two folded first names is a form of the other, or of a name that both are short for."""
    forms, others = _forms(one), _forms(other)
    if forms & others:
        return True
    return any(
        min(len(first), len(second)) >= 3 and (first.startswith(second) or second.startswith(first))
        for first in _written(one)
        for second in _written(other)
    )


@lru_cache(maxsize=32_768)
def _written(first: str) -> frozenset[str]:
    """The names that a first name writes: Michael (Mike) is two, Mary-Ann one."""
    parts = re.split(r"[()\[\]\"“”/]|\baka\b", first)
    return frozenset(squeezed for part in parts if (squeezed := "".join(filter(str.isalnum, part))))


@lru_cache(maxsize=32_768)
def _forms(first: str) -> frozenset[str]:
    """A first name and the full names that it is short for. Two full names with a nickname in common are not one."""
    names = _written(first)
    return names | {full for name in names for full in _nicknames().canonicals_of(name)}


@lru_cache(maxsize=1)
def _nicknames() -> "NickNamer":
    from nicknames import NickNamer

    return NickNamer()
