"""From a text to one of a few words or short signs: a jersey, a relation, Y or N, a language, a role, a status."""

import re

from bball_tui.database.states import ContractStatus, Stage
from bball_tui.language import _
from bball_tui.league.values.cells import CellFault, plain_text

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
# A released player is offered a contract again, by the team that the file names.
_STATUSES = {
    str(one): "draft" if one.stage is Stage.DRAFT else "closed"
    for one in ContractStatus
    if one.stage in (Stage.DRAFT, Stage.OVER) and one is not ContractStatus.RELEASED
}
_FLAGS = {"y": True, "yes": True, "true": True, "1": True, "n": False, "no": False, "false": False, "0": False}
_RELATIONS = {
    "mother": "mother", "mom": "mother", "mum": "mother",
    "father": "father", "dad": "father",
    "guardian": "guardian", "parent": "guardian", "legal guardian": "guardian",
}  # fmt: skip
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8}){0,2}")
_JERSEY = re.compile(r"#?([0-9]{1,3})")


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
        raise CellFault(
            _("A jersey has one to three digits, such as 7, 00 or 23. Correct the number or clear the cell.")
        )
    return found[1]


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
        raise CellFault(_("The cell must be Y or N. Correct it, or clear it for N."))
    return _FLAGS.get(text, False)


def language(value: str) -> str:
    """A language tag such as ``es`` or ``es-mx``, in small letters; empty for an empty cell.

    Raises:
        CellFault: it is none.
    """
    text = plain_text(value).lower().replace("_", "-")
    if text and not _LANGUAGE.fullmatch(text):
        raise CellFault(
            _("A language is written as a short code, such as en, es or es-mx. Correct it or clear the cell.")
        )
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
            _(
                "This is no role of a player or of staff that is known here. If the column holds "
                "positions, leave it out with --ignore-column; else write Player, Coach or Staff."
            )
        )
    return text in _STAFF


def contract_status(value: str) -> str:
    """``draft``, ``closed`` (declined, expired, void) or empty (open or signed): what an export says of a contract.

    Raises:
        CellFault: see :func:`plain_text`.
    """
    return _STATUSES.get(plain_text(value).casefold(), "")
