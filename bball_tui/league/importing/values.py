"""From a cell's text to a value that the roster can hold. A cell that cannot be used raises :class:`CellFault`."""

import html
import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from urllib.parse import unquote

from email_validator import EmailNotValidError, validate_email

from bball_tui.database.states import DateOrder
from bball_tui.errors import BballError
from bball_tui.league.importing.problems import shown
from bball_tui.league.importing.quoting import is_quoted, unquoted
from bball_tui.league.importing.spellings import split_name

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
_STAFF = frozenset(
    (
        "coach", "head coach", "assistant coach", "assistant", "asst coach", "asst. coach", "co-coach",
        "coaching staff",
        "manager", "team manager", "staff", "team staff", "trainer", "athletic trainer", "volunteer", "team parent",
        "team mom", "team dad", "team admin", "admin", "administrator", "director", "coordinator", "scorekeeper",
        "statistician", "referee", "official", "chaperone", "treasurer", "non-player", "nonplayer", "parent",
        "guardian",
    )
)  # fmt: skip
"""Roles of people who are no players, as the vendors' exports and leagues name them. Any other word is a fault."""
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
# The letters that are blank (Unicode's Default_Ignorable_Code_Point, and the blank of Braille) are none of a name
# either; joiners (U+200C, U+200D) act in the scripts from Hebrew to Khmer and in emoji, and elsewhere only hide.
_INVISIBLE = re.compile(
    "[\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    "|(?<![\u0590-\u17ff\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]"
)
_SOFT_HYPHEN = "\u00ad"
_HYPHENS = re.compile("[\u2010\u2011]|(?<=\\w)[\u2012-\u2015\u2212](?=\\w)")
_SEVERAL = re.compile(r"\s*(?:&|\+|/|;|,|\b(?:and|und|(?-i:y))\b(?=\s))\s*", re.IGNORECASE)
_PEOPLE = re.compile(r"[&+/;]|\s(?:and|und)\s", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_][\w .'’-]+")
_SUFFIX = re.compile(r"(?:jr|sr|junior|senior|esq|[ivx]+|[0-9](?:st|nd|rd|th))\.?", re.IGNORECASE)
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
# "U3-4" typed as 3-4 is the 4th of March to a spreadsheet, which saves it like this.
_MADE_A_DATE = re.compile(
    rf"[0-9]{{1,2}}[-/ ](?:{_MONTHS})|(?:{_MONTHS})[-/ ][0-9]{{1,2}}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9:.]+Z?)?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[+(]?[0-9][0-9 ().,/-]*[0-9]")
_ESCAPED = re.compile(
    r"&(?:#[0-9]{2,5}|#x[0-9a-f]{2,4}|amp|apos|quot|nbsp|lt|gt|[a-z]+(?:acute|grave|uml|tilde));|%[0-9A-F]{2}", re.I
)
"""What web pages and addresses make of O'Neil and José."""
_FLOAT = re.compile(r"([0-9]{7,15})\.0")
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?e[+-]?[0-9]+", re.IGNORECASE)
_TYPOGRAPHIC = str.maketrans(
    {**dict.fromkeys("\u2018\u2019\u201b\u02bc\u00b4\u2032", "'"),
     **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
     **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", ""), **dict.fromkeys("\u3002\uff0e\uff61", ".")}
)  # fmt: skip
"""What programs for writing make of the characters of an address, and back."""
_NUMBER_OR_PHONE = re.compile(r"[+-] ?[0-9(][0-9 ().,/x-]*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8}){0,2}")
_JERSEY = re.compile(r"#?([0-9]{1,3})")

# A strict subset of what email-validator takes, and takes unchanged: it needs 50 µs for an address, this half a µs.
_USUAL_ADDRESS = re.compile(
    r"(?=.{1,254}\Z)(?=[^@]{1,64}@)[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@"
    r"(?:[a-z0-9](?:-?[a-z0-9]){0,30}\.){1,3}(?:com|net|org|edu|test)"
)

_TWO_PHONES = re.compile(
    r"(?:[0-9][(). -]*){7}(?:[/;,|&]|[^0-9]*[^\W\d]{2,})[^0-9]*(?:[0-9][(). -]*){7}"
    r"|[0-9]{3}[-.][0-9]{4} +\(?[0-9]{3}"
)
"""Two numbers of seven digits or more with a word or sign between them, or the second behind the first one's line."""
_EXTENSION = re.compile(r"(?:\bext(?:ension)?|x|#)\.?\s*[0-9]{1,6}$", re.IGNORECASE)
_MOST_DIGITS = 15
"""Of a telephone number anywhere in the world (ITU-T E.164)."""
_USUAL_PHONE = re.compile(r"(?:\+?1[ -]?)?(?:\([0-9]{3}\) ?|[0-9]{3}[ .-]?)[0-9]{3}[ .-]?[0-9]{4}")
"""How one number is written in North America; it is taken as it is."""

_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[ T]00:00(?::00(?:\.0+)?)?Z?)?")
_YEAR_LAST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})(?: 0?0:00(?::00)?)?")
_TIMED = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[ T][0-9]{1,2}:[0-9:.]+.*|[0-9/.-]{8,10} [0-9]{1,2}:[0-9:.]+.*")
_PROOF = re.compile(r"\s*([0-9]{1,2})[-/.]([0-9]{1,2})[-/.](?:[0-9]{4}|[0-9]{2})\s*")
_DAY = re.compile(r"[0-9]+[-/.][0-9]+[-/.][0-9]+")
_SHORT_YEAR = re.compile(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2}")


