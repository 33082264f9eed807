"""Dates as staff type them: in the league's order, the year first, or with the month as a word."""

import re
import unicodedata
from datetime import date, timedelta

from bball_tui.database.states import DateOrder
from bball_tui.language import _
from bball_tui.wording import counted

_NUMBERS = re.compile(r"([0-9]{1,4})[-/. ]([0-9]{1,2})(?:[-/. ]([0-9]{1,4}))?\.?")
_DAY_MONTH = re.compile(r"([0-9]{1,2})\.? ?([a-z]{3,10})\.?,?(?: ([0-9]{4}))?")
_MONTH_DAY = re.compile(r"([a-z]{3,10})\.? ?([0-9]{1,2})(?:,? ([0-9]{4}))?")

_IN_DAYS = re.compile(r"in (a|[0-9]+) (day|week)s?")
_MOST_AHEAD = 999
_MONTH_WORD = re.compile(r"[a-z]")
_WEEKDAYS = (
    ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    ("lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo"),
)
_MONTHS = (
    ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
     "december"),
    ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
     "diciembre"),
)  # fmt: skip
_ABBREVIATED = {"sept": 9, "set": 9, "setiembre": 9}
"""What does not begin a month's name."""
_SPANISH = (
    (re.compile(r"^(?:(?:el|este|proximo) )+"), ""),
    (re.compile(r" proximo$"), ""),
    (re.compile(r"^([0-9]{1,2}) de (?=[a-z])"), r"\1 "),
    (re.compile(r"([a-z]) del? (?=[0-9]{4}$)"), r"\1 "),
    (re.compile(r"^hoy$"), "today"),
    (re.compile(r"^ayer$"), "yesterday"),
    (re.compile(r"^manana$"), "tomorrow"),
    (re.compile(r"^pasado manana$"), "in 2 days"),
    (re.compile(r"^(?:en|dentro de) una? (?=dia|semana)"), "in a "),
    (re.compile(r"^(?:en|dentro de) (?=[0-9])"), "in "),
    (re.compile(r"(?<=[a0-9] )dia(?=s?$)"), "day"),
    (re.compile(r"(?<=[a0-9] )semana(?=s?$)"), "week"),
)
"""How a day is said in Spanish, without accents, and the English for it. Names of days and months stay."""

EXAMPLES = {DateOrder.YMD: "2026-11-23", DateOrder.DMY: "23/11/2026", DateOrder.MDY: "11/23/2026"}
"""Of any day; where it has to be one to come, see :func:`example`."""
AHEAD = timedelta(days=14)

FURTHEST_FOLLOW_UP = timedelta(days=731)
"""A day to ask again that is further off is a slip: of the year, or of a key."""


class NoDate(ValueError):
    """The text is no date; the message says what to type."""


def write_date(day: date, order: DateOrder) -> str:
    """``day`` in numbers, so that :func:`parse_date` with the same ``order`` reads it again."""
    return {
        DateOrder.YMD: f"{day.year:04}-{day.month:02}-{day.day:02}",
        DateOrder.DMY: f"{day.day:02}/{day.month:02}/{day.year:04}",
        DateOrder.MDY: f"{day.month:02}/{day.day:02}/{day.year:04}",
    }[order]


def example(order: DateOrder, today: date) -> str:
    """A day to come, for fields that take no other: what is shown there could be typed there."""
    return write_date(today + AHEAD, order)


def parse_date(text: str, order: DateOrder, today: date, *, ahead: bool = False) -> date:
    """The day that ``text`` means. Without a year it is the latest such day that is not after ``today``, or with
    ``ahead`` (a due date) the first that is not before it.

    ``order`` decides what 03/04 means; four digits in front are always the year (ISO 8601), and a month written as a
    word needs no order. Two digits behind day and month are a year of the last eighty or the next twenty.
    ``today``, ``yesterday``, ``tomorrow`` and ``in 3 days`` or ``in 2 weeks`` are understood, and a day of the week:
    the last one, or with ``ahead`` the next one after today. The same in Spanish, whatever the screen speaks: ``hoy``,
    ``en 2 semanas``, ``el viernes``, ``3 de marzo de 2027``.

    Raises:
        NoDate: no date, a day that does not exist, or a year of neither two nor four digits.
    """
    line = _in_english(" ".join(text.casefold().split()))
    if line == "today":
        return today
    if line == "yesterday":
        return date.fromordinal(today.toordinal() - 1)
    if line == "tomorrow":
        return date.fromordinal(today.toordinal() + 1)
    if (ahead_by := _IN_DAYS.fullmatch(line)) is not None:
        digits = ahead_by[1].lstrip("0")
        if len(digits) > len(str(_MOST_AHEAD)):
            raise NoDate(
                _("That is too far away. Type {longest} at most.").format(longest=counted(_MOST_AHEAD, ahead_by[2]))
            )
        number = 1 if digits == "a" else int(digits or 0)
        return today + timedelta(days=number * (7 if ahead_by[2] == "week" else 1))
    if len(line) >= 3 and (weekday := _place_of(line, _WEEKDAYS)) is not None:
        back = (today.weekday() - weekday) % 7
        return today + timedelta(days=7 - back if ahead else -back)
    such = example(order, today) if ahead else EXAMPLES[order]
    year, month, day = _parts(line, order, such, today)
    try:
        if year is not None:
            return date(year, month, day)
        return _nearest(month, day, today, ahead=ahead)
    except ValueError:
        if month > 12 and not _MONTH_WORD.search(line):
            raise NoDate(
                _("There is no month {month}: {setting} Type a date such as {such}.").format(
                    month=month, setting=_setting(order), such=such
                )
            ) from None
        raise NoDate(
            _("There is no such day. Type a date such as {such}: {setting}").format(such=such, setting=_setting(order))
        ) from None


