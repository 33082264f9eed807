"""Dates as staff type them: in the league's order, the year first, or with the month as a word."""

import re
from datetime import date, timedelta

from bball_tui.database.states import DateOrder

_NUMBERS = re.compile(r"([0-9]{1,4})[-/. ]([0-9]{1,2})(?:[-/. ]([0-9]{1,4}))?\.?")
_DAY_MONTH = re.compile(r"([0-9]{1,2})\.? ?([a-z]{3,9})\.?,?(?: ([0-9]{4}))?")
_MONTH_DAY = re.compile(r"([a-z]{3,9})\.? ?([0-9]{1,2})(?:,? ([0-9]{4}))?")

_IN_DAYS = re.compile(r"in (a|[0-9]+) (day|week)s?")
_MOST_AHEAD = 999
_MONTH_WORD = re.compile(r"[a-z]")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

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
    the last one, or with ``ahead`` the next one after today.

    Raises:
        NoDate: no date, a day that does not exist, or a year of neither two nor four digits.
    """
    line = " ".join(text.casefold().split())
    if line == "today":
        return today
    if line == "yesterday":
        return date.fromordinal(today.toordinal() - 1)
    if line == "tomorrow":
        return date.fromordinal(today.toordinal() + 1)
    if (ahead_by := _IN_DAYS.fullmatch(line)) is not None:
        digits = ahead_by[1].lstrip("0")
        if len(digits) > len(str(_MOST_AHEAD)):
            raise NoDate(f"That is too far away. Type {_MOST_AHEAD} {ahead_by[2]}s at most.")
        number = 1 if digits == "a" else int(digits or 0)
        return today + timedelta(days=number * (7 if ahead_by[2] == "week" else 1))
    if len(line) >= 3 and (name := next((one for one in _WEEKDAYS if one.startswith(line)), None)) is not None:
        back = (today.weekday() - _WEEKDAYS.index(name)) % 7
        return today + timedelta(days=7 - back if ahead else -back)
    such = example(order, today) if ahead else EXAMPLES[order]
    year, month, day = _parts(line, order, such, today)
    try:
        if year is not None:
            return date(year, month, day)
        return _nearest(month, day, today, ahead=ahead)
    except ValueError:
        if month > 12 and not _MONTH_WORD.search(line):
            raise NoDate(f"There is no month {month}: {_setting(order)} Type a date such as {such}.") from None
        raise NoDate(f"There is no such day. Type a date such as {such}: {_setting(order)}") from None


def _setting(order: DateOrder) -> str:
    """Which setting decides, in the middle of a sentence: whoever writes otherwise has to find it."""
    used = {DateOrder.DMY: "day/month/year", DateOrder.MDY: "month/day/year", DateOrder.YMD: "year-month-day"}[order]
    return f"this league writes {used} (its setting Dates)."


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
    raise NoDate(f"That isn't a date. Type one such as {such}, or the month as a word: {_setting(order)}")


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
        raise NoDate(f"The year needs four digits. Type a date such as {such}: {_setting(order)}")
    if three is not None and order is DateOrder.YMD and first <= 12 and second <= 12 and first != second:
        raise NoDate(f"Ambiguous date. Type the year first, such as 2026-11-23: {_setting(order)}")
    month_first = order is not DateOrder.DMY
    if order is DateOrder.YMD and three is not None:
        month_first = first <= 12
    month, day = (first, second) if month_first else (second, first)
    return _year(three), month, day


def _month(word: str, such: str) -> int:
    full = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
            "november", "december")  # fmt: skip
    for number, name in enumerate(full, start=1):
        if name.startswith(word) or (word == "sept" and number == 9):
            return number
    raise NoDate(f"There is no month of that name. Type a date such as {such}.")


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
