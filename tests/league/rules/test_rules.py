"""What of a team is against the league's rules: pure."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bball_tui.database.states import DateOrder
from bball_tui.errors import BballError
from bball_tui.league.rules.team_check import (
    JerseyRule,
    LeagueRules,
    RuleName,
    TeamPlayer,
    TeamRoster,
    check_teams,
    read_cutoff,
    read_limit,
    read_refused,
    season_year,
)


def team(*players: TeamPlayer, name: str = "Hawks U12", year: int = 2027) -> TeamRoster:
    return TeamRoster(1, name, "", year, players)


def child(number: int, born: date | None = date(2016, 5, 1), jersey: str | None = None) -> TeamPlayer:
    return TeamPlayer(number, f"Kid {number}", born, jersey)


def texts(rules: LeagueRules, *teams: TeamRoster) -> list[str]:
    return [one.text for one in check_teams(rules, teams)]


def test_without_rules_only_a_number_worn_twice_is_told() -> None:
    both = team(child(1, date(1990, 1, 1), "00"), child(2, None, "00"), child(3, jersey="99"))
    assert texts(LeagueRules(), both) == ["Kid 1 and Kid 2 of Hawks U12 both wear 00."]


def test_ages_count_on_the_cutoff_of_the_seasons_year() -> None:
    rules = LeagueRules(cutoff="08-31")
    players = (child(1, date(2015, 8, 31)), child(2, date(2015, 9, 1)), child(3, None))
    assert texts(rules, team(*players)) == [
        "Kid 1 is 12 on Aug 31, 2027, too old for Hawks U12.",
        "Kid 3 has no birthdate: no one knows whether Hawks U12 is right.",
    ]
    assert texts(rules, team(*players, name="Hawks")) == []
    assert texts(LeagueRules(cutoff="08-31", exceptions={"1": "6th grade", "3": "known"}), team(*players)) == []


def test_a_cutoff_on_29_february_is_the_last_day_of_february() -> None:
    rules = LeagueRules(cutoff="02-29")
    assert rules.age_day(2028) == date(2028, 2, 29)
    assert rules.age_day(2027) == date(2027, 2, 28)
    leap = child(1, date(2016, 2, 29))
    assert texts(rules, team(leap, year=2028)) == ["Kid 1 is 12 on Feb 29, 2028, too old for Hawks U12."]
    assert texts(rules, team(child(1, date(2015, 3, 1)), year=2027)) == []


def test_a_team_has_room_for_so_many() -> None:
    rules = LeagueRules(roster_limit=2, refuse=(RuleName.ROSTER,))
    assert check_teams(rules, [team(child(1), child(2))]) == ()
    (found,) = check_teams(rules, [team(child(1), child(2), child(3))])
    assert (found.text, found.refused, found.players) == ("Hawks U12 has 3 players; the limit is 2.", True, (1, 2, 3))


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        (JerseyRule.TWO_DIGITS, ("0", "00", "7", "99"), ("000", "01", "100")),
        (JerseyRule.SCHOOL, ("0", "00", "5", "10", "55"), ("6", "56", "60", "05")),
    ],
)
def test_numbers_are_those_of_the_rule(rule: JerseyRule, good: tuple[str, ...], bad: tuple[str, ...]) -> None:
    rules = LeagueRules(jerseys=rule)
    assert texts(rules, team(*(child(n, jersey=one) for n, one in enumerate(good)))) == []
    found = check_teams(rules, [team(*(child(n, jersey=one) for n, one in enumerate(bad)))])
    assert [one.players for one in found] == [(n,) for n in range(len(bad))]


@given(
    st.dates(date(2001, 1, 1), date(2030, 12, 31)), st.integers(5, 19), st.dates(date(2024, 1, 1), date(2032, 12, 31))
)
def test_under_n_is_who_was_born_less_than_n_years_before_the_day(born: date, limit: int, day: date) -> None:
    rules = LeagueRules(cutoff=f"{day.month:02}-{day.day:02}")
    found = check_teams(rules, [team(child(1, born), name=f"Hawks U{limit}", year=day.year)])
    try:
        birthday = born.replace(year=born.year + limit)
    except ValueError:
        birthday = date(born.year + limit, 3, 1)
    assert bool(found) == (birthday <= day)


@pytest.mark.parametrize(
    ("name", "starts", "year"),
    [("Spring 2027", None, 2027), ("2026-27", None, 2026), ("Spring", None, 2030), ("2027", date(2028, 1, 1), 2028)],
)
def test_the_year_of_a_season(name: str, starts: date | None, year: int) -> None:
    assert season_year(name, starts, date(2030, 1, 1)) == year


def test_what_is_typed_is_read_or_refused_with_the_way_out() -> None:
    assert [read_cutoff(one) for one in ("", "None", "8-31", "02-29", "12-31")] == ["", "", "08-31", "02-29", "12-31"]
    assert {read_cutoff(one) for one in ("8/31", "Aug 31", "31 August")} == {"08-31"}
    assert [read_cutoff("3/8", order) for order in (DateOrder.MDY, DateOrder.DMY)] == ["03-08", "08-03"]
    assert LeagueRules(cutoff="02-29").cutoff_words == "Feb 29"
    assert [read_limit(one) for one in ("", "none", "12")] == [None, None, 12]
    assert read_refused("roster, age") == (RuleName.AGE, RuleName.ROSTER)
    for read, text in ((read_cutoff, "13-01"), (read_cutoff, "02-30"), (read_cutoff, "tomorrow"), (read_limit, "0")):
        with pytest.raises(BballError, match=r"\bnone\."):
            read(text)
    with pytest.raises(BballError, match="The rules are: age, roster, jersey"):
        read_refused("height")