def _in_english(line: str) -> str:
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", line) if not unicodedata.combining(letter))
    for spanish, english in _SPANISH:
        plain = spanish.sub(english, plain)
    return plain


def _place_of(word: str, languages: tuple[tuple[str, ...], ...]) -> int | None:
    """Which of the names, from 0, begins with ``word``."""
    return next((place for names in languages for place, name in enumerate(names) if name.startswith(word)), None)


def _setting(order: DateOrder) -> str:
    """Which setting decides, in the middle of a sentence: whoever writes otherwise has to find it."""
    used = {
        DateOrder.DMY: _("day/month/year"),
        DateOrder.MDY: _("month/day/year"),
        DateOrder.YMD: _("year-month-day"),
    }[order]
    return _("this league writes {used} (its setting Dates).").format(used=used)


def _parts(line: str, order: DateOrder, such: str, today: date) -> tuple[int | None, int, int]:
    numbers = _NUMBERS.fullmatch(line)
    if numbers is not None:
        return _numeric(numbers[1], numbers[2], numbers[3], order, such, today)
    word = _DAY_MONTH.fullmatch(line)
    if word is not None:
        return _year(word[3]), _month(word[2], such), int(word[1])
    word = _MONTH_DAY.fullmatch(line)
    if word is not None:
        return _year(word[3]), _month(word[1], such), int(word[2])
    raise NoDate(
        _("That isn't a date. Type one such as {such}, or the month as a word: {setting}").format(
            such=such, setting=_setting(order)
        )
    )


def _century(year: int, today: date) -> int:
    """The year that two digits mean: one of the last eighty years, or of the twenty to come."""
    return next(found for found in (year + 2000, year + 1900) if found <= today.year + 20)


def _numeric(
    one: str, two: str, three: str | None, order: DateOrder, such: str, today: date
) -> tuple[int | None, int, int]:
    first, second = int(one), int(two)
    if len(one) == 4 and three is not None and len(three) <= 2:
        return first, second, int(three)
    if three is not None and len(three) == 2 and order is not DateOrder.YMD:
        three = str(_century(int(three), today))
    if len(one) > 2 or (three is not None and len(three) != 4):
        raise NoDate(
            _("The year needs four digits. Type a date such as {such}: {setting}").format(
                such=such, setting=_setting(order)
            )
        )
    if three is not None and order is DateOrder.YMD and first <= 12 and second <= 12 and first != second:
        raise NoDate(
            _("Ambiguous date. Type the year first, such as 2026-11-23: {setting}").format(setting=_setting(order))
        )
    month_first = order is not DateOrder.DMY
    if order is DateOrder.YMD and three is not None:
        month_first = first <= 12
    month, day = (first, second) if month_first else (second, first)
    return _year(three), month, day


def _month(word: str, such: str) -> int:
    if word in _ABBREVIATED:
        return _ABBREVIATED[word]
    place = _place_of(word, _MONTHS)
    if place is not None:
        return place + 1
    raise NoDate(_("There is no month of that name. Type a date such as {such}.").format(such=such))


def _year(text: str | None) -> int | None:
    return None if text is None else int(text)


def _nearest(month: int, day: int, today: date, *, ahead: bool) -> date:
    # 29 February may lie up to eight years away.
    for years in range(9):
        try:
            found = date(today.year + (years if ahead else -years), month, day)
        except ValueError:
            continue
        if (found >= today) if ahead else (found <= today):
            return found
    raise ValueError
