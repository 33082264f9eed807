"""Names of teams and groups, made comparable. Pure; no decision is taken here.

A name has a full key (season kept) and a bare one (season taken off). Equal full keys are the same name. A match that
needed the season taken off is only a suggestion, unless that season is the present one: last season's group holds last
season's families.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct

_TERMS = {"spring": "spring", "summer": "summer", "fall": "fall", "autumn": "fall", "winter": "winter"}
_SEASON_WORDS = frozenset({*_TERMS, "season"})
_ROUNDS = 4
"""Folding is repeated until nothing changes; no known text needs more."""

_KANA_MARKS = "\u3099\u309a"
"""Voiced sound marks: without them a Japanese name becomes another one."""

_DASHES = re.compile(r"[\u00ad\u058a\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d\u30a0]")
_QUOTES = re.compile(r"[\u2018\u2019\u201a\u201b\u2032\u00b4`\u02bc\u02b9\uff07]")
# These two look at words and numbers only, after all punctuation is gone.
_ORDINAL = re.compile(r"\b(\d+)(?:st|nd|rd|th)\b")
_AGE = (re.compile(r"\b(?:u|under) ?(\d{1,2})\b"), re.compile(r"\b(\d{1,2}) ?(?:u|(?:and )?under)\b"))

_SHORT_YEAR = re.compile(r"(?<![\d'])'(\d\d)(?![\w'])")
_YEARS = re.compile(r"(?<![\w/-])(20\d\d|\d\d)\s*[-/]\s*(20\d\d|\d\d)(?![\w/-])")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_INNER_QUOTE = re.compile(r"(?<=\w)'(?=\w)")

_MARK = "\ue000"
"""Stands before a year that was written short, until the season is taken off. A private character: no name has it."""

_SHORT_YEAR_MARKED = rf" {_MARK}20\1 "
_YEAR_WORD = re.compile(rf"(20\d\d)|{_MARK}(20\d\d)(?:{_MARK}(20\d\d))?")


class SeasonTag(Struct, frozen=True, order=True):
    """A season as a name tells it: ``term`` (spring, summer, fall, winter) and years, "" and 0 where not told."""

    term: str = ""
    year: int = 0
    until: int = 0


class Name(Struct, frozen=True):
    """A name made comparable. ``full`` keeps the season, ``bare`` does not; ``season`` is what was taken off."""

    full: str
    bare: str
    season: SeasonTag | None = None


def read_name(text: str, prefixes: Sequence[str] = ()) -> Name:
    """``text`` as a :class:`Name`; ``prefixes`` are the league's names, dropped where a name begins with one."""
    leads = _leads(tuple(prefixes))
    tokens = _tokens(text)
    rest, season = _without_season(tokens)
    full = " ".join(map(_spoken, _without_lead(tokens, leads)))
    bare = " ".join(map(_spoken, _without_lead(rest, leads)))
    return Name(full, bare, season)


