"""What the list of players is made of."""

from bball_tui.database.states import ContractStatus
from bball_tui.league.roster.player import PlayerValues


class PlayerRow(PlayerValues, frozen=True, gc=False, kw_only=True):
    """A player, with the team and status of the contract in the season of the filter (None: there is none)."""

    id: int
    team: str | None
    contract_status: ContractStatus | None
    guardians: int
    has_email: bool
    also: str = ""
    """What else the player is called: the names of those who were merged into this one."""
    archived: bool = False

    @property
    def first(self) -> str:
        """The first name, as every row of a list calls it."""
        return self.first_name

    @property
    def last(self) -> str:
        """The last name."""
        return self.last_name
