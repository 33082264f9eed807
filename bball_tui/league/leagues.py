"""Leagues and seasons: making one, and finding the one that is meant."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct
from msgspec.structs import fields
from sqlalchemy import Row, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database import models
from bball_tui.database.audit import Entry, record
from bball_tui.database.states import DateOrder, TeamChange
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.mail.safe_values import one_line, typed_line
from bball_tui.settings import Settings
from bball_tui.time_format import zone_for

_SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


class LeagueInfo(Struct, frozen=True):
    """One league as its row says."""

    id: int
    slug: str
    name: str
    brand_color: str
    logo_url: str | None
    from_name: str | None
    from_email: str | None
    reply_to: str | None
    timezone: str
    hold_seconds: int
    date_order: DateOrder
    mail_offers: bool
    wait_for_chat: bool
    unsubscribe: bool
    team_change: TeamChange
    language: str
    version: int

    @property
    def zone(self) -> ZoneInfo:
        """The league's time zone.

        Raises:
            BballError: the stored name is no time zone.
        """
        return zone_of(self.timezone, self.date_order)


class Season(msgspec.Struct, frozen=True):
    """One season of a league."""

    id: int
    name: str
    starts_on: date | None
    ends_on: date | None
    archived: bool = False

    def label(self) -> str:
        """The season in a list."""
        return _("{name} (archived)").format(name=self.name) if self.archived else self.name


def zone_of(name: str, order: DateOrder | str = DateOrder.YMD) -> ZoneInfo:
    """The time zone called ``name`` (IANA), of a league that writes dates in ``order``.

    Raises:
        BballError: there is none of that name.
    """
    try:
        return zone_for(name, order)
    except (KeyError, ValueError, OSError):
        raise BballError(
            _("The league's time zone {name!r} is not known. Use a name such as America/Chicago or UTC.").format(
                name=one_line(name)[:60]
            )
        ) from None


def slug_from(name: str) -> str:
    """A short name for commands and addresses: ``Ligue de l'Été`` becomes ``ligue-de-l-ete``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:63].strip("-") or "league"


async def create_league(
    session: AsyncSession, name: str, slug: str | None = None, season: str | None = None
) -> LeagueInfo:
    """Make a league, and its first season if ``season`` names one. The caller commits.

    Raises:
        BballError: the name is empty or too long, the slug is no slug, or it is taken.
    """
    name = _name(name, _("The league's name"), 200)
    if slug is not None and not _SLUG.fullmatch(slug):
        raise BballError(
            _(
                "The short name {slug!r} does not do: use small letters, digits and dashes, at most 63, "
                "such as westside."
            ).format(slug=one_line(slug)[:80])
        )
    slug = slug or slug_from(name)
    league_id = await session.scalar(select(func.bball_new_league(name, slug)))
    if league_id is None:
        raise BballError(
            _("A league '{slug}' exists already. Choose another short name with --slug.").format(slug=slug)
        )
    await record(session, league_id, [Entry("created", "league", league_id, after={"name": name, "slug": slug})])
    if season is not None:
        await create_season(session, league_id, season)
    return await find_league(session, slug)


async def create_season(session: AsyncSession, league_id: int, name: str) -> Season:
    """Make a season of the league. The caller commits.

    Raises:
        BballError: the name is empty, too long, or taken.
    """
    name = _name(name, _("The season's name"), 100)
    season_id = await session.scalar(
        insert(models.Season)
        .values(league_id=league_id, name=name)
        .on_conflict_do_nothing()
        .returning(models.Season.id)
    )
    if season_id is None:
        same = (models.Season.league_id == league_id, func.lower(models.Season.name) == func.lower(name))
        other = await session.scalar(select(models.Season.name).where(*same))
        raise BballError(_("A season '{name}' exists already in this league.").format(name=other or name))
    await record(session, league_id, [Entry("created", "season", season_id, after={"name": name})])
    return Season(season_id, name, None, None)


