"""Two seasons with the roll between them and last season's groups at the fake: what tests of the summer begin with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.engine import Database
from bball_tui.database.models import Contract, Outbox, Season, Team
from bball_tui.groupme.fake.state import Group
from bball_tui.groupme.links.linking import SeenGroup, link
from bball_tui.groupme.plan.plan_model import Action
from bball_tui.groupme.renew.plan import Decision, Renewal
from bball_tui.groupme.renew.run import SummerReading, apply_renewal, read_renewal
from bball_tui.groupme.run.progress import Applied
from bball_tui.league.seasons.rolls import ROLLED, read_origins
from bball_tui.mail.kinds.team_chat import TeamChatMail
from tests.groupme.conftest import Desk
from tests.groupme.support import League
from tests.support.factory import Club, Family, Parent, make_club, make_family


@dataclass(slots=True)
class Summer(League):
    """A league whose new season was rolled, and is the one of ``club``.

    ``last`` has last season's teams by name, ``groups`` their groups at the fake.
    """

    last: dict[str, int] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    contracts: list[int] = field(default_factory=list)
    """Those of the new season, as offers."""

    async def origins(self) -> dict[int, int]:
        async with self.database.session() as session:
            return await read_origins(session, self.club.league_id, self.club.season_id)

    async def reading(self) -> SummerReading:
        origins = await self.origins()
        async with self.desk.client() as client:
            return await read_renewal(self.sender(client), origins)

    async def renewal(self) -> Renewal:
        return (await self.reading()).renewal

    async def renew(
        self,
        changed: Mapping[str, Decision] | None = None,
        *,
        actions: Sequence[Action] | None = None,
        tell: bool = True,
        try_again: bool = False,
    ) -> Applied:
        """Do what is proposed, with these teams decided otherwise where they can; or exactly these ``actions``."""
        origins = await self.origins()
        async with self.desk.client() as client:
            sender = self.sender(client)
            renewal = (await read_renewal(sender, origins, try_again=try_again)).renewal
            wanted = {self.teams[name]: one for name, one in (changed or {}).items()}
            able = {one.team_id for one in renewal.teams if wanted.get(one.team_id) in one.choices}
            decisions = renewal.proposed() | {one: wanted[one] for one in able}
            sender.tells = renewal.tells(decisions) if tell else frozenset()
            if actions is None:
                actions = renewal.actions(decisions)
            return await apply_renewal(sender, actions, origins, try_again=try_again)

    async def proposals(self) -> dict[str, tuple[Decision, str]]:
        return {one.label: (one.proposed, one.reason) for one in (await self.renewal()).teams}

    async def mailed(self) -> list[str]:
        async with self.database.session() as session:
            return sorted(await session.scalars(select(Outbox.recipient).where(Outbox.kind == TeamChatMail.kind)))

    def writes(self, path: str) -> list[dict[str, object]]:
        """The bodies of the writes to this path that the fake took."""
        lines = self.desk.fake.journal.of("POST", path)
        return [line.body for line in lines if line.status in (200, 201) and isinstance(line.body, dict)]


async def make_summer(database: Database, desk: Desk, teams: Sequence[tuple[str, str, int, int]]) -> Summer:
    """``teams`` are last season's and this season's name, players of last season, and how many of them return.

    Every player of last season has one guardian, who is in that season's group under the own name. A team without a
    name of last season has no origin, one without a name of this season was not carried over.
    """
    desk.time.moment = datetime.now(UTC)
    async with database.session() as session:
        last = await make_club(session, season="Spring 2027", team="Spare")
        season_id = await session.scalar(
            insert(Season).values(league_id=last.league_id, name="Fall 2027").returning(Season.id)
        )
        assert season_id is not None
        summer = Summer(database, desk, Club(last.league_id, season_id, 0), {})
        pairs: list[list[int]] = []
        for was, now, players, back in teams:
            team_id = await _team(session, summer.club, now) if now else None
            if team_id is not None:
                summer.teams[now] = team_id
            if not was:
                continue
            last_id = await _team(session, last, was)
            summer.last[was] = last_id
            if team_id is not None:
                pairs.append([team_id, last_id])
            summer.groups[was] = await _group(session, desk, last.league_id, last_id, was)
            for place in range(players):
                family = await _family(session, desk, replace(last, team_id=last_id), summer.groups[was], place)
                if place < back and team_id is not None:
                    values = {"league_id": last.league_id, "season_id": season_id, "team_id": team_id}
                    again = insert(Contract).values(**values, player_id=family.player_id, status="offered")
                    summer.contracts.append(
                        (await session.scalar(again.values(offered_on=date(2027, 8, 1)).returning(Contract.id))) or 0
                    )
        after = {"from": last.season_id, "made_season": True, "teams": pairs, "contracts": [], "left": []}
        await record(session, last.league_id, [Entry(ROLLED, "season", season_id, before={"shown": None}, after=after)])
    return summer


async def _team(session: AsyncSession, club: Club, name: str) -> int:
    values = {"league_id": club.league_id, "season_id": club.season_id, "name": name}
    return int(await session.scalar(insert(Team).values(**values).returning(Team.id)) or 0)


async def _group(session: AsyncSession, desk: Desk, league_id: int, team_id: int, name: str) -> Group:
    group = desk.fake.world.add_group(desk.owner, name, share=True)
    url = f"https://groupme.com/join_group/{group.id}/{group.share_token}"
    await link(session, league_id, team_id, SeenGroup(group.id, name, url, share_known=True), how="by hand")
    return group


async def _family(session: AsyncSession, desk: Desk, club: Club, group: Group, place: int) -> Family:
    last = f"{group.name.replace(' ', '')}{place}"
    parent = Parent("Rosa", last, f"{last.lower()}@families.test")
    world = desk.fake.world
    world.join(group, world.add_user(f"Rosa {last}"), f"Rosa {last}")
    return await make_family(session, club, first="Kid", last=last, parents=(parent,))
