"""Edits of players that are undone: name, birthdate and jersey are as they were."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.models import Player
from bball_tui.language import _
from bball_tui.league.fields import Kind, audited, columns_of
from bball_tui.league.roster.player import FIELDS
from bball_tui.league.undoing.changes import Changes
from bball_tui.league.undoing.mails import WHY
from bball_tui.league.undoing.outcome import Going
from bball_tui.league.undoing.own_acts import Row

_OF_DAYS = frozenset(field.name for field in FIELDS if field.kind is Kind.DAY)
CHANGING = ("changed", "put_back", "merged", "merged_into", "unmerged", "erased", "deleted")
"""After which an edit stays; a mere change only if it was about what is edited."""


async def undo_players(
    session: AsyncSession, league_id: int, rows: Sequence[Row], changes: Changes, going: Going
) -> None:
    """Undo the edit of each player, or say why not; the caller commits."""
    for row in rows:
        if row.action == "changed":
            await _undo(session, league_id, row, changes, going)


async def _undo(session: AsyncSession, league_id: int, row: Row, changes: Changes, going: Going) -> None:
    query = select(Player).where(Player.league_id == league_id, Player.id == row.entity_id).with_for_update()
    now = (await session.scalars(query.execution_options(populate_existing=True))).one_or_none()
    why = await changes.since("player", [row.entity_id], _("the player"), CHANGING, [field.name for field in FIELDS])
    if why is None and now is None:
        why = _("The player is not there anymore.")
    if why is not None or now is None:
        going.kept.append(why or "")
        return
    was = {name: _value(name, value) for name, value in row.before.items()}
    before = audited(columns_of(FIELDS, now), list(was))
    await session.execute(
        update(Player)
        .where(Player.id == now.id)
        .values(**was, version=Player.version + 1)
        .execution_options(synchronize_session=False)
    )
    after = audited(was, list(was))
    await record(session, league_id, [Entry("put_back", "player", now.id, WHY, before, after)])
    name = " ".join(str(was.get(part, getattr(now, part))) for part in ("first_name", "last_name"))
    said = ", ".join(f"{_(field.said)} {_said(was[field.name], changes)}" for field in FIELDS if field.name in was)
    going.back.append(_("{person}: {fields} again.").format(person=name, fields=said))


def _value(name: str, kept: Any) -> Any:
    return date.fromisoformat(kept) if name in _OF_DAYS and kept else kept


def _said(value: Any, changes: Changes) -> str:
    if isinstance(value, date):
        return changes.clock.on(value)
    return str(value) if value else _("empty")
