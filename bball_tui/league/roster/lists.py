"""The lists that staff live in: teams, players and contracts, filtered, sorted and searched by the database."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace
from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Subquery,
    case,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database import models
from bball_tui.database.engine import Database
from bball_tui.database.kept_plans import spelled
from bball_tui.database.listing import Listing, ListingSource, Order
from bball_tui.database.paging import Page, PageRequest, Sort
from bball_tui.database.states import LIVE_STATUSES, OPEN_STATUSES, ContractStatus
from bball_tui.league.contracts.contract_list import ContractListing
from bball_tui.league.contracts.facts import chat_is_gone
from bball_tui.league.fields import columns_of
from bball_tui.league.filters.conditions import likeness, player_conditions, team_conditions
from bball_tui.league.roster.player import FIELDS, LISTED, also_called
from bball_tui.league.roster.player_row import PlayerRow
from bball_tui.league.roster.rows import ChatState, ContractRow, RosterFilter, TeamRow
from bball_tui.league.rules.store import read_findings


def _by_life(status: ColumnElement[str]) -> ColumnElement[int]:
    """The statuses in the order of a contract's life."""
    return case({str(one): place for place, one in enumerate(ContractStatus)}, value=status, else_=99)


def _by_chat() -> ColumnElement[int]:
    """Linked teams first, then those whose chat was not found, then those without a link."""
    return case((models.Team.groupme_share_url.is_(None), 2), (chat_is_gone(), 1), else_=0)


class TeamListing(Listing[TeamRow]):
    """Teams. The text is looked for in team name and division alone."""

    table = models.Team.__table__
    row_id = models.Team.__table__.c.id
    default = Sort("team")

    def __init__(self, league_id: int, wanted: RosterFilter) -> None:
        self.league_id = league_id
        self.wanted = wanted

    def conditions(self) -> Sequence[ColumnElement[bool]]:
        return team_conditions(self.league_id, self.wanted)

    def orders(self) -> dict[str, Order]:
        team = models.Team
        name = (team.name_key.expression,)
        number = self._numbers(team.id.expression)
        counted = self.table.join(number, true())
        return {
            "team": Order(name, self.table),
            "division": Order((func.bball_fold(team.division), *name), self.table),
            "players": Order((number.c.players, *name), counted),
            "signed": Order((number.c.signed, *name), counted),
            "open": Order((number.c.open, *name), counted),
            "chat": Order((_by_chat(), *name), self.table),
        }

    def _numbers(self, team_id: ColumnElement[int]) -> Any:
        contract = models.Contract
        return (
            select(
                func.count().label("players"),
                func.count().filter(contract.status == ContractStatus.SIGNED).label("signed"),
                func.count().filter(contract.status.in_(OPEN_STATUSES)).label("open"),
            )
            .where(contract.team_id == team_id, contract.status.in_(LIVE_STATUSES))
            .lateral("number")
        )

    def columns_of(self, page: Subquery) -> Select[Any]:
        team, season = models.Team, models.Season
        number = self._numbers(team.id.expression)
        return (
            select(
                team.id,
                team.name,
                team.division,
                season.name.label("season"),
                number.c.players,
                number.c.signed,
                number.c.open,
                team.groupme_share_url.is_not(None).label("linked"),
                chat_is_gone().label("chat_is_gone"),
                team.archived_at.is_not(None).label("archived"),
            )
            .select_from(page)
            .join(team, team.id == page.c.id)
            .join(season, season.id == team.season_id)
            .join(number, true())
        )

    async def page(self, session: AsyncSession, request: PageRequest) -> Page[TeamRow]:
        page = await super().page(session, request)
        return replace(page, rows=tuple(await self._judged(session, page.rows)))

    async def all(self, session: AsyncSession, sort: Sort | None = None) -> list[TeamRow]:
        return await self._judged(session, await super().all(session, sort))

    async def _judged(self, session: AsyncSession, rows: Sequence[TeamRow]) -> list[TeamRow]:
        """``rows`` with what the league's rules say of them, which no statement knows."""
        found = await read_findings(session, self.league_id, team_ids=[row.id for row in rows])
        counts = Counter(one.team_id for one in found)
        return [replace(row, against_rules=counts[row.id]) for row in rows]

    def row(self, found: Row[Any]) -> TeamRow:
        return TeamRow(
            id=found.id,
            name=found.name,
            division=found.division,
            season=found.season,
            players=found.players,
            signed=found.signed,
            open=found.open,
            chat=ChatState.NONE if not found.linked else ChatState.GONE if found.chat_is_gone else ChatState.LINKED,
            archived=found.archived,
        )


