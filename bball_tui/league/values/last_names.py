"""Ways to write one last name: with and without hyphens, particles (de la, van der) and suffixes (Jr., III).

By the same words a whole name is split into first and last.
"""

import re
from functools import lru_cache

_PARTICLES = frozenset(
    ("de", "del", "de'", "della", "di", "da", "do", "dos", "das", "du", "la", "las", "le", "los", "el", "al", "y", "e",
     "van", "von", "der", "den", "ter", "ten", "zu", "bin", "ibn", "ben", "st", "saint", "san", "santa", "o", "mac",
     "mc")
)  # fmt: skip
_SUFFIXES = frozenset(("jr", "sr", "junior", "senior", "ii", "iii", "iv", "v", "esq", "2nd", "3rd", "4th"))
_BETWEEN = frozenset(("y", "e"))
"""Particles between two last names."""
_WORDS = re.compile(r"[^\W_]+")


def split_name(name: str) -> tuple[str, str] | None:
    """First and last of a whole name, written as "Mia Lopez" or "Lopez, Mia"; None when one of them is missing.

    All words of ``name`` are in one of the two. Particles and suffixes stay with the last name; of the other words
    the one at the end is the last name, and before a comma all are.
    """
    parts = [part.split() for part in name.split(",")]
    if not all(parts):
        return None
    behind: list[str] = []
    if len(parts) > 1 and all(map(_is_suffix, parts[-1])) and sum(map(len, parts[:-1])) > 1:
        behind = parts.pop()  # "Mia Lopez, Jr." and "Lopez, Mia, Jr."
    if len(parts) > 2:
        return None
    words, turned = parts[-1], len(parts) == 2
    end = len(words)
    # The V of "Lopez, Mia V" is the initial of a middle name.
    while end > 1 and _is_suffix(words[end - 1]) and not (turned and len(words[end - 1].strip(".")) == 1):
        end -= 1
    words, behind = words[:end], [*words[end:], *behind]
    if turned:
        start = end
        while start > 1 and words[start - 1] in _PARTICLES:  # "Cruz, Maria de la"
            start -= 1
        first, last = words[:start], [*words[start:], *parts[0]]
        missing = all(map(_is_suffix, first))  # "Lopez, Jr."
    else:
        start = end - 1
        while start > 1 and _is_particle(words[start - 1]):
            start -= 2 if words[start - 1] in _BETWEEN and start > 2 else 1  # "José Ortega y Gasset"
        first, last = words[:start], words[start:]
        missing = not first or last[0] in _BETWEEN  # "Ana y Luis" are two
    return None if missing else (" ".join(first), " ".join([*last, *behind]))


def perhaps_two(name: str) -> bool:
    """Whether "Ana Lopez, Luis Garcia" may be two people, or one with two first and two last names."""
    parts = [[word for word in part.split() if _counts(word)] for part in without_suffix(name).split(",")]
    return len(parts) == 2 and min(map(len, parts)) > 1


def without_suffix(name: str) -> str:
    """``name`` without the Jr. that a comma sets off."""
    before, comma, behind = name.rpartition(",")
    return before if comma and behind.strip() and all(map(_is_suffix, behind.split())) else name


def _counts(word: str) -> bool:
    return len(word.strip(".")) > 1 and not _is_suffix(word) and not _is_particle(word)


def _is_suffix(word: str) -> bool:
    return word.strip(".").casefold() in _SUFFIXES


def _is_particle(word: str) -> bool:
    # A capital alone is the initial of a middle name.
    return word in _PARTICLES if len(word.strip(".")) == 1 else word.strip(".").casefold() in _PARTICLES


@lru_cache(maxsize=32_768)
def spellings(last: str) -> frozenset[str]:
    """Folded texts of which two last names have one in common when they may be one name.

    They are the whole name without anything between its letters, the same without suffixes and particles, and each
    part of a double name.
    """
    if last.isalpha():
        return frozenset((last,))
    words = _WORDS.findall(last.replace("'", "").replace("’", ""))
    names = [word for word in words if word not in _SUFFIXES] or words
    core = [word for word in names if word not in _PARTICLES] or names
    return frozenset((last, "".join(names), "".join(core), *core))
