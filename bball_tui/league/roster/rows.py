"""What the lists are made of: one frozen row each for a team and a contract, and the filter.

That of a player is in `player_row.py`: it has the fields of a player, which the list of contracts does without.
"""

from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct

from bball_tui.database.states import ContractStatus
from bball_tui.league.contracts.welcome_state import WelcomeState
from bball_tui.league.filters.attention import Attention


class ChatState(StrEnum):
    """Whether a team's mails can have the join button."""

    LINKED = "linked"
    GONE = "gone"
    """It is linked, but its group was not there when GroupMe was last asked."""
    NONE = "none"


class RosterFilter(Struct, frozen=True):
    """Which rows a list has: those that satisfy every field. None and empty filter nothing.

    ``text`` is what staff typed. The row has one of the ``statuses``, one of the ``welcome`` states, and all of the
    ``troubles``.
    """

    season_id: int | None = None
    text: str = ""
    team_id: int | None = None
    team_ids: tuple[int, ...] | None = None
    division: str | None = None
    player_id: int | None = None
    statuses: tuple[ContractStatus, ...] = ()
    welcome: tuple[WelcomeState, ...] = ()
    troubles: tuple[Attention, ...] = ()
    archived: bool | None = False
    """Archived players and teams: left out unless text is looked for (False), alone (True), or with the others."""

    @property
    def is_plain(self) -> bool:
        """A season, and what was typed; nothing that few or many rows may have."""
        return self == RosterFilter(season_id=self.season_id, text=self.text)


class TeamRow(Struct, frozen=True):
    """A team; ``players``, ``signed`` and ``open`` count its live contracts."""

    id: int
    name: str
    division: str
    season: str
    players: int
    signed: int
    open: int
    chat: ChatState
    against_rules: int = 0
    """How many things of the team are against the league's rules."""
    archived: bool = False


class ContractRow(Struct, frozen=True):
    """A contract, with the worst that became of its welcome mails and when."""

    id: int
    player_id: int
    first: str
    last: str
    jersey: str | None
    team: str
    season: str
    status: ContractStatus
    due_on: date | None
    signed_on: date | None
    signer: str | None
    welcome: WelcomeState
    welcome_at: datetime | None
    version: int
