"""A league in the database next to a fake GroupMe: what tests of whole runs begin with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import insert, select

from bball_tui.database.engine import Database
from bball_tui.database.models import GroupIntent, Team
from bball_tui.groupme.api.client import GroupMeClient
from bball_tui.groupme.plan.plan_model import Action, Plan
from bball_tui.groupme.run.apply import apply, current_plan
from bball_tui.groupme.run.progress import Applied, Control, Pace, Progress
from bball_tui.groupme.run.sender import Sender
from tests.groupme.conftest import Desk
from tests.support.factory import Club, make_club


@dataclass(slots=True)
class League:
    """The league, its teams by name, and everything that a run reported."""

    database: Database
    desk: Desk
    club: Club
    teams: dict[str, int]
    told: list[Progress] = field(default_factory=list)
    listener: Callable[[Progress], object] | None = None

    def sender(self, client: GroupMeClient, control: Control | None = None) -> Sender:
        return Sender(
            database=self.database,
            client=client,
            league_id=self.club.league_id,
            season_id=self.club.season_id,
            pace=Pace(),
            control=control or Control(),
            report=self._hear,
            sleep=self.desk.time.sleep,
            now=self.desk.time.now,
        )

    def _hear(self, progress: Progress) -> None:
        self.told.append(progress)
        if self.listener is not None:
            self.listener(progress)

    async def plan(self, *, try_again: bool = False, token: str | None = None) -> Plan:
        async with self.desk.client(token) as client:
            plan, _, _ = await current_plan(self.sender(client), try_again=try_again)
        return plan

    async def apply(
        self,
        wanted: Sequence[Action] | None = None,
        *,
        control: Control | None = None,
        try_again: bool = False,
        tells: frozenset[int] = frozenset(),
    ) -> Applied:
        """Do ``wanted``, or what the present plan has ticked."""
        if wanted is None:
            wanted = (await self.plan(try_again=try_again)).ticked()
        async with self.desk.client() as client:
            sender = self.sender(client, control)
            sender.tells = tells
            return await apply(sender, wanted, try_again=try_again)

    async def row(self, name: str) -> Team:
        async with self.database.session() as session:
            team = await session.get(Team, self.teams[name])
        assert team is not None
        return team

    async def intents(self) -> list[GroupIntent]:
        async with self.database.session() as session:
            return list(await session.scalars(select(GroupIntent).order_by(GroupIntent.id)))

    def named(self, name: str) -> list[str]:
        """The ids of all groups that the fake has under this name."""
        return [group.id for group in self.desk.fake.world.groups.values() if group.name == name and not group.deleted]


async def make_league(database: Database, desk: Desk, names: Sequence[str] = ("Hawks U12",)) -> League:
    """A league whose season has these teams. The fake's clock is set to the database's present."""
    desk.time.moment = datetime.now(UTC)
    async with database.session() as session:
        club = await make_club(session, team=names[0])
        teams = {names[0]: club.team_id}
        for name in names[1:]:
            found = await session.scalar(
                insert(Team).values(league_id=club.league_id, season_id=club.season_id, name=name).returning(Team.id)
            )
            assert found is not None
            teams[name] = found
    return League(database, desk, club, teams)
