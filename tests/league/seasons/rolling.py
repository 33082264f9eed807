"""A league in which tests roll seasons."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import insert, select

from bball_tui.database.engine import Database
from bball_tui.database.models import Contract, League, Outbox, Player, Season, Team
from bball_tui.database.states import ContractStatus
from bball_tui.league.contracts.lifecycle import Transition
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.signing_rules import FreeText
from bball_tui.league.contracts.transitions import TransitionRequest, apply_transition
from bball_tui.league.seasons.roll import apply_roll, plan_roll
from bball_tui.league.seasons.roll_plan import PlayerLine, RollPlan
from bball_tui.league.seasons.roll_request import RollChoice, Rolled, RollOutcome, RollRequest
from bball_tui.league.seasons.roll_undo import RollUndone, undo_roll
from tests.support.factory import Club, Family, Parent, make_family

S = ContractStatus
FALL = RollRequest("Fall 2027", age_on=date(2027, 8, 31))


@dataclass
class Rolling:
    """A league in which a test rolls."""

    database: Database
    club: Club

    async def team(self, name: str, division: str = "", season_id: int | None = None) -> Club:
        async with self.database.session() as session:
            values = {"league_id": self.club.league_id, "season_id": season_id or self.club.season_id}
            team = await session.scalar(insert(Team).values(**values, name=name, division=division).returning(Team.id))
        assert team is not None
        return replace(self.club, team_id=team)

    async def player(
        self,
        first: str,
        *,
        team: Club | None = None,
        born: date | None = date(2017, 5, 12),
        status: ContractStatus = S.OFFERED,
        signed: bool = True,
        parents: tuple[Parent, ...] = (Parent(),),
    ) -> Family:
        async with self.database.session() as session:
            family = await make_family(
                session, team or self.club, first=first, birthdate=born, status=status, parents=parents
            )
        if signed:
            await self.sign(family.contract_id)
        return family

    async def sign(self, contract_id: int) -> None:
        async with self.database.session() as session:
            done = await sign(session, self.club.league_id, SigningRequest(((contract_id, 1),), FreeText("Rosa")))
        assert done.signed, done

    async def end(self, contract_id: int, act: Transition) -> None:
        async with self.database.session() as session:
            asked = TransitionRequest(act, ((contract_id, None),), reason="moved away")
            assert (await apply_transition(session, self.club.league_id, asked)).done

    async def plan(self, asked: RollRequest = FALL) -> RollPlan:
        async with self.database.session() as session:
            return await plan_roll(session, self.club.league_id, asked)

    async def roll(
        self,
        plan: RollPlan | None = None,
        asked: RollRequest = FALL,
        places: dict[int, str] | None = None,
        outcome: RollOutcome | None = None,
        *,
        all_teams: bool = True,
    ) -> Rolled:
        plan = plan or await self.plan(asked)
        choice = RollChoice(
            plan.ticked() if places is None else places,
            frozenset(line.id for line in plan.lines),
            plan.fingerprint,
            all_teams,
        )
        async with self.database.session() as session:
            return await apply_roll(session, self.club.league_id, asked, choice, outcome or RollOutcome())

    async def undo(self, season_id: int) -> RollUndone:
        async with self.database.session() as session:
            return await undo_roll(session, self.club.league_id, season_id)

    async def contracts(self, season_id: int) -> list[tuple[str, str, str]]:
        """First name, team and status of each contract."""
        async with self.database.session() as session:
            rows = await session.execute(
                select(Player.first_name, Team.name, Contract.status)
                .join(Player, Player.id == Contract.player_id)
                .join(Team, Team.id == Contract.team_id)
                .where(Contract.season_id == season_id)
                .order_by(Player.first_name)
            )
            return [(one, team, status) for one, team, status in rows]

    async def picture(self) -> object:
        """All that rolling may change, but for the audit."""
        async with self.database.session() as session:
            tables = [
                (await session.execute(select(table.__table__).order_by(table.__table__.c.id))).all()
                for table in (League, Season, Team, Contract, Outbox)
            ]
        return [[tuple(row) for row in rows] for rows in tables]


def line(plan: RollPlan, first: str) -> PlayerLine:
    (found,) = [one for one in plan.lines if one.player.endswith(f", {first}")]
    return found


def place(plan: RollPlan, first: str) -> str:
    team = plan.team(line(plan, first).team)
    return "" if team is None else team.label
