"""Who changes teams after the league's freeze date, which needs a reason: all who write a team ask here."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import Contract, Player, Season, Team
from bball_tui.database.states import ContractStatus
from bball_tui.league.league_clock import read_clock
from bball_tui.league.rules.store import read_rules
from bball_tui.league.rules.team_check import LeagueRules, RuleFinding, TeamMove, check_moves


async def frozen_since(session: AsyncSession, league_id: int, season_id: int) -> date | None:
    """Since when another team needs a reason in this season; None: it needs none."""
    return await _frozen_since(session, league_id, await read_rules(session, league_id), season_id)


async def _frozen_since(session: AsyncSession, league_id: int, rules: LeagueRules, season_id: int) -> date | None:
    if rules.freeze is None:
        return None
    starts_on = await session.scalar(
        select(Season.starts_on).where(Season.league_id == league_id, Season.id == season_id)
    )
    return rules.frozen_since(starts_on, (await read_clock(session, league_id)).today)


async def move_findings(
    session: AsyncSession, league_id: int, season_id: int, moves: Sequence[TeamMove]
) -> tuple[RuleFinding, ...]:
    """What of ``moves`` within the season needs a reason."""
    rules = await read_rules(session, league_id)
    return check_moves(rules, await _frozen_since(session, league_id, rules, season_id), moves)


async def player_move(
    session: AsyncSession, league_id: int, season_id: int, player_id: int, team_id: int
) -> tuple[RuleFinding, ...]:
    """What :func:`move_findings` says of a player who is to have this team: before it stands the latest contract that
    was no mistake, if there was one in the season."""
    team = (Team.name, Team.division)
    query = (
        select(Contract.team_id, *team, (Player.first_name + " " + Player.last_name).label("player"))
        .join(Team, Team.id == Contract.team_id)
        .join(Player, Player.id == Contract.player_id)
        .where(
            Contract.league_id == league_id,
            Contract.season_id == season_id,
            Contract.player_id == player_id,
            Contract.status != ContractStatus.VOID,
        )
        .order_by(Contract.id.desc())
        .limit(1)
    )
    before = (await session.execute(query)).one_or_none()
    if before is None or before.team_id == team_id:
        return ()
    after = (await session.execute(select(*team).where(Team.league_id == league_id, Team.id == team_id))).one()
    labels = [f"{one.name} ({one.division})" if one.division else one.name for one in (before, after)]
    move = TeamMove(player_id, before.player, labels[0], team_id, labels[1])
    return await move_findings(session, league_id, season_id, [move])
