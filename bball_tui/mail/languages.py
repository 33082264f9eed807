"""The languages of the mails: which folder a family's mail comes from, and how its language writes a day.

All of it is data: ``_shared/LANGUAGE/words.toml`` has the words, ``KIND/LANGUAGE/`` the texts. English stands in the
folders themselves. So a language is added by adding files, ours or the league's.
"""

import tomllib
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Literal

import msgspec

from bball_tui.database.states import Capacity

ENGLISH = "en"


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a language writes what is no text of a template.

    ``long_date`` has the places ``{weekday}``, ``{day}``, ``{month}`` and ``{year}``; weekdays begin with Monday.
    ``pair`` puts the last of several names behind the others: ``{first} and {last}``.
    """

    direction: Literal["ltr", "rtl"]
    long_date: str
    weekdays: tuple[str, str, str, str, str, str, str]
    months: tuple[str, str, str, str, str, str, str, str, str, str, str, str]
    capacities: dict[Capacity, str]
    pair: str = "{first} and {last}"

    @classmethod
    def read(cls, source: str) -> "Words":
        """The words of a ``words.toml``.

        Raises:
            ValueError: it is no TOML, or something in it is missing or unknown.
        """
        return msgspec.convert(tomllib.loads(source), cls)

    def day(self, day: date) -> str:
        """A day written out, so that nobody can swap day and month: ``Saturday, March 6, 2027``."""
        # Not str.format: a league may write this line, and a format can ask for attributes and widths.
        text = self.long_date
        for place, word in (
            ("{weekday}", self.weekdays[day.weekday()]),
            ("{day}", str(day.day)),
            ("{month}", self.months[day.month - 1]),
            ("{year}", str(day.year)),
        ):
            text = text.replace(place, word)
        return text

    def capacity(self, capacity: Capacity) -> str:
        """What the signer is to the player; empty when the player signed."""
        return "" if capacity is Capacity.ADULT_PLAYER else self.capacities.get(capacity, str(capacity))

    def both(self, texts: Sequence[str]) -> str:
        """Several texts as one: ``Maya, Leo and Ann``."""
        if len(texts) < 2:
            return "".join(texts)
        before, _, behind = self.pair.partition("{first}")
        between, _, after = behind.partition("{last}")
        return f"{before}{', '.join(texts[:-1])}{between}{texts[-1]}{after}"


@lru_cache(maxsize=256)
def chain(guardian: str, league: str) -> tuple[str, ...]:
    """The languages to try in turn: the guardian's, the league's, English, each without its region after it.

    ``es-mx`` in a French league: ``es-mx``, ``es``, ``fr``, ``en``.
    """
    tags: dict[str, None] = {}
    for tag in (guardian, league, ENGLISH):
        parts = tag.split("-") if tag else []
        for length in range(len(parts), 0, -1):
            tags.setdefault("-".join(parts[:length]))
        if ENGLISH in tags:
            break
    return tuple(tags)


def path(folder: str, language: str, file: str) -> str:
    """Where a file of a language lies: English in the folder itself."""
    return f"{folder}/{file}" if language == ENGLISH else f"{folder}/{language}/{file}"
