"""The code on a printed contract: league, contract and a check digit, so that a scan finds its contract again.

It reads ``K7QM-123-C``: four characters of the league (from its random salt, so that the sheet of another league or of
a trial database is told from ours), the number of the contract, and a check digit over both (ISO 7064, MOD 37-36),
which notices every wrong character and every two that changed places. The QR code holds the same with a word before
it.
"""

import re
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from msgspec import Struct

PREFIX = "BBALL:"
_MARK = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 characters, none of which is taken for another."""
_CODE = re.compile(r"([2-9A-Z]{4})-([1-9][0-9]{0,17})-([0-9A-Z])")


class CodeFault(StrEnum):
    """Why a code says nothing about our contracts."""

    FOREIGN = "foreign"
    """Something else altogether: a link, a product, a ticket."""
    OTHER_LEAGUE = "other_league"
    MISREAD = "misread"
    """Ours by its looks, and the check digit says that it was not read right."""


class PaperCode(Struct, frozen=True):
    """The code of one contract."""

    mark: str
    contract_id: int

    @property
    def text(self) -> str:
        """As people read it."""
        from stdnum.iso7064 import mod_37_36  # with it comes pydoc

        check = mod_37_36.calc_check_digit(f"{self.mark}{self.contract_id}")
        return f"{self.mark}-{self.contract_id}-{check}"

    @property
    def in_qr(self) -> str:
        """As the QR code holds it: capitals and digits alone keep it small."""
        return f"{PREFIX}{self.text}"


def mark_of(salt: UUID) -> str:
    """The four characters of the league with this salt."""
    digest = sha256(b"paper:" + salt.bytes).digest()
    return "".join(_MARK[byte % len(_MARK)] for byte in digest[:4])


def read_code(text: str, mark: str) -> int | CodeFault:
    """The contract that a code names, if it is one of the league with this mark."""
    found = _CODE.fullmatch(text.removeprefix(PREFIX).strip())
    if found is None:
        return CodeFault.MISREAD if text.startswith(PREFIX) else CodeFault.FOREIGN
    from stdnum.exceptions import ValidationError
    from stdnum.iso7064 import mod_37_36

    theirs, number, check = found.groups()
    try:
        mod_37_36.validate(f"{theirs}{number}{check}")
    except ValidationError:
        return CodeFault.MISREAD
    return int(number) if theirs == mark else CodeFault.OTHER_LEAGUE
