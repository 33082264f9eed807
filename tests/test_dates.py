"""Days as staff type them, in English and in Spanish."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bball_tui.database.states import DateOrder
from bball_tui.dates import NoDate, parse_date

TODAY = date(2026, 11, 25)
"""A Wednesday."""
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
        parse_date(text, order, TODAY, ahead=ahead)


@pytest.mark.parametrize("text", ["de marzo", "el", "proximo", "en semanas", "mar de 3", "3 de", "sabadomingo"])
def test_half_a_day_is_none(text: str) -> None:
    with pytest.raises(NoDate):
        read(text)
