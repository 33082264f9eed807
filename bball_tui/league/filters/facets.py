"""The values that a list can be narrowed to, each with the number of rows that it would leave."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, TypeVar, assert_never

import msgspec
from msgspec.structs import replace
from sqlalchemy import ColumnElement, FromClause, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database import models
from bball_tui.database.listing import Listing, among
from bball_tui.database.search import team_matches, words_of
from bball_tui.database.states import ContractStatus
from bball_tui.league.contracts.contract_list import ContractListing
from bball_tui.league.contracts.welcome_state import WelcomeState, welcome_of
from bball_tui.league.filters.attention import Attention
from bball_tui.league.filters.choices import Facet, FilterChoice, ListName, choice
from bball_tui.league.filters.conditions import contract_conditions, of_kept
from bball_tui.league.roster.rows import RosterFilter

EnumT = TypeVar("EnumT", bound=StrEnum)
MOST_TEAMS = 200
"""Teams that are listed at once; of more, those that match what is typed."""
_DIGITS = 19
"""So many an id has not, and a number that the database cannot hold has."""

OFFERED: dict[ListName, tuple[Facet, ...]] = {
    "teams": (Facet.TROUBLE, Facet.DIVISION, Facet.ARCHIVED),
    "players": (Facet.TROUBLE, Facet.STATUS, Facet.WELCOME, Facet.DIVISION, Facet.TEAM, Facet.ARCHIVED),
    "contracts": (Facet.TROUBLE, Facet.STATUS, Facet.WELCOME, Facet.DIVISION, Facet.TEAM),
}
"""The facets of each list, in the order in which they are shown."""


class FacetValue(msgspec.Struct, frozen=True):
    """``count``: the rows that match the present search and filters of the other facets, and have this value."""

    choice: FilterChoice
    count: int


class Facets(msgspec.Struct, frozen=True):
    """``more_teams``: there are teams that are not among the values; typing a part of the name finds them."""

    values: tuple[FacetValue, ...]
    more_teams: bool = False


def chosen_filter(season_id: int | None, text: str, choices: Iterable[FilterChoice]) -> RosterFilter:
    """The filter that ``choices`` say. A value that this program does not know (a saved one of another) is left out."""
    wanted = RosterFilter(season_id=season_id, text=text)
    for one in choices:
        wanted = replace(wanted, **_narrowed(wanted, one.facet, one.value))
    return wanted


def _narrowed(wanted: RosterFilter, facet: Facet, value: str) -> dict[str, Any]:
    """The fields of ``wanted`` that another ``value`` changes. A facet that is missing here is a fault for mypy."""
    match facet:
        case Facet.STATUS:
            return {"statuses": (*wanted.statuses, *_known(ContractStatus, value))}
        case Facet.WELCOME:
            return {"welcome": (*wanted.welcome, *_known(WelcomeState, value))}
        case Facet.TROUBLE:
            return {"troubles": (*wanted.troubles, *_known(Attention, value))}
        case Facet.DIVISION:
            return {"division": value}
        case Facet.TEAM:
            return {"team_id": int(value)} if value.isascii() and value.isdigit() else {}
        case Facet.ARCHIVED:
            return {"archived": True} if value == "archived" else {}


def _listing(name: ListName, league_id: int, wanted: RosterFilter) -> Listing[Any]:
    if name == "contracts":
        return ContractListing(league_id, wanted)
    from bball_tui.league.roster.lists import PlayerListing, TeamListing  # the first rows are contracts

    return TeamListing(league_id, wanted) if name == "teams" else PlayerListing(league_id, wanted)


def _known(kind: type[EnumT], value: str) -> list[EnumT]:
    return [one for one in kind if one == value]


async def facets(
    session: AsyncSession, league_id: int, name: ListName, wanted: RosterFilter, *, typed: str = ""
) -> Facets:
    """What ``name`` can be narrowed to. Of many teams those are listed whose names match ``typed``."""
    values: list[FacetValue] = []
    more = False
    for facet in OFFERED[name]:
        counts = _Counting(league_id, name, wanted)
        match facet:
            case Facet.TROUBLE:
                values += [FacetValue(choice(facet, one), await counts.with_trouble(session, one)) for one in Attention]
            case Facet.STATUS:
                found = await counts.by(session, models.Contract.status.expression, replace(wanted, statuses=()))
                values += [FacetValue(choice(facet, one), found[one]) for one in ContractStatus if one in found]
            case Facet.WELCOME:
                word = welcome_of(models.Contract.__table__).c.welcome
                found = await counts.by(session, word, replace(wanted, welcome=()))
                values += [FacetValue(choice(facet, one), found[one]) for one in WelcomeState if one in found]
            case Facet.DIVISION:
                division = models.Team.division.expression
                found = await counts.by(session, division, replace(wanted, division=None), teams=True)
                if set(found) != {""}:
                    values += [
                        FacetValue(FilterChoice(facet, one, one or "none"), count)
                        for one, count in sorted(found.items(), key=lambda item: item[0].casefold())
                    ]
            case Facet.TEAM:
                teams = await _teams(session, counts.teams(typed))
                more = len(teams) > MOST_TEAMS
                values += teams[:MOST_TEAMS]
            case Facet.ARCHIVED:
                only: Listing[Any] = _listing(name, league_id, replace(wanted, archived=True))
                if count := await only.count(session):
                    values.append(FacetValue(choice(facet, "archived"), count))
            case _:
                assert_never(facet)
    return Facets(tuple(values), more)


class _Counting:
    """Counts the rows of one list by what their contracts are."""

    def __init__(self, league_id: int, name: ListName, wanted: RosterFilter) -> None:
        self._league_id = league_id
        self._name = name
        self._wanted = wanted

    async def with_trouble(self, session: AsyncSession, trouble: Attention) -> int:
        """The rows that have this trouble as well."""
        troubles = tuple(dict.fromkeys((*self._wanted.troubles, trouble)))
        listing: Listing[Any] = _listing(self._name, self._league_id, replace(self._wanted, troubles=troubles))
        return await listing.count(session)

    async def by(
        self, session: AsyncSession, value: ColumnElement[str], wanted: RosterFilter, *, teams: bool = False
    ) -> dict[str, int]:
        """The rows by ``value``, without those values that none has."""
        found = await session.execute(self._grouped(wanted, teams=teams).add_columns(value).group_by(value))
        return {row[1]: row[0] for row in found}

    def teams(self, typed: str) -> Select[Any]:
        """The rows of each team by the team's name, one team more than are shown."""
        team = models.Team
        statement = self._grouped(replace(self._wanted, team_id=None), teams=True)
        return (
            statement.add_columns(team.id, team.name, team.division)
            .where(*(team_matches(word) for word in words_of(typed)))
            .group_by(team.id)
            .order_by(team.name_key, team.id)
            .limit(MOST_TEAMS + 1)
        )

    def _grouped(self, wanted: RosterFilter, *, teams: bool) -> Select[Any]:
        contract, team = models.Contract, models.Team
        counted: dict[ListName, ColumnElement[int]] = {
            "teams": func.count(contract.team_id.distinct()),
            "players": func.count(contract.player_id.distinct()),
            "contracts": func.count(),
        }
        conditions = contract_conditions(self._league_id, replace(wanted, text="") if self._name == "teams" else wanted)
        if self._name == "teams":
            conditions += [team_matches(word) for word in words_of(wanted.text)]
        if self._name != "contracts":
            conditions += of_kept(self._league_id, wanted, self._name)
        source: FromClause = contract.__table__
        if teams:
            source = source.join(team.__table__, team.id == contract.team_id)
        return select(counted[self._name]).select_from(source).where(*conditions)


async def named_now(session: AsyncSession, league_id: int, choices: Sequence[FilterChoice]) -> tuple[FilterChoice, ...]:
    """The same choices, with the names that teams have by now. One that is gone keeps the name it had."""
    values = {one.value for one in choices if one.facet is Facet.TEAM}
    ids = {int(one) for one in values if one.isascii() and one.isdigit() and len(one) < _DIGITS}
    if not ids:
        return tuple(choices)
    team = models.Team
    found = await session.execute(
        select(team.id, team.name, team.division).where(team.league_id == league_id, among(team.id, ids))
    )
    names = {str(row.id): (row.name, _label(row)) for row in found}
    return tuple(
        replace(one, label=names[one.value][1])
        if one.facet is Facet.TEAM and one.value in names and one.label not in names[one.value]
        else one
        for one in choices
    )


def _label(row: Any) -> str:
    return f"{row.name} {row.division}".strip()


async def _teams(session: AsyncSession, statement: Select[Any]) -> list[FacetValue]:
    rows: Sequence[Any] = (await session.execute(statement)).all()
    return [FacetValue(FilterChoice(Facet.TEAM, str(row.id), _label(row)), row[0]) for row in rows]
