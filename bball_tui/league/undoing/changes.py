"""Whether anybody changed a record since an act, from the audit."""

from collections.abc import Collection, Iterable
from typing import Any

from msgspec import Struct
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.language import _
from bball_tui.league.acts import done_words
from bball_tui.league.league_clock import LeagueClock
from bball_tui.league.undoing.own_acts import BACK, OwnAct
from bball_tui.league.undoing.undone_audit_rows import standing

_LATER = text(
    f"""
    SELECT a.recorded_at, a.recorded_by, a.action, a.entity_id, a.recorded_by = session_user AS own FROM audit a
    WHERE a.league_id = :league_id AND a.id > :last
        AND a.entity = :entity AND a.entity_id = ANY (CAST(:ids AS bigint[]))
        AND (CAST(:actions AS text[]) IS NULL OR a.action = ANY (CAST(:actions AS text[])))
        AND (CAST(:fields AS text[]) IS NULL OR a.action <> 'changed'
            OR jsonb_exists_any(a.after, CAST(:fields AS text[])))
        AND {standing(":last")}
    ORDER BY a.id
    """  # noqa: S608 - no value is in it
)


class Changes(Struct, frozen=True):
    """Looks for what came after an act, and was not undone since."""

    session: AsyncSession
    league_id: int
    act: OwnAct
    clock: LeagueClock

    async def since(
        self,
        entity: str,
        ids: Collection[int],
        whose: str,
        actions: Collection[str] | None = None,
        fields: Collection[str] | None = None,
    ) -> str | None:
        """Who changed one of these records since, in a sentence about ``whose``; None: nobody did. ``actions`` are
        those that matter, and ``fields`` what a mere change must be about.
        """
        later = await read_later(self.session, self.league_id, self.act, entity, ids, actions, fields)
        if not later:
            return None
        first = later[0]
        done, when = done_words(first.action, entity), self.clock.at(first.recorded_at)
        if not first.own:
            told = _("{who} changed {whose} since, at {when} ({done}).")
            return told.format(who=first.recorded_by, whose=whose, when=when, done=done)
        if first.action in BACK:
            return _("You changed {whose} since, at {when} ({done}).").format(whose=whose, when=when, done=done)
        told = _("You changed {whose} since, at {when} ({done}). Undo that first.")
        return told.format(whose=whose, when=when, done=done)


async def read_later(
    session: AsyncSession,
    league_id: int,
    act: OwnAct,
    entity: str,
    ids: Collection[int],
    actions: Collection[str] | None = None,
    fields: Collection[str] | None = None,
) -> list[Any]:
    """What was done to these records after the act and still stands, the oldest first. Locks nothing."""
    values = {"league_id": league_id, "entity": entity, "ids": list(ids), "last": act.last,
              "actions": None if actions is None else list(actions),
              "fields": None if fields is None else list(fields)}  # fmt: skip
    return _without_pairs(await session.execute(_LATER, values))


def _without_pairs(rows: Iterable[Any]) -> list[Any]:
    """What is left without signatures and corrections that were taken back again, each with its taking back."""
    left: list[Any] = []
    for row in rows:
        done = BACK.get(row.action)
        pair = next((one for one in reversed(left) if (one.action, one.entity_id) == (done, row.entity_id)), None)
        if pair is None:
            left.append(row)
        else:
            left.remove(pair)
    return left
