"""Rolling, signing, releasing, importing, rolling again and taking back, in any order.

No one is in a season twice, nothing is made twice, what staff signed is never taken back, and what is taken back at
once leaves everything as it was. A machine that never gets anywhere would be green as well, so the test counts what
happened.
"""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from bball_tui.database.engine import Database
from bball_tui.database.models import Contract, League, Outbox, Season, Signature, Team
from bball_tui.database.states import LIVE_STATUSES, ContractStatus
from bball_tui.errors import BballError
from bball_tui.league.contracts.lifecycle import Transition
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.signing_rules import FreeText
from bball_tui.league.contracts.transitions import TransitionRequest, apply_transition
from bball_tui.league.importing.service import ImportOptions, run_import
from bball_tui.league.leagues import LeagueInfo, create_league
from bball_tui.league.seasons.roll import apply_roll, plan_roll
from bball_tui.league.seasons.roll_plan import RollPlan
from bball_tui.league.seasons.roll_request import RollChoice, Rolled, RollOutcome, RollRequest
from bball_tui.league.seasons.roll_undo import RollUndone, undo_roll
from bball_tui.settings import SecretUrl
from tests.support.examples import examples

pytestmark = pytest.mark.slow

AnyT = TypeVar("AnyT")
NEW = RollRequest("Fall 2027", age_on=date(2027, 8, 31))
HEADER = "Team,Player First Name,Player Last Name,Date of Birth,Guardian 1 First,Guardian 1 Last,Guardian 1 Email"
TEAMS = ("Hawks U10", "Hawks U12", "Bulls U10")
PICK = st.integers(0, 9)


@dataclass(frozen=True, slots=True)
class Standing:
    """A contract as the test looks at it."""

    id: int
    season: str
    player_id: int
    status: str
    version: int


