"""Linking a team with its group, and taking that back. One transaction with the audit rows; the caller commits.

Nothing in here talks to GroupMe. No group is ever deleted or left, and no link taken away by itself.
"""

from dataclasses import dataclass, field

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.models import GroupDismissal, GroupMember, Season, Team
from bball_tui.errors import BballError
from bball_tui.groupme.api.models import Group
from bball_tui.groupme.links.mails_after_unlinking import cancel_news_of_link, hold_welcomes
from bball_tui.groupme.links.share_links import mask, plain_link, read_pasted
from bball_tui.groupme.run.intents import close_intents, lock_team
from bball_tui.language import _, stored
from bball_tui.outbox.waiting_for_chat import release_waiting


@dataclass(frozen=True, slots=True)
class SeenGroup:
    """A group as it was last seen. ``share_known`` off: whether it has a link is not known. ``name`` None likewise."""

    group_id: str
    name: str | None
    share_url: str | None = field(repr=False)
    share_known: bool

    @classmethod
    def of(cls, group: Group) -> "SeenGroup":
        return cls(group.id, group.name or None, group.share_url, group.share_known)


class Linked(Struct, frozen=True):
    """What linking did. ``link_changed``: there is a share link, and it is not the one noted before."""

    team_id: int
    team: str
    group_id: str
    name: str | None
    changed: bool
    link_changed: bool
    released: int = 0
    """Mails that waited for the link and go out now."""


class Unlinked(Struct, frozen=True):
    """What unlinking took away. ``had_link``: families may have got a share link of that group.

    ``cancelled`` e-mails were to tell families of it and had not left; so many welcome e-mails that had not left are
    ``waiting`` for the next link.
    """

    team_id: int
    team: str
    group_id: str | None
    had_link: bool
    cancelled: int
    waiting: int


