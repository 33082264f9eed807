"""A stack of signed papers on the desk: whose contracts still wait for a signature, found by a few letters."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, any_
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database import models
from bball_tui.database.paging import PageRequest, Sort
from bball_tui.database.search import players_called, words_of
from bball_tui.database.states import ContractStatus
from bball_tui.league.contracts.contract_list import ContractListing
from bball_tui.league.contracts.lifecycle import RULES, Transition
from bball_tui.league.roster.rows import ContractRow, RosterFilter

SHOWN = 12


@dataclass(frozen=True, slots=True)
class BatchCandidates:
    """The first contracts that match, by name, and how many wait in all (None: not counted for this question)."""

    rows: tuple[ContractRow, ...]
    left: int | None


class _ByName(ContractListing):
    """Contracts whose player is called so; whose parent or team is, comes second."""

    def __init__(self, league_id: int, wanted: RosterFilter, words: Sequence[str]) -> None:
        super().__init__(league_id, wanted)
        self.words = words

    def conditions(self) -> Sequence[ColumnElement[bool]]:
        if not self.words:
            return super().conditions()
        named = models.Contract.player_id == any_(players_called(self.league_id, self.words))
        return [*super().conditions(), named]


async def batch_candidates(
    session: AsyncSession,
    league_id: int,
    season_id: int | None,
    text: str,
    *,
    statuses: Sequence[ContractStatus] = tuple(RULES[Transition.SIGN].sources),
) -> BatchCandidates:
    """The contracts of the season that match ``text``: by the player's name if one does, else by parent, address or
    team. ``statuses`` narrows them, to those that can be signed unless something else is said.
    """
    everyone = RosterFilter(season_id=season_id, statuses=tuple(statuses))
    first = PageRequest(0, SHOWN, Sort("player"))
    page = await _ByName(league_id, everyone, words_of(text)).page(session, first)
    if not page.rows:
        page = await ContractListing(league_id, replace(everyone, text=text)).page(session, first)
    # Counting a long list takes longer than finding a name in it, and while somebody types it stays the same.
    left = None if text.strip() else await ContractListing(league_id, everyone).count(session)
    return BatchCandidates(tuple(page.rows), left)
