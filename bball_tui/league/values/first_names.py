"""Ways to say one first name: short forms (Mike, Michael), both in one (Michael (Mike)), and slips of the pen."""

import re
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nicknames import NickNamer

ALIKE = 0.75
"""Of two first names: SequenceMatcher's ratio from which one may be a slip of the other."""


@lru_cache(maxsize=32_768)
def first_alike(one: str, other: str) -> bool:
    """Whether two folded first names may be one."""
    return same_forms(one, other) or SequenceMatcher(None, one, other).ratio() >= ALIKE


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
