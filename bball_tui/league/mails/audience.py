"""Whom a message of one's own is meant for, and who of a list is left out."""

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.states import LIVE_STATUSES, ContractStatus
from bball_tui.league.audit_words import audience_in_words
from bball_tui.league.contracts.contract_list import ContractListing
from bball_tui.league.filters.choices import ListName
from bball_tui.league.roster.rows import RosterFilter


class Audience(Struct, frozen=True):
    """Who is meant: contracts, or players with their contract of the season, or teams, or all that a list shows.

    Of teams, and of a list of teams or contracts without a status, only contracts that are not over are meant.
    ``wanted`` is the filter of the list ``shown``. ``words`` say it for the record, in English, such as "the team Hawks
    U12".
    """

    words: str
    contract_ids: tuple[int, ...] = ()
    player_ids: tuple[int, ...] = ()
    team_ids: tuple[int, ...] = ()
    season_id: int | None = None
    wanted: RosterFilter | None = None
    shown: ListName = "contracts"

    @property
    def told(self) -> str:
        """The words in the language of the screen."""
        return audience_in_words(self.words)


async def contracts_over(session: AsyncSession, league_id: int, shown: ListName, wanted: RosterFilter) -> int:
    """How many contracts of a list a message to all of it leaves out, because they are over."""
    if shown != "contracts" or wanted.statuses:
        return 0
    ended = tuple(one for one in ContractStatus if one not in LIVE_STATUSES)
    return await ContractListing(league_id, replace(wanted, statuses=ended)).count(session)