class CellFault(Exception):
    """The cell cannot be used; the message says why and what to do."""


class TypedCell(str):
    """The text of a workbook's cell that is no text to the spreadsheet: see the two kinds of it."""

    __slots__ = ()


class DateCell(TypedCell):
    """A day, which a spreadsheet also makes of texts such as 3-4. Only a date of birth is meant as one."""

    __slots__ = ()


class FlagCell(TypedCell):
    """TRUE or FALSE as Y or N, which a spreadsheet also makes of the names True and False. No text is meant as one."""

    __slots__ = ()


def check_type(cell: str, is_day: bool, is_flag: bool) -> None:
    """Refuse a workbook's date, or its TRUE and FALSE, in a column that holds neither.

    Raises:
        CellFault: it says what to type.
    """
    if isinstance(cell, DateCell) and not is_day:
        raise CellFault(
            "The spreadsheet holds a date here, perhaps made of a text such as 3-4. Format the cell as text and type "
            "again what is meant."
        )
    if isinstance(cell, FlagCell) and not is_flag:
        raise CellFault(
            "The spreadsheet holds TRUE or FALSE here, no text. Format the cell as text and type again what is meant."
        )


@lru_cache(maxsize=32_768)
def plain_text(value: str) -> str:
    """``value`` as one trimmed line in Unicode's composed form (NFC); empty for an empty cell.

    A text that an export of ours has quoted is taken as it is, whatever it begins with.

    Raises:
        CellFault: line breaks, control or invisible characters, characters lost in a conversion, or a formula.
    """
    if not (value.isascii() and value.isprintable()):
        # Where a line may break is no part of a text.
        value = value.replace(_SOFT_HYPHEN, "")
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


def typed_text(value: str, longest: int, *, needed: bool = False) -> str:
    """What somebody typed into a form, as one clean line of at most ``longest`` characters.

    Raises:
        BballError: too long, or empty although it is needed.
        CellFault: it holds something that no name has.
    """
    line = plain_text(value)
    if needed and not line:
        raise BballError("This is needed. Fill it in.")
    if len(line) > longest:
        raise BballError(f"This has {len(line)} characters; {longest} are the most. Shorten it.")
    return line


