"""What the forms ask for: a record as it is now, and to save it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from bball_tui.errors import BballError
from bball_tui.tui.backend.core import League

if TYPE_CHECKING:
    from bball_tui.league.editing.contracts import ContractDraft, TeamChoice
    from bball_tui.league.editing.outcome import Loaded, Outcome, Saved
    from bball_tui.league.editing.profile import LeagueDraft
    from bball_tui.league.editing.seasons import SeasonDraft
    from bball_tui.league.editing.teams import TeamDraft
    from bball_tui.league.leagues import Season
    from bball_tui.league.roster.guardian import GuardianDraft
    from bball_tui.league.roster.player import PlayerDraft


class EditCalls(League):
    """Each save is one transaction; its answer is a value, a lost database an error that the form shows."""

    def _season_id(self) -> int:
        if self.season is None:
            raise BballError("There is no season yet. Make one first: ctrl+p, new season.")
        return self.season.id

    async def load_team(self, team_id: int) -> Loaded[TeamDraft]:
        from bball_tui.league.editing.teams import load_team

        async with self._session() as session:
            return await load_team(session, self.league.id, team_id)

    async def save_team(self, draft: TeamDraft, base: Loaded[TeamDraft] | None) -> Outcome:
        from bball_tui.league.editing.teams import save_team

        season = self.season.id if self.season else None
        async with self._session() as session:
            return await save_team(session, self.league.id, draft, season_id=season, base=base)

    async def load_player(self, player_id: int) -> Loaded[PlayerDraft]:
        from bball_tui.league.editing.players import load_player

        async with self._session() as session:
            return await load_player(session, self.league.id, player_id, self.league.date_order)

    async def save_player(
        self, draft: PlayerDraft, base: Loaded[PlayerDraft] | None, others: Collection[int]
    ) -> Outcome:
        from bball_tui.league.editing.players import save_player

        order = self.league.date_order
        async with self._session() as session:
            return await save_player(session, self.league.id, draft, order=order, base=base, others=others)

    async def load_guardian(self, player_id: int, guardian_id: int) -> tuple[Loaded[GuardianDraft], tuple[str, ...]]:
        """The guardian, and the names of the other children who have them."""
        from bball_tui.league.editing.guardians import load_guardian, other_children

        async with self._session() as session:
            loaded = await load_guardian(session, self.league.id, player_id, guardian_id)
            return loaded, await other_children(session, guardian_id, player_id)

    async def save_guardian(self, player_id: int, draft: GuardianDraft, base: Loaded[GuardianDraft] | None) -> Outcome:
        from bball_tui.league.editing.guardians import save_guardian

        async with self._session() as session:
            return await save_guardian(session, self.league.id, player_id, draft, base=base)

    async def unlink_guardian(self, player_id: int, guardian_id: int) -> Saved:
        from bball_tui.league.editing.guardians import unlink_guardian

        async with self._session() as session:
            return await unlink_guardian(session, self.league.id, player_id, guardian_id)

    async def enqueue_welcome(self, contract_ids: Collection[int]) -> tuple[int, ...]:
        from bball_tui.league.editing.family_mails import enqueue_welcome

        async with self._session() as session:
            return await enqueue_welcome(session, self.league.id, contract_ids)

    async def list_seasons(self) -> list[Season]:
        from bball_tui.league.leagues import list_seasons

        async with self._session() as session:
            return await list_seasons(session, self.league.id)

    async def load_season(self, season_id: int) -> Loaded[SeasonDraft]:
        from bball_tui.league.editing.seasons import load_season

        async with self._session() as session:
            return await load_season(session, self.league.id, season_id, self.league.date_order)

    async def save_season(self, draft: SeasonDraft, base: Loaded[SeasonDraft] | None) -> Outcome:
        from bball_tui.league.editing.seasons import save_season

        async with self._session() as session:
            return await save_season(session, self.league.id, draft, order=self.league.date_order, base=base)

    async def show_season(self, season_id: int) -> None:
        from bball_tui.league.editing.seasons import show_season

        async with self._session() as session:
            await show_season(session, self.league.id, season_id)

    async def load_league(self) -> Loaded[LeagueDraft]:
        from bball_tui.league.editing.profile import load_league

        async with self._session() as session:
            return await load_league(session, self.league.id)

    async def save_league(self, draft: LeagueDraft, base: Loaded[LeagueDraft]) -> Outcome:
        from bball_tui.league.editing.profile import save_league

        async with self._session() as session:
            return await save_league(session, self.league.id, draft, base=base)

    async def team_choices(self) -> tuple[TeamChoice, ...]:
        from bball_tui.league.editing.contracts import team_choices

        async with self._session() as session:
            return await team_choices(session, self.league.id, self._season_id())

    async def load_contract(self, contract_id: int) -> Loaded[ContractDraft]:
        from bball_tui.league.editing.contracts import load_contract

        async with self._session() as session:
            return await load_contract(session, self.league.id, contract_id, self.league.date_order)

    async def new_contract(self, player_id: int, draft: ContractDraft) -> Outcome:
        from bball_tui.league.editing.contracts import new_contract

        order = self.league.date_order
        async with self._session() as session:
            return await new_contract(session, self.league.id, self._season_id(), player_id, draft, order=order)

    async def save_contract(self, draft: ContractDraft, base: Loaded[ContractDraft]) -> Outcome:
        from bball_tui.league.editing.contracts import save_contract

        async with self._session() as session:
            return await save_contract(session, self.league.id, draft, order=self.league.date_order, base=base)