@lru_cache(maxsize=8)
def _leads(prefixes: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The prefixes as words, the longest first."""
    return tuple(sorted({tuple(_tokens(prefix)) for prefix in prefixes} - {()}, key=len, reverse=True))


def key(text: str, prefixes: Sequence[str] = ()) -> str:
    """The full key of ``text``: equal for equal names. Empty only when ``text`` has no letter and no digit."""
    return read_name(text, prefixes).full


def season_of(text: str) -> SeasonTag | None:
    """The season that a season's own name tells ("Fall 2025", "2025/26"), None when it tells none."""
    _, season = _without_season(["x", *_tokens(text)])
    return season


def fold(text: str) -> str:
    """Without case, accents and typographic variants: NFKD, marks dropped, case folded, digits of any script."""
    for _ in range(_ROUNDS):
        folded = "".join(map(_folded, unicodedata.normalize("NFKD", text.casefold())))
        folded = unicodedata.normalize("NFC", folded)
        if folded == text:
            break
        text = folded
    return text


def _folded(character: str) -> str:
    if unicodedata.combining(character) and character not in _KANA_MARKS:
        return ""
    category = unicodedata.category(character)
    # Joiners, direction marks and the selectors behind an emoji are no part of a name.
    if category in ("Cf", "Me") or character == _MARK or "\ufe00" <= character <= "\ufe0f":
        return ""
    if category == "Nd":
        return str(unicodedata.digit(character))
    return character


def _tokens(text: str) -> list[str]:
    if text.isascii():
        folded = text.lower().replace("`", "'")
    else:
        folded = _QUOTES.sub("'", _DASHES.sub("-", fold(_DASHES.sub("-", _QUOTES.sub("'", text)))))
    folded = folded.replace("&", " and ")
    if "-" in folded or "/" in folded:
        folded = _YEARS.sub(_years, folded)
    if "'" in folded:
        folded = _INNER_QUOTE.sub("", _SHORT_YEAR.sub(_SHORT_YEAR_MARKED, folded))
    if folded.isascii():
        spaced = " ".join(_ASCII_WORD.findall(folded))
    else:
        spaced = " ".join("".join(c if c.isalnum() or _is_part_of_word(c) else " " for c in folded).split())
    spaced = _ORDINAL.sub(r"\1", spaced)
    for pattern in _AGE:
        spaced = pattern.sub(r"\1u", spaced)
    return spaced.split()


def _is_part_of_word(character: str) -> bool:
    """Vowel signs and our own mark; letters and digits are known by ``isalnum``."""
    return character == _MARK or unicodedata.category(character)[0] == "M"


def _years(match: re.Match[str]) -> str:
    """ "2025-26" and "25/26" are seasons; "10-12" is an age bracket, "2014-2015" a season or two birth years."""
    first, second = (int(part) % 100 for part in match.groups())
    if second == first + 1 and second >= 20:
        return f" {_MARK}20{first:02}{_MARK}20{second:02} "
    return match.group(0)


def _spoken(word: str) -> str:
    """A word without the marks of `_tokens`, the same however the year was written."""
    return word if _MARK not in word else " ".join(word.split(_MARK)).strip()


def _without_lead(tokens: Sequence[str], leads: Sequence[tuple[str, ...]]) -> Sequence[str]:
    """Without leading articles and league names; never without everything."""
    while True:
        drop = 1 if tokens[:1] == ["the"] else 0
        if not drop:
            drop = next((len(lead) for lead in leads if tuple(tokens[: len(lead)]) == lead), 0)
        if not drop or drop >= len(tokens):
            return tokens
        tokens = tokens[drop:]


def _without_season(words: Sequence[str]) -> tuple[Sequence[str], SeasonTag | None]:
    """The words without a season, and the season; a name that would lose everything else keeps it."""
    rest, season = _split_season(words)
    if all(word in _TERMS or word == "season" or _year(word) for word in rest):
        return words, None
    return rest, season


def _split_season(words: Sequence[str]) -> tuple[Sequence[str], SeasonTag | None]:
    """A season counts only at the end, or as a word beside a year."""
    # Most names have none of these words, and most of the time of a plan is spent here.
    for start in range(len(words) if not _SEASON_WORDS.isdisjoint(words) else 0):
        for length in (3, 2):
            piece = words[start : start + length]
            season = _pair(piece) if len(piece) == length else None
            if season is not None:
                return [*words[:start], *words[start + length :]], season
    last = words[-1] if words else ""
    season = SeasonTag(_TERMS[last]) if last in _TERMS else _year(last)
    return (words[:-1], season) if season is not None else (words, None)


def _pair(piece: Sequence[str]) -> SeasonTag | None:
    """Fall 2025, 2025 fall, 2025-26 season, fall 2025 season; a bare two-digit year counts behind a term only."""
    words = [word for word in piece if word != "season"]
    if len(piece) > len(words) and piece[-1] != "season":
        return None
    if len(words) == 1 and len(piece) == 2:
        return _year(words[0])
    if len(words) != 2:
        return None
    for term, year in (words, words[::-1]):
        if term in _TERMS:
            told = _year(year)
            if told is None and term is words[0] and re.fullmatch(r"[2-9][0-9]", year):
                told = SeasonTag(year=2000 + int(year))
            if told is not None:
                return SeasonTag(_TERMS[term], told.year, told.until)
    return None


def _year(word: str) -> SeasonTag | None:
    found = _YEAR_WORD.fullmatch(word)
    return found and SeasonTag("", int(found[1] or found[2]), int(found[3] or 0))


class TeamName(Struct, frozen=True):
    """A team as far as its name goes; ``keys`` are all names that would be its own."""

    team_id: int
    keys: frozenset[str]
    bare: frozenset[str]


def team_name(team_id: int, name: str, division: str = "", prefixes: Sequence[str] = ()) -> TeamName:
    """The names a team's group may bear: the team's, and the team's with its division before or behind it."""
    spellings = [name]
    own = read_name(name, prefixes)
    missing = [word for word in _tokens(division) if word not in own.full.split()]
    if missing:
        spellings += [f"{name} {division}", f"{division} {name}"]
    names = [read_name(spelling, prefixes) for spelling in spellings]
    keys = frozenset(n.full for n in names) - {""}
    return TeamName(team_id, keys, (frozenset(n.bare for n in names) - {""}) or keys)


class Hits(Struct, frozen=True):
    """The group ids that a team's name found: ``exact`` ones, and mere ``similar`` ones (each list in input order)."""

    exact: tuple[str, ...] = ()
    similar: tuple[str, ...] = ()


def match(
    teams: Iterable[TeamName], groups: Iterable[tuple[str, Name]], season: SeasonTag | None = None
) -> Mapping[int, Hits]:
    """Which groups each team's name finds. Linear in the number of groups.

    Exact: the same full key, or the same bare key with ``season`` (the present one) taken off. Similar: the same bare
    key otherwise, the same words in another order, or one long word with one slip; numbers, ages and short words must
    always agree, for "Hawks 1" is not "Hawks 2".
    """
    teams = list(teams)
    by_full: dict[str, set[int]] = defaultdict(set)
    by_bare: dict[str, set[int]] = defaultdict(set)
    slips = _SlipIndex()
    for team in teams:
        for full in team.keys:
            by_full[full].add(team.team_id)
        for bare in team.bare:
            by_bare[bare].add(team.team_id)
            slips.add(bare, team.team_id)
    exact: dict[int, dict[str, None]] = defaultdict(dict)
    similar: dict[int, dict[str, None]] = defaultdict(dict)
    for group_id, name in groups:
        hit = set(by_full.get(name.full, ()))
        if name.season is not None and name.season.year and name.season == season:
            hit |= by_full.get(name.bare, set())
        for team_id in hit:
            exact[team_id][group_id] = None
        near = by_bare.get(name.bare, set()) | slips.find(name.bare)
        for team_id in near - hit:
            similar[team_id][group_id] = None
    return {team.team_id: Hits(tuple(exact[team.team_id]), tuple(similar[team.team_id])) for team in teams}


class _SlipIndex:
    """Finds names of the same words in any order, at most one slip in one word of five letters or more."""

    def __init__(self) -> None:
        self._same: dict[tuple[str, ...], set[int]] = defaultdict(set)
        self._near: dict[tuple[str, ...], dict[str, set[tuple[str, int]]]] = defaultdict(dict)

    def add(self, bare: str, team_id: int) -> None:
        words = sorted(bare.split())
        self._same[tuple(words)].add(team_id)
        for rest, word in _long_words(words):
            variants = self._near[rest]
            for variant in _shortened(word):
                variants.setdefault(variant, set()).add((word, team_id))

    def find(self, bare: str) -> set[int]:
        words = sorted(bare.split())
        found = set(self._same.get(tuple(words), ()))
        for rest, word in _long_words(words):
            variants = self._near.get(rest)
            if variants is None:
                continue
            for variant in _shortened(word):
                for other, team_id in variants.get(variant, ()):
                    if one_slip(word, other):
                        found.add(team_id)
        return found


def _long_words(words: Sequence[str]) -> Iterable[tuple[tuple[str, ...], str]]:
    for at, word in enumerate(words):
        if len(word) >= 5 and word.isalpha():
            yield (*words[:at], *words[at + 1 :]), word


def _shortened(word: str) -> Iterable[str]:
    yield word
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


def one_slip(first: str, second: str) -> bool:
    """Whether one letter added, lost, changed, or swapped with its neighbor makes one word the other."""
    if len(first) > len(second):
        first, second = second, first
    if len(second) - len(first) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), len(first))
    if len(first) < len(second):
        return first[at:] == second[at + 1 :]
    swapped = first[at : at + 2][::-1] == second[at : at + 2]
    return first[at + 1 :] == second[at + 1 :] or (swapped and first[at + 2 :] == second[at + 2 :])
