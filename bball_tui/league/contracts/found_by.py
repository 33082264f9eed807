"""By whose name a child was found: its own, one guardian's with it, or whatever else holds the words."""

import re
from collections.abc import Sequence
from enum import IntEnum

from msgspec import Struct

from bball_tui.database.search import words_of

_AS_STORED = str.maketrans("ŁłØøĐđŦŧÞþıß", "LlOoDdTtTtis")
"""What bball_fold writes for letters that are no letter with an accent."""


class Nearness(IntEnum):
    """How near what was typed is to a child; the nearest comes first."""

    WHOLE = 0
    """Words of the child's own name, each to its last letter, and more than one."""
    OWN = 1
    """Beginnings of the child's own name."""
    ONE_GUARDIAN = 2
    """Part of it is the name of one guardian."""
    REST = 3
    """Several guardians, an address, the team."""


class FoundBy(Struct, frozen=True):
    """``by`` is what else than the child's own name holds the words; empty: nothing else is needed.

    ``begun`` is how many of the words are only the beginning of one.
    """

    nearness: Nearness
    begun: int = 0
    by: str = ""


def folded_words(text: str) -> list[str]:
    """The words of ``text`` as the search compares them."""
    return [word.lower() for word in words_of(text.translate(_AS_STORED))]


def each_its_own(typed: Sequence[str], words: Sequence[str]) -> bool:
    """Whether each typed word begins a word, and no two of them the same one."""
    taken: dict[int, int] = {}

    def place(one: int, seen: set[int]) -> bool:
        for at, word in enumerate(words):
            if at not in seen and word.startswith(typed[one]):
                seen.add(at)
                if at not in taken or place(taken[at], seen):
                    taken[at] = one
                    return True
        return False

    return all(place(one, set()) for one in range(len(typed)))


def found_by(text: str, own: str, guardians: Sequence[str], others: Sequence[str] = ()) -> FoundBy:
    """How ``text`` found the child named ``own``; ``others`` are the addresses and the team."""
    typed, words = folded_words(text), folded_words(own)
    begun = sum(word not in words for word in typed)
    if each_its_own(typed, words):
        return FoundBy(Nearness.OWN if begun or len(typed) < 2 else Nearness.WHOLE, begun)
    for name in guardians:
        if each_its_own(typed, words + folded_words(name)):
            return FoundBy(Nearness.ONE_GUARDIAN, begun, name)
    missing = [word for word in typed if not each_its_own([word], words)] or typed
    by = [one for one in guardians if _holds(one, missing)] or [one for one in others if _holds(one, missing)]
    return FoundBy(Nearness.REST, begun, ", ".join(by or [*guardians, *others][:1]))


def is_whole_name(text: str, name: str, jersey: str | None) -> bool:
    """Whether ``text`` is all of ``name``, each word to its last letter, in any order, with the jersey or without."""
    typed, words = sorted(folded_words(text)), folded_words(name)
    return bool(words) and typed in (sorted(words), sorted(words + folded_words(jersey or "")))


def _holds(text: str, typed: Sequence[str]) -> bool:
    words = folded_words(text)
    return any(each_its_own([word], words) for word in typed)


def repeated(words: Sequence[str]) -> tuple[str, ...]:
    """The typed words that could all begin one word (``k`` and ``kowalski``), as a pattern each for a stored name.

    PostgreSQL's ``\\m`` is the beginning of a word. A name that fits has as many words as were typed.
    """
    folded = folded_words(" ".join(words))
    often = {word: sum(other.startswith(word) for other in folded) for word in folded}
    return tuple(".*".join([rf"\m{re.escape(word)}"] * number) for word, number in often.items() if number > 1)
