"""Names: what is the same, what is only similar, and what must never be taken for the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bball_tui.groupme.plan.matching import (
    Hits,
    SeasonTag,
    fold,
    key,
    match,
    one_slip,
    read_name,
    season_of,
    team_name,
)

PREFIXES = ("Westside", "Westside Basketball")


@pytest.mark.parametrize(
    "spelling",
    [
        "Hawks U12", "Hawks U-12", "HAWKS 12U", "hawks under 12", "Hawks Under-12", "The Hawks U12", "Hawks, U 12",
        "Hawks – U12", "🏀 Hawks U12 🏀", "⚡️Hawks U12", "Ｈawks U１2", "Hawks\u00a0U12", "Ha\u200bwks U12",
        "Hawks U/12", "Hawks 12 & Under", "Hawks 12 and under", "Westside Hawks U12", "hÀwks u١٢",
        "The Westside Basketball: Hawks U12", "Westside – The Hawks (U12)",
    ],
)  # fmt: skip
def test_spellings_of_one_name(spelling: str) -> None:
    assert key(spelling, PREFIXES) == "hawks 12u"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("5th Grade Girls", "5 grade girls"),
        ("Men’s A", "Mens A"),
        ("O'Brien's", "O’Brien’s"),
        ("Red & White", "Red and White"),
        ("José Núñez", "Jose Nunez"),
        ("Straße", "STRASSE"),
        ("Hawks '25", "Hawks 2025"),
        ("Hawks 2025-26", "Hawks 25/26"),
        ("Hawks Ⅱ", "hawks ii"),
        ("Ястребы U12", "ЯСТРЕБЫ 12u"),
        ("ホークス", "ﾎｰｸｽ"),
    ],
)
def test_same_names(first: str, second: str) -> None:
    assert key(first) == key(second) != ""


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Hawks 1", "Hawks 2"),
        ("Hawks I", "Hawks II"),
        ("Hawks U12", "Hawks U14"),
        ("Hawks U12 Boys", "Hawks U12 Girls"),
        ("Hawks 5th Grade", "Hawks 6th Grade"),
        ("Hawks 10-12", "Hawks"),
        ("76ers", "Sixers"),
        ("Hawks Fall 2025", "Hawks"),
        ("カンバ", "ガンバ"),
        ("टीम", "टाम"),
        ("12U", "12"),
    ],
)
def test_different_names(first: str, second: str) -> None:
    assert key(first) != key(second)


@pytest.mark.parametrize(
    ("text", "bare", "season"),
    [
        ("Hawks Fall 2025", "hawks", SeasonTag("fall", 2025)),
        ("Hawks (Autumn '25)", "hawks", SeasonTag("fall", 2025)),
        ("Hawks Fall'25", "hawks", SeasonTag("fall", 2025)),
        ("Hawks Fall 25", "hawks", SeasonTag("fall", 2025)),
        ("2025 Fall Hawks", "hawks", SeasonTag("fall", 2025)),
        ("Hawks Spring 2026 Girls", "hawks girls", SeasonTag("spring", 2026)),
        ("Hawks '25", "hawks", SeasonTag("", 2025)),
        ("Hawks 2025-26", "hawks", SeasonTag("", 2025, 2026)),
        ("Hawks 25/26", "hawks", SeasonTag("", 2025, 2026)),
        ("Hawks 2025–2026 Season", "hawks", SeasonTag("", 2025, 2026)),
        ("Hawks Winter 2025-26", "hawks", SeasonTag("winter", 2025, 2026)),
        ("Hawks Spring", "hawks", SeasonTag("spring")),
        # The traps.
        ("Hawks 10-12", "hawks 10 12", None),
        ("Hawks 11-12", "hawks 11 12", None),
        ("Hawks 24-26", "hawks 24 26", None),
        ("Spring Storm", "spring storm", None),
        ("Summer", "summer", None),
        ("Fall 2025", "fall 2025", None),
        ("2025", "2025", None),
        ("Philadelphia 76ers", "philadelphia 76ers", None),
        ("76ers Fall 2025", "76ers", SeasonTag("fall", 2025)),
        ("2014 Boys", "2014 boys", None),
        ("Hawks U12", "hawks 12u", None),
        ("The", "the", None),
        ("Westside", "westside", None),
        ("🏀🏀", "", None),
    ],
)
def test_seasons_come_off_only_where_they_are_seasons(text: str, bare: str, season: SeasonTag | None) -> None:
    read = read_name(text, PREFIXES)
    assert (read.bare, read.season) == (bare, season)


@pytest.mark.parametrize(
    ("text", "season"),
    [
        ("Fall 2025", SeasonTag("fall", 2025)),
        ("2025/26", SeasonTag("", 2025, 2026)),
        ("Winter 25-26", SeasonTag("winter", 2025, 2026)),
        ("Summer", SeasonTag("summer")),
        ("League Cup", None),
    ],
)
def test_the_seasons_own_name(text: str, season: SeasonTag | None) -> None:
    assert season_of(text) == season


def found(team: str, *groups: str, season: str = "Fall 2025", division: str = "") -> Hits:
    names = [(group, read_name(group, PREFIXES)) for group in groups]
    return match([team_name(1, team, division, PREFIXES)], names, season_of(season))[1]


def test_last_seasons_group_is_only_similar_and_this_seasons_is_exact() -> None:
    hits = found("Hawks U12", "Hawks U12 Fall 2025", "Hawks U12 Fall 2024", "Hawks U12 2025", "Hawks U12 Spring")
    assert hits == Hits(("Hawks U12 Fall 2025",), ("Hawks U12 Fall 2024", "Hawks U12 2025", "Hawks U12 Spring"))
    # "2026-27" shares a year with "2025-26" and is another season.
    assert found("Hawks", "Hawks 2026-27", season="2025-26").exact == ()


def test_order_and_one_slip_are_similar_but_numbers_must_agree() -> None:
    assert found("Hawks U12", "12U Hawks", "Hakws U12", "Hawk U12", "Hawkss 12u").similar == (
        "12U Hawks", "Hakws U12", "Hawkss 12u",
    )  # fmt: skip
    nothing = found("Hawks U12", "Hawks U13", "Hawks U12 B", "Haaawks U12", "Hawks", "U12", "Bulls U12")
    assert nothing == Hits()


def test_the_division_may_stand_before_or_behind() -> None:
    for group in ("Hawks", "Hawks U12 Boys", "Boys U12 Hawks", "U12 Boys – Hawks"):
        hits = found("Hawks", group, division="U12 Boys")
        assert group in (*hits.exact, *hits.similar), group
    assert found("Hawks", "Hawks U14 Boys", division="U12 Boys") == Hits()
    assert found("Hawks U12", "Hawks U12 U12", division="U12") == Hits()


def test_names_without_a_letter_match_nothing() -> None:
    assert found("🏀", "🏀", "!!!", "") == Hits()


NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.lists(
    st.sampled_from(
        ["the", "Hawks", "U", "12", "u12", "under", "and", "&", "Fall", "spring", "2025", "'25", "25", "26", "-", "/",
         "5th", "season", "Westside", "’", "ß", "é", "İ", "76ers", "(", ")", "ﬁ", "Ǆ", "½"]
    ),
    max_size=7,
).flatmap(lambda words: st.sampled_from([" ".join(words), "".join(words)]))  # fmt: skip


@given(NAMES)
def test_a_key_is_a_fixed_point_and_plain(text: str) -> None:
    once = key(text, PREFIXES)
    assert key(once, PREFIXES) == once
    assert once == " ".join(once.split())
    assert all(unicodedata.category(c)[0] in "LMN" or c == " " for c in once)


@given(NAMES)
def test_case_and_composition_never_matter(text: str) -> None:
    assert key(text.upper().lower()) == key(text.lower())
    assert key(unicodedata.normalize("NFD", text)) == key(unicodedata.normalize("NFC", text))


@given(NAMES)
def test_folding_is_stable(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(NAMES)
def test_taking_the_season_off_leaves_something(text: str) -> None:
    read = read_name(text)
    assert bool(read.bare) == bool(read.full)
    assert read.season is not None or read.bare == read.full


@given(NAMES, NAMES)
def test_a_team_finds_its_own_name_and_exact_is_never_similar(team: str, other: str) -> None:
    hits = match([team_name(1, team)], [("own", read_name(team)), ("other", read_name(other))])[1]
    assert ("own" in hits.exact) == bool(key(team))
    assert not set(hits.exact) & set(hits.similar)


WORDS = st.text("abc", max_size=6)


@given(WORDS, WORDS)
def test_one_slip_against_the_textbook(first: str, second: str) -> None:
    edits = {first, *(first[:i] + first[i + 1 :] for i in range(len(first)))}
    for i in range(len(first) + 1):
        for letter in "abc":
            edits.add(first[:i] + letter + first[i:])
            edits.add(first[:i] + letter + first[i + 1 :])
    edits |= {first[:i] + first[i + 1] + first[i] + first[i + 2 :] for i in range(len(first) - 1)}
    assert one_slip(first, second) == (second in edits)
