"""From a text to a date of birth and from that to an age, and what a column of dates proves of their order."""

import re
from collections.abc import Iterable
from datetime import date

from bball_tui.database.states import DateOrder
from bball_tui.language import _
from bball_tui.league.values.cells import CellFault, DateCell, plain_text

FIRST_BIRTHDATE = date(1900, 1, 2)
"""Spreadsheets write 1 January 1900 for an empty date."""
ORDER_WORDS = {
    DateOrder.YMD: _("year-month-day"),
    DateOrder.DMY: _("day/month/year"),
    DateOrder.MDY: _("month/day/year"),
}
_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[ T]00:00(?::00(?:\.0+)?)?Z?)?")
_YEAR_LAST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})(?: 0?0:00(?::00)?)?")
_TIMED = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[ T][0-9]{1,2}:[0-9:.]+.*|[0-9/.-]{8,10} [0-9]{1,2}:[0-9:.]+.*")
_PROOF = re.compile(r"\s*([0-9]{1,2})[-/.]([0-9]{1,2})[-/.](?:[0-9]{4}|[0-9]{2})\s*")
_DAY = re.compile(r"[0-9]+[-/.][0-9]+[-/.][0-9]+")
_SHORT_YEAR = re.compile(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2}")


def age_on(birthdate: date, day: date) -> int:
    """Full years on ``day``. Born on 29 February: a year older from 1 March where there is no such day."""
    return day.year - birthdate.year - ((day.month, day.day) < (birthdate.month, birthdate.day))


def proven_order(values: Iterable[str]) -> DateOrder | None:
    """The order that a column's dates with the year last prove, or None when they prove nothing or both.

    A number above 12 can only be the day. A date that no order can read (31/31/2015) proves nothing.
    """
    proofs = set()
    for value in values:
        found = _YEAR_LAST.fullmatch(value.strip())
        if found is None:
            continue
        one, two = int(found[1]), int(found[2])
        if 12 < one <= 31 and two <= 12:
            proofs.add(DateOrder.DMY)
        elif 12 < two <= 31 and one <= 12:
            proofs.add(DateOrder.MDY)
    return proofs.pop() if len(proofs) == 1 else None


def converted_dates(values: Iterable[str]) -> tuple[str, str] | None:
    """A text and a day of one column that show that a spreadsheet read its dates in an order they were not written in.

    Such a program turns 04/03/2015 into a day with day and month the wrong way round, and leaves 25/03/2015 a text. So
    real days that would be days the other way round, too, cannot be trusted beside texts that have one order only. In
    a file without types (CSV) days are those with the year first, and all of them must look like that.
    """
    texts, others, days = [], [], []
    for value in values:
        found = _PROOF.fullmatch(value)
        if found is None:
            others.append(value)
            continue
        one, two = int(found[1]), int(found[2])
        texts.append((value.strip(), (12 < one <= 31 and two <= 12) or (12 < two <= 31 and one <= 12)))
    proof = next((text for text, proves in texts if proves), None)
    if proof is None:
        return None
    for value in others:
        found = _ISO.fullmatch(value)
        if found is not None:
            turns = int(found[3]) <= 12 and int(found[2]) != int(found[3])
            days.append((value, turns, isinstance(value, DateCell)))
    if any(typed for _, _, typed in days):
        day = next((str(day) for day, turns, typed in days if turns and typed), None)
    else:
        every = all(proves for _, proves in texts) and all(turns for _, turns, _ in days)
        day = days[0][0] if days and every else None
    return None if day is None else (proof, day)


def birthdate(value: str, order: DateOrder, today: date, proven: DateOrder | None = None) -> date | None:
    """A date of birth, not after ``today``; None for an empty cell.

    The year first is always year-month-day. With the year last, ``order`` decides between day and month;
    year-month-day cannot, so then the order ``proven`` by the whole column does. ``proven`` also serves the message.

    Raises:
        CellFault: it is no date, no possible date, ambiguous, in the future or before 1900.
    """
    text = plain_text(value)
    if not text:
        return None
    found = _ISO.fullmatch(text)
    if found is not None:
        return _possible(int(found[1]), int(found[2]), int(found[3]), today)
    found = _YEAR_LAST.fullmatch(text)
    if found is None:
        if _SHORT_YEAR.fullmatch(text):
            raise CellFault(_("The year has two digits only. Write it with four, such as 2015."))
        if len(_DAY.findall(text)) > 1:
            raise CellFault(_("The cell holds more than one date. Keep the player's own."))
        if _TIMED.fullmatch(text):
            raise CellFault(
                _(
                    "This date has a time, so it may be the day before or after. Write the day alone, such "
                    "as 2015-03-24."
                )
            )
        raise CellFault(_("That isn't a date that can be read. Write it as year-month-day, such as 2015-03-24."))
    one, two, year = int(found[1]), int(found[2]), int(found[3])
    used = proven if order is DateOrder.YMD else order
    if one > 12 and two > 12:
        raise CellFault(_("There is no such day. Correct the date."))
    if used is None:
        # Nothing in the column says which order is meant, or its dates contradict each other.
        raise CellFault(
            _(
                "It is not clear which number is the month. Say so with --date-order mdy "
                "(month/day/year) or --date-order dmy (day/month/year), or write dates as 2015-03-24."
            )
        )
    month, day = (one, two) if used is DateOrder.MDY else (two, one)
    if month > 12 and day <= 12:
        other = DateOrder.MDY if used is DateOrder.DMY else DateOrder.DMY
        way_out = (
            _(
                "All dates of this column fit {order_words}: if that is how they are meant, use --date-order {other}."
            ).format(order_words=ORDER_WORDS[other], other=other)
            if proven is other
            else _("Correct it, or write it as 2015-03-24.")
        )
        raise CellFault(
            _("Read as {order_words} this is no date: there is no month {month}. {way_out}").format(
                order_words=ORDER_WORDS[used], month=month, way_out=way_out
            )
        )
    return _possible(year, month, day, today)


def _possible(year: int, month: int, day: int, today: date) -> date:
    try:
        found = date(year, month, day)
    except ValueError:
        raise CellFault(_("There is no such day. Correct the date.")) from None
    if found > today:
        raise CellFault(_("This date of birth is in the future. Correct the year."))
    if found < FIRST_BIRTHDATE:
        raise CellFault(_("This date of birth is before 1900. Correct the year, or clear the cell if it is not known."))
    return found
