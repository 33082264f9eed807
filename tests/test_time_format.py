"""The time of day as a league writes it."""

from datetime import UTC, datetime

import pytest

from bball_tui.database.states import DateOrder
from bball_tui.time_format import clock, full_hour, zone_for
from bball_tui.wording import at

NOON = datetime(2026, 11, 29, 12, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hour", "american", "other"),
    [(0, "12:05 AM", "00:05"), (9, "9:05 AM", "09:05"), (12, "12:05 PM", "12:05"), (15, "3:05 PM", "15:05")],
)
def test_a_league_that_writes_the_month_first_has_two_halves_of_the_day(hour: int, american: str, other: str) -> None:
    moment = NOON.replace(hour=hour)
    assert clock(moment.astimezone(zone_for("UTC", DateOrder.MDY))) == american
    assert clock(moment.astimezone(zone_for("UTC", DateOrder.DMY))) == other


def test_seconds_stand_before_the_half_of_the_day() -> None:
    zone = zone_for("America/Chicago", "mdy")
    assert at(NOON, NOON, zone, seconds=True) == "6:05:09 AM"
    assert at(NOON, NOON.replace(day=30), zone) == "Nov 29, 6:05 AM"
    assert at(NOON, NOON, zone_for("America/Chicago", "ymd"), seconds=True) == "06:05:09"


def test_a_full_hour_is_written_as_the_zone_writes_the_clock() -> None:
    american, other = zone_for("America/Chicago", DateOrder.MDY), zone_for("Europe/Berlin", DateOrder.DMY)
    assert [full_hour(hour, american) for hour in (0, 8, 12, 18)] == ["12 AM", "8 AM", "12 PM", "6 PM"]
    assert [full_hour(hour, other) for hour in (0, 18)] == ["0:00", "18:00"]
