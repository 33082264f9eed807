"""What the Teams, Players and Contracts tabs ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

from bball_tui.database.paging import RecordSource, Sort
from bball_tui.league.choices import FilterChoice, ListName
from bball_tui.league.facets import Facets, chosen_filter, facets
from bball_tui.league.roster.lists import contract_source, player_source, team_source
from bball_tui.league.rows import ContractRow, PlayerRow, RosterFilter, TeamRow
from bball_tui.league.saved_filters import NamedFilter, delete_filter, save_filter, saved_filters
from bball_tui.tui.backend.core import League

if TYPE_CHECKING:
    from bball_tui.league.sheets import Piece
    from bball_tui.league.timeline.read import ContractDetail, PlayerDetail, TeamDetail


class RosterCalls(League):
    """Lists of the roster, and one record whole."""

    def _filter(self, text: str, choices: Sequence[FilterChoice]) -> RosterFilter:
        return chosen_filter(self.season.id if self.season else None, text, choices)

    def teams(self, text: str, choices: Sequence[FilterChoice] = ()) -> RecordSource[TeamRow]:
        """The season's teams."""
        return self._source(team_source(self.database, self.league.id, self._filter(text, choices)))

    def players(self, text: str, choices: Sequence[FilterChoice] = ()) -> RecordSource[PlayerRow]:
        """The league's players."""
        return self._source(player_source(self.database, self.league.id, self._filter(text, choices)))

    def contracts(self, text: str, choices: Sequence[FilterChoice] = ()) -> RecordSource[ContractRow]:
        """The season's contracts."""
        return self._source(contract_source(self.database, self.league.id, self._filter(text, choices)))

    async def count_all(self, name: ListName) -> int:
        """How many rows a list has when nothing is searched for or filtered."""
        match name:
            case "teams":
                return await self.teams("").count()
            case "players":
                return await self.players("").count()
            case "contracts":
                return await self.contracts("").count()

    # Narrowing

    async def facets(self, name: ListName, text: str, choices: Sequence[FilterChoice], typed: str) -> Facets:
        """What the list can be narrowed to besides ``choices``."""
        async with self._session() as session:
            return await facets(session, self.league.id, name, self._filter(text, choices), typed=typed)

    async def saved_filters(self, name: ListName) -> tuple[NamedFilter, ...]:
        """The person's own filters."""
        async with self._session() as session:
            return await saved_filters(session, self.league.id, name)

    async def save_filter(self, name: ListName, saved: NamedFilter) -> None:
        async with self._session() as session:
            await save_filter(session, self.league.id, name, saved)

    async def delete_filter(self, name: ListName, title: str) -> None:
        async with self._session() as session:
            await delete_filter(session, self.league.id, name, title)

    async def sheet(
        self, name: ListName, text: str, choices: Sequence[FilterChoice], sort: Sort
    ) -> AsyncIterator[Piece]:
        """The list as CSV, piece by piece."""
        from bball_tui.league.sheets import sheet

        async with self._session() as session:
            async for piece in sheet(session, self.league.id, name, self._filter(text, choices), sort):
                yield piece

    # One record

    async def team(self, team_id: int) -> TeamDetail:
        from bball_tui.league.timeline.read import team_detail

        async with self._session() as session:
            return await team_detail(session, self.league.id, team_id)

    async def player(self, player_id: int) -> PlayerDetail:
        from bball_tui.league.timeline.read import player_detail

        async with self._session() as session:
            return await player_detail(
                session, self.league.id, player_id, mail_server=self.settings.may_send, sender=self.has_sender
            )

    async def contract(self, contract_id: int) -> ContractDetail:
        from bball_tui.league.timeline.read import contract_detail

        async with self._session() as session:
            return await contract_detail(
                session, self.league.id, contract_id, mail_server=self.settings.may_send, sender=self.has_sender
            )
