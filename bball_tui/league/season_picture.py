"""The season in numbers that make a picture: signed over time, the teams that have most to do, what falls due."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import accumulate

from msgspec import Struct
from sqlalchemy import ColumnElement, case, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.listing import among
from bball_tui.database.models import Contract, Player, Season, Signature, Team
from bball_tui.database.states import LIVE_STATUSES, WAITING_STATUSES, ContractStatus
from bball_tui.league.roster.shared_conditions import SOON, reachable, today_in

TEAMS = 24
"""Teams that have a bar: those in which most contracts are still open."""
MOST = 5_000
"""Offers that are counted: of each kind of due date so many and one, and for the teams those that are due first."""
WEEKS = 30
"""Weeks of a curve."""


class TeamBar(Struct, frozen=True):
    """The live contracts of a team, each counted once. ``silent``: the due date has passed; ``missing``: no e-mail
    reaches the family of an offer that is open; ``offered`` are all others that aren't signed.
    """

    team_id: int
    name: str
    signed: int
    offered: int
    silent: int
    missing: int

    @property
    def total(self) -> int:
        return self.signed + self.offered + self.silent + self.missing


class DueCounts(Struct, frozen=True):
    """The offers that wait, by their due date. ``soon``: today or in the six days after it."""

    overdue: int
    soon: int
    later: int
    never: int


class Curve(Struct, frozen=True):
    """How many had signed by the end of each week since the first signature of the season."""

    season: str
    weeks: tuple[int, ...]

    @property
    def total(self) -> int:
        return self.weeks[-1] if self.weeks else 0


class SeasonPicture(Struct, frozen=True):
    """One look. ``last`` is None when there is no season before. ``more_teams`` have no bar."""

    now: Curve
    last: Curve | None
    due: DueCounts
    teams: tuple[TeamBar, ...]
    more_teams: int


async def read_season_picture(session: AsyncSession, league_id: int, season_id: int | None) -> SeasonPicture | None:
    """Look at the season; None when the league has none."""
    season = await session.get(Season, season_id) if season_id is not None else None
    if season is None or season.league_id != league_id:
        return None
    before = await _season_before(session, season)
    bars, more = await _team_bars(session, league_id, season.id)
    return SeasonPicture(
        now=await _curve(session, season),
        last=None if before is None else await _curve(session, before),
        due=await _due(session, league_id, season.id),
        teams=bars,
        more_teams=more,
    )


async def _season_before(session: AsyncSession, season: Season) -> Season | None:
    """The one that began before it, or where no beginning is known, that was made before it."""
    earlier = (Season.starts_on < season.starts_on) if season.starts_on is not None else (Season.id < season.id)
    order = Season.starts_on.desc().nulls_last() if season.starts_on is not None else Season.id.desc()
    found: Season | None = await session.scalar(
        select(Season).where(Season.league_id == season.league_id, earlier).order_by(order, Season.id.desc()).limit(1)
    )
    return found


async def _curve(session: AsyncSession, season: Season) -> Curve:
    rows = await session.execute(
        select(Signature.signed_on, func.count().label("number"))
        .join(Contract, Contract.signature_id == Signature.id)
        .where(
            Contract.league_id == season.league_id,
            Contract.season_id == season.id,
            Contract.status == ContractStatus.SIGNED,
        )
        .group_by(Signature.signed_on)
    )
    return Curve(season.name, by_week({row.signed_on: row.number for row in rows}))


def by_week(days: dict[date, int]) -> tuple[int, ...]:
    """The sums by the end of each week since the first day; what is later than the last week counts in it."""
    if not days:
        return ()
    first = min(days)
    weeks = [0] * min(WEEKS, (max(days) - first).days // 7 + 1)
    for day, number in days.items():
        weeks[min((day - first).days // 7, len(weeks) - 1)] += number
    return tuple(accumulate(weeks))


def _spelled(statuses: Iterable[ContractStatus]) -> ColumnElement[bool]:
    """As the partial indexes spell it: with parameters the planner would not know that they fit."""
    return Contract.status.in_([literal_column(f"'{status}'") for status in statuses])


async def _due(session: AsyncSession, league_id: int, season_id: int) -> DueCounts:
    today = (await session.execute(select(today_in(league_id)))).scalar_one()
    week = today + timedelta(days=SOON)
    kinds = (
        Contract.due_on < today,
        Contract.due_on.between(today, week),
        Contract.due_on > week,
        Contract.due_on.is_(None),
    )
    waits = (Contract.league_id == league_id, Contract.season_id == season_id, _spelled(WAITING_STATUSES))
    # Only so many are counted that no look takes long, however large the league.
    few = [select(literal_column("1")).where(*waits, kind).limit(MOST + 1).subquery() for kind in kinds]
    counts = [select(func.count()).select_from(one).scalar_subquery() for one in few]
    return DueCounts(*(await session.execute(select(*counts))).one())


async def _team_bars(session: AsyncSession, league_id: int, season_id: int) -> tuple[tuple[TeamBar, ...], int]:
    """First which teams, then what is in those few."""
    waiting = (
        select(Contract.team_id)
        .where(Contract.league_id == league_id, Contract.season_id == season_id, _spelled(WAITING_STATUSES))
        .order_by(Contract.due_on)
        .limit(MOST)
        .subquery()
    )
    ids = list(
        await session.scalars(
            select(waiting.c.team_id)
            .group_by(waiting.c.team_id)
            .order_by(func.count().desc(), waiting.c.team_id)
            .limit(TEAMS)
        )
    )
    of_season = (Team.league_id == league_id, Team.season_id == season_id)
    others = select(Team.id).where(*of_season, Team.id.not_in(ids)).order_by(Team.name_key, Team.id)
    ids += await session.scalars(others.limit(TEAMS - len(ids)))
    total = await session.scalar(select(func.count()).where(*of_season)) or 0
    waits = Contract.status.in_(WAITING_STATUSES)
    what = case(
        (Contract.status == ContractStatus.SIGNED, "signed"),
        (waits & ((Player.reach < 2) | ~reachable(Contract.player_id)), "missing"),
        (waits & (Contract.due_on < today_in(league_id)), "silent"),
        else_="offered",
    ).label("what")
    rows = await session.execute(
        select(Contract.team_id, Team.name, what, func.count().label("number"))
        .join(Player, Player.id == Contract.player_id)
        .join(Team, Team.id == Contract.team_id)
        .where(
            Contract.league_id == league_id,
            Contract.season_id == season_id,
            among(Contract.team_id, ids),
            Contract.status.in_(LIVE_STATUSES),
        )
        .group_by(Contract.team_id, Team.name, what)
    )
    names: dict[int, str] = {}
    numbers: dict[int, dict[str, int]] = {}
    for row in rows:
        names[row.team_id] = row.name
        numbers.setdefault(row.team_id, {})[row.what] = row.number
    bars = tuple(
        TeamBar(one, names[one], *(numbers[one].get(what, 0) for what in ("signed", "offered", "silent", "missing")))
        for one in ids
        if one in names
    )
    return bars, total - len(ids)