async def hold_links(session: AsyncSession, league_id: int) -> None:
    """Two people who link the same group to two teams wait for each other here, until the transaction ends."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('bball groupme link ' || :league, 0))"),
        {"league": str(league_id)},
    )


async def link(
    session: AsyncSession, league_id: int, team_id: int, group: SeenGroup, *, renamed: bool = False, how: str
) -> Linked:
    """Make ``group`` the team's, or note how it looks now when it is the team's already.

    ``renamed``: the group was just given the team's present name. ``how`` goes into the audit ("by its share link").
    A share link that is not known stays as it was, unless it belongs to another group.

    Raises:
        BballError: the team is not there, has another group, or another team has this one.
    """
    await hold_links(session, league_id)
    team = await lock_team(session, league_id, team_id)
    label = _label(team)
    before = team.groupme_group_id
    if before not in (None, group.group_id):
        seen = f" ('{team.groupme_seen_name}')" if team.groupme_seen_name else ""
        raise BballError(
            _(
                "{label} is linked to another group already: {before}{seen}. Nothing was changed. Unlink "
                "that one first ({{chat.unlink}}), if this one is to take its place."
            ).format(label=label, before=before, seen=seen)
        )
    await _refuse_if_taken(session, league_id, team_id, group.group_id)
    noted = team.groupme_share_url
    if group.share_known:
        share_url = None if group.share_url is None else plain_link(group.share_url)
    else:
        share_url = noted if _leads_to(noted, group.group_id) else None
    is_new, link_changed = before is None, share_url is not None and share_url != noted
    seen_name = group.name or team.groupme_seen_name
    linked_name = team.name if is_new or renamed else (team.groupme_linked_name or team.name)
    changed = is_new or (share_url, seen_name, linked_name) != (
        noted,
        team.groupme_seen_name,
        team.groupme_linked_name,
    )
    result = Linked(team_id, label, group.group_id, seen_name, changed, link_changed)
    if not changed:
        return result
    entry = Entry(
        "linked" if is_new else "refreshed",
        "team",
        team_id,
        reason=how,
        before={"group": before, "name": team.groupme_seen_name, "link": noted and mask(noted)},
        after={"group": group.group_id, "name": seen_name, "link": share_url and mask(share_url)},
    )
    team.groupme_group_id, team.groupme_share_url = group.group_id, share_url
    team.groupme_seen_name, team.groupme_linked_name = seen_name, linked_name
    team.version += 1
    if is_new or share_url != noted:
        team.groupme_linked_at = func.now()
    await session.flush()
    if share_url is not None:
        released = await release_waiting(session, league_id, team_id, why=stored("the team chat has its link"))
        result = replace(result, released=released)
    await session.execute(
        delete(GroupDismissal).where(GroupDismissal.team_id == team_id, GroupDismissal.group_id == group.group_id)
    )
    await record(session, league_id, [entry])
    return result


async def link_by_hand(session: AsyncSession, league_id: int, team_id: int, group: SeenGroup, *, how: str) -> Linked:
    """Like :func:`link`, for a choice that a person made: whatever was still asked for this team is set aside.

    Raises:
        BballError: as in :func:`link`.
    """
    linked = await link(session, league_id, team_id, group, how=how)
    if linked.changed:
        await close_intents(
            session, team_id, {"outcome": stored("a group was linked by hand"), "group": group.group_id}
        )
    return linked


async def unlink(session: AsyncSession, league_id: int, team_id: int, *, reason: str) -> Unlinked:
    """Forget the team's group and share link. The group itself, and who is in it, stay as they are.

    E-mails about the link that have not left are canceled: whoever is to hear of the next one is told again. Welcome
    e-mails that have not left wait for the next link, where the league has them wait for one.

    Raises:
        BballError: the team is not there, or has neither a group nor a link.
    """
    team = await lock_team(session, league_id, team_id)
    label = _label(team)
    group_id, share_url = team.groupme_group_id, team.groupme_share_url
    if group_id is None and share_url is None:
        raise BballError(_("{label} is not linked to a group, so there is nothing to unlink.").format(label=label))
    entry = Entry(
        "unlinked",
        "team",
        team_id,
        reason=reason,
        before={"group": group_id, "name": team.groupme_seen_name, "link": share_url and mask(share_url)},
        after={"group": None, "name": None, "link": None},
    )
    team.groupme_linked_at = None
    team.groupme_group_id = team.groupme_share_url = team.groupme_seen_name = team.groupme_linked_name = None
    team.version += 1
    await session.flush()
    await session.execute(delete(GroupMember).where(GroupMember.team_id == team_id))
    await close_intents(session, team_id, {"outcome": stored("the team was unlinked by hand")})
    await record(session, league_id, [entry])
    cancelled = await cancel_news_of_link(session, league_id, team_id)
    waiting = await hold_welcomes(session, league_id, team_id, team.version)
    return Unlinked(team_id, label, group_id, share_url is not None, cancelled, waiting)


async def dismiss(session: AsyncSession, league_id: int, team_id: int, group_ids: list[str], *, reason: str) -> None:
    """Note that these groups are not this team's; they are not proposed to it anymore.

    Raises:
        BballError: the team is not there, or one of them is its group.
    """
    team = await lock_team(session, league_id, team_id)
    if team.groupme_group_id in group_ids:
        raise BballError(
            _("{team} is linked to group {groupme_group_id}. Unlink it first ({{chat.unlink}}).").format(
                team=_label(team), groupme_group_id=team.groupme_group_id
            )
        )
    if not group_ids:
        return
    rows = [{"team_id": team_id, "group_id": group_id, "league_id": league_id} for group_id in group_ids]
    await session.execute(insert(GroupDismissal).values(rows).on_conflict_do_nothing())
    await record(
        session,
        league_id,
        [Entry("dismissed groups", "team", team_id, reason=reason, after={"groups": sorted(group_ids)})],
    )


async def propose_again(session: AsyncSession, league_id: int, team_id: int) -> int:
    """Forget which groups are not this team's; how many there were. The caller commits.

    Raises:
        BballError: the team is not there.
    """
    await lock_team(session, league_id, team_id)
    gone = delete(GroupDismissal).where(GroupDismissal.team_id == team_id).returning(GroupDismissal.group_id)
    group_ids = sorted(await session.scalars(gone))
    if group_ids:
        await record(
            session, league_id, [Entry("proposed groups again", "team", team_id, before={"groups": group_ids})]
        )
    return len(group_ids)


async def _refuse_if_taken(session: AsyncSession, league_id: int, team_id: int, group_id: str) -> None:
    other = (
        await session.execute(
            select(Team.name, Team.division, Season.name.label("season"))
            .join(Season, Season.id == Team.season_id)
            .where(Team.league_id == league_id, Team.groupme_group_id == group_id, Team.id != team_id)
        )
    ).one_or_none()
    if other is not None:
        division = f" ({other.division})" if other.division else ""
        raise BballError(
            _(
                "This group is linked to {other}{division}, {season}, already, and one group cannot be "
                "the chat of two teams. Nothing was changed. Unlink it there first ({{chat.unlink}}), or "
                "choose another group."
            ).format(other=other.name, division=division, season=other.season)
        )


def _leads_to(share_url: str | None, group_id: str) -> bool:
    if share_url is None:
        return False
    try:
        return read_pasted(share_url).group_id == group_id
    except BballError:
        return False


def _label(team: Team) -> str:
    return f"{team.name} ({team.division})" if team.division else team.name
