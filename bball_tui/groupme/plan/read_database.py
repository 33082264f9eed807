"""What our database says about the teams' chats: the facts that a plan is made from. Reads only."""

from collections.abc import Iterable
from functools import cache
from types import MappingProxyType

from sqlalchemy import BigInteger, Select, bindparam, cast, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bball_tui.database.models import Audit, GroupDismissal, GroupMember, GroupStaff, League, Season, Team
from bball_tui.database.states import IntentKind, MemberState
from bball_tui.errors import BballError
from bball_tui.groupme.links.last_season_group import HANDED_ON
from bball_tui.groupme.plan.make_plan import label
from bball_tui.groupme.plan.matching import fold
from bball_tui.groupme.plan.plan_inputs import GroupPolicy, LostCreate, MemberFacts, OwnFacts, StaffFacts, TeamFacts
from bball_tui.groupme.run.intents import closed_kinds, unsettled
from bball_tui.language import _
from bball_tui.mail.safe_values import one_line


async def read_own(session: AsyncSession, league_id: int, season_id: int, *, try_again: bool = False) -> OwnFacts:
    """The facts of one season. ``try_again``: forget that GroupMe refused something to third parties lately.

    Raises:
        BballError: there is no such season in the league.
    """
    policy = await _policy(session, league_id, season_id, try_again=try_again)
    teams = await _teams(session, league_id, season_id)
    here = {team.id for team in teams}
    lost = [
        LostCreate(intent.team_id, intent.name, intent.tag, intent.at)
        for intent in await unsettled(session, league_id)
        if intent.kind is IntentKind.CREATE and intent.team_id in here
    ]
    return OwnFacts(
        teams=teams,
        policy=policy,
        staff=tuple(await _staff(session, league_id)),
        members=tuple(await _members(session, here)),
        lost=tuple(lost),
        elsewhere=MappingProxyType(await _elsewhere(session, league_id, season_id)),
        handed_on=MappingProxyType(await handed_on(session, league_id, season_id)),
    )


async def _policy(session: AsyncSession, league_id: int, season_id: int, *, try_again: bool) -> GroupPolicy:
    found = (
        await session.execute(
            select(League.name, Season.name.label("season"), Season.starts_on)
            .join(Season, Season.league_id == League.id)
            .where(League.id == league_id, Season.id == season_id)
        )
    ).one_or_none()
    if found is None:
        raise BballError(_("This season is not in the database anymore. Choose another one."))
    closed = frozenset[IntentKind]() if try_again else await closed_kinds(session, league_id)
    return GroupPolicy(
        league=found.name,
        season=found.season,
        season_starts=found.starts_on,
        prefixes=(found.name,),
        can_create=IntentKind.CREATE not in closed,
        can_add=IntentKind.ADD_STAFF not in closed,
    )


async def _teams(session: AsyncSession, league_id: int, season_id: int) -> tuple[TeamFacts, ...]:
    dismissed: dict[int, set[str]] = {}
    rows = await session.execute(
        select(GroupDismissal.team_id, GroupDismissal.group_id).where(GroupDismissal.league_id == league_id)
    )
    for team_id, group_id in rows:
        dismissed.setdefault(team_id, set()).add(group_id)
    teams = await session.execute(
        select(
            Team.id,
            Team.name,
            Team.division,
            Team.groupme_group_id,
            Team.groupme_share_url,
            Team.groupme_seen_name,
            Team.groupme_linked_name,
        )
        .where(Team.league_id == league_id, Team.season_id == season_id)
        .order_by(Team.id)
    )
    return tuple(
        TeamFacts(
            id=row.id,
            name=row.name,
            division=row.division,
            group_id=row.groupme_group_id,
            share_url=row.groupme_share_url,
            seen_name=row.groupme_seen_name,
            team_name_then=row.groupme_linked_name,
            dismissed=frozenset(dismissed.get(row.id, ())),
        )
        for row in teams
    )


