"""The league's own form: all fields checked at once, a diff when a colleague was quicker."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.models import League
from bball_tui.database.states import DateOrder
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.editing.outcome import Loaded, Outcome, Saved, Wrong
from bball_tui.league.editing.save_checks import Checks, differing, overtaken
from bball_tui.league.fields import Reading, columns_of, draft_of
from bball_tui.league.league_clock import read_clock
from bball_tui.league.leagues import LeagueInfo, find_league
from bball_tui.league.profile import FIELDS, LeagueDraft


async def load_league(session: AsyncSession, league_id: int) -> Loaded[LeagueDraft]:
    """The league as it is now.

    Raises:
        BballError: it is gone.
    """
    return (await _read(session, league_id))[0]


async def _read(session: AsyncSession, league_id: int) -> tuple[Loaded[LeagueDraft], dict[str, Any]]:
    """The league as a form has it, and as the table does."""
    query = select(League).where(League.id == league_id).with_for_update()
    row = await session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise BballError(_("This league is not in the database anymore. Choose another one."))
    draft = draft_of(LeagueDraft, FIELDS, row, DateOrder.YMD)
    return Loaded(row.id, row.version, draft), columns_of(FIELDS, row)


async def save_league(
    session: AsyncSession, league_id: int, draft: LeagueDraft, *, base: Loaded[LeagueDraft]
) -> Outcome:
    """Write what changed. The caller commits.

    Raises:
        BballError: the league is gone.
    """
    checks = Checks()
    values = checks.take_all(FIELDS, draft, Reading(DateOrder.YMD, (await read_clock(session, league_id)).today))
    if checks.problems:
        return Wrong(tuple(checks.problems))
    now, columns = await _read(session, league_id)
    clean = LeagueDraft(*(one.drafted(values[one.name], DateOrder.YMD) for one in FIELDS))
    if quicker := await overtaken(session, league_id, "league", base, now, clean):
        return quicker
    names = list(differing(now.draft, clean))
    if not names:
        return Saved(league_id, changed=False)
    before, after = ({name: one[name] for name in names} for one in (columns, values))
    await session.execute(update(League).where(League.id == league_id).values(**after, version=League.version + 1))
    await record(session, league_id, [Entry("changed", "league", league_id, before=before, after=after)])
    return Saved(league_id)


async def change_league(session: AsyncSession, league: LeagueInfo, values: Mapping[str, str | bool]) -> LeagueInfo:
    """Change these fields, as a form would have them; an empty text takes an optional value away. The caller commits.

    Raises:
        BballError: a value that cannot be (the message names the field), or the league is gone.
    """
    base = await load_league(session, league.id)
    outcome = await save_league(session, league.id, replace(base.draft, **values), base=base)
    if isinstance(outcome, Wrong):
        raise BballError(" ".join(problem.text for problem in outcome.problems))
    return await find_league(session, league.slug)
