"""What people type where they have nothing to say, and which phone numbers and addresses are somebody's.

The one place that knows. Such cells of different families look alike, so whatever tells people apart by them makes
strangers one person. In doubt nobody is made one: a guardian who is listed twice is seen and fixed, a mail about
somebody else's child is not.
"""

import re
import unicodedata
from functools import lru_cache

_WORDS = frozenset(
    (
        *("n/a", "n.a.", "n.a", "n\\a", "n / a", "none", "none given", "none listed", "none provided", "nothing"),
        *("not available", "not applicable", "not given", "not known", "not listed", "not provided", "unknown", "unk"),
        *("tbd", "tba", "t.b.d.", "t.b.a.", "to be announced", "to be determined", "empty", "missing", "pending"),
        *("undefined", "[object object]", "(blank)", "(null)", "(none)"),
        *("see note", "see notes", "see above", "see below", "see comment", "see comments", "same as above", "ditto"),
        *("no email", "no e-mail", "no mail", "no phone", "no number", "no name", "no guardian", "no parent"),
        *("no answer", "doesn't have one", "does not have one", "don't know", "do not know", "dont know", "call me"),
        *("ask mom", "ask dad", "call mom", "call dad", "call mum", "call mother", "call father", "call parent"),
        *("call parents", "call home", "call guardian", "call office", "text mom", "text dad", "text only"),
    )
)
_NEARLY = frozenset(("na", "nil", "nope", "null", "nan", "blank"))
"""Also names of people (Na Li, Christopher Null)."""
_MAYBE = _NEARLY | {"no", "x", "xx", "xxx", "xxxx", "same", "call", "ask", "test", "asdf", "abc"}
"""Names of people as well, or an answer, or a tick: alone they say nothing of a person, an address or a number."""

_COUNTING = frozenset("123456789")
"""No word that says nothing begins like this."""
_NO_MAILBOX = re.compile(
    r"no[._-]?e?[._-]?mail|none|not?[._-]?(?:available|given|provided|applicable)|unknown|(?:do|does)n?o?t?have(?:one)?"
    r"|no[._-]?(?:address|one)|missing|placeholder|noemail(?:provided|given|address)?"
)
_NO_MAILBOX_BEGINS = frozenset("numpd")
_NO_DOMAIN = re.compile(
    rf"(?:{_NO_MAILBOX.pattern})|n-?a|no|nil|null|x+|tb[ad]|example|asdf|abc|email|mail|domain|test"
)
_SHORT_MAILBOX = frozenset(("na", "n.a", "n-a", "no", "nil", "null", "x", "xx", "xxx", "tbd", "tba", "asdf", "abc"))
_SCIENTIFIC = re.compile(r"\s*[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+\s*")
_NO_DIGIT = re.compile(r"[^0-9]+")
_PHONE = re.compile(r"[+(]?([0-9])[0-9 ().-]*(?!\1)[0-9][0-9 ().-]*")
"""What most numbers look like; two of its digits differ."""
_FEWEST_DIGITS = 7
"""Of a phone number that belongs to somebody: a North American one without its area code."""
_RUNS = frozenset(
    "".join(str((first + step * place) % 10) for place in range(_FEWEST_DIGITS))
    for first in range(10)
    for step in (-1, 0, 1)
)
"""Lines of one digit, and those that count up or down."""


def _plain(cell: str) -> str:
    return " ".join(cell.casefold().replace("’", "'").split())


def _only_signs(text: str) -> bool:
    # A formula is a fault, whatever stands behind its sign.
    return (
        not text.startswith("=")
        and not any(character.isalnum() for character in text)
        and all(unicodedata.category(character)[0] in "PSZ" for character in text)
    )


@lru_cache(maxsize=32_768)
def says_nothing(cell: str) -> bool:
    """Whether a cell of any column holds a placeholder (``N/A``, ``none``, ``-``, ``see note``). Empty is none."""
    if cell[:1] in _COUNTING:
        return False
    text = _plain(cell)
    return bool(text) and (text in _WORDS or text in _NEARLY or _only_signs(text))


