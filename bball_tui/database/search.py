"""Finding players by what staff type: the beginnings of words, without regard to case or accents.

Each word must be found somewhere: in the player's name or jersey, a guardian's name or e-mail address, or the
team's name. Whatever is no letter or digit only separates words, so no character of the search language gets in.
An address, or its beginning up to the @ and beyond, stays whole: the end of one is the end of thousands.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    ColumnElement,
    ScalarSelect,
    Text,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import REGCONFIG

from bball_tui.database import models

MOST_WORDS = 8
"""More words than anybody types; the rest of a pasted page is left out."""

_ACCENTS = re.compile("[\u0300-\u036f]")
"""What bball_fold drops, too."""

_SIMPLE: ColumnElement[Any] = cast(literal_column("'simple'"), REGCONFIG)


def words_of(text: str) -> list[str]:
    """The words to look for: folded far enough that only letters and digits are left."""
    folded = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    # The marks of other scripts stay inside their word, as they do in the stored one.
    separated = "".join(one if one.isalnum() or unicodedata.category(one) == "Mn" else " " for one in folded)
    return [word for word in separated.split() if any(one.isalnum() for one in word)][:MOST_WORDS]


def terms_of(text: str) -> list[str]:
    """The words to look for, and the addresses among them as the beginnings of whole ones: they alone have an ``@``."""
    terms: list[str] = []
    rest: list[str] = []
    for part in text.split():
        bare = part.replace("\x00", "").strip("<>()[]\"',;:.")
        if bare.find("@") > 0:
            terms += [*words_of(" ".join(rest)), bare]
            rest = []
        else:
            rest.append(part)
    return [*terms, *words_of(" ".join(rest))][:MOST_WORDS]


def _query(word: str) -> ScalarSelect[Any]:
    # The quotes make the word one operand; a subquery is worked out once, not for each row.
    quoted = literal("'") + func.replace(func.bball_fold(literal(word, Text)), "'", "''") + literal("':*")
    return select(func.to_tsquery(_SIMPLE, quoted)).scalar_subquery()


def found_players(
    league_id: int, season_id: int | None, terms: Sequence[str] | BindParameter[Any]
) -> ColumnElement[Any]:
    """An array of the ids of the players whom each of ``terms`` finds; teams count in ``season_id`` (None: in any).

    Compare with ``id == any_(found_players(...))``. How many a word finds nobody can estimate; of an array the planner
    believes that it is short, and so asks an index for each id, instead of reading a million rows for ten of them.
    """
    return _found(league_id, season_id, terms, own=False)


def players_called(league_id: int, words: Sequence[str] | BindParameter[Any]) -> ColumnElement[Any]:
    """An array of the ids of the players in whose own name or jersey each of ``words`` is found."""
    return _found(league_id, None, words, own=True)


def terms_parameter(name: str, terms: Sequence[str]) -> BindParameter[Any]:
    """``terms`` as a parameter of this name, for a statement that is asked again with others."""
    return bindparam(name, list(terms), type_=ARRAY(Text))


def _found(
    league_id: int, season_id: int | None, terms: Sequence[str] | BindParameter[Any], *, own: bool
) -> ColumnElement[Any]:
    # A function of the database, which looks at the league itself: behind a policy the indexes of words and addresses
    # are of no use. As a subquery it is asked once, not for each row.
    season = cast(season_id, BigInteger)
    typed = terms if isinstance(terms, BindParameter) else literal(list(terms), ARRAY(Text))
    asked = select(func.bball_found(league_id, season, cast(typed, ARRAY(Text)), own)).scalar_subquery()
    return cast(asked, ARRAY(BigInteger))


def team_matches(word: str) -> ColumnElement[bool]:
    """Whether ``word`` is found in the team's name or division."""
    return models.Team.search.op("@@")(_query(word))
