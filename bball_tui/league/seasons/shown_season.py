"""The season that is shown to everybody: the one that staff chose, else the newest."""

from sqlalchemy import ScalarSelect, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.models import League
from bball_tui.database.models import Season as SeasonRow
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.leagues import Season, season_of


def shown_season_id(league_id: int) -> ScalarSelect[int]:
    """The id of the season that staff chose, else of the newest; NULL before there is one."""
    league, season = League.__table__.c, SeasonRow.__table__.c
    chosen = select(league.current_season_id).where(league.id == league_id).scalar_subquery()
    newest = select(func.max(season.id)).where(season.league_id == league_id).scalar_subquery()
    return select(func.coalesce(chosen, newest)).scalar_subquery()


async def shown_season(session: AsyncSession, league_id: int) -> Season | None:
    """The season that staff chose, else the newest; None before there is one."""
    season = SeasonRow.__table__
    found = (await session.execute(select(season).where(season.c.id == shown_season_id(league_id)))).one_or_none()
    return None if found is None else season_of(found)


async def show_season(session: AsyncSession, league_id: int, season_id: int) -> None:
    """The desk of everybody shows this season from now on. The caller commits.

    Raises:
        BballError: the league has no such season, or it is archived.
    """
    mine = (SeasonRow.league_id == league_id, SeasonRow.id == season_id)
    if not await session.scalar(select(exists().where(*mine))):
        raise BballError(_("That season isn't in this league."))
    archived = await session.scalar(select(SeasonRow.name).where(*mine, SeasonRow.archived_at.is_not(None)))
    if archived is not None:
        raise BballError(_("{target} is archived. Bring it back first ({{desk.seasons}}).").format(target=archived))
    await set_shown_season(session, league_id, season_id, await session.scalar(select(shown_season_id(league_id))))


async def set_shown_season(session: AsyncSession, league_id: int, season_id: int | None, seen: int | None) -> None:
    """Choose the season of the league, or with None the newest; ``seen`` is the one that everybody saw before."""
    await session.execute(update(League).where(League.id == league_id).values(current_season_id=season_id))
    await note_season_shown(session, league_id, seen)


async def note_season_shown(session: AsyncSession, league_id: int, seen: int | None, reason: str | None = None) -> None:
    """For the history, if everybody sees another season now than the one ``seen`` before."""
    now = await session.scalar(select(shown_season_id(league_id)))
    if seen is not None and now != seen:
        entry = Entry("season_shown", "league", league_id, reason, before={"season_id": seen}, after={"season_id": now})
        await record(session, league_id, [entry])
