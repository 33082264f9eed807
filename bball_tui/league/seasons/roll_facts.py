"""What a roll is planned from: last season's teams and players, and what the new season has already."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.arrays import text_array
from bball_tui.database.states import LIVE_STATUSES, ContractStatus, Stage
from bball_tui.language import _
from bball_tui.league.league_clock import LeagueClock
from bball_tui.league.seasons.age_groups import Pattern, usual_pattern
from bball_tui.league.seasons.roll_plan import LastContract, LastPlayer, LastTeam, NextTeam, RollFacts
from bball_tui.league.seasons.rolls import Roll

_TEAMS = text(
    """
    SELECT team.id, name, division, bball_fold(name) AS name_key, bball_fold(division) AS division_key,
        (SELECT count(*) FROM contract WHERE team_id = team.id AND status = ANY (CAST(:live AS text[]))) AS players
    FROM team WHERE league_id = :league_id AND season_id = :season_id ORDER BY team.name_key, team.id
    """
)
_FOLD = text("SELECT value, bball_fold(value) AS folded FROM unnest(CAST(:texts AS text[])) AS value")
_PLAYERS = text(
    """
    SELECT player_id, first_name, last_name, birthdate, reach, team_id, status
    FROM contract JOIN player ON player.id = player_id
    WHERE contract.league_id = :league_id AND season_id = :season_id AND status <> 'void'
        AND player.archived_at IS NULL
    ORDER BY player_key, player_id, contract.id
    """
)
_THERE = text(
    """
    SELECT player_id, status, team_id FROM contract
    WHERE league_id = :league_id AND season_id = :season_id AND status <> 'void'
    ORDER BY status IN ('draft', 'offered', 'accepted', 'signed'), id
    """
)


async def read_facts(
    session: AsyncSession,
    league_id: int,
    source: tuple[int, str],
    target: tuple[int | None, str],
    pattern: Pattern | None,
    rolls: Collection[Roll],
    clock: LeagueClock,
) -> tuple[RollFacts, Pattern]:
    """The facts, with last season's teams named by ``pattern``, or (None) by the usual one, which is returned."""
    last = await _teams(session, league_id, source[0])
    there = await _teams(session, league_id, target[0])
    if pattern is None:
        pattern = usual_pattern((row.name, row.division) for row in last)
    renaming = {one: pattern.rename(one) for row in last for one in (row.name, row.division)}
    folded = await _folded(session, set(renaming.values()))
    contracted = (await session.execute(_PLAYERS, {"league_id": league_id, "season_id": source[0]})).all()
    statuses: dict[int, ContractStatus] = {}
    teams: dict[int, int] = {}
    if target[0] is not None:
        found = (await session.execute(_THERE, {"league_id": league_id, "season_id": target[0]})).all()
        statuses = {row.player_id: ContractStatus(row.status) for row in found}
        teams = {row.player_id: row.team_id for row in found}
    over = {one: status for one, status in statuses.items() if status.stage is Stage.OVER}
    origins = {team: origin for roll in rolls for team, origin in roll.teams}
    facts = RollFacts(
        source_id=source[0],
        source=source[1],
        target_id=target[0],
        target=target[1],
        last_teams=tuple(
            LastTeam(
                row.id,
                f"{row.name} ({row.division})" if row.division else row.name,
                renaming[row.name],
                renaming[row.division],
                (folded[renaming[row.division]], folded[renaming[row.name]]),
            )
            for row in last
        ),
        next_teams=tuple(
            NextTeam(row.id, row.name, row.division, (row.division_key, row.name_key), row.players, origins.get(row.id))
            for row in there
        ),
        players=await asyncio.to_thread(_players, contracted),
        there=frozenset(statuses.keys() - over.keys()),
        said_no=over,
        were_in={one: teams[one] for one in over},
        left_out=_left_out(rolls, clock),
    )
    return facts, pattern


async def _teams(session: AsyncSession, league_id: int, season_id: int | None) -> Sequence[Any]:
    if season_id is None:
        return ()
    values = {"league_id": league_id, "season_id": season_id, "live": text_array(LIVE_STATUSES)}
    return (await session.execute(_TEAMS, values)).all()


async def _folded(session: AsyncSession, texts: set[str]) -> Mapping[str, str]:
    found = await session.execute(_FOLD, {"texts": text_array(sorted(texts))})
    return {row.value: row.folded for row in found}


def _players(rows: Iterable[Any]) -> tuple[LastPlayer, ...]:
    """One player a row or several, in the order of the names."""
    found: dict[int, LastPlayer] = {}
    contracts: dict[int, list[LastContract]] = {}
    for player_id, first, last, birthdate, reach, team_id, status in rows:
        contracts.setdefault(player_id, []).append(LastContract(team_id, ContractStatus(status)))
        if player_id not in found:
            found[player_id] = LastPlayer(player_id, f"{last}, {first}", birthdate, reach, ())
    return tuple(
        LastPlayer(one.id, one.name, one.birthdate, one.reach, tuple(contracts[one.id])) for one in found.values()
    )


def _left_out(rolls: Iterable[Roll], clock: LeagueClock) -> dict[int, str]:
    """Whom an earlier run left out, with the sentence that tells when and by whom."""
    return {
        one: _("Left out by {by} at {at}.").format(by=roll.by, at=clock.at(roll.at))
        for roll in rolls
        for one in roll.left
    }