async def list_leagues(session: AsyncSession) -> list[LeagueInfo]:
    """All leagues of the database, by slug."""
    league = models.League.__table__.c
    found = await session.execute(select(*(league[one.name] for one in fields(LeagueInfo))).order_by(league.slug))
    return [info_of(row) for row in found]


class SeveralLeagues(BballError):
    """There is a choice to make, and nobody made it."""


class NoLeague(BballError):
    """The database is there, and empty: somebody begins."""


class NoRole(BballError):
    """Nobody gave this login a role in any league of a shared database."""


async def owns_everything(session: AsyncSession) -> bool:
    """Whether the whole database is the caller's: their own one, or they own its tables."""
    return bool(await session.scalar(select(func.bball_everywhere())))


async def find_league(session: AsyncSession, slug: str | None = None) -> LeagueInfo:
    """The league called ``slug``; without one, the only league there is.

    Raises:
        SeveralLeagues: there is a choice to make.
        NoLeague: the database holds none at all.
        NoRole: none of them is open to this login.
        BballError: there is none of that name.
    """
    return await _meant(session, await list_leagues(session), slug)


async def find_with_settings(session: AsyncSession, settings: Settings) -> tuple[LeagueInfo, Settings]:
    """The league that ``settings`` mean, as :func:`find_league` finds it, and the settings that are its own here."""
    leagues = await list_leagues(session)
    league = await _meant(session, leagues, settings.league)
    return league, settings.of_league(league.slug, several=len(leagues) > 1)


async def _meant(session: AsyncSession, leagues: Sequence[LeagueInfo], slug: str | None) -> LeagueInfo:
    if not leagues:
        if not await owns_everything(session):
            login = one_line(str(await session.scalar(select(func.session_user()))))
            raise NoRole(
                _(
                    "No league is open to the login '{login}'. An admin of yours can give it a role: "
                    "bball-tui staff add {login} --role registrar. Or make a new league: bball-tui init "
                    "--league NAME"
                ).format(login=login)
            )
        raise NoLeague(_("There is no league yet. Make one with: bball-tui init --league NAME"))
    if slug is None and len(leagues) == 1:
        return leagues[0]
    for league in leagues:
        if league.slug == slug:
            return league
    names = ", ".join(league.slug for league in leagues)
    if slug is None:
        raise SeveralLeagues(
            _("There are several leagues: {names}. Say which one with --league SLUG.").format(names=names)
        )
    raise BballError(
        _("There is no league '{slug}'. The leagues are: {names}.").format(slug=one_line(slug)[:80], names=names)
    )


async def list_seasons(session: AsyncSession, league_id: int) -> list[Season]:
    """The league's seasons, the newest first; last those that are archived."""
    season = models.Season
    found = await session.scalars(
        select(season)
        .where(season.league_id == league_id)
        .order_by(season.archived_at.is_not(None), season.id.desc())
        .execution_options(populate_existing=True)
    )
    return [season_of(row) for row in found]


def season_of(row: "models.Season | Row[Any]") -> Season:
    """The season as its row says."""
    return Season(row.id, row.name, row.starts_on, row.ends_on, row.archived_at is not None)


def info_of(row: "models.League | Row[Any]") -> LeagueInfo:
    """The league as its row says."""
    values = {one.name: getattr(row, one.name) for one in fields(LeagueInfo)}
    return LeagueInfo(**values | {"date_order": DateOrder(row.date_order), "team_change": TeamChange(row.team_change)})


def _name(value: str, what: str, longest: int) -> str:
    cleaned = typed_line(value)
    if not cleaned:
        raise BballError(_("{what} is empty. Give it one.").format(what=what))
    if len(cleaned) > longest:
        raise BballError(
            _("{what} has {number} characters; {longest} is the limit.").format(
                what=what, number=len(cleaned), longest=longest
            )
        )
    return cleaned
