"""From a cell's text to a value that the roster can hold. A cell that cannot be used raises :class:`CellFault`."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from bball_tui.database.states import DateOrder
from bball_tui.league.importing.quoting import is_quoted, unquoted

NAME_LENGTH = 100
TEAM_LENGTH = 200
PHONE_LENGTH = 40
FIRST_BIRTHDATE = date(1900, 1, 2)
"""Spreadsheets write 1 January 1900 for an empty date."""

ORDER_WORDS = {
    DateOrder.YMD: "year-month-day",
    DateOrder.DMY: "day/month/year",
    DateOrder.MDY: "month/day/year",
}
_FAILED = frozenset(("#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DIV/0!", "#SPILL!", "#CALC!"))
"""What a spreadsheet leaves where a formula failed."""
_PLAYERS = frozenset(("player", "athlete", "participant", "rostered player", "p"))
_STATUSES = {"draft": "draft", "declined": "closed", "expired": "closed", "void": "closed"}
_FLAGS = {"y": True, "yes": True, "true": True, "1": True, "n": False, "no": False, "false": False, "0": False}
_RELATIONS = {
    "mother": "mother", "mom": "mother", "mum": "mother",
    "father": "father", "dad": "father",
    "guardian": "guardian", "parent": "guardian", "legal guardian": "guardian",
}  # fmt: skip

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_UNREADABLE = re.compile("[\ud800-\udfff\ufffd-\uffff]")
# The characters that reorder or hide text (UAX #9, UTS #39): a name with them is not the name that people see.
_INVISIBLE = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")
_NUMBER_OR_PHONE = re.compile(r"[+-] ?[0-9(][0-9 ().,/x-]*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8}){0,2}")
_JERSEY = re.compile(r"#?([0-9]{1,3})")

# A strict subset of what email-validator takes, and takes unchanged: it needs 50 µs for an address, this half a µs.
_USUAL_ADDRESS = re.compile(
    r"(?=.{1,254}\Z)(?=[^@]{1,64}@)[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@"
    r"(?:[a-z0-9](?:-?[a-z0-9]){0,30}\.){1,3}(?:com|net|org|edu|test)"
)

_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[ T]00:00(?::00(?:\.0+)?)?Z?)?")
_YEAR_LAST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})(?: 0?0:00(?::00)?)?")
_SHORT_YEAR = re.compile(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2}")


class CellFault(Exception):
    """The cell cannot be used; the message says why and what to do."""


@lru_cache(maxsize=32_768)
def plain_text(value: str) -> str:
    """``value`` as one trimmed line in Unicode's composed form (NFC); empty for an empty cell.

    A text that an export of ours has quoted is taken as it is, whatever it begins with.

    Raises:
        CellFault: line breaks, control or invisible characters, characters lost in a conversion, or a formula.
    """
    if not (value.isascii() and value.isprintable()):
        _refuse_unsafe(value)
        value = unicodedata.normalize("NFC", value)
    value = " ".join(value.split())
    if is_quoted(value):
        return unquoted(value)
    if value in _FAILED:
        raise CellFault(f"The formula of this cell has no result ({value}). Type the text itself.")
    if value and value[0] in "=+-@" and not _NUMBER_OR_PHONE.fullmatch(value):
        raise CellFault(
            f"The cell begins with “{value[0]}”, as a spreadsheet formula does. Replace it by the plain text."
        )
    return value


def _refuse_unsafe(value: str) -> None:
    # White space at the ends is no fault, except that a tab or line break there may be one half of an injection.
    if "\n" in value or "\r" in value:
        raise CellFault("The cell holds a line break. Write everything in it on one line.")
    found = _CONTROL.search(value)
    if found:
        raise CellFault(
            f"The cell holds a control character (U+{ord(found[0]):04X}), which nobody can see. "
            "Delete the cell's text and type it again."
        )
    if _UNREADABLE.search(value):
        raise CellFault(
            "The cell holds a character that was lost when the file was saved. Save it as “CSV UTF-8” and type "
            "the text of this cell again."
        )
    found = _INVISIBLE.search(value)
    if found:
        raise CellFault(
            f"The cell holds an invisible character (U+{ord(found[0]):04X}). Delete the cell's text and type it again."
        )


def name_text(value: str, longest: int = NAME_LENGTH) -> str:
    """A name, possibly empty.

    Raises:
        CellFault: see :func:`plain_text`, or longer than ``longest`` characters.
    """
    text = plain_text(value)
    if len(text) > longest:
        raise CellFault(f"The cell has {len(text)} characters; at most {longest} are possible. Shorten it.")
    return text


def jersey(value: str) -> str | None:
    """A jersey number as text, because 00 is not 0.

    Raises:
        CellFault: it is not one to three digits.
    """
    text = plain_text(value)
    if not text:
        return None
    found = _JERSEY.fullmatch(text)
    if found is None:
        raise CellFault("A jersey has one to three digits, such as 7, 00 or 23. Correct the number or clear the cell.")
    return found[1]


def phone(value: str) -> str | None:
    """A telephone number as people write it.

    Raises:
        CellFault: see :func:`plain_text`, or longer than 40 characters.
    """
    text = plain_text(value)
    if len(text) > PHONE_LENGTH:
        raise CellFault(f"A telephone number has at most {PHONE_LENGTH} characters. Keep one number in the cell.")
    return text or None


def email(value: str) -> str | None:
    """An e-mail address, its domain in small letters. No name server is asked; the domain ``.test`` is allowed.

    Raises:
        CellFault: it is no address, or more than one.
    """
    if _USUAL_ADDRESS.fullmatch(value):
        return value
    text = plain_text(value)
    if not text:
        return None
    if text.count("@") > 1:
        raise CellFault("The cell holds more than one e-mail address. Keep one; others go to a guardian of their own.")
    try:
        return validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise CellFault(f"This is no e-mail address. {error} Correct it or clear the cell.") from None


def relation(value: str) -> str | None:
    """mother, father, guardian or other; None for an empty cell.

    Raises:
        CellFault: see :func:`plain_text`.
    """
    text = plain_text(value)
    return _RELATIONS.get(text.casefold(), "other") if text else None


def flag(value: str) -> bool:
    """Y or N; an empty cell is N.

    Raises:
        CellFault: it is neither.
    """
    text = plain_text(value).casefold()
    if text and text not in _FLAGS:
        raise CellFault("The cell must be Y or N. Correct it, or clear it for N.")
    return _FLAGS.get(text, False)


def language(value: str) -> str:
    """A language tag such as ``es`` or ``es-mx``, in small letters; empty for an empty cell.

    Raises:
        CellFault: it is none.
    """
    text = plain_text(value).lower().replace("_", "-")
    if text and not _LANGUAGE.fullmatch(text):
        raise CellFault("A language is written as a short code, such as en, es or es-mx. Correct it or clear the cell.")
    return text


def identity(value: str) -> int:
    """The number that an export of ours gave a player; 0 for anything else."""
    text = value.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def is_staff(value: str) -> bool:
    """Whether a role is none of a player; an empty cell is a player's.

    Raises:
        CellFault: see :func:`plain_text`.
    """
    text = plain_text(value).casefold()
    return bool(text) and text not in _PLAYERS


def contract_status(value: str) -> str:
    """``draft``, ``closed`` (declined, expired, void) or empty (open or signed): what an export says of a contract.

    Raises:
        CellFault: see :func:`plain_text`.
    """
    return _STATUSES.get(plain_text(value).casefold(), "")


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
            raise CellFault("The year has two digits only. Write it with four, such as 2015.")
        raise CellFault("This is no date that can be read. Write it as year-month-day, such as 2015-03-24.")
    one, two, year = int(found[1]), int(found[2]), int(found[3])
    used = proven if order is DateOrder.YMD else order
    if one > 12 and two > 12:
        raise CellFault("There is no such day. Correct the date.")
    if used is None:
        # Nothing in the column says which order is meant, or its dates contradict each other.
        raise CellFault(
            "It is not clear which number is the month. Say so with --date-order mdy (month/day/year) or "
            "--date-order dmy (day/month/year), or write dates as 2015-03-24."
        )
    month, day = (one, two) if used is DateOrder.MDY else (two, one)
    if month > 12 and day <= 12:
        other = DateOrder.MDY if used is DateOrder.DMY else DateOrder.DMY
        way_out = (
            f"All dates of this column fit {ORDER_WORDS[other]}: if that is how they are meant, use "
            f"--date-order {other}."
            if proven is other
            else "Correct it, or write it as 2015-03-24."
        )
        raise CellFault(f"Read as {ORDER_WORDS[used]} this is no date: there is no month {month}. {way_out}")
    return _possible(year, month, day, today)


def _possible(year: int, month: int, day: int, today: date) -> date:
    try:
        found = date(year, month, day)
    except ValueError:
        raise CellFault("There is no such day. Correct the date.") from None
    if found > today:
        raise CellFault("This date of birth is in the future. Correct the year.")
    if found < FIRST_BIRTHDATE:
        raise CellFault("This date of birth is before 1900. Correct the year, or clear the cell if it is not known.")
    return found