class PlayerListing(Listing[PlayerRow]):
    """Players. A filter by team or status is one by the contract of the season."""

    table = models.Player.__table__
    row_id = models.Player.__table__.c.id
    default = Sort("player")

    def __init__(self, league_id: int, wanted: RosterFilter) -> None:
        self.league_id = league_id
        self.wanted = wanted
        self.alike, self.values = likeness(league_id, wanted)
        self.keeps_plan = wanted.is_plain

    def conditions(self) -> Sequence[ColumnElement[bool]]:
        return player_conditions(self.league_id, self.wanted)

    async def count(self, session: AsyncSession) -> int:
        if self.wanted != RosterFilter(season_id=self.wanted.season_id):
            return await super().count(session)
        # All who are not archived: a function looks once at who asks, where a policy looks at each player.
        return await session.scalar(select(func.bball_players(self.league_id))) or 0

    def orders(self) -> dict[str, Order]:
        player = models.Player
        name = (player.name_key.expression,)
        current = self._current()
        placed = self.table.outerjoin(current, true())
        return {
            "player": Order(name, self.table),
            **{
                one.name: Order((one.order(getattr(player, one.name)), *name), self.table)
                for one in LISTED
                if one.order is not None
            },
            "team": Order((func.coalesce(current.c.team_key, literal("\U0010ffff")), *name), placed),
            "status": Order((_by_life(current.c.status), *name), placed),
            "family": Order((player.reach.expression, *name), self.table),
        }

    def _current(self) -> Any:
        """The contract of the season that counts: the live one before one that is over."""
        player, contract, team = models.Player, models.Contract, models.Team
        found = (
            select(contract.status, team.name.label("team"), team.name_key.label("team_key"))
            .join(team, team.id == contract.team_id)
            .where(contract.player_id == player.id)
            .order_by(contract.status.in_(LIVE_STATUSES).desc(), contract.id.desc())
            .limit(1)
        )
        if self.wanted.season_id is not None:
            found = found.where(contract.season_id == spelled(self.wanted.season_id))
        return found.lateral("current")

    def columns_of(self, page: Subquery) -> Select[Any]:
        player, link, guardian = models.Player, models.PlayerGuardian, models.Guardian
        current = self._current()
        family = (
            select(
                func.count().label("guardians"),
                func.count().filter(guardian.email.is_not(None), link.receives_email).label("reachable"),
            )
            .select_from(link)
            .join(guardian, guardian.id == link.guardian_id)
            .where(link.player_id == player.id)
            .lateral("family")
        )
        return (
            select(
                player.id,
                *(getattr(player, one.name) for one in FIELDS),
                current.c.team,
                current.c.status,
                family.c.guardians,
                (family.c.reachable > 0).label("has_email"),
                player.merged_names,
                player.archived_at.is_not(None).label("archived"),
            )
            .select_from(page)
            .join(player, player.id == page.c.id)
            .outerjoin(current, true())
            .join(family, true())
        )

    def row(self, found: Row[Any]) -> PlayerRow:
        return PlayerRow(
            id=found.id,
            **columns_of(FIELDS, found),
            team=found.team,
            contract_status=found.status and ContractStatus(found.status),
            guardians=found.guardians,
            has_email=found.has_email,
            also=also_called(found.merged_names, f"{found.first_name} {found.last_name}"),
            archived=found.archived,
        )


def team_source(database: Database, league_id: int, wanted: RosterFilter) -> ListingSource[TeamRow]:
    """The teams, for a list on the screen."""
    return ListingSource(database, TeamListing(league_id, wanted))


def player_source(database: Database, league_id: int, wanted: RosterFilter) -> ListingSource[PlayerRow]:
    """The players, for a list on the screen."""
    return ListingSource(database, PlayerListing(league_id, wanted))


async def list_teams(
    session: AsyncSession, league_id: int, wanted: RosterFilter, sort: Sort | None = None
) -> list[TeamRow]:
    """All teams that match, by name."""
    return await TeamListing(league_id, wanted).all(session, sort)


async def list_players(
    session: AsyncSession, league_id: int, wanted: RosterFilter, sort: Sort | None = None
) -> list[PlayerRow]:
    """All players that match, by name."""
    return await PlayerListing(league_id, wanted).all(session, sort)


async def list_contracts(
    session: AsyncSession, league_id: int, wanted: RosterFilter, sort: Sort | None = None
) -> list[ContractRow]:
    """All contracts that match, by the player's name."""
    return await ContractListing(league_id, wanted).all(session, sort)
