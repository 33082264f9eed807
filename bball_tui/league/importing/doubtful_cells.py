"""What can be read and is perhaps not what was meant. It comes in as it is; a sentence beside the cell says so.

Nothing here is changed silently or refused: a person can be called Null, and gmail.con may be somebody's own domain one
day. What no reading makes sense of is a fault instead (`league/values/`).
"""

import re
from datetime import date
from functools import lru_cache

from bball_tui.language import _
from bball_tui.league.values.birthdates import age_on
from bball_tui.league.values.last_names import perhaps_two, without_suffix
from bball_tui.league.values.placeholders import perhaps_no_name
from bball_tui.league.values.shown import shown
from bball_tui.wording import counted

YOUNGEST = 3
OLDEST = 21
"""Years. No player of a youth league is younger or older."""

_PEOPLE = re.compile(r"[&+/;,]|\s(?:and|und)\s", re.IGNORECASE)
_COMMON = {
    "gmail": "com", "googlemail": "com", "yahoo": "com", "hotmail": "com", "outlook": "com", "icloud": "com",
    "protonmail": "com", "aol": "com", "msn": "com", "comcast": "net", "verizon": "net", "sbcglobal": "net",
    "bellsouth": "net", "earthlink": "net",
}  # fmt: skip
"""Mailboxes of most American families, and how their domains end."""
_OTHERS = frozenset(("ymail", "email", "mail", "tmail", "fmail", "gmailbox", "yahoogroups", "rotmail"))
"""Domains that exist, although they are like one of those."""
_ANYWHERE = frozenset(("gmail", "googlemail", "icloud", "comcast", "sbcglobal", "bellsouth", "verizon", "earthlink"))
"""These have one ending only; Yahoo, Hotmail and Outlook have one in many countries."""
_SLIPS = {
    **dict.fromkeys(("con", "cm", "om", "cmo", "ocm", "comm", "coom", "vom", "xom", "cim", "c0m", "cpm", "dom"), "com"),
    **dict.fromkeys(("nte", "ent", "met", "bet", "nett"), "net"),
    **dict.fromkeys(("ogr", "rog", "orgg"), "org"),
}
"""Endings that are slips of the fingers for one of the three common ones. Some are those of countries."""
_COUNTRIES = frozenset(("cm", "om"))
_AS_IT_IS = _("It comes in as it is.")


def of_name(cell: str, _value: str) -> str:
    """A first or last name that may be a placeholder."""
    if perhaps_no_name(cell):
        return _("This may stand for no name at all, or be one. {as_it_is} If it is none, type the name.").format(
            as_it_is=_AS_IT_IS
        )
    return ""


def of_last_name(cell: str, name: str) -> str:
    """The same, or several last names."""
    if _PEOPLE.search(without_suffix(name)):
        return _(
            "This may name several people. {as_it_is} If it does, give each a row or columns of their own."
        ).format(as_it_is=_AS_IT_IS)
    return of_name(cell, name)


def of_whole_name(cell: str, names: tuple[str, str]) -> str:
    """A whole name that may be two."""
    first, last = names
    if perhaps_two(cell):
        return _(
            "Read as one person: first name {first}, last name {last}. If these are two people, give "
            "each a row or columns of their own."
        ).format(first=shown(first), last=shown(last))
    return of_name(first, first) or of_name(last, last)


def of_birthdate(day: date | None, today: date) -> str:
    """An age that no player has."""
    if day is None:
        return ""
    age = age_on(day, today)
    if YOUNGEST <= age <= OLDEST:
        return ""
    years = counted(age, "year")
    return _(
        "This makes the player {years} old, which no player of a youth league is. {as_it_is} If "
        "it is not meant, correct the year, or clear the cell."
    ).format(years=years, as_it_is=_AS_IT_IS)


def of_address(_cell: str, email: str | None) -> str:
    """An address whose domain is nearly a common one."""
    meant = None if email is None else likely_domain(email.rpartition("@")[2].lower())
    if email is None or meant is None:
        return ""
    proposal = f"{email.rpartition('@')[0]}@{meant}"
    return _(
        "E-mail for this address may never arrive: is {proposal} meant? {as_it_is} If so, correct the cell."
    ).format(proposal=shown(proposal), as_it_is=_AS_IT_IS)


@lru_cache(maxsize=4_096)
def likely_domain(domain: str) -> str | None:
    """The domain that ``domain`` is probably a slip for; None where it may well be meant."""
    name, dot, ending = domain.partition(".")
    if not dot:
        return None
    ends = _SLIPS.get(ending, ending)
    if name in _COMMON:
        meant = _COMMON[name]
        slipped = ending in _SLIPS or ending in ("co", "cm") or (name in _ANYWHERE and ending in ("com", "net", "org"))
        return f"{name}.{meant}" if slipped and ending != meant else None
    if name not in _OTHERS and len(name) > 3:
        for common, meant in _COMMON.items():
            if len(common) > 4 and ends in (meant, "co") and _one_slip(name, common):
                return f"{common}.{meant}"
    if ending in _SLIPS and ending not in _COUNTRIES:
        return f"{name}.{ends}"
    host, _, last = domain.rpartition(".")
    return f"{host}.{_SLIPS[last]}" if last in _SLIPS and last not in _COUNTRIES else None


def _one_slip(typed: str, meant: str) -> bool:
    """Whether one letter is missing, too many, another one, or changed places with its neighbor."""
    if abs(len(typed) - len(meant)) > 1:
        return False
    same = next((place for place, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), None)
    if same is None:
        return typed != meant
    left, right = typed[same:], meant[same:]
    return (
        left[1:] == right
        or left == right[1:]
        or left[1:] == right[1:]
        or (left[:2] == right[1::-1] and left[2:] == right[2:])
    )
