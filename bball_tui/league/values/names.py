"""From a text to the name of a person, a team or a division."""

import html
import re
import unicodedata
from functools import lru_cache
from urllib.parse import unquote

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.values.cells import CellFault, plain_text
from bball_tui.league.values.last_names import split_name
from bball_tui.league.values.shown import shown
from bball_tui.wording import listed

NAME_LENGTH = 100
TEAM_LENGTH = 200
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


def name_text(value: str, longest: int = NAME_LENGTH) -> str:
    """A name, possibly empty.

    Raises:
        CellFault: see :func:`plain_text`, or longer than ``longest`` characters.
    """
    text = plain_text(value)
    if len(text) > longest:
        raise CellFault(
            _("The cell has {number} characters; at most {longest} are possible. Shorten it.").format(
                number=len(text), longest=longest
            )
        )
    return text


def typed_text(value: str, longest: int, *, needed: bool = False) -> str:
    """What somebody typed into a form, as one clean line of at most ``longest`` characters.

    Raises:
        BballError: too long, or empty although it is needed.
        CellFault: it holds something that no name has.
    """
    line = plain_text(value)
    if needed and not line:
        raise BballError(_("This is needed. Fill it in."))
    if len(line) > longest:
        raise BballError(
            _("This has {number} characters; {longest} is the limit. Shorten it.").format(
                number=len(line), longest=longest
            )
        )
    return line


def typed_name(value: str) -> str:
    """A first or last name that somebody typed into a form.

    Raises:
        BballError, CellFault: as :func:`typed_text` says.
    """
    return typed_text(value, NAME_LENGTH, needed=True)


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
        what = _("an e-mail address") if "@" in text else _("a number")
        raise CellFault(_("This is {what}, not a name. Move it to its column, and type the name.").format(what=what))
    if not text[0].isalnum() and not any(unicodedata.category(character)[0] in "LNS" for character in text):
        raise CellFault(_("This is no name: it has no letter. Type the name, or clear the cell."))
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
            some = listed([shown(one, 30) for one in people])
            raise CellFault(
                _(
                    "This names {number} people, {some}. A cell names one: give each child a row of its own, "
                    "and each guardian columns of their own."
                ).format(number=len(people), some=some)
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
            _(
                "This cannot be split into a first and a last name. Write both, as “Mia Lopez” or "
                "“Lopez, Mia”, or give them columns of their own."
            )
        )
    again = (
        names is not None
        and "," in text
        and names[0].split()[-1].casefold() == text.split(",")[0].split()[-1].casefold()
    )
    if names is None or again or _PEOPLE.search(text):
        raise CellFault(
            _(
                "This seems to name several people. A cell names one: give each child a row of its own, "
                "and each guardian columns of their own."
            )
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
            _(
                "This is a date, perhaps made by a spreadsheet of a text such as 3-4. Format the cell as "
                "text and type again what is meant."
            )
        )
    if _ESCAPED.search(text):
        raise CellFault(
            _("A program has left its own signs in this text. If “{unescape}” is meant, type that.").format(
                unescape=shown(html.unescape(unquote(text)))
            )
        )
    if text in ("TRUE", "FALSE"):
        raise CellFault(
            _("This is {text}, as a spreadsheet writes it, and no name. Type what is meant.").format(text=text)
        )
