"""Ways to write one last name: with and without hyphens, particles (de la, van der) and suffixes (Jr., III)."""

import re
from functools import lru_cache

_PARTICLES = frozenset(
    ("de", "del", "de'", "della", "di", "da", "do", "dos", "das", "du", "la", "las", "le", "los", "el", "al", "y", "e",
     "van", "von", "der", "den", "ter", "ten", "zu", "bin", "ibn", "ben", "st", "saint", "san", "santa", "o", "mac",
     "mc")
)  # fmt: skip
_SUFFIXES = frozenset(("jr", "sr", "junior", "senior", "ii", "iii", "iv", "v", "esq", "2nd", "3rd", "4th"))
_WORDS = re.compile(r"[^\W_]+")


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
