"""What a file says of one player, typed."""

from datetime import date
from typing import Any, TypeAlias

import msgspec

from bball_tui.league.roster.player import PlayerValues

Stated: TypeAlias = tuple[tuple[str, Any], ...]
"""Fields of a guardian's link by name, with their values: those of which the file says something."""


class NameSplit(msgspec.Struct, frozen=True, gc=False):
    """How a whole name was split. ``column`` and ``text`` are safe to show."""

    row: int
    column: str
    text: str
    first: str
    last: str


class GuardianCell(msgspec.Struct, frozen=True, gc=False):
    """A guardian as one row names him or her."""

    first: str
    last: str
    email: str | None = None
    phone: str | None = None
    language: str = ""
    link: Stated = ()


class RosterRow(msgspec.Struct, frozen=True, gc=False):
    """One player of one team. ``number`` is the row as a spreadsheet counts, the header being 1.

    ``team`` is empty only in an export of ours: a player without a contract. ``draft`` says that the file calls the
    contract a draft. ``player_id`` (0: none) tells namesakes without a date of birth apart; it proves nothing alone.
    """

    number: int
    team: str
    player: PlayerValues
    division: str = ""
    season: str = ""
    guardians: tuple[GuardianCell, ...] = ()
    draft: bool = False
    player_id: int = 0

    @property
    def first(self) -> str:
        """The player's first name."""
        return self.player.first_name

    @property
    def last(self) -> str:
        """The player's last name."""
        return self.player.last_name

    @property
    def birthdate(self) -> date | None:
        """The player's date of birth; with the name it says who is meant."""
        return self.player.birthdate