async def _staff(session: AsyncSession, league_id: int) -> list[StaffFacts]:
    rows = await session.scalars(select(GroupStaff).where(GroupStaff.league_id == league_id).order_by(GroupStaff.id))
    return [
        StaffFacts(row.id, row.name, row.groupme_user_id, row.email, row.phone, consent=row.consent_at is not None)
        for row in rows
    ]


async def _members(session: AsyncSession, team_ids: Iterable[int]) -> list[MemberFacts]:
    rows = await session.scalars(
        select(GroupMember)
        .where(GroupMember.team_id.in_(list(team_ids)))
        .order_by(GroupMember.team_id, GroupMember.staff_id)
    )
    return [MemberFacts(row.group_id, row.staff_id, MemberState(row.state), row.since, row.reason) for row in rows]


async def _elsewhere(session: AsyncSession, league_id: int, season_id: int) -> dict[str, str]:
    """Groups of other seasons' teams, with the team in words. They are never proposed for this season."""
    rows = await session.execute(
        select(Team.groupme_group_id, Team.name, Season.name.label("season"))
        .join(Season, Season.id == Team.season_id)
        .where(Team.league_id == league_id, Team.season_id != season_id, Team.groupme_group_id.is_not(None))
    )
    return {str(row.groupme_group_id): f"{row.name}, {row.season}" for row in rows}


async def handed_on(session: AsyncSession, league_id: int, season_id: int) -> dict[int, str]:
    """Teams of the season without a group, whose group went on with another team, with that team in words."""
    rows = await session.execute(_handed_on(), {"league": league_id, "season": season_id})
    return {row.entity_id: f"{row.name}, {row.season}" for row in rows}


@cache
def _handed_on() -> Select[int, str, str]:
    """Built once: every plan asks, and to build it takes longer than to ask."""
    old, new = aliased(Team), aliased(Team)
    return (
        select(Audit.entity_id, new.name, Season.name.label("season"))
        .join(old, old.id == Audit.entity_id)
        .join(new, new.id == cast(Audit.after["team"].astext, BigInteger))
        .join(Season, Season.id == new.season_id)
        .where(
            Audit.league_id == bindparam("league"),
            Audit.entity == "team",
            Audit.action == HANDED_ON,
            old.season_id == bindparam("season"),
            old.groupme_group_id.is_(None),
        )
        .order_by(Audit.id)
    )


async def find_team(session: AsyncSession, league_id: int, season_id: int, wanted: str) -> TeamFacts:
    """The team of the season with this number or name; a name may have its division behind it in brackets.

    Raises:
        BballError: there is none, or several.
    """
    teams = await _teams(session, league_id, season_id)
    text = one_line(wanted)
    found = [team for team in teams if str(team.id) == text]
    if not found:
        found = [team for team in teams if fold(text) in (fold(team.name), fold(label(team)))]
    if len(found) == 1:
        return found[0]
    if found:
        choices = ", ".join(f"{team.id} ({label(team)})" for team in found)
        raise BballError(
            _("Several teams are called '{text}': {choices}. Say which one by its number.").format(
                text=text[:80], choices=choices
            )
        )
    raise BballError(
        _("There is no team '{text}' in this season. Teams ({{tab.teams}}) shows them all.").format(text=text[:80])
    )


async def share_link(session: AsyncSession, league_id: int, team_id: int) -> str:
    """The team's whole share link. Anyone who has it can join, so it is shown only to those who ask for it.

    Raises:
        BballError: the team is not there, or has none.
    """
    row = (
        await session.execute(
            select(Team.name, Team.groupme_share_url).where(Team.league_id == league_id, Team.id == team_id)
        )
    ).one_or_none()
    if row is None:
        raise BballError(_("This team is not there anymore."))
    if row.groupme_share_url is None:
        raise BballError(
            _("{row} has no share link yet. Link its group first, or switch sharing on.").format(row=row.name)
        )
    return str(row.groupme_share_url)
