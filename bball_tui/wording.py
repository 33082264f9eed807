"""The few phrases that every sentence needs: a moment, a day, a list of names, a number of things."""

import re
from collections.abc import Sequence
from datetime import date, datetime, tzinfo

from msgspec import UnsetType

from bball_tui.language import _, plural

_ERASED = re.compile(r"Erased (player|guardian) (\d+)")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def short_date(day: date, today: date | None = None) -> str:
    """``May 12`` in the year of ``today``, ``May 12, 2015`` in any other year or when no ``today`` is given."""
    form = _("{month} {day}") if today is not None and day.year == today.year else _("{month} {day}, {year}")
    return form.format(month=_(MONTHS[day.month - 1]), day=day.day, year=day.year)


def at(moment: datetime, now: datetime, zone: tzinfo, *, seconds: bool = False) -> str:
    """``14:02`` for a moment of today in ``zone``, else ``May 12, 14:02``; the clock as the league writes it."""
    from bball_tui.time_format import clock  # here: time zones come with it, and the first paint shows none

    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    told = clock(local, seconds=seconds)
    return told if local.date() == today else f"{short_date(local.date(), today)}, {told}"


def listed(names: Sequence[str], last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``; or with another word before the last."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {_(last)} {names[-1]}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """``1 mail``, ``2 mails``; ``many`` for a plural that is not made with an s."""
    return f"{number:,} {plural(one, many or one + 's', number)}"


def was_erased(name: str) -> bool:
    """Whether ``name`` is what the database wrote in the place of one."""
    return _ERASED.fullmatch(name) is not None


def called_now(name: str) -> str:
    """``Ann Lee`` as stored. Who was erased has a number there, which the database wrote in English: it reads as the
    screen speaks."""
    if (erased := _ERASED.fullmatch(name)) is None:
        return name
    words = _("Erased player {number}") if erased[1] == "player" else _("Erased guardian {number}")
    return words.format(number=erased[2])


def or_hidden(value: str | None, hidden: bool | UnsetType, missing: str) -> str:
    """``value``; where it is empty, ``missing``, or that it is not shown to everybody: as short as a table needs it."""
    return value or (_("hidden") if hidden else missing)