@lru_cache(maxsize=32_768)
def person_name(value: str) -> str:
    """A part of the name of one person, possibly empty; typographic hyphens become plain ones.

    Raises:
        CellFault: see :func:`name_text`, or it is nothing but punctuation, or what a spreadsheet makes of another text.
    """
    text = name_text(value)
    if not text or (text.isascii() and text.isalpha() and text not in ("TRUE", "FALSE")):
        return text
    text = _HYPHENS.sub("-", text)
    _refuse_converted(text)
    if "@" in text or _NUMBER.fullmatch(text):
        what = "an e-mail address" if "@" in text else "a number"
        raise CellFault(f"This is {what}, not a name. Move it to its column, and type the name.")
    if not any(unicodedata.category(character)[0] in "LNS" for character in text):
        raise CellFault("This is no name: it has no letter. Type the name, or clear the cell.")
    return text


@lru_cache(maxsize=32_768)
def first_name(value: str) -> str:
    """The first name of one person, possibly empty.

    Raises:
        CellFault: see :func:`person_name`, or it names several people.
    """
    text = person_name(value)
    if not text.isalpha():
        parts = [part.strip() for part in _SEVERAL.split(text)]
        people = [part for part in parts if _NAME.fullmatch(part) and not _SUFFIX.fullmatch(part)]
        if len(people) > 1:
            some = " and ".join(shown(one, 30) for one in people)
            raise CellFault(
                f"This names {len(people)} people, {some}. A cell names one: give each child a row of its own, and "
                "each guardian columns of their own."
            )
    return text


@lru_cache(maxsize=32_768)
def whole_name(value: str) -> tuple[str, str]:
    """First and last of the whole name of one person (:func:`~.spellings.split_name`).

    Raises:
        CellFault: see :func:`first_name`, or one of the two is missing.
    """
    text = person_name(value)
    names = split_name(text)
    if names is None and not _PEOPLE.search(text):
        raise CellFault(
            "This cannot be split into a first and a last name. Write both, as “Mia Lopez” or “Lopez, Mia”, or give "
            "them columns of their own."
        )
    again = (
        names is not None
        and "," in text
        and names[0].split()[-1].casefold() == text.split(",")[0].split()[-1].casefold()
    )
    if names is None or again or _PEOPLE.search(text):
        raise CellFault(
            "This seems to name several people. A cell names one: give each child a row of its own, and each guardian "
            "columns of their own."
        )
    return first_name(names[0]), person_name(names[1])


@lru_cache(maxsize=32_768)
def group_name(value: str, longest: int = NAME_LENGTH) -> str:
    """The name of a team or a division, possibly empty.

    Raises:
        CellFault: see :func:`name_text`, or it is what a spreadsheet makes of another text.
    """
    text = name_text(value, longest)
    _refuse_converted(text)
    return text


