"""Finding players by what staff type: the beginnings of words, without regard to case or accents.

Each word must be found somewhere: in the player's name or jersey, a guardian's name or e-mail address, or the
team's name. Whatever is no letter or digit only separates words, so no character of the search language gets in.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    ScalarSelect,
    Select,
    SelectBase,
    Text,
    any_,
    cast,
    func,
    intersect,
    literal,
    literal_column,
    select,
    union,
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


def _query(word: str) -> ScalarSelect[Any]:
    # The quotes make the word one operand; a subquery is worked out once, not for each row.
    quoted = literal("'") + func.replace(func.bball_fold(literal(word, Text)), "'", "''") + literal("':*")
    return select(func.to_tsquery(_SIMPLE, quoted)).scalar_subquery()


def found_players(league_id: int, season_id: int | None, words: Sequence[str]) -> ColumnElement[Any]:
    """An array of the ids of the players whom each of ``words`` finds; teams count in ``season_id`` (None: in any).

    Compare with ``id == any_(found_players(...))``. How many a word finds nobody can estimate; of an array the planner
    believes that it is short, and so asks an index for each id, instead of reading a million rows for ten of them.
    """
    each = [players_matching(league_id, season_id, word) for word in words]
    return _array(each[0] if len(each) == 1 else intersect(*each))


def _array(ids: SelectBase) -> ColumnElement[Any]:
    return func.array(ids.scalar_subquery())


def players_matching(league_id: int, season_id: int | None, word: str) -> CompoundSelect[tuple[int]]:
    """The ids of the players whom ``word`` finds; teams count in ``season_id`` (None: in any season)."""
    player, guardian, link = models.Player, models.Guardian, models.PlayerGuardian
    team, contract = models.Team, models.Contract
    query = _query(word)
    own = select(player.id).where(player.league_id == league_id, player.search.op("@@")(query))
    guardians = select(guardian.id).where(guardian.league_id == league_id, guardian.search.op("@@")(query))
    by_guardian = select(link.player_id).where(link.guardian_id == any_(_array(guardians)))
    teams = select(team.id).where(team.league_id == league_id, team_matches(word))
    by_team = select(contract.player_id)
    if season_id is not None:
        teams = teams.where(team.season_id == season_id)
        by_team = by_team.where(contract.season_id == season_id)
    return union(own, by_guardian, by_team.where(contract.team_id == any_(_array(teams))))


def players_called(league_id: int, word: str) -> Select[int]:
    """The ids of the players in whose own name or jersey ``word`` is found."""
    player = models.Player
    return select(player.id).where(player.league_id == league_id, player.search.op("@@")(_query(word)))


def team_matches(word: str) -> ColumnElement[bool]:
    """Whether ``word`` is found in the team's name or division."""
    return models.Team.search.op("@@")(_query(word))