class RollMachine(RuleBasedStateMachine):
    url: ClassVar[SecretUrl]
    happened: ClassVar[Counter[str]]
    leagues: ClassVar["count[int]"] = count()

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.database = Database(self.url, pool_size=1)
        self.folder = tempfile.TemporaryDirectory(prefix="bball-rolls-")
        self.files = count()

    def teardown(self) -> None:
        self.runner.run(self.database.dispose())
        self.runner.close()
        self.folder.cleanup()

    def run_(self, work: Coroutine[Any, Any, AnyT]) -> AnyT:
        return self.runner.run(work)

    # What happens

    @initialize(rows=st.lists(st.tuples(PICK, st.integers(0, 2)), min_size=3, max_size=6, unique_by=lambda row: row[0]))
    def a_season(self, rows: list[tuple[int, int]]) -> None:
        slug = f"rolled-{next(self.leagues)}"

        async def make() -> LeagueInfo:
            async with self.database.session() as session:
                return await create_league(session, slug, slug, season="Spring 2027")

        self.league = self.run_(make())
        self.bring_in("Spring 2027", rows)
        for _ in range(2):
            self.sign_one(0)

    @rule(
        season=st.sampled_from(["Spring 2027", "Fall 2027"]),
        rows=st.lists(st.tuples(PICK, st.integers(0, 2)), min_size=1, max_size=3, unique_by=lambda row: row[0]),
    )
    def bring_in(self, season: str, rows: list[tuple[int, int]]) -> None:
        path = Path(self.folder.name) / f"{next(self.files)}.csv"
        lines = [
            f"{TEAMS[team]},Kid{kid},Family{kid},{2016 + kid % 4}-03-05,Rosa,Family{kid},rosa{kid}@families.test"
            for kid, team in rows
        ]
        path.write_text("\n".join([HEADER, *lines]) + "\n")
        options = ImportOptions(season=season, skip_bad_rows=True)
        report = self.run_(run_import(self.database, self.league, path, options))
        self.happened["imported"] += report.exit_code == 0

    @rule(pick=PICK)
    def sign_one(self, pick: int) -> None:
        open_ones = [one for one in self.standing() if one.status in ("offered", "accepted")]
        if open_ones:
            one = open_ones[-1 - pick % len(open_ones)]
            request = SigningRequest(((one.id, one.version),), FreeText("Rosa"))
            assert self.run_(self._call(sign, request)).signed
            self.happened[f"signed in {one.season}"] += 1

    @rule(pick=PICK)
    def sign_what_was_rolled(self, pick: int) -> None:
        done = self._roll(set(), offers=True, mails=False)
        made = [one for one in self.standing() if one.season == "Fall 2027" and one.status == "offered"]
        if done.contracts and made:
            one = made[-1 - pick % done.contracts]
            assert self.run_(self._call(sign, SigningRequest(((one.id, one.version),), FreeText("Rosa")))).signed
            self.happened["signed in Fall 2027"] += 1
            self.take_back()

    @rule(pick=PICK, act=st.sampled_from([Transition.RELEASE, Transition.DECLINE, Transition.VOID, Transition.OFFER]))
    def move_one(self, pick: int, act: Transition) -> None:
        contracts = self.standing()
        if contracts:
            one = contracts[pick % len(contracts)]
            asked = TransitionRequest(act, ((one.id, None),), reason="because")
            self.happened[str(act)] += bool(self.run_(self._call(apply_transition, asked)).done)

    @rule(pick=PICK)
    def release_one(self, pick: int) -> None:
        signed = [one for one in self.standing() if one.status == "signed"]
        if signed:
            one = signed[pick % len(signed)]
            asked = TransitionRequest(Transition.RELEASE, ((one.id, None),), reason="moved away")
            assert self.run_(self._call(apply_transition, asked)).done
            self.happened["released"] += 1

    @rule(kid=PICK, team=st.integers(0, 2))
    def roll_import_and_take_back(self, kid: int, team: int) -> None:
        if self._roll(set(), offers=True, mails=True).contracts:
            self.bring_in("Spring 2027", [(kid, team)])
            self.take_back()

    @rule(leave=st.sets(PICK, max_size=3), offers=st.booleans(), mails=st.booleans())
    def roll(self, leave: set[int], offers: bool, mails: bool) -> None:
        self._roll(leave, offers=offers, mails=offers and mails)

    @rule(offers=st.booleans(), mails=st.booleans())
    def roll_and_take_back_at_once(self, offers: bool, mails: bool) -> None:
        before = self.picture()
        done = self._roll(set(), offers=offers, mails=offers and mails)
        if done.teams or done.contracts:
            self.run_(self._call(undo_roll, done.season_id))
            assert self.picture() == before
            self.happened["taken back at once"] += 1

    @rule()
    def take_back(self) -> None:
        season = next((one for one in self._seasons() if one.name == "Fall 2027"), None)
        if season is None:
            return
        signed = self._ever_signed()
        before = {one.id: one for one in self.standing()}
        try:
            undone: RollUndone = self.run_(self._call(undo_roll, season.id))
        except BballError as error:
            known = ("was signed since", "Nothing in this season")
            self.happened["not taken back"] += "signed" in str(error)
            if any(one in str(error) for one in known):
                return
            raise
        after = {one.id: one for one in self.standing()}
        gone = {one for one in before.keys() - after.keys() if before[one].status in LIVE_STATUSES}
        assert not gone & signed, "what was signed stays"
        assert all(before[one].season == "Fall 2027" for one in gone)
        assert len(gone) == undone.contracts - undone.void
        self.happened["taken back"] += bool(undone.contracts)

    def _roll(self, leave: set[int], *, offers: bool, mails: bool) -> Rolled:
        plan: RollPlan = self.run_(self._call(plan_roll, NEW))
        ticked = plan.ticked()
        places = {one: team for place, (one, team) in enumerate(ticked.items()) if place not in leave}
        choice = RollChoice(places, frozenset(line.id for line in plan.lines), plan.fingerprint)
        outcome = RollOutcome(ContractStatus.OFFERED if offers else ContractStatus.DRAFT, mails=mails)
        done: Rolled = self.run_(self._call(apply_roll, NEW, choice, outcome))
        assert done.contracts == len(places)
        again: RollPlan = self.run_(self._call(plan_roll, NEW))
        assert not places.keys() & {line.id for line in again.lines}, "whoever has a contract is not proposed"
        # A run that makes nothing is none, so that whom it left out is still new.
        if done.teams or done.contracts:
            assert not any(line.ticked for line in again.lines), "nothing is new right after it"
        assert not any(one.team_id is None for one in again.open_teams)
        self.happened["rolled"] += bool(places)
        return done

    # What is true at any time

    @invariant()
    def nobody_is_in_a_season_twice(self) -> None:
        live = Counter((one.season, one.player_id) for one in self.standing() if one.status in LIVE_STATUSES)
        assert all(number == 1 for number in live.values())

    @invariant()
    def no_team_is_there_twice(self) -> None:
        async def names() -> list[Any]:
            async with self.database.session() as session:
                query = select(Team.season_id, Team.division, Team.name_key).where(Team.league_id == self._league_id)
                return list(await session.execute(query))

        found = Counter(map(tuple, self.run_(names())))
        assert all(number == 1 for number in found.values())

    # Looking

    @property
    def _league_id(self) -> int:
        return self.league.id if hasattr(self, "league") else 0

    async def _call(self, service: Any, *args: Any) -> Any:
        async with self.database.session() as session:
            return await service(session, self.league.id, *args)

    def standing(self) -> list[Standing]:
        async def read() -> list[Standing]:
            async with self.database.session() as session:
                rows = await session.execute(
                    select(Contract.id, Season.name, Contract.player_id, Contract.status, Contract.version)
                    .join(Season, Season.id == Contract.season_id)
                    .where(Contract.league_id == self._league_id)
                    .order_by(Contract.id)
                )
                return [Standing(*row) for row in rows]

        return self.run_(read())

    def _ever_signed(self) -> set[int]:
        async def read() -> set[int]:
            async with self.database.session() as session:
                query = select(Signature.contract_id).where(Signature.league_id == self._league_id)
                return set(await session.scalars(query))

        return self.run_(read())

    def _seasons(self) -> list[Any]:
        async def read() -> list[Any]:
            async with self.database.session() as session:
                query = select(Season.id, Season.name).where(Season.league_id == self._league_id)
                return list(await session.execute(query))

        return self.run_(read())

    def picture(self) -> list[list[tuple[Any, ...]]]:
        async def read() -> list[list[tuple[Any, ...]]]:
            async with self.database.session() as session:
                found = []
                for table in (League, Season, Team, Contract, Outbox):
                    columns = table.__table__.c
                    own = columns.id if table is League else columns.league_id
                    rows = await session.execute(
                        select(table.__table__).where(own == self._league_id).order_by(columns.id)
                    )
                    found.append([tuple(row) for row in rows])
                return found

        return self.run_(read())


def test_in_any_order(database: Database, database_url: SecretUrl) -> None:
    RollMachine.url = database_url
    RollMachine.happened = Counter()
    few = settings(
        max_examples=examples(60),
        stateful_step_count=16,
        derandomize=True,
        # Each step is real work in a database: to shorten a failing run would take minutes.
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(RollMachine, settings=few)
    expected = {"rolled", "taken back at once", "taken back", "not taken back", "imported", "released"}
    assert not expected - {one for one, number in RollMachine.happened.items() if number}, RollMachine.happened
