"""What was seen of the teams' chats when GroupMe was last asked, kept so that it can be shown without asking."""

from datetime import datetime

from sqlalchemy import any_, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import GroupLook
from bball_tui.groupme.plan.plan_inputs import OwnFacts
from bball_tui.groupme.plan.plan_model import Plan


async def keep_looks(session: AsyncSession, league_id: int, plan: Plan, own: OwnFacts, read_at: datetime) -> None:
    """Note how each team of the plan stands, if whoever asks may: others see it without. The caller commits."""
    if not await session.scalar(select(literal(league_id) == any_(func.bball_leagues("registrar")))):
        return
    groups = {team.id: team.group_id for team in own.teams}
    rows = [
        {
            "team_id": team.team_id,
            "league_id": league_id,
            "state": team.state,
            "group_id": groups.get(team.team_id),
            "found": [candidate.group.name for candidate in team.candidates],
            "why": team.why,
            "warnings": list(team.warnings),
            "members": None if team.group is None else team.group.members_count,
            "account": plan.account,
            "looked_at": read_at,
        }
        for team in sorted(plan.teams, key=lambda one: one.team_id)
    ]
    if not rows:
        return
    statement = insert(GroupLook).values(rows)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in ("team_id", "league_id")}
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[GroupLook.team_id, GroupLook.league_id],
            set_=changed,
            # Two desks may ask at once; the later look counts.
            where=GroupLook.looked_at <= statement.excluded.looked_at,
        )
    )
