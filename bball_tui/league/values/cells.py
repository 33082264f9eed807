"""What every cell of a file and every field of a form is held to: one clean line, of the type that is meant.

A value that cannot be used raises :class:`CellFault`, whose message says why and what to do.
"""

import re
import unicodedata
from functools import lru_cache

from bball_tui.language import _
from bball_tui.league.values.formula_escape import is_quoted, unquoted

_FAILED = frozenset(("#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DIV/0!", "#SPILL!", "#CALC!"))
"""What a spreadsheet leaves where a formula failed."""
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
_NUMBER_OR_PHONE = re.compile(r"[+-] ?[0-9(][0-9 ().,/x-]*")


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
            _(
                "The spreadsheet holds a date here, perhaps made of a text such as 3-4. Format the cell "
                "as text and type again what is meant."
            )
        )
    if isinstance(cell, FlagCell) and not is_flag:
        raise CellFault(
            _(
                "The spreadsheet holds TRUE or FALSE here, no text. Format the cell as text and type "
                "again what is meant."
            )
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
        raise CellFault(
            _("The formula of this cell has no result ({value}). Type the text itself.").format(value=value)
        )
    if value and value[0] in "=+-@" and not _NUMBER_OR_PHONE.fullmatch(value):
        raise CellFault(
            _("The cell begins with “{value}”, as a spreadsheet formula does. Replace it with the plain text.").format(
                value=value[0]
            )
        )
    return value


def _refuse_unsafe(value: str) -> None:
    # White space at the ends is no fault, except that a tab or line break there may be one half of an injection.
    if "\n" in value or "\r" in value:
        raise CellFault(_("The cell holds a line break. Write everything in it on one line."))
    found = _CONTROL.search(value)
    if found:
        raise CellFault(
            _(
                "The cell holds a control character (U+{ord:04X}), which no one can see. Delete the "
                "cell's text and type it again."
            ).format(ord=ord(found[0]))
        )
    if _UNREADABLE.search(value):
        raise CellFault(
            _(
                "The cell holds a character that was lost when the file was saved. Save it as “CSV "
                "UTF-8” and type the text of this cell again."
            )
        )
    found = _INVISIBLE.search(value)
    if found:
        raise CellFault(
            _("The cell holds an invisible character (U+{ord:04X}). Delete the cell's text and type it again.").format(
                ord=ord(found[0])
            )
        )
