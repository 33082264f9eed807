"""Add and edit a team."""

from sqlalchemy import exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.models import Team
from bball_tui.database.states import DateOrder
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.editing.outcome import Loaded, Outcome, Saved, Wrong
from bball_tui.league.editing.save_checks import Checks, differing, overtaken
from bball_tui.league.fields import Reading, audited, columns_of, draft_of
from bball_tui.league.league_clock import read_clock
from bball_tui.league.roster.team import FIELDS, TeamDraft


async def load_team(session: AsyncSession, league_id: int, team_id: int) -> Loaded[TeamDraft]:
    """The team as it is now.

    Raises:
        BballError: the league has no such team.
    """
    columns = (getattr(Team, one.name) for one in FIELDS)
    query = select(Team.id, Team.version, *columns).where(Team.league_id == league_id, Team.id == team_id)
    found = (await session.execute(query.with_for_update())).one_or_none()
    if found is None:
        raise BballError(_("That team isn't in this league."))
    return Loaded(found.id, found.version, draft_of(TeamDraft, FIELDS, found, DateOrder.YMD))


async def save_team(
    session: AsyncSession, league_id: int, draft: TeamDraft, *, season_id: int | None, base: Loaded[TeamDraft] | None
) -> Outcome:
    """Write the team, a new one in ``season_id`` when there is no ``base``. The caller commits.

    Raises:
        BballError: the team is gone, or there is no season to put it in.
    """
    checks = Checks()
    columns = checks.take_all(FIELDS, draft, Reading(DateOrder.YMD, (await read_clock(session, league_id)).today))
    clean = TeamDraft(**columns)
    if base is None and season_id is None:
        raise BballError(_("There is no season yet to put the team in. Make the season first."))
    if not checks.problems and await _taken(session, league_id, clean, season_id, base):
        where = (
            _("in the division {division}").format(division=clean.division)
            if clean.division
            else _("without a division")
        )
        checks.complain(
            "name",
            _("There is a team {clean} {where} in this season already. Choose another name.").format(
                clean=clean.name, where=where
            ),
        )
    if checks.problems:
        return Wrong(tuple(checks.problems))
    if base is None:
        team_id = await session.scalar(
            insert(Team).values(league_id=league_id, season_id=season_id, **columns).returning(Team.id)
        )
        assert team_id is not None  # noqa: S101 - the statement returns a row or raises
        await record(session, league_id, [Entry("created", "team", team_id, after=audited(columns))])
        return Saved(team_id)
    now = await load_team(session, league_id, base.id)
    if quicker := await overtaken(session, league_id, "team", base, now, clean):
        return quicker
    names = list(differing(now.draft, clean))
    if not names:
        return Saved(base.id, changed=False)
    await session.execute(update(Team).where(Team.id == base.id).values(**columns, version=Team.version + 1))
    before = audited(columns_of(FIELDS, now.draft), names)
    entry = Entry("changed", "team", base.id, before=before, after=audited(columns, names))
    await record(session, league_id, [entry])
    return Saved(base.id)


async def _taken(
    session: AsyncSession, league_id: int, draft: TeamDraft, season_id: int | None, base: Loaded[TeamDraft] | None
) -> bool:
    same = exists().where(
        Team.league_id == league_id,
        Team.division == draft.division,
        Team.name_key == func.bball_fold(draft.name),
    )
    if base is None:
        same = same.where(Team.season_id == season_id)
    else:
        mine = select(Team.season_id).where(Team.id == base.id).scalar_subquery()
        same = same.where(Team.id != base.id, Team.season_id == mine)
    return bool(await session.scalar(select(same)))
