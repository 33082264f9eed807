"""Finding players by what staff type: the beginnings of words, without regard to case or accents.

Each word must be found somewhere: in the player's name or jersey, a guardian's name or e-mail address, or the
team's name. Whatever is no letter or digit only separates words, so no character of the search language gets in.
An address, or its beginning up to the @ and beyond, stays whole: the end of one is the end of thousands.
"""

import re
import sys
import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    ScalarSelect,
    Select,
    SelectBase,
    Text,
    and_,
    any_,
    cast,
    func,
    intersect,
    literal,
    literal_column,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.dialects.postgresql import REGCONFIG

from bball_tui.database import models

MOST_WORDS = 8
"""More words than anybody types; the rest of a pasted page is left out."""

FEW = 300
"""As many players are looked at one by one; of more, each word's players are gathered and compared."""

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


def found_players(league_id: int, season_id: int | None, terms: Sequence[str]) -> ColumnElement[Any]:
    """An array of the ids of the players whom each of ``terms`` finds; teams count in ``season_id`` (None: in any).

    Compare with ``id == any_(found_players(...))``. How many a word finds nobody can estimate; of an array the planner
    believes that it is short, and so asks an index for each id, instead of reading a million rows for ten of them.
    """
    if len(terms) == 1:
        return _array(players_matching(league_id, season_id, terms[0]))
    # An address finds the fewest, then the longest word: where one leaves few players, the other words are looked for
    # in these alone, and not in everybody.
    branches: list[Select[Any]] = []
    many: list[ColumnElement[bool]] = []
    for term in sorted(terms, key=lambda term: ("@" in term, len(term)), reverse=True):
        some = _some_players(league_id, season_id, term)
        number = select(func.count()).select_from(some).scalar_subquery()
        # The limit says nothing new, but tells the planner how few they are.
        few = select(some.c.id).where(*many, number <= FEW).limit(FEW).subquery()
        branches.append(
            select(few.c.id).where(*(_finds(few.c.id, season_id, other) for other in terms if other != term))
        )
        many.append(number > FEW)
    every = intersect(*(players_matching(league_id, season_id, term) for term in terms)).subquery()
    return _array(union_all(*branches, select(every.c.id).where(*many)))


def _some_players(league_id: int, season_id: int | None, term: str) -> CTE:
    """The ids of the players whom ``term`` finds, some more than once; when they are more than FEW, only the first.

    A guardian or team without a player is a row without an id, so that what was left out of them shows in the number.
    """
    player, guardian, link = models.Player, models.Guardian, models.PlayerGuardian
    team, contract = models.Team, models.Contract
    guardians = (
        select(guardian.id).where(guardian.league_id == league_id, _guardian_matches(term)).limit(FEW + 1).subquery()
    )
    families = guardians.outerjoin(link, link.guardian_id == guardians.c.id)
    parts = [select(link.player_id.label("id")).select_from(families)]
    if "@" not in term:
        teams = select(team.id).where(team.league_id == league_id, team_matches(term))
        if season_id is not None:
            teams = teams.where(team.season_id == season_id)
        found = teams.limit(FEW + 1).subquery()
        played = contract.team_id == found.c.id
        if season_id is not None:
            played &= contract.season_id == season_id
        places = found.outerjoin(contract, played)
        parts += [
            select(player.id).where(player.league_id == league_id, player.search.op("@@")(_query(term))),
            select(contract.player_id).select_from(places),
        ]
    rows = (parts[0] if len(parts) == 1 else union_all(*parts)).subquery()
    return select(rows.c[0].label("id")).limit(FEW + 1).cte()


def _array(ids: SelectBase) -> ColumnElement[Any]:
    return func.array(ids.scalar_subquery())


def players_matching(league_id: int, season_id: int | None, term: str) -> SelectBase:
    """The ids of the players whom ``term`` finds; teams count in ``season_id`` (None: in any season)."""
    player, guardian, link = models.Player, models.Guardian, models.PlayerGuardian
    team, contract = models.Team, models.Contract
    guardians = select(guardian.id).where(guardian.league_id == league_id, _guardian_matches(term))
    by_guardian = select(link.player_id.label("id")).where(link.guardian_id == any_(_array(guardians)))
    if "@" in term:
        return by_guardian.distinct()
    own = select(player.id).where(player.league_id == league_id, player.search.op("@@")(_query(term)))
    teams = select(team.id).where(team.league_id == league_id, team_matches(term))
    by_team = select(contract.player_id)
    if season_id is not None:
        teams = teams.where(team.season_id == season_id)
        by_team = by_team.where(contract.season_id == season_id)
    return union(own, by_guardian, by_team.where(contract.team_id == any_(_array(teams))))


def _finds(player_id: ColumnElement[int], season_id: int | None, term: str) -> ColumnElement[bool]:
    """Whether ``term`` finds this one player: looked up from the player, and never from all that the term meets.

    As scalars, since of an EXISTS the planner might think that gathering all of them first is cheaper.
    """
    player, guardian, link = models.Player, models.Guardian, models.PlayerGuardian
    team, contract = models.Team, models.Contract
    by_guardian = (
        select(literal(True))
        .select_from(link)
        .join(guardian, guardian.id == link.guardian_id)
        .where(link.player_id == player_id, _guardian_matches(term))
        .limit(1)
        .scalar_subquery()
    )
    if "@" in term:
        return by_guardian
    own = select(player.search.op("@@")(_query(term))).where(player.id == player_id).scalar_subquery()
    by_team = (
        select(literal(True))
        .select_from(contract)
        .join(team, team.id == contract.team_id)
        .where(contract.player_id == player_id, team_matches(term))
        .limit(1)
    )
    if season_id is not None:
        by_team = by_team.where(contract.season_id == season_id, team.season_id == season_id)
    return or_(own, by_guardian, by_team.scalar_subquery())


def _guardian_matches(term: str) -> ColumnElement[bool]:
    """Whether ``term`` is the beginning of the guardian's address, or a word of it or of the name."""
    guardian = models.Guardian
    if "@" not in term:
        return guardian.search.op("@@")(_query(term))
    # Compared byte by byte, as the index is; nothing in the text has a meaning of its own.
    address = func.lower(guardian.email)
    least, beyond = (func.lower(literal(one, Text)) for one in (term, term + chr(sys.maxunicode)))
    return and_(
        address.op("~>=~", is_comparison=True)(least),
        address.op("~<~", is_comparison=True)(beyond),
    )


def players_called(league_id: int, word: str) -> Select[int]:
    """The ids of the players in whose own name or jersey ``word`` is found."""
    player = models.Player
    return select(player.id).where(player.league_id == league_id, player.search.op("@@")(_query(word)))


def team_matches(word: str) -> ColumnElement[bool]:
    """Whether ``word`` is found in the team's name or division."""
    return models.Team.search.op("@@")(_query(word))
