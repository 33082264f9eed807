"""Add and edit a season."""

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.models import Season
from bball_tui.database.states import DateOrder
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.editing.outcome import Loaded, Outcome, Saved, Wrong
from bball_tui.league.editing.save_checks import Checks, differing, overtaken
from bball_tui.league.fields import Reading, audited, draft_of
from bball_tui.league.league_clock import read_clock
from bball_tui.league.seasons.season import COLUMNS, CURRENT, FIELDS, SeasonDraft
from bball_tui.league.seasons.shown_season import set_shown_season, show_season, shown_season_id


async def load_season(session: AsyncSession, league_id: int, season_id: int, order: DateOrder) -> Loaded[SeasonDraft]:
    """The season as it is now.

    Raises:
        BballError: the league has no such season.
    """
    columns = (getattr(Season, one.name) for one in COLUMNS)
    shown = (Season.id == shown_season_id(league_id)).label(CURRENT.name)
    query = select(Season.id, Season.version, *columns, shown).where(
        Season.league_id == league_id, Season.id == season_id
    )
    found = (await session.execute(query.with_for_update(of=Season))).one_or_none()
    if found is None:
        raise BballError(_("That season isn't in this league."))
    return Loaded(found.id, found.version, draft_of(SeasonDraft, FIELDS, found, order))


async def save_season(
    session: AsyncSession,
    league_id: int,
    draft: SeasonDraft,
    *,
    order: DateOrder,
    base: Loaded[SeasonDraft] | None = None,
) -> Outcome:
    """Write the season, a new one when there is no ``base``. The caller commits.

    Raises:
        BballError: the season is gone.
    """
    checks = Checks()
    reading = Reading(order, (await read_clock(session, league_id)).today)
    columns = checks.take_all(COLUMNS, draft, reading)
    name, starts, ends = (columns[one.name] for one in COLUMNS)
    if starts is not None and ends is not None and ends < starts:
        checks.complain("ends_on", _("The season ends before it begins. Correct one of the days."))
    same = select(Season.name).where(Season.league_id == league_id, func.lower(Season.name) == func.lower(name))
    if base is not None:
        same = same.where(Season.id != base.id)
    if name and (other := await session.scalar(same)):
        checks.complain(
            "name", _("A season {name} exists already in this league. Choose another name.").format(name=other)
        )
    if base is not None and base.draft.current and not draft.current:
        checks.complain("current", _("One season is always shown. Choose another one to show instead."))
    if checks.problems:
        return Wrong(tuple(checks.problems))
    clean = SeasonDraft(*(one.drafted(columns[one.name], order) for one in COLUMNS), draft.current)
    if base is None:
        seen = await session.scalar(select(shown_season_id(league_id)))
        season_id = await session.scalar(insert(Season).values(league_id=league_id, **columns).returning(Season.id))
        assert season_id is not None  # noqa: S101 - the statement returns a row or raises
        await record(session, league_id, [Entry("created", "season", season_id, after=audited(columns))])
        # The newest is shown by itself where nobody chose one; a season for later does not take its place.
        await set_shown_season(session, league_id, season_id if draft.current else seen, seen)
        return Saved(season_id)
    now = await load_season(session, league_id, base.id, order)
    if quicker := await overtaken(session, league_id, "season", base, now, clean):
        return quicker
    names = set(differing(now.draft, clean))
    if not names:
        return Saved(base.id, changed=False)
    if names - {"current"}:
        await session.execute(update(Season).where(Season.id == base.id).values(**columns, version=Season.version + 1))
        before: dict[str, object] = {one: getattr(now.draft, one) or None for one in names - {"current"}}
        after: dict[str, object] = {one: getattr(clean, one) or None for one in names - {"current"}}
        await record(session, league_id, [Entry("changed", "season", base.id, before=before, after=after)])
    if "current" in names:
        await show_season(session, league_id, base.id)
    return Saved(base.id)
