"""From a text to a phone number or an e-mail address."""

import re
import unicodedata

from bball_tui.language import _, later, retold
from bball_tui.league.values.cells import CellFault, plain_text
from bball_tui.league.values.shown import shown

PHONE_LENGTH = 40
_FLOAT = re.compile(r"([0-9]{7,15})\.0")
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?e[+-]?[0-9]+", re.IGNORECASE)
_TYPOGRAPHIC = str.maketrans(
    {**dict.fromkeys("\u2018\u2019\u201b\u02bc\u00b4\u2032", "'"),
     **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
     **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", ""), **dict.fromkeys("\u3002\uff0e\uff61", ".")}
)  # fmt: skip
"""What programs for writing make of the characters of an address, and back."""
# A strict subset of what email-validator takes, and takes unchanged: it needs 50 µs for an address, this half a µs.
_USUAL_ADDRESS = re.compile(
    r"(?=.{1,254}\Z)(?=[^@]{1,64}@)[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@"
    r"(?:(?=[a-z0-9-]{1,62}\.)[a-z0-9]+(?:-[a-z0-9]+)*\.){1,3}(?:com|net|org|edu|test)"
)
_TWO_PHONES = re.compile(
    r"(?:[0-9][(). -]*){7}(?:[/;,|&]|[^0-9]*[^\W\d]{2,})[^0-9]*(?:[0-9][(). -]*){7}"
    r"|[0-9]{3}[-.][0-9]{4} +\(?[0-9]{3}"
)
"""Two numbers of seven digits or more with a word or sign between them, or the second behind the first one's line."""
_EXTENSION = re.compile(r"(?:\bext(?:ension)?|x|#)\.?\s*[0-9]{1,6}$", re.IGNORECASE)
_MOST_DIGITS = 15
"""Of a phone number anywhere in the world (ITU-T E.164)."""
_USUAL_PHONE = re.compile(r"(?:\+?1[ -]?)?(?:\([0-9]{3}\) ?|[0-9]{3}[ .-]?)[0-9]{3}[ .-]?[0-9]{4}")
"""How one number is written in North America; it is taken as it is."""


def phone(value: str) -> str | None:
    """A phone number as people write it.

    Raises:
        CellFault: see :func:`plain_text`, or longer than 40 characters, two numbers, an e-mail address, or 5.55E+09.
    """
    if _USUAL_PHONE.fullmatch(value):
        return value
    text = plain_text(value)
    if len(text) > PHONE_LENGTH:
        raise CellFault(
            _("A phone number has at most {phone_length} characters. Keep one number in the cell.").format(
                phone_length=PHONE_LENGTH
            )
        )
    if "@" in text:
        raise CellFault(_("This is an e-mail address, not a phone number. Move it to the column for addresses."))
    if _SCIENTIFIC.fullmatch(text):
        raise CellFault(
            _(
                "A spreadsheet has shortened this number, and the last digits are lost. Format the "
                "column as text and type the whole number."
            )
        )
    if _TWO_PHONES.search(text) or sum(map(str.isdigit, _EXTENSION.sub("", text))) > _MOST_DIGITS:
        raise CellFault(_("The cell holds more than one phone number. Keep one; others go to a guardian of their own."))
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
        raise CellFault(
            _("The cell holds more than one e-mail address. Keep one; others go to a guardian of their own.")
        )
    if not text.isascii():
        _refuse_typography(text)
    from email_validator import EmailNotValidError, validate_email  # half a megabyte, and 20 ms

    try:
        return validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise CellFault(
            _("This isn't a valid e-mail address. {error} Correct it or clear the cell.").format(
                error=retold(str(error))
            )
        ) from None


_FAULTS = (
    later("An email address must have an @-sign."),
    later("There must be something before the @-sign."),
    later("There must be something after the @-sign."),
    later("There can't be anything after the email address."),
    later("The part after the @-sign is not valid. It should have a period."),
    later("The part after the @-sign is not valid. It is not within a valid top-level domain."),
    later("The part after the @-sign contains invalid characters: {characters}."),
    later("The email address contains an invalid character."),
    later("The email address contains invalid characters before the @-sign: {characters}."),
    later("An email address cannot start with a period."),
    later("An email address cannot end with a period."),
    later("An email address cannot have a period immediately before the @-sign."),
    later("An email address cannot have a period immediately after the @-sign."),
    later("An email address cannot have two periods in a row."),
    later("An email address cannot have a period and a hyphen next to each other."),
)
"""What the library most often says of an address; :func:`retold` knows it by these."""


def _refuse_typography(text: str) -> None:
    """Refuse quotation marks, dashes and wide letters of word processors, and letters of an alphabet that only look
    like Latin ones (Unicode Technical Standard 39). Accents, and addresses in one script, are taken."""
    plain = unicodedata.normalize("NFKC", text.translate(_TYPOGRAPHIC))
    plain = "".join(_latin(character) for character in plain) if not plain.isascii() else plain
    if plain.isascii():
        found = next((character for character in text if not character.isascii()), "")
        raise CellFault(
            _(
                "This address has “{found}” ({name}), which mail servers do not take for the character "
                "that it looks like. If {plain} is meant, type that."
            ).format(found=shown(found), name=unicodedata.name(found, "unknown").lower(), plain=plain)
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
