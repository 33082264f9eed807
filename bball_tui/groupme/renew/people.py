"""The families of a season's teams, now and before, with the names by which they may be in a group. Reads only."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import Contract, Guardian, Player, PlayerGuardian, Team
from bball_tui.database.states import LIVE_STATUSES, ContractStatus


class Family(Struct, frozen=True):
    """A player with the guardians. ``team`` is where the player is in this season, "" for nowhere."""

    player_id: int
    player: str
    guardians: tuple[str, ...]
    team: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """By which of them somebody may be known."""
        return (*self.guardians, self.player)


class TeamPeople(Struct, frozen=True):
    """The families who are on a team ``now``, and those who were ``before``: last season, or until they left."""

    now: tuple[Family, ...] = ()
    before: tuple[Family, ...] = ()


async def read_people(
    session: AsyncSession, league_id: int, season_id: int, origins: Mapping[int, int]
) -> dict[int, TeamPeople]:
    """The families of each team of the season; ``origins`` maps teams to those of last season."""
    teams = {
        row.id: row.name
        for row in await session.execute(
            select(Team.id, Team.name).where(Team.league_id == league_id, Team.season_id == season_id)
        )
    }
    live = await players_on(session, league_id, teams.keys())
    ever = await players_on(session, league_id, {*teams, *origins.values()}, ever=True)
    where = {player_id: teams[team_id] for team_id, players in live.items() for player_id in players}
    everybody = {player_id for players in ever.values() for player_id in players}
    families = await _families(session, league_id, everybody, where)
    found = {}
    for team_id in teams:
        now = live.get(team_id, frozenset())
        before = (ever.get(team_id, frozenset()) | ever.get(origins.get(team_id, 0), frozenset())) - now
        found[team_id] = TeamPeople(_named(families, now), _named(families, before))
    return found


def _named(families: Mapping[int, Family], player_ids: Iterable[int]) -> tuple[Family, ...]:
    here = (families[one] for one in player_ids if one in families)
    return tuple(sorted(here, key=lambda one: (one.player.casefold(), one.player_id)))


async def players_on(
    session: AsyncSession, league_id: int, team_ids: Collection[int], *, ever: bool = False
) -> dict[int, frozenset[int]]:
    """The players of each team; with ``ever`` also those who left it."""
    live = Contract.status.in_([str(status) for status in LIVE_STATUSES])
    rows = await session.execute(
        select(Contract.team_id, Contract.player_id).where(
            Contract.league_id == league_id,
            Contract.team_id.in_(team_ids),
            Contract.status != ContractStatus.VOID if ever else live,
        )
    )
    found: dict[int, set[int]] = {}
    for team_id, player_id in rows:
        found.setdefault(team_id, set()).add(player_id)
    return {team_id: frozenset(players) for team_id, players in found.items()}


async def _families(
    session: AsyncSession, league_id: int, player_ids: Collection[int], where: Mapping[int, str]
) -> dict[int, Family]:
    rows = await session.execute(
        select(
            Player.id,
            (Player.first_name + " " + Player.last_name).label("player"),
            (Guardian.first_name + " " + Guardian.last_name).label("guardian"),
        )
        .outerjoin(PlayerGuardian, PlayerGuardian.player_id == Player.id)
        .outerjoin(Guardian, Guardian.id == PlayerGuardian.guardian_id)
        .where(Player.league_id == league_id, Player.id.in_(player_ids))
        .order_by(Player.id, PlayerGuardian.position)
    )
    guardians: dict[int, list[str]] = {}
    players: dict[int, Any] = {}
    for row in rows:
        players[row.id] = row.player
        guardians.setdefault(row.id, []).extend([row.guardian] if row.guardian is not None else [])
    return {one: Family(one, name, tuple(guardians[one]), where.get(one, "")) for one, name in players.items()}
