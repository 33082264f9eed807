"""What the plan for the summer is made from: each team of the new season with its team of last season. Reads only."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import GroupIntent, Season, Team
from bball_tui.database.states import IntentKind, IntentState
from bball_tui.groupme.links.last_season_group import kept_groups
from bball_tui.groupme.renew.people import players_on


@dataclass(frozen=True, slots=True)
class LastTeam:
    """The team of last season that a team was carried over from, with its chat. ``players`` were on it at the end."""

    id: int
    name: str
    season: str
    players: frozenset[int]
    group_id: str | None = None
    share_url: str | None = field(default=None, repr=False)
    seen_name: str | None = None


class Summer(Struct, frozen=True):
    """One team of the new season. ``kept``: it has last season's group already; ``renamed`` and ``link_ended`` say how
    far that has come: the group was given its new name, and last season's link is off, or was off before.
    """

    team_id: int
    last: LastTeam | None
    players: frozenset[int]
    kept: bool = False
    renamed: bool = False
    link_ended: bool = False


async def read_summer(
    session: AsyncSession, league_id: int, season_id: int, origins: Mapping[int, int]
) -> dict[int, Summer]:
    """Each team of the season by its id. ``origins`` maps teams to those of last season, as the rolls have them."""
    teams = await session.execute(
        select(Team.id, Team.groupme_group_id).where(Team.league_id == league_id, Team.season_id == season_id)
    )
    groups = {row.id: row.groupme_group_id for row in teams}
    sources = {team_id: source for team_id, source in origins.items() if team_id in groups}
    last = await _last_teams(session, league_id, frozenset(sources.values()))
    players = await players_on(session, league_id, groups.keys())
    kept = await kept_groups(session, league_id, frozenset(sources.values()))
    done = await _done(session, league_id, groups.keys())
    return {
        team_id: Summer(
            team_id,
            last.get(sources.get(team_id, 0)),
            players.get(team_id, frozenset()),
            kept=group_id is not None and (team_id, group_id) in kept,
            renamed=(team_id, group_id, IntentKind.RENAME) in done,
            link_ended=(team_id, group_id, IntentKind.SHARE) in done,
        )
        for team_id, group_id in groups.items()
    }


async def _last_teams(session: AsyncSession, league_id: int, team_ids: Collection[int]) -> dict[int, LastTeam]:
    players = await players_on(session, league_id, team_ids)
    rows = await session.execute(
        select(
            Team.id,
            Team.name,
            Team.groupme_group_id,
            Team.groupme_share_url,
            Team.groupme_seen_name,
            Season.name.label("season"),
        )
        .join(Season, Season.id == Team.season_id)
        .where(Team.league_id == league_id, Team.id.in_(team_ids))
    )
    return {
        row.id: LastTeam(
            id=row.id,
            name=row.name,
            season=row.season,
            players=players.get(row.id, frozenset()),
            group_id=row.groupme_group_id,
            share_url=row.groupme_share_url,
            seen_name=row.groupme_seen_name,
        )
        for row in rows
    }


async def _done(
    session: AsyncSession, league_id: int, team_ids: Collection[int]
) -> frozenset[tuple[int, str, IntentKind]]:
    """What GroupMe has done for these teams' groups: given a name, or switched a link off or on."""
    rows = await session.execute(
        select(GroupIntent.team_id, GroupIntent.group_id, GroupIntent.kind).where(
            GroupIntent.league_id == league_id,
            GroupIntent.team_id.in_(team_ids),
            GroupIntent.state == IntentState.DONE,
            GroupIntent.kind.in_((IntentKind.RENAME, IntentKind.SHARE)),
        )
    )
    return frozenset((row.team_id, row.group_id, IntentKind(row.kind)) for row in rows)