def _refuse_converted(text: str) -> None:
    if _MADE_A_DATE.fullmatch(text):
        raise CellFault(
            "This is a date, perhaps made by a spreadsheet of a text such as 3-4. Format the cell as text and type "
            "again what is meant."
        )
    if _ESCAPED.search(text):
        raise CellFault(
            f"A program has left its own signs in this text. If “{shown(html.unescape(unquote(text)))}” is meant, type "
            "that."
        )
    if text in ("TRUE", "FALSE"):
        raise CellFault(f"This is {text}, as a spreadsheet writes it, and no name. Type what is meant.")


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
        CellFault: see :func:`plain_text`, or longer than 40 characters, an e-mail address, or 5.55E+09.
    """
    if _USUAL_PHONE.fullmatch(value):
        return value
    text = plain_text(value)
    if len(text) > PHONE_LENGTH:
        raise CellFault(f"A telephone number has at most {PHONE_LENGTH} characters. Keep one number in the cell.")
    if "@" in text:
        raise CellFault("This is an e-mail address, not a telephone number. Move it to the column for addresses.")
    if _SCIENTIFIC.fullmatch(text):
        raise CellFault(
            "A spreadsheet has shortened this number, and the last digits are lost. Format the column as text and type "
            "the whole number."
        )
    if _TWO_PHONES.search(text) or sum(map(str.isdigit, _EXTENSION.sub("", text))) > _MOST_DIGITS:
        raise CellFault(
            "The cell holds more than one telephone number. Keep one; others go to a guardian of their own."
        )
    found = _FLOAT.fullmatch(text)  # as programs write a number that they took for a measure
    return found[1] if found else text or None


def email(value: str) -> str | None:
    """An e-mail address, its domain in small letters. No name server is asked; the domain ``.test`` is allowed.

    Raises:
        CellFault: it is no address, more than one, or has characters that only look like those of an address.
    """
    if _USUAL_ADDRESS.fullmatch(value):
        return value
    text = plain_text(value)
    if not text:
        return None
    if text.count("@") > 1:
        raise CellFault("The cell holds more than one e-mail address. Keep one; others go to a guardian of their own.")
    if not text.isascii():
        _refuse_typography(text)
    try:
        return validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise CellFault(f"This is no e-mail address. {error} Correct it or clear the cell.") from None


def _refuse_typography(text: str) -> None:
    """Refuse quotation marks, dashes and wide letters of word processors, and letters of an alphabet that only look
    like Latin ones (Unicode Technical Standard 39). Accents, and addresses in one script, are taken."""
    plain = unicodedata.normalize("NFKC", text.translate(_TYPOGRAPHIC))
    plain = "".join(_latin(character) for character in plain) if not plain.isascii() else plain
    if plain.isascii():
        found = next((character for character in text if not character.isascii()), "")
        raise CellFault(
            f"This address has “{shown(found)}” ({unicodedata.name(found, 'unknown').lower()}), which mail servers do "
            f"not take for the character that it looks like. If {plain} is meant, type that."
        )


def _latin(character: str) -> str:
    from confusable_homoglyphs.categories import alias
    from confusable_homoglyphs.confusables import is_confusable

    if character.isascii():
        return character
    found = is_confusable(character, greedy=True)
    looks = [one["c"] for one in found[0]["homoglyphs"] if len(one["c"]) == 1 and one["c"].isascii()] if found else []
    # Accents are no look-alikes; the letters of IPA (ɑ) and the dotless ı are.
    return (
        looks[0] if looks and (alias(character) != "LATIN" or not unicodedata.decomposition(character)) else character
    )


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
    """Whether a role is one of the staff; an empty cell is a player's.

    Raises:
        CellFault: see :func:`plain_text`, or the word names neither, as a position on the court does.
    """
    text = plain_text(value).casefold()
    if text and text not in _PLAYERS and text not in _STAFF:
        raise CellFault(
            "This is no role of a player or of staff that is known here. If the column holds positions, leave it out "
            "with --ignore-column; else write Player, Coach or Staff."
        )
    return text in _STAFF


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


def converted_dates(values: Iterable[str]) -> tuple[str, str] | None:
    """A text and a day of one column that show that a spreadsheet read its dates in an order they were not written in.

    Such a program turns 04/03/2015 into a day with day and month the wrong way round, and leaves 25/03/2015 a text. So
    real days that would be days the other way round, too, cannot be trusted beside texts that have one order only. In
    a file without types (CSV) days are those with the year first, and all of them must look like that.
    """
    texts, days = [], []
    for value in values:
        found = _PROOF.fullmatch(value)
        if found is not None:
            one, two = int(found[1]), int(found[2])
            texts.append((value.strip(), (12 < one <= 31 and two <= 12) or (12 < two <= 31 and one <= 12)))
            continue
        found = _ISO.fullmatch(value)
        if found is not None:
            turns = int(found[3]) <= 12 and int(found[2]) != int(found[3])
            days.append((value, turns, isinstance(value, DateCell)))
    proof = next((text for text, proves in texts if proves), None)
    if any(typed for _, _, typed in days):
        day = next((str(day) for day, turns, typed in days if turns and typed), None)
    else:
        every = all(proves for _, proves in texts) and all(turns for _, turns, _ in days)
        day = days[0][0] if days and every else None
    return None if proof is None or day is None else (proof, day)


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
        if len(_DAY.findall(text)) > 1:
            raise CellFault("The cell holds more than one date. Keep the player's own.")
        if _TIMED.fullmatch(text):
            raise CellFault(
                "This date has a time, so it may be the day before or after. Write the day alone, such as 2015-03-24."
            )
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
