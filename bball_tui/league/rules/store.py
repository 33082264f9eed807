"""The rules of a league in its row, and what of its teams is against them now."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.listing import among
from bball_tui.database.masked_views import is_masked
from bball_tui.database.models import Contract, League, MergedPerson, Player, Season, Team
from bball_tui.database.states import LIVE_STATUSES
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.league_clock import read_clock
from bball_tui.league.rules.team_check import (
    LeagueRules,
    RuleFinding,
    RuleName,
    TeamPlayer,
    TeamRoster,
    check_teams,
    season_year,
)

_TOLD = 3


class RuleBroken(BballError):
    """A rule that refuses would be broken; the caller must roll back."""

    def __init__(self, broken: Sequence[RuleFinding]) -> None:
        rules = ", ".join(dict.fromkeys(one.rule for one in broken))
        more = _(" And {number} more.").format(number=len(broken) - _TOLD) if len(broken) > _TOLD else ""
        said = " ".join(one.text for one in broken[:_TOLD])
        way_out = _("Give a reason") if rules == RuleName.FREEZE else _("Change it")
        super().__init__(
            _(
                "{said}{more} The league refuses this (rules: {rules}), so nothing was saved. {way_out}, "
                "or change the rules ({{desk.rules}})."
            ).format(said=said, more=more, rules=rules, way_out=way_out)
        )


async def read_rules(session: AsyncSession, league_id: int) -> LeagueRules:
    """The rules of the league; none of them is set in a league that never asked for any.

    An exception for somebody who was merged into another player is that player's now.
    """
    found = await session.scalar(select(League.rules).where(League.id == league_id))
    rules = msgspec.convert(found or {}, LeagueRules)
    if not rules.exceptions:
        return rules
    merged = select(MergedPerson.gone_id, MergedPerson.stays_id).where(
        MergedPerson.league_id == league_id,
        MergedPerson.kind == "player",
        MergedPerson.undone_at.is_(None),
        among(MergedPerson.gone_id, [int(one) for one in rules.exceptions]),
    )
    stays = {str(gone): str(kept) for gone, kept in (await session.execute(merged)).all()}
    moved = {stays[one]: why for one, why in rules.exceptions.items() if one in stays}
    own = {one: why for one, why in rules.exceptions.items() if one not in stays}
    return msgspec.structs.replace(rules, exceptions=moved | own)


async def write_rules(session: AsyncSession, league_id: int, rules: LeagueRules) -> bool:
    """Keep these rules, with an audit row; False when they are the ones already. The caller commits.

    Raises:
        BballError: an exception is of no player of the league.
    """
    await session.execute(select(League.id).where(League.id == league_id).with_for_update())
    before = await read_rules(session, league_id)
    if before == rules:
        return False
    ids = [int(one) for one in rules.exceptions]
    known = set(await session.scalars(select(Player.id).where(Player.league_id == league_id, among(Player.id, ids))))
    for one in ids:
        if one not in known:
            raise BballError(
                _("There is no player {one} in this league, so there is no exception for them.").format(one=one)
            )
    kept = msgspec.to_builtins(rules)
    await session.execute(update(League).where(League.id == league_id).values(rules=kept, version=League.version + 1))
    entry = Entry("rules_changed", "league", league_id, before=msgspec.to_builtins(before), after=kept)
    await record(session, league_id, [entry])
    return True


async def read_findings(
    session: AsyncSession,
    league_id: int,
    season_id: int | None = None,
    *,
    players: Collection[int] | None = None,
    team_ids: Collection[int] | None = None,
) -> tuple[RuleFinding, ...]:
    """What is against the rules in a season (None: in all), in these teams, or in the teams that these players are in.

    Of those, only what is about the players themselves, or about their whole team.
    """
    rules = await read_rules(session, league_id)
    if await is_masked(session):
        # An empty birthdate is then no birthdate that is missing.
        rules = msgspec.structs.replace(rules, cutoff="")
    today = (await read_clock(session, league_id)).today
    live = (Contract.league_id == league_id, Contract.status.in_(LIVE_STATUSES))
    query = (
        select(
            Team.id.label("team_id"),
            Team.name,
            Team.division,
            Season.name.label("season"),
            Season.starts_on,
            Player.id,
            (Player.first_name + " " + Player.last_name).label("player"),
            Player.birthdate,
            Player.jersey,
        )
        .select_from(Contract)
        .join(Team, Team.id == Contract.team_id)
        .join(Season, Season.id == Contract.season_id)
        .join(Player, Player.id == Contract.player_id)
        .where(*live)
        .order_by(Team.name_key, Team.id, Player.name_key, Player.id)
    )
    if season_id is not None:
        query = query.where(Contract.season_id == season_id)
    if team_ids is not None:
        query = query.where(among(Contract.team_id, team_ids))
    if players is not None:
        theirs = select(Contract.team_id).where(*live, among(Contract.player_id, players))
        query = query.where(Contract.team_id.in_(theirs))
    rows = (await session.execute(query)).all()
    found = await asyncio.to_thread(_check, rules, rows, today)
    if players is None:
        return found
    asked = set(players)
    return tuple(one for one in found if asked.intersection(one.players))


def _check(rules: LeagueRules, rows: Iterable[Any], today: date) -> tuple[RuleFinding, ...]:
    teams: dict[int, TeamRoster] = {}
    rosters: dict[int, list[TeamPlayer]] = {}
    for row in rows:
        rosters.setdefault(row.team_id, []).append(TeamPlayer(row.id, row.player, row.birthdate, row.jersey))
        if row.team_id not in teams:
            year = season_year(row.season, row.starts_on, today)
            teams[row.team_id] = TeamRoster(row.team_id, row.name, row.division, year, ())
    return check_teams(rules, [replace(one, players=tuple(rosters[one.id])) for one in teams.values()])


async def rule_notes(
    session: AsyncSession, league_id: int, player_ids: Collection[int], season_id: int | None = None
) -> tuple[str, ...]:
    """What is against the rules about these players after something was written, as sentences worth reading.

    Raises:
        RuleBroken: the league refuses some of it. The caller must roll back.
    """
    found = await read_findings(session, league_id, season_id, players=player_ids)
    broken = [one for one in found if one.refused]
    if broken:
        raise RuleBroken(broken)
    return tuple(one.text for one in found)
