"""What the screen does with contracts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING

from bball_tui.database.states import Capacity
from bball_tui.tui.backend.core import League

if TYPE_CHECKING:
    from bball_tui.league.acting import Asked, Done, Effect
    from bball_tui.league.contracts import UndoResult
    from bball_tui.league.due import DueDone, DueEffect
    from bball_tui.league.life import Act
    from bball_tui.league.paper_stack import Stack
    from bball_tui.league.papers import SignerChoice
    from bball_tui.league.preview import SigningPreview
    from bball_tui.league.signing import SigningRequest, SigningResult


class ContractCalls(League):
    """Acts on contracts, each with its effect shown first."""

    async def preview_signing(
        self, ids: Collection[int], choice: SignerChoice, capacity: Capacity | None, signed_on: date
    ) -> SigningPreview:
        from bball_tui.league.preview import preview_signing

        async with self._session() as session:
            return await preview_signing(
                session,
                self.league.id,
                ids,
                choice,
                capacity=capacity,
                signed_on=signed_on,
                mail_server=self.settings.may_send,
                sender=self.has_sender,
            )

    async def sign(self, request: SigningRequest) -> SigningResult:
        from bball_tui.league.signing import sign

        async with self._session() as session:
            return await sign(session, self.league.id, request)

    async def undo(self, contract_ids: Collection[int]) -> UndoResult:
        from bball_tui.league.contracts import undo

        async with self._session() as session:
            return await undo(session, self.league.id, contract_ids)

    async def effect(self, which: Act, ids: Collection[int]) -> Effect:
        from bball_tui.league.acting import effect

        async with self._session() as session:
            return await effect(session, self.league.id, which, ids)

    async def act(self, asked: Asked) -> Done:
        from bball_tui.league.acting import act

        async with self._session() as session:
            return await act(session, self.league.id, asked)

    async def due_effect(self, ids: Collection[int]) -> DueEffect:
        from bball_tui.league.due import due_effect

        async with self._session() as session:
            return await due_effect(session, self.league.id, ids)

    async def change_due(self, contracts: Sequence[tuple[int, int | None]], due_on: date | None) -> DueDone:
        from bball_tui.league.due import change_due

        async with self._session() as session:
            return await change_due(session, self.league.id, contracts, due_on)

    async def paper_stack(self, text: str) -> Stack:
        """Whose contracts of the season still wait for a signature."""
        from bball_tui.league.paper_stack import read_stack

        async with self._session() as session:
            return await read_stack(session, self.league.id, self.season.id if self.season else None, text)

    async def families_called(self, text: str) -> Stack:
        """The contracts of the season that are not over, by name: whose family a mail can be shown for."""
        from bball_tui.database.states import LIVE_STATUSES
        from bball_tui.league.paper_stack import read_stack

        season = self.season.id if self.season else None
        async with self._session() as session:
            return await read_stack(session, self.league.id, season, text, statuses=LIVE_STATUSES)