@lru_cache(maxsize=32_768)
def no_name(cell: str) -> bool:
    """Like :func:`says_nothing`, for a cell that holds a name or a part of one: ``Na`` is one, ``0`` is none."""
    text = _plain(cell)
    if text.isalpha() and text not in _WORDS:
        return False
    return bool(text) and text not in _MAYBE and (text in _WORDS or text.strip("0") == "" or _only_signs(text))


@lru_cache(maxsize=32_768)
def perhaps_no_name(cell: str) -> bool:
    """Whether a part of a name is none where the other part is none either: ``Na`` in ``Na Na``, not in ``Na Li``."""
    return _plain(cell) in _MAYBE


@lru_cache(maxsize=32_768)
def no_whole_name(cell: str) -> bool:
    """Whether a cell for a whole name holds none, nor one of which each word alone would be none."""
    words = cell.replace(",", " ").split()
    return bool(words) and (no_name(cell) or all(no_name(word) or perhaps_no_name(word) for word in words))


@lru_cache(maxsize=32_768)
def no_value(cell: str) -> bool:
    """Like :func:`says_nothing`, for a date or a short code: ``0`` is a placeholder there as well."""
    if cell[:1] in _COUNTING:
        return False
    text = _plain(cell)
    return says_nothing(cell) or text in _MAYBE or (bool(text) and text.strip("0") == "")


@lru_cache(maxsize=32_768)
def no_phone(cell: str) -> bool:
    """Whether a cell for a phone number holds none: a placeholder, words alone, or one digit over and over."""
    if _PHONE.fullmatch(cell):
        return False
    text = _plain(cell)
    if not text or not cell.isprintable() or text[0] in "=+@" or "@" in text:
        return False
    if says_nothing(cell):
        return True
    digits = _digits(text)
    if not digits:
        return text[0].isalpha()
    return len(set(digits)) == 1 and not any(character.isalpha() for character in text)


@lru_cache(maxsize=32_768)
def no_address(cell: str) -> bool:
    """Whether a cell for an e-mail address holds none: a placeholder, or an address made of them (``na@na.com``).

    ``none@gmail.com`` is one too: anyone who reads that mailbox is no parent of this league.
    """
    text = cell.lower() if cell.isascii() and " " not in cell and cell.isprintable() else _plain(cell)
    mailbox, at, domain = text.partition("@")
    # No word that says nothing has the sign of an address.
    if not (mailbox and domain) and (says_nothing(cell) or text in _MAYBE or (text and text.strip("0") == "")):
        return True
    if not domain or "@" in domain:
        return bool(text) and not at and text.isprintable() and text.split(" ")[0] in ("no", "call", "ask", "see")
    if mailbox[:1] in _NO_MAILBOX_BEGINS and _NO_MAILBOX.fullmatch(mailbox):
        return True
    return mailbox in _SHORT_MAILBOX and bool(_NO_DOMAIN.fullmatch(domain.split(".")[0]))


def _digits(text: str) -> str:
    if text.isascii():
        return _NO_DIGIT.sub("", text)
    return "".join(str(unicodedata.digit(character)) for character in text if character.isdecimal())


@lru_cache(maxsize=32_768)
def real_number(phone: str) -> str | None:
    """The digits by which a phone number tells who somebody is; None where it cannot.

    It needs seven digits or more. The last seven (the line itself, without country and area) may not all be equal, nor
    count up or down, and a number that a spreadsheet has rounded (``5.55E+09``) is that of thousands of people.
    """
    if _SCIENTIFIC.fullmatch(phone):
        return None
    digits = _digits(phone)
    if len(digits) < _FEWEST_DIGITS:
        return None
    return None if digits[-_FEWEST_DIGITS:] in _RUNS else digits


def real_address(email: str | None) -> str | None:
    """The address as it is compared; None where it is nobody's."""
    return None if email is None or no_address(email) else email.lower()
