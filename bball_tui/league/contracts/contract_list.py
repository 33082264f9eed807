"""The list of contracts, filtered, sorted and searched by the database."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Select, SQLColumnExpression, Subquery, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database import models
from bball_tui.database.engine import Database
from bball_tui.database.listing import Listing, ListingSource, Order
from bball_tui.database.paging import Sort
from bball_tui.database.states import ContractStatus
from bball_tui.league.contracts.welcome_state import WelcomeState, welcome_of
from bball_tui.league.filters.conditions import contract_conditions, likeness
from bball_tui.league.roster.rows import ContractRow, RosterFilter

LATEST = date(9999, 12, 31)
"""Stands for "no date" where dates are sorted: after all others."""


class ContractListing(Listing[ContractRow]):
    """Contracts."""

    table = models.Contract.__table__
    row_id = models.Contract.__table__.c.id
    default = Sort("player")

    def __init__(self, league_id: int, wanted: RosterFilter) -> None:
        self.league_id = league_id
        self.wanted = wanted
        self.alike, self.values = likeness(league_id, wanted)
        self.keeps_plan = wanted.is_plain

    def conditions(self) -> Sequence[ColumnElement[bool]]:
        return contract_conditions(self.league_id, self.wanted)

    async def count(self, session: AsyncSession) -> int:
        season_id = self.wanted.season_id
        if season_id is None or self.wanted != RosterFilter(season_id=season_id):
            return await super().count(session)
        # All of a season: a function looks once at who asks, where a policy looks at each contract.
        return await session.scalar(select(func.bball_contracts(self.league_id, season_id))) or 0

    def orders(self) -> dict[str, Order]:
        # All but one are keys of the contract's own row, in an index behind league and season.
        contract, team, signature = self.table.c, models.Team.__table__, models.Signature.__table__
        # The team's league is the contract's; saying so lets the index on (league, name) give the order.
        same = (team.c.id == contract.team_id) & (team.c.league_id == contract.league_id)
        teamed = self.table.join(team, same)
        signed = self.table.outerjoin(signature, signature.c.id == contract.signature_id)
        name = (contract.player_key,)
        return {
            "player": Order(name, self.table),
            "team": Order((team.c.name_key, *name), teamed),
            "status": Order((contract.status_rank, *name), self.table),
            "due": Order((contract.due_key, *name), self.table),
            "signed": Order((func.coalesce(signature.c.signed_on, LATEST), *name), signed),
            "signer": Order((contract.signer_key, *name), self.table),
        }

    def columns_of(self, page: Subquery) -> Select[Any]:
        # Of the tables themselves: for classes SQLAlchemy has more to set up, and the first rows wait for it.
        contract, player, team = self.table, models.Player.__table__, models.Team.__table__
        season, signature = models.Season.__table__, models.Signature.__table__
        welcome = _welcome()
        columns: tuple[SQLColumnExpression[Any], ...] = (
            contract.c.id,
            contract.c.player_id,
            player.c.first_name,
            player.c.last_name,
            player.c.jersey,
            team.c.name.label("team"),
            season.c.name.label("season"),
            contract.c.status,
            contract.c.due_on,
            signature.c.signed_on,
            signature.c.signer,
            welcome.c.welcome,
            welcome.c.welcome_at,
            contract.c.version,
        )
        return (
            select(*columns)
            .select_from(page)
            .join(contract, contract.c.id == page.c.id)
            .join(player, player.c.id == contract.c.player_id)
            .join(team, team.c.id == contract.c.team_id)
            .join(season, season.c.id == contract.c.season_id)
            .outerjoin(signature, signature.c.id == contract.c.signature_id)
            .join(welcome, true())
        )

    def row(self, found: Row[Any]) -> ContractRow:
        return ContractRow(
            id=found.id,
            player_id=found.player_id,
            first=found.first_name,
            last=found.last_name,
            jersey=found.jersey,
            team=found.team,
            season=found.season,
            status=ContractStatus(found.status),
            due_on=found.due_on,
            signed_on=found.signed_on,
            signer=found.signer,
            welcome=WelcomeState(found.welcome),
            welcome_at=found.welcome_at,
            version=found.version,
        )


@cache
def _welcome() -> FromClause:
    """Built once: of all that a list asks it takes longest to build."""
    return welcome_of(models.Contract.__table__)


def contract_source(database: Database, league_id: int, wanted: RosterFilter) -> ListingSource[ContractRow]:
    """The contracts, for a list on the screen."""
    return ListingSource(database, ContractListing(league_id, wanted))
