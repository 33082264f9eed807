"""Days as staff type them, in English and in Spanish."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bball_tui.database.states import DateOrder
from bball_tui.dates import NoDate, parse_date, write_date
from bball_tui.wording import short_date

TODAY = date(2026, 11, 25)
"""A Wednesday."""
MONDAY = date(2026, 11, 23)
ENGLISH = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
SPANISH = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
]
ORDERS = st.sampled_from(DateOrder)
DAYS = st.dates(date(1000, 1, 1), date(9999, 12, 31))


def read(text: str, *, ahead: bool = True) -> date:
    return parse_date(text, DateOrder.MDY, TODAY, ahead=ahead)


@pytest.mark.parametrize(
    ("spanish", "english"),
    [
        ("hoy", "today"),
        ("ayer", "yesterday"),
        ("mañana", "tomorrow"),
        ("MANANA", "tomorrow"),
        ("pasado mañana", "in 2 days"),
        ("en 3 días", "in 3 days"),
        ("dentro de 2 semanas", "in 2 weeks"),
        ("en una semana", "in a week"),
        ("en un día", "in a day"),
        ("lun", "monday"),
        ("martes", "tuesday"),
        ("el miércoles", "wednesday"),
        ("jueves", "thu"),
        ("viernes", "friday"),
        ("el próximo viernes", "friday"),
        ("sábado", "saturday"),
        ("este domingo", "sunday"),
        ("3 de marzo", "3 March"),
        ("el 3 de marzo", "March 3"),
        ("el 3 de marzo de 2027", "March 3, 2027"),
        ("3 de marzo del 2027", "3 March 2027"),
        ("3 ene 2027", "Jan 3, 2027"),
        ("1 dic.", "Dec 1"),
        ("2 de setiembre", "Sept 2"),
    ],
)
def test_spanish_says_the_same_day(spanish: str, english: str) -> None:
    assert read(spanish) == read(english)


@given(DAYS, ORDERS, st.booleans())
def test_a_day_with_its_month_as_a_word_is_read_in_both_languages(day: date, order: DateOrder, ahead: bool) -> None:
    english, spanish = ENGLISH[day.month - 1], SPANISH[day.month - 1]
    for text in (
        f"{english} {day.day}, {day.year:04}",
        f"{day.day} {english[:3]} {day.year:04}",
        f"el {day.day} de {spanish} de {day.year:04}",
        f"{day.day} {spanish[:3]} {day.year:04}",
    ):
        assert parse_date(text, order, TODAY, ahead=ahead) == day


@given(st.integers(0, 999), st.sampled_from(["día", "días", "semana", "semanas"]))
def test_so_many_days_or_weeks_ahead(number: int, unit: str) -> None:
    assert read(f"en {number} {unit}") == TODAY + timedelta(days=number * (7 if unit.startswith("semana") else 1))


@given(st.text(max_size=30), ORDERS, st.booleans())
def test_any_text_is_a_day_or_is_refused(text: str, order: DateOrder, ahead: bool) -> None:
    with suppress(NoDate):
        assert isinstance(parse_date(text, order, TODAY, ahead=ahead), date)


@pytest.mark.parametrize("text", ["de marzo", "el", "proximo", "en semanas", "mar de 3", "3 de", "sabadomingo"])
def test_half_a_day_is_none(text: str) -> None:
    with pytest.raises(NoDate):
        read(text)


@pytest.mark.parametrize(
    ("typed", "order", "expected"),
    [
        ("2026-03-04", DateOrder.DMY, date(2026, 3, 4)),
        ("2026/3/4", DateOrder.MDY, date(2026, 3, 4)),
        ("03/04/2026", DateOrder.DMY, date(2026, 4, 3)),
        ("03/04/2026", DateOrder.MDY, date(2026, 3, 4)),
        ("3.4.2026", DateOrder.DMY, date(2026, 4, 3)),
        ("13/04/2026", DateOrder.YMD, date(2026, 4, 13)),
        ("04/13/2026", DateOrder.YMD, date(2026, 4, 13)),
        ("23 Nov 2026", DateOrder.MDY, MONDAY),
        ("nov 23, 2026", DateOrder.DMY, MONDAY),
        ("23nov", DateOrder.YMD, MONDAY),
        ("24 November", DateOrder.YMD, date(2025, 11, 24)),
        ("1/11", DateOrder.DMY, date(2026, 11, 1)),
        ("1/11", DateOrder.MDY, date(2026, 1, 11)),
        ("29 feb", DateOrder.DMY, date(2024, 2, 29)),
        (" Today ", DateOrder.DMY, MONDAY),
        ("yesterday", DateOrder.DMY, date(2026, 11, 22)),
        ("03/04/26", DateOrder.DMY, date(2026, 4, 3)),
        ("3/4/15", DateOrder.MDY, date(2015, 3, 4)),
        ("12/31/46", DateOrder.MDY, date(2046, 12, 31)),
        ("1/1/47", DateOrder.MDY, date(1947, 1, 1)),
    ],
)
def test_dates_as_staff_type_them(typed: str, order: DateOrder, expected: date) -> None:
    assert parse_date(typed, order, MONDAY) == expected


def test_days_are_said_as_one_says_them() -> None:
    """A day of the week that is asked for ahead is never today."""
    for typed, days in (("fri", 4), ("Monday", 7), ("sun", 6), ("in 3 days", 3), ("in a week", 7), ("in 2 weeks", 14)):
        assert parse_date(typed, DateOrder.MDY, MONDAY, ahead=True) == MONDAY + timedelta(days=days), typed
    assert parse_date("Mon", DateOrder.MDY, MONDAY) == MONDAY
    assert parse_date("thurs", DateOrder.MDY, MONDAY) == MONDAY - timedelta(days=4)
    assert parse_date("12/4", DateOrder.MDY, date(2026, 11, 29), ahead=True) == date(2026, 12, 4)


@pytest.mark.parametrize(
    "typed", ["", "x", "31/02/2026", "26/3/4", "03/04/2026 ", "2026-13-01", "0/1/2026", "1 smarch", "99", "ma 3"]
)
def test_what_is_no_date_is_refused_with_a_way_out(typed: str) -> None:
    order = DateOrder.YMD if typed.startswith("03/04/2026") else DateOrder.DMY
    with pytest.raises(NoDate, match=r"[Tt]ype"):
        parse_date(typed, order, MONDAY)


def test_a_month_that_is_none_names_the_setting_that_decides() -> None:
    with pytest.raises(NoDate, match=r"no month 24: this league writes day/month/year \(its setting Dates\)"):
        parse_date("11/24/2026", DateOrder.DMY, MONDAY)
    with pytest.raises(NoDate, match="four digits"):
        parse_date("03/04/26", DateOrder.YMD, MONDAY)


@given(day=st.dates(date(1900, 1, 1), date(2100, 12, 31)), order=st.sampled_from(DateOrder))
def test_what_the_field_shows_can_be_read_again(day: date, order: DateOrder) -> None:
    for shown in (short_date(day), write_date(day, order), day.isoformat()):
        assert parse_date(shown, order, MONDAY) == day
