"""Add and edit a player. A jersey is text ("00" is not "0"); the same one twice in a team is allowed, and said."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.models import Player
from bball_tui.database.states import DateOrder
from bball_tui.errors import BballError
from bball_tui.league.editing.outcome import Doubtful, Loaded, Outcome, Saved, Wrong
from bball_tui.league.editing.save_checks import Checks, differing, overtaken
from bball_tui.league.fields import Reading, audited, columns_of, draft_of
from bball_tui.league.league_clock import read_clock
from bball_tui.league.merging.lookalikes import lookalikes, tell_apart
from bball_tui.league.merging.people import Person, why_missing
from bball_tui.league.roster.player import FIELDS, PlayerDraft, PlayerValues
from bball_tui.league.rules.store import rule_notes


async def load_player(session: AsyncSession, league_id: int, player_id: int, order: DateOrder) -> Loaded[PlayerDraft]:
    """The player as they are now, the birthdate written in ``order``.

    Raises:
        BballError: the league has no such player.
    """
    return (await _read(session, league_id, player_id, order))[0]


async def _read(
    session: AsyncSession, league_id: int, player_id: int, order: DateOrder
) -> tuple[Loaded[PlayerDraft], dict[str, Any]]:
    """The player as a form has them, and as the table does."""
    query = select(Player).where(Player.league_id == league_id, Player.id == player_id)
    query = query.with_for_update().execution_options(populate_existing=True)
    found = (await session.scalars(query)).one_or_none()
    if found is None:
        raise BballError(await why_missing(session, league_id, Person.PLAYER, player_id))
    draft = draft_of(PlayerDraft, FIELDS, found, order)
    return Loaded(found.id, found.version, draft), columns_of(FIELDS, found)


async def save_player(
    session: AsyncSession,
    league_id: int,
    draft: PlayerDraft,
    *,
    order: DateOrder,
    base: Loaded[PlayerDraft] | None = None,
    others: Collection[int] = (),
) -> Outcome:
    """Write the player, a new one when there is no ``base``. The caller commits.

    ``others`` are players of whom staff said that they are not this one; that is remembered.

    Raises:
        BballError: the player is gone.
    """
    checks = Checks()
    reading = Reading(order, (await read_clock(session, league_id)).today)
    values = PlayerValues(**checks.take_all(FIELDS, draft, reading))
    if checks.problems:
        return Wrong(tuple(checks.problems))
    clean = draft_of(PlayerDraft, FIELDS, values, order)
    now, before = (None, {}) if base is None else await _read(session, league_id, base.id, order)
    if base is not None and now is not None:
        if quicker := await overtaken(session, league_id, "player", base, now, clean):
            return quicker
        if now.draft == clean:
            return Saved(base.id, changed=False)
    changed = [] if now is None else list(differing(now.draft, clean))
    if now is None or {"first_name", "last_name", "birthdate"}.intersection(changed):
        alike = await lookalikes(
            session,
            league_id,
            values.first_name,
            values.last_name,
            values.birthdate,
            player_id=None if base is None else base.id,
            besides=others,
        )
        if alike:
            return Doubtful(alike)
    player_id = await _write(session, league_id, values, now, before, changed)
    await tell_apart(session, league_id, player_id, others)
    return Saved(player_id, notes=await rule_notes(session, league_id, [player_id]))


async def _write(
    session: AsyncSession,
    league_id: int,
    values: PlayerValues,
    now: Loaded[PlayerDraft] | None,
    before: dict[str, Any],
    changed: Sequence[str],
) -> int:
    columns = columns_of(FIELDS, values)
    if now is None:
        player_id: int | None = await session.scalar(
            insert(Player).values(league_id=league_id, **columns).returning(Player.id)
        )
        assert player_id is not None  # noqa: S101 - the statement returns a row or raises
        await record(session, league_id, [Entry("created", "player", player_id, after=audited(columns))])
        return player_id
    await session.execute(update(Player).where(Player.id == now.id).values(**columns, version=Player.version + 1))
    was, becomes = audited(before, changed), audited(columns, changed)
    await record(session, league_id, [Entry("changed", "player", now.id, before=was, after=becomes)])
    return now.id
