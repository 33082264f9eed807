"""Whether anybody changed a record since an act, from the audit."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.language import _
from bball_tui.league.contracts.facts import LeagueClock
from bball_tui.league.undoing.own_acts import OwnAct

_LATER = text(
    """
    SELECT recorded_at, recorded_by, action, recorded_by = session_user AS own FROM audit
    WHERE league_id = :league_id AND entity = :entity AND entity_id = ANY(CAST(:ids AS bigint[])) AND id > :last
        AND (CAST(:actions AS text[]) IS NULL OR action = ANY(CAST(:actions AS text[])))
    ORDER BY id
    """
)


@dataclass(frozen=True, slots=True)
class Changes:
    """Looks for what came after an act; ``over`` are the moments of what is undone, which does not count."""

    session: AsyncSession
    league_id: int
    act: OwnAct
    over: frozenset[datetime]
    clock: LeagueClock

    async def since(
        self, entity: str, ids: Collection[int], whose: str, actions: Collection[str] | None = None
    ) -> str | None:
        """Who changed one of these records since, in a sentence about ``whose``; None: nobody did."""
        values = {"league_id": self.league_id, "entity": entity, "ids": list(ids), "last": self.act.last,
                  "actions": None if actions is None else list(actions)}  # fmt: skip
        later: list[Any] = [
            row for row in await self.session.execute(_LATER, values) if not (row.own and row.recorded_at in self.over)
        ]
        if not later:
            return None
        first = later[0]
        done, when = _(first.action.replace("_", " ")), self.clock.at(first.recorded_at)
        if first.own:
            told = _("You changed {whose} since, at {when} ({done}). Undo that first.")
            return told.format(whose=whose, when=when, done=done)
        told = _("{who} changed {whose} since, at {when} ({done}).")
        return told.format(who=first.recorded_by, whose=whose, when=when, done=done)
