"""A filter as conditions on the rows of each list."""

from collections.abc import Hashable
from typing import Any, Literal

from msgspec.structs import replace
from sqlalchemy import ColumnElement, SQLColumnExpression, any_, exists, func, or_, select

from bball_tui.database import models
from bball_tui.database.kept_plans import spelled
from bball_tui.database.listing import among
from bball_tui.database.search import found_players, team_matches, terms_of, terms_parameter, words_of
from bball_tui.database.states import ContractStatus, OutboxState
from bball_tui.league.contracts.welcome_state import WelcomeState, welcome_of
from bball_tui.league.filters.attention import Attention
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.league.roster.shared_conditions import is_erased, reachable

_contract = models.Contract.__table__
TERMS = "terms"
"""The parameter that holds what is looked for."""
_LIFE = {status: place for place, status in enumerate(ContractStatus)}
_OPEN_MAIL = {
    WelcomeState.FAILED: OutboxState.DEAD,
    WelcomeState.PARKED: OutboxState.DEAD,
    WelcomeState.IN_DOUBT: OutboxState.IN_DOUBT,
    WelcomeState.HELD: OutboxState.QUEUED,
    WelcomeState.WAITING: OutboxState.QUEUED,
    WelcomeState.QUEUED: OutboxState.QUEUED,
    WelcomeState.SENDING: OutboxState.SENDING,
}
"""States in which few mails are, and those few stand in an index of their own."""


def likeness(league_id: int, wanted: RosterFilter) -> tuple[Hashable, dict[str, object]]:
    """What is equal for filters on players or contracts that differ in the words alone, and the parameter for those."""
    terms = terms_of(wanted.text)
    alike = league_id, replace(wanted, text=""), bool(terms), bool(words_of(wanted.text))
    return alike, {TERMS: terms} if terms else {}


def team_conditions(league_id: int, wanted: RosterFilter) -> list[ColumnElement[bool]]:
    """Teams: by their own facts, or by having a contract of that kind."""
    team, contract = models.Team, models.Contract
    conditions: list[ColumnElement[bool]] = [team.league_id == league_id]
    if wanted.team_id is None:
        conditions += _kept(team.archived_at, wanted)
    if wanted.season_id is not None:
        conditions.append(team.season_id == wanted.season_id)
    if wanted.team_id is not None:
        conditions.append(team.id == wanted.team_id)
    if wanted.team_ids is not None:
        conditions.append(among(team.id, wanted.team_ids))
    if wanted.division is not None:
        conditions.append(func.bball_fold(team.division) == func.bball_fold(wanted.division))
    if Attention.NO_CHAT in wanted.troubles:
        conditions.append(team.groupme_share_url.is_(None))
    of_contract = _facts(wanted, without=(Attention.NO_CHAT,))
    if of_contract:
        conditions.append(exists().where(contract.team_id == team.id, *of_contract))
    return conditions + [team_matches(word) for word in words_of(wanted.text)]


def player_conditions(league_id: int, wanted: RosterFilter) -> list[ColumnElement[bool]]:
    """Players: by their family, or by the contract of the season."""
    player, contract = models.Player, models.Contract
    conditions: list[ColumnElement[bool]] = [player.league_id == spelled(league_id)]
    if wanted.player_id is not None:
        conditions.append(player.id == wanted.player_id)
    else:
        conditions += _kept(player.archived_at, wanted)
    if Attention.UNREACHABLE in wanted.troubles:
        conditions += [~reachable(player.id), ~is_erased(player)]
    of_contract = [*_place(wanted), *_facts(wanted, without=(Attention.UNREACHABLE,))]
    if of_contract:
        if wanted.season_id is not None:
            of_contract.append(contract.season_id == wanted.season_id)
        conditions.append(exists().where(contract.player_id == player.id, *of_contract))
    if terms := terms_of(wanted.text):
        typed = terms_parameter(TERMS, terms)
        conditions.append(player.id == any_(found_players(league_id, wanted.season_id, typed)))
    return conditions


