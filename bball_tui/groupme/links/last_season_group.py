"""Last season's group becomes the group of a team of the new season. One transaction; the caller commits."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.models import Audit, Season
from bball_tui.errors import BballError
from bball_tui.groupme.links.linking import Linked, SeenGroup, hold_links, link, unlink
from bball_tui.groupme.run.intents import lock_team
from bball_tui.language import _, stored

HANDED_ON = "handed on"
"""The act in the audit of last season's team."""


async def hand_on(session: AsyncSession, league_id: int, source_id: int, team_id: int, group: SeenGroup) -> Linked:
    """Take ``group`` from the team ``source_id`` and give it to ``team_id``; without a share link if it has none.

    One group is the chat of one team, also over the seasons, so last season's team has none afterwards.

    Raises:
        BballError: one of the teams is gone, last season's has another group by now, or the new one has one already.
    """
    await hold_links(session, league_id)
    source = await lock_team(session, league_id, source_id)
    if source.groupme_group_id != group.group_id:
        raise BballError(
            _(
                "{source} of last season is not linked to this group anymore, so nothing was changed. Look again."
            ).format(source=source.name)
        )
    team = await lock_team(session, league_id, team_id)
    if team.groupme_group_id is not None:
        raise BballError(
            _("{team} was linked to a group meanwhile, so nothing was changed. Look again.").format(team=team.name)
        )
    seasons = dict((await session.execute(select(Season.id, Season.name).where(Season.league_id == league_id))).all())
    there, here = f"{source.name}, {seasons[source.season_id]}", f"{team.name}, {seasons[team.season_id]}"
    await unlink(session, league_id, source_id, reason=stored("goes on with {team}").format(team=here))
    linked = await link(session, league_id, team_id, group, how=stored("kept from {team}").format(team=there))
    entry = Entry(HANDED_ON, "team", source_id, reason=here, after={"group": group.group_id, "team": team_id})
    await record(session, league_id, [entry])
    return linked


async def kept_groups(session: AsyncSession, league_id: int, source_ids: Collection[int]) -> frozenset[tuple[int, str]]:
    """The teams that groups of these teams went on with, each with the group's id."""
    rows = await session.execute(
        select(Audit.after["team"].astext.label("team"), Audit.after["group"].astext.label("group")).where(
            Audit.league_id == league_id,
            Audit.entity == "team",
            Audit.entity_id.in_(source_ids),
            Audit.action == HANDED_ON,
        )
    )
    return frozenset((int(row.team), row.group) for row in rows)
