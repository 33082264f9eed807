"""Age groups in names, and what they are called next season."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bball_tui.errors import BballError
from bball_tui.league.seasons.age_groups import (
    AgeGroup,
    Pattern,
    group_in,
    group_of,
    read_pattern,
    stem_of,
    too_old,
    usual_pattern,
)
from bball_tui.league.values.birthdates import age_on


@pytest.mark.parametrize(
    ("text", "limit", "grade"),
    [
        ("Hawks U12", 12, False),
        ("12U Hawks", 12, False),
        ("u-8", 8, False),
        ("Under 14 Girls", 14, False),
        ("5th Grade Boys", 5, True),
        ("Grade 7", 7, True),
    ],
)
def test_names_say_their_age_group(text: str, limit: int, grade: bool) -> None:
    group = group_in(text)
    assert group is not None
    assert (group.limit, group.grade) == (limit, grade)


@pytest.mark.parametrize("text", ["Hawks", "76ers", "Blau12", "UCLA 12", "Team 12", "U123", "2015 Boys", "FC12U3"])
def test_other_numbers_are_no_age_group(text: str) -> None:
    assert group_in(text) is None


def test_the_name_says_more_than_the_division() -> None:
    group = group_of("Hawks U10", "U12")
    assert group is not None
    assert group.limit == 10
    assert stem_of("Hawks U10", "") == stem_of("Hawks (12U)", "")
    assert stem_of("Hawks", "U10") == stem_of("Hawks", "U12")
    assert stem_of("Hawks U10", "") != stem_of("Bulls U10", "")


def test_every_group_becomes_the_next_one_at_once() -> None:
    pattern = usual_pattern([("Hawks U8", ""), ("Hawks U10", ""), ("Bulls", "U12"), ("Girls 5th Grade", "")])
    assert str(pattern) == "U8 → U10, U10 → U12, U12 → U14, 5th Grade → 6th Grade"
    assert pattern.rename("Hawks U8") == "Hawks U10"
    assert pattern.rename("Hawks U10") == "Hawks U12"
    assert pattern.rename("10U Hawks") == "12U Hawks"
    assert pattern.rename("girls 5TH grade") == "girls 6th grade"
    assert pattern.rename("Hawks") == "Hawks"


def test_the_oldest_go_nowhere_by_themselves() -> None:
    assert str(usual_pattern([("Hawks U17", ""), ("Hawks U19", "")])) == "U17 → U19"
    assert str(usual_pattern([("Hawks", "")])) == "keep"


@pytest.mark.parametrize("text", ["U10 = U12, U12->U14", "u10:u12;U12 → U14", "10U=12U, 12U = 14U"])
def test_a_pattern_can_be_typed_in_many_ways(text: str) -> None:
    pattern = read_pattern(text)
    assert [pattern.rename(one) for one in ("Hawks U10", "Hawks U12", "Hawks U14")] == [
        "Hawks U12",
        "Hawks U14",
        "Hawks U14",
    ]


@pytest.mark.parametrize("text", ["", " ", "keep", "None"])
def test_a_pattern_can_keep_all_names(text: str) -> None:
    assert read_pattern(text) == Pattern()


@pytest.mark.parametrize(
    "text", ["U10", "U10 = Hawks", "= U12", "U10 = U12 = U14", "U10 = 5th Grade", "Hawks U10 = U12"]
)
def test_what_is_no_pattern_is_refused_with_the_way_out(text: str) -> None:
    with pytest.raises(BballError, match="Write it as U10 → U12"):
        read_pattern(text)


def test_a_group_becomes_one_group_only() -> None:
    with pytest.raises(BballError, match="U10 is named twice"):
        read_pattern("U10 = U12, U10 = U14")


@given(st.lists(st.tuples(st.integers(1, 19), st.integers(1, 19)), max_size=8, unique_by=lambda pair: pair[0]))
def test_a_pattern_reads_what_it_says(pairs: list[tuple[int, int]]) -> None:
    changes = tuple((AgeGroup(a, f"U{a}"), AgeGroup(b, f"U{b}")) for a, b in pairs if a != b)
    assert read_pattern(str(Pattern(changes))) == Pattern(changes)


@given(st.dates(date(1990, 1, 1), date(2030, 12, 31)), st.dates(date(1990, 1, 1), date(2050, 12, 31)))
def test_nobody_is_of_an_age_before_the_birthday(born: date, day: date) -> None:
    age = age_on(born, day)
    try:
        birthday = born.replace(year=born.year + age)
        following = born.replace(year=born.year + age + 1)
    except ValueError:  # born on 29 February
        return
    assert birthday <= day < following


def test_somebody_born_on_29_february_is_older_from_1_march() -> None:
    leap = date(2016, 2, 29)
    assert age_on(leap, date(2027, 2, 28)) == 10
    assert age_on(leap, date(2027, 3, 1)) == 11
    assert age_on(leap, date(2028, 2, 29)) == 12


def test_under_twelve_means_not_yet_twelve_on_the_day() -> None:
    group = AgeGroup(12, "U12")
    assert not too_old(group, date(2015, 9, 1), date(2027, 8, 31))
    assert too_old(group, date(2015, 8, 31), date(2027, 8, 31))
    assert not too_old(group, None, date(2027, 8, 31))
    assert not too_old(AgeGroup(5, "5th Grade", grade=True), date(2000, 1, 1), date(2027, 8, 31))
