"""The demo's GroupMe: our own fake server on loopback, with an account, some groups, and something amiss in a few.

The groups are made again at every start, from what the demo's database says is linked; so nothing of it has to be kept.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import Contract, Guardian, Player, PlayerGuardian, Team
from bball_tui.groupme.fake.server import FakeGroupMe, running
from bball_tui.groupme.fake.state import Group, User, World
from bball_tui.groupme.links.linking import SeenGroup, link
from bball_tui.groupme.staff.staff_list import add_to_list
from bball_tui.language import stored

ACCOUNT = "Maria Coordinator"
COACH, COACH_ADDRESS = "Jonas Coach", "jonas.coach@westside-basketball.test"

NEVER_MADE = "The Wolves"
"""Nobody has made a chat for this team."""
WAITING = ("Hawks U10",)
"""A group of exactly this name is there, and nobody has linked it."""
TWICE = "Titans Élite"
"""Two groups bear this name."""
LAST_SEASON = "Net Results"
"""Only last season's group is there."""
DELETED = "76ers Jr."
"""Its group was deleted in the GroupMe app."""
NEW_LINK = "Rim Rockers"
"""Its share link was made again in the GroupMe app, so the one that families have is dead."""
OPEN = "Wolves 14U"
"""Anyone who has the link is in at once, and anybody may change the group."""
WITHOUT_CHAT = (NEVER_MADE, *WAITING, TWICE, LAST_SEASON)

FIRST_LINK = "DemoLink"
DAYS = 86_400
FIRST_FAMILIES = 7
"""So many of a team's guardians have joined."""


class Chats(Struct, frozen=True):
    """The running fake: its address, and the account that the demo works with."""

    fake: FakeGroupMe
    url: str
    owner: User
    coach: User


@asynccontextmanager
async def open_groupme() -> AsyncIterator[Chats]:
    """The fake server, empty but for two accounts."""
    fake = FakeGroupMe()
    owner = fake.world.add_user(ACCOUNT)
    coach = fake.world.add_user(COACH, email=COACH_ADDRESS)
    async with running(fake) as (_, url):
        yield Chats(fake, url, owner, coach)


async def link_chats(session: AsyncSession, league_id: int, chats: Chats) -> None:
    """Link most teams with groups that :func:`furnish` makes, and put two adults on the staff list."""
    teams = await session.scalars(
        select(Team).where(Team.league_id == league_id, Team.name.not_in(WITHOUT_CHAT)).order_by(Team.id)
    )
    for team in teams.all():
        group_id = str(90_000_000 + team.id)
        share_url = f"https://groupme.com/join_group/{group_id}/{FIRST_LINK}"
        await link(
            session,
            league_id,
            team.id,
            SeenGroup(group_id, team.name, share_url, share_known=True),
            how=stored("in the demo"),
        )
    await add_to_list(session, league_id, ACCOUNT, user_id=chats.owner.id, consent="by e-mail")
    await add_to_list(session, league_id, COACH, user_id=chats.coach.id, consent="on paper")


async def furnish(session: AsyncSession, league_id: int, chats: Chats) -> None:
    """Make the groups that the database knows, and those that wait to be linked."""
    world = chats.fake.world
    world.groups.clear()
    families = await _families(session, league_id)
    teams = await session.scalars(select(Team).where(Team.league_id == league_id).order_by(Team.id))
    taken = set()
    for team in teams.all():
        if team.groupme_group_id is None:
            continue
        taken.add(team.groupme_group_id)
        if team.name != DELETED:
            group = _group(world, chats.owner, team.groupme_seen_name or team.name, team.groupme_group_id, days=20)
            ending = (team.groupme_share_url or "").rpartition("/")[2]
            group.share_token = "NewLink1" if team.name == NEW_LINK and ending == FIRST_LINK else ending
            if team.name == OPEN:
                group.kind, group.requires_approval = "private", False
            else:
                world.join(group, chats.coach, COACH)
            for name in families.get(team.id, [])[:FIRST_FAMILIES]:
                world.join(group, world.add_user(name), name)
    for place, (name, days) in enumerate(_waiting(), start=1):
        group_id = str(80_000_000 + place)
        if group_id not in taken:
            _group(world, chats.owner, name, group_id, days=days)


def _waiting() -> list[tuple[str, int]]:
    return [*((name, 3) for name in WAITING), (TWICE, 12), (TWICE, 40), (f"{LAST_SEASON} Fall 2026", 100)]


def _group(world: World, owner: User, name: str, group_id: str, *, days: int) -> Group:
    group = world.add_group(owner, name, ident=group_id, share=True, created_at=world.now() - days * DAYS)
    group.kind, group.requires_approval = "closed", True
    return group


async def _families(session: AsyncSession, league_id: int) -> dict[int, list[str]]:
    rows = await session.execute(
        select(Contract.team_id, (Guardian.first_name + " " + Guardian.last_name).label("name"))
        .join(Player, Player.id == Contract.player_id)
        .join(PlayerGuardian, PlayerGuardian.player_id == Player.id)
        .join(Guardian, Guardian.id == PlayerGuardian.guardian_id)
        .where(Contract.league_id == league_id)
        .order_by(Contract.team_id, Player.name_key, PlayerGuardian.position)
    )
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row.team_id, []).append(row.name)
    return found
