"""Telling families of their team's share link: one mail each, promised in the caller's transaction.

So the link and the mails about it are one fact: both are there after the commit, or neither is.
"""

from collections.abc import Collection

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.models import League, Season, Team
from bball_tui.errors import BballError
from bball_tui.groupme.links.linking import Linked, SeenGroup, link, link_by_hand
from bball_tui.groupme.notify.unaware_families import FamiliesToTell, FamilyToTell, families_to_tell
from bball_tui.groupme.run.intents import lock_team
from bball_tui.language import _
from bball_tui.mail.kinds.team_chat import TeamChatMail
from bball_tui.outbox.queue import NewItem, enqueue


class Notified(Struct, frozen=True):
    """Whom mails were promised to: one row of the outbox each."""

    team_id: int
    team: str
    outbox_ids: tuple[int, ...]
    players: tuple[str, ...]


async def tell_families(
    session: AsyncSession, league_id: int, team_id: int, *, hold_seconds: int | None = None
) -> Notified:
    """Promise a mail about the present link to everybody who does not have it. The caller commits.

    Doing it twice promises nothing new. ``hold_seconds`` None is the league's own habit.

    Raises:
        BballError: the team is not there, or has no share link.
    """
    team = await lock_team(session, league_id, team_id)
    if team.groupme_share_url is None:
        raise BballError(
            _("{team} has no share link, so there is nothing to tell. Link its group first.").format(team=team.name)
        )
    about = (
        await session.execute(
            select(
                Season.name.label("season"),
                League.hold_seconds,
                # Grows with every new link, and is the same for the same one.
                func.extract("epoch", Team.groupme_linked_at).label("link_number"),
            )
            .join(Season, Season.id == Team.season_id)
            .join(League, League.id == Team.league_id)
            .where(Team.id == team_id)
        )
    ).one()
    families = await families_to_tell(session, league_id, team_id)
    items = [_item(family, team.name, about.season, int(about.link_number * 1000)) for family in families.families]
    hold = about.hold_seconds if hold_seconds is None else hold_seconds
    promised = await enqueue(session, league_id, items, hold_seconds=hold)
    if promised:
        entry = Entry("told families", "team", team_id, after={"mails": len(promised)})
        await record(session, league_id, [entry])
    return Notified(team_id, team.name, tuple(promised), families.players)


async def link_and_tell(
    session: AsyncSession,
    league_id: int,
    team_id: int,
    group: SeenGroup,
    *,
    how: str,
    tell: bool,
    renamed: bool = False,
    by_hand: bool = False,
) -> tuple[Linked, Notified | None]:
    """Link the team with its group, and with ``tell`` promise the mails about a new share link in the same breath.

    Raises:
        BballError: as :func:`link` says; then no mail is promised either.
    """
    if by_hand:
        linked = await link_by_hand(session, league_id, team_id, group, how=how)
    else:
        linked = await link(session, league_id, team_id, group, renamed=renamed, how=how)
    if not (tell and linked.link_changed):
        return linked, None
    return linked, await tell_families(session, league_id, team_id)


async def families_of(
    session: AsyncSession, league_id: int, team_ids: Collection[int], *, any_link: bool = False
) -> tuple[tuple[str, FamiliesToTell], ...]:
    """Who is to be told, with the name of the team; teams where nobody is are left out."""
    teams = await session.execute(
        select(Team.id, Team.name).where(Team.league_id == league_id, Team.id.in_(team_ids)).order_by(Team.name_key)
    )
    found = [(row.name, await families_to_tell(session, league_id, row.id, any_link=any_link)) for row in teams.all()]
    return tuple(one for one in found if one[1].families)


def _item(family: FamilyToTell, team: str, season: str, link_number: int) -> NewItem:
    facts = TeamChatMail(
        player_first=family.player_first,
        player_last=family.player_last,
        team=team,
        season=season,
        guardian_first=family.guardian_first,
        guardian_last=family.guardian_last,
        language=family.language,
        link_number=link_number,
    )
    return NewItem(facts.kind, family.contract_id, family.revision, family.recipient, facts, occasion=facts.occasion)
