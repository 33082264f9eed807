"""What the season after one is called."""

import pytest

from bball_tui.league.seasons.next_name import next_name


@pytest.mark.parametrize(
    ("name", "following"),
    [
        ("Spring 2027", "Spring 2028"),
        ("2026-27", "2027-28"),
        ("2026/2027 Girls", "2027/2028 Girls"),
        ("1999-00", "2000-01"),
        ("Season 1998-99", "Season 1999-00"),
        ("Spring", ""),
        ("Season 12", ""),
        ("20271", ""),
    ],
)
def test_the_year_goes_on(name: str, following: str) -> None:
    assert next_name(name) == following
