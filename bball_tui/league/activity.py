"""Who did what in the league: the record of every change, the latest first. The database itself wrote who and when."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, SQLColumnExpression, Subquery, any_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.engine import Database
from bball_tui.database.listing import Listing, ListingSource, Order
from bball_tui.database.models import (
    Audit,
    Contract,
    Guardian,
    League,
    MergedPerson,
    Outbox,
    Player,
    PlayerGuardian,
    Season,
    Team,
)
from bball_tui.database.paging import PageRequest, Sort
from bball_tui.database.search import found_players, terms_of
from bball_tui.league.acts import Act, ActivityFilter, Entity
from bball_tui.league.league_clock import read_clock

MOST = 1000
LATEST_FIRST = Sort("id", descending=True)


class ActivityListing(Listing[Act]):
    """The acts of a league. A day is one of ``zone``."""

    table = Audit.__table__
    row_id = Audit.__table__.c.id
    default = LATEST_FIRST

    def __init__(self, league_id: int, wanted: ActivityFilter, zone: tzinfo) -> None:
        self.league_id = league_id
        self.wanted = wanted
        self.zone = zone
        if wanted == ActivityFilter():
            self.alike = league_id

    def conditions(self) -> Sequence[ColumnElement[bool]]:
        wanted = self.wanted
        conditions: list[ColumnElement[bool]] = [Audit.league_id == self.league_id]
        for column, value in (
            (Audit.recorded_by, wanted.who),
            (Audit.entity, wanted.entity),
            (Audit.action, wanted.action),
        ):
            if value is not None:
                conditions.append(column == value)
        if wanted.entity_id is not None:
            # Whoever was merged into this one has a history of before.
            merged = select(MergedPerson.gone_id).where(
                MergedPerson.league_id == self.league_id,
                MergedPerson.kind == Audit.entity,
                MergedPerson.stays_id == wanted.entity_id,
                MergedPerson.undone_at.is_(None),
            )
            conditions.append(or_(Audit.entity_id == wanted.entity_id, Audit.entity_id.in_(merged)))
        if wanted.day is not None:
            begins, ends = (
                datetime.combine(day, time(), self.zone) for day in (wanted.day, wanted.day + timedelta(days=1))
            )
            conditions += [Audit.recorded_at >= begins, Audit.recorded_at < ends]
        return conditions + [self._mentions(term) for term in terms_of(wanted.text)]

    def _mentions(self, word: str) -> ColumnElement[bool]:
        action = "cancel" if word.startswith("cancel") else word  # stored in another spelling than it is said
        players = any_(found_players(self.league_id, None, [word]))
        contracts = select(Contract.id).where(Contract.league_id == self.league_id, Contract.player_id == players)
        mails = select(Outbox.id).where(Outbox.league_id == self.league_id, Outbox.contract_id.in_(contracts))
        family = select(PlayerGuardian.guardian_id).where(
            PlayerGuardian.league_id == self.league_id, PlayerGuardian.player_id == players
        )
        return or_(
            Audit.recorded_by.istartswith(word, autoescape=True),
            Audit.action.icontains(action, autoescape=True),
            (Audit.entity == Entity.PLAYER) & (Audit.entity_id == players),
            (Audit.entity == Entity.CONTRACT) & Audit.entity_id.in_(contracts),
            (Audit.entity == Entity.GUARDIAN) & Audit.entity_id.in_(family),
            (Audit.entity == Entity.OUTBOX) & Audit.entity_id.in_(mails),
        )

    def orders(self) -> dict[str, Order]:
        return {"id": Order((), self.table)}

    def columns_of(self, page: Subquery) -> Select[Any]:
        columns = (
            Audit.id, Audit.recorded_at, Audit.recorded_by, Audit.action, Audit.entity, Audit.entity_id, Audit.reason,
            Audit.before, Audit.after, func.coalesce(_record(), "").label("record"),
        )  # fmt: skip
        return select(*columns).select_from(page).join(Audit, Audit.id == page.c.id)

    def row(self, found: Row[Any]) -> Act:
        return Act(
            found.id,
            found.recorded_at,
            found.recorded_by,
            found.action,
            found.entity,
            found.entity_id,
            found.reason,
            found.before,
            found.after,
            found.record,
        )


def _record() -> ColumnElement[str | None]:
    """What the record is called; worked out for the rows of a page alone."""

    def one(name: SQLColumnExpression[str], of: type[Any]) -> ColumnElement[Any]:
        return (
            select(name)
            .where(of.id == Audit.entity_id, of.league_id == Audit.league_id)
            .correlate(Audit)
            .scalar_subquery()
        )

    of_contract = (
        select(Player.first_name + " " + Player.last_name)
        .select_from(Contract)
        .join(Player, Player.id == Contract.player_id)
        .where(Contract.id == Audit.entity_id, Contract.league_id == Audit.league_id)
        .correlate(Audit)
        .scalar_subquery()
    )
    merged = (
        select(MergedPerson.name)
        .where(
            MergedPerson.league_id == Audit.league_id,
            MergedPerson.kind == Audit.entity,
            MergedPerson.gone_id == Audit.entity_id,
            MergedPerson.undone_at.is_(None),
        )
        .correlate(Audit)
        .scalar_subquery()
    )
    return case(
        (Audit.entity == Entity.PLAYER, func.coalesce(one(Player.first_name + " " + Player.last_name, Player), merged)),
        (
            Audit.entity == Entity.GUARDIAN,
            func.coalesce(one(Guardian.first_name + " " + Guardian.last_name, Guardian), merged),
        ),
        (Audit.entity == Entity.CONTRACT, of_contract),
        (Audit.entity == Entity.TEAM, one(Team.name.expression, Team)),
        (Audit.entity == Entity.SEASON, one(Season.name.expression, Season)),
        (Audit.entity == Entity.OUTBOX, one(Outbox.recipient.expression, Outbox)),
        (
            Audit.entity == Entity.LEAGUE,
            select(League.name).where(League.id == Audit.league_id).correlate(Audit).scalar_subquery(),
        ),
    )


class ActivitySource(ListingSource[Act]):
    """The acts that match ``wanted``, for a list on the screen."""

    def __init__(self, database: Database, league_id: int, wanted: ActivityFilter, zone: tzinfo) -> None:
        super().__init__(database, ActivityListing(league_id, wanted, zone))


async def list_activity(
    session: AsyncSession, league_id: int, wanted: ActivityFilter, *, limit: int = MOST
) -> list[Act]:
    """The acts that fit, the latest first, at most ``limit``.

    Raises:
        BballError: the league is gone.
    """
    listing = ActivityListing(league_id, wanted, (await read_clock(session, league_id)).zone)
    return list((await listing.page(session, PageRequest(0, min(limit, MOST), LATEST_FIRST))).rows)


async def note_export(database: Database, league_id: int, what: str, number: int) -> None:
    """Write down that so many ``what`` ("players", "scans") left the database as files. A database that was opened
    read-only takes no note.
    """
    if number and not database.read_only:
        async with database.session() as session:
            after = {"what": what, "number": number}
            await record(session, league_id, [Entry("exported", Entity.LEAGUE, league_id, after=after)])


async def read_act(session: AsyncSession, league_id: int, act_id: int, zone: tzinfo) -> Act | None:
    """One of them; None when it is not there anymore."""
    return await ActivityListing(league_id, ActivityFilter(), zone).one(session, act_id)