def contract_conditions(league_id: int, wanted: RosterFilter) -> list[ColumnElement[bool]]:
    """Contracts."""
    contract = _contract.c
    conditions: list[ColumnElement[bool]] = [contract.league_id == spelled(league_id)]
    if wanted.season_id is not None:
        conditions.append(contract.season_id == spelled(wanted.season_id))
    if wanted.player_id is not None:
        conditions.append(contract.player_id == wanted.player_id)
    conditions += [*_place(wanted), *_facts(wanted)]
    if terms := terms_of(wanted.text):
        typed = terms_parameter(TERMS, terms)
        conditions.append(contract.player_id == any_(found_players(league_id, wanted.season_id, typed)))
    return conditions


def of_kept(league_id: int, wanted: RosterFilter, name: Literal["teams", "players"]) -> list[ColumnElement[bool]]:
    """Contracts whose team or player is in the list: what is archived is asked of those, and not of the contract."""
    contract, table = models.Contract, models.Team if name == "teams" else models.Player
    away = select(table.id).where(table.league_id == league_id, table.archived_at.is_not(None)).correlate(None)
    whose = contract.team_id if name == "teams" else contract.player_id
    if wanted.archived:
        return [whose.in_(away)]
    return [whose.not_in(away)] if wanted.archived is False and not words_of(wanted.text) else []


def _kept(archived_at: SQLColumnExpression[Any], wanted: RosterFilter) -> list[ColumnElement[bool]]:
    """Whoever types a name looks for somebody, and finds also what is archived."""
    if wanted.archived:
        return [archived_at.is_not(None)]
    return [archived_at.is_(None)] if wanted.archived is False and not words_of(wanted.text) else []


def _place(wanted: RosterFilter) -> list[ColumnElement[bool]]:
    """Where a contract's player plays."""
    contract, team = _contract.c, models.Team
    conditions: list[ColumnElement[bool]] = []
    if wanted.team_id is not None:
        conditions.append(contract.team_id == wanted.team_id)
    if wanted.team_ids is not None:
        conditions.append(among(contract.team_id, wanted.team_ids))
    if wanted.division is not None:
        same = func.bball_fold(team.division) == func.bball_fold(wanted.division)
        teams = select(team.id).where(team.league_id == contract.league_id, same).correlate(_contract)
        conditions.append(contract.team_id.in_(teams))
    return conditions


def _facts(wanted: RosterFilter, without: tuple[Attention, ...] = ()) -> list[ColumnElement[bool]]:
    """What is true of a contract itself."""
    contract = _contract.c
    conditions: list[ColumnElement[bool]] = []
    if wanted.statuses:
        # By its place, so that one index gives the rows of a status in the order of their names.
        places = sorted({_LIFE[status] for status in wanted.statuses})
        rank = contract.status_rank
        conditions.append(rank == places[0] if len(places) == 1 else rank.in_(places))
    if wanted.welcome:
        conditions += _welcomed(wanted.welcome)
    return conditions + [trouble.condition() for trouble in wanted.troubles if trouble not in without]


def _welcomed(states: tuple[WelcomeState, ...]) -> list[ColumnElement[bool]]:
    """The worst that became of the welcome mails is one of ``states``."""
    contract, outbox = _contract.c, models.Outbox
    welcome = welcome_of(_contract)
    worst = select(welcome.c.welcome).correlate(_contract).scalar_subquery()
    conditions: list[ColumnElement[bool]] = [worst.in_(states)]
    if all(state in _OPEN_MAIL for state in states):
        # Says nothing new, but leaves few contracts whose mails must be looked at.
        mails = {_OPEN_MAIL[state] for state in states}
        few = select(outbox.contract_id).where(
            outbox.league_id == contract.league_id, or_(*(outbox.state == state for state in sorted(mails)))
        )
        conditions.append(contract.id.in_(few.correlate(_contract)))
    return conditions
