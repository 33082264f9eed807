"""Making contracts, offering, signing, ending, merging and taking back, in any order.

Every contract, signature and e-mail is there exactly once all the time; what is merged and taken back at once leaves
everything as it was; and when all merges are taken back, every contract is whose it was when it was made. A machine
that never gets anywhere would be green as well, so the test counts what happened.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from itertools import count
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import insert, select, update

from bball_tui.database.engine import Database
from bball_tui.database.models import (
    Contract,
    Guardian,
    League,
    Outbox,
    Player,
    PlayerGuardian,
    Season,
    Signature,
    Team,
)
from bball_tui.database.states import LIVE_STATUSES
from bball_tui.errors import BballError
from bball_tui.league.contracts.lifecycle import Transition
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.signing_rules import FreeText
from bball_tui.league.contracts.transitions import TransitionRequest, apply_transition
from bball_tui.league.merging.merge import MergeRequest, merge_people
from bball_tui.league.merging.people import Person, list_merges
from bball_tui.league.merging.unmerge import unmerge_people
from bball_tui.settings import SecretUrl
from tests.league.merging.test_guardians import promises
from tests.league.merging.test_merge import picture
from tests.support.examples import examples
from tests.support.factory import Parent, make_club, make_family

pytestmark = pytest.mark.slow

AnyT = TypeVar("AnyT")
PICK = st.integers(0, 9)
KIND = st.sampled_from(Person)
ENDS = (Transition.VOID, Transition.RELEASE, Transition.DECLINE, Transition.ACCEPT)


class MergeMachine(RuleBasedStateMachine):
    url: ClassVar[SecretUrl]
    happened: ClassVar[Counter[str]]
    leagues: ClassVar["count[int]"] = count()

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.database = Database(self.url, pool_size=1)
        self.made_for: dict[int, int] = {}
        self.signed_by: dict[int, Any] = {}
        self.mails: set[int] = set()

    def teardown(self) -> None:
        if self.made_for:
            self.all_is_taken_back()
        self.runner.run(self.database.dispose())
        self.runner.close()

    def run_(self, work: Coroutine[Any, Any, AnyT]) -> AnyT:
        return self.runner.run(work)

    async def _call(self, service: Any, *args: Any) -> Any:
        async with self.database.session() as session:
            return await service(session, self.league, *args)

    def rows(self, *columns: Any) -> list[Any]:
        async def read() -> list[Any]:
            async with self.database.session() as session:
                own = columns[0].class_.league_id
                query = select(*columns).where(own == getattr(self, "league", 0)).order_by(columns[0])
                return list(await session.execute(query))

        return self.run_(read())

    # What happens

    @initialize()
    def three_children(self) -> None:
        async def make() -> None:
            async with self.database.session() as session:
                number = next(self.leagues)
                club = await make_club(session, slug=f"merged-{number}", name=f"Merged {number}")
                await session.execute(update(League).values(mail_offers=True))
                shared = 0
                for kid in range(3):
                    parents = (Parent(last=f"Lee{kid}", email=f"rosa{kid}@families.test"),)
                    family = await make_family(session, club, first=f"Kid{kid}", jersey=str(kid), parents=parents)
                    self.made_for[family.contract_id] = family.player_id
                    shared = shared or family.guardian_ids[0]
                    if kid == 1:
                        link = {"player_id": family.player_id, "guardian_id": shared, "position": 2}
                        await session.execute(insert(PlayerGuardian).values(league_id=club.league_id, **link))
                season_id = await session.scalar(
                    insert(Season).values(league_id=club.league_id, name="Fall 2027").returning(Season.id)
                )
                team = {"league_id": club.league_id, "season_id": season_id, "name": "Bulls"}
                team_id = await session.scalar(insert(Team).values(team).returning(Team.id))
                self.league = club.league_id
                self.teams = [(club.season_id, club.team_id), (season_id, team_id)]

        self.run_(make())

    @rule(pick=PICK, fall=st.booleans())
    def make_one(self, pick: int, fall: bool) -> None:
        players = [row.id for row in self.rows(Player.id)]
        player = players[pick % len(players)]
        season, team = self.teams[fall]
        live = self.rows(Contract.id, Contract.player_id, Contract.season_id, Contract.status)
        if any((one.player_id, one.season_id) == (player, season) and one.status in LIVE_STATUSES for one in live):
            return

        async def make() -> None:
            async with self.database.session() as session:
                values = {"league_id": self.league, "season_id": season, "team_id": team, "player_id": player}
                made = await session.scalar(insert(Contract).values(values).returning(Contract.id))
                assert made is not None
                self.made_for[made] = player

        self.run_(make())
        self.act(-1, Transition.OFFER)

    @rule(pick=PICK, which=st.sampled_from(ENDS))
    def act(self, pick: int, which: Transition) -> None:
        contracts = self.rows(Contract.id)
        asked = TransitionRequest(which, ((contracts[pick % len(contracts)].id, None),), "because")
        self.happened[str(which)] += bool(self.run_(self._call(apply_transition, asked)).done)

    @rule(most=st.integers(1, 3))
    def sign_some(self, most: int) -> None:
        contracts = self.rows(Contract.id, Contract.version, Contract.status)
        waiting = tuple((one.id, one.version) for one in contracts if one.status in ("offered", "accepted"))
        if waiting:
            done = self.run_(self._call(sign, SigningRequest(waiting[:most], FreeText("Rosa"))))
            self.happened["signed"] += bool(done.signed)

    @rule(kind=KIND, pick=PICK, other=PICK, taken=st.booleans())
    def merge(self, kind: Person, pick: int, other: int, taken: bool) -> None:
        table = Player if kind is Person.PLAYER else Guardian
        ids = [row.id for row in self.rows(table.id)]
        kept, gone = ids[pick % len(ids)], ids[other % len(ids)]
        if kept == gone:
            return
        choices = {"last_name": taken}
        before = {row.id: row.status for row in self.rows(Contract.id, Contract.status)}
        try:
            done = self.run_(self._call(merge_people, MergeRequest(kind, kept, gone, choices)))
        except BballError as error:
            if "Both have signed" not in str(error):
                raise
            self.happened["both signed"] += 1
            return
        after = {row.id: row.status for row in self.rows(Contract.id, Contract.status)}
        assert {one for one, status in after.items() if before[one] != status} == set(done.ended)
        assert all(before[one] != "signed" for one in done.ended)
        self.happened[f"merged {kind}"] += 1
        self.happened["ended by a merge"] += bool(done.ended)

    @rule(kind=KIND, pick=PICK, other=PICK, taken=st.booleans())
    def merge_and_take_back_at_once(self, kind: Person, pick: int, other: int, taken: bool) -> None:
        before = self.picture()
        merged = len(self._standing())
        self.merge(kind, pick, other, taken)
        standing = self._standing()
        if len(standing) > merged:
            self.run_(self._call(unmerge_people, standing[0].kind, standing[0].gone_id))
            after = self.picture()
            if kind is Person.GUARDIAN:  # an e-mail that followed to another address goes back as a new promise
                assert promises(after) == promises(before)
            assert after == before
            self.happened["taken back at once"] += 1

    @rule(kind=KIND)
    def merge_all_and_take_the_first_back(self, kind: Person) -> None:
        for _ in range(2):
            self.merge(kind, 0, 1, taken=False)
        for first in (True, False, False):
            self.take_back(first)

    @rule(first=st.booleans())
    def take_back(self, first: bool) -> None:
        standing = self._standing()
        if standing:
            one = standing[-1 if first else 0]
            try:
                self.run_(self._call(unmerge_people, one.kind, one.gone_id))
            except BballError as error:
                if "Take that merge back first" not in str(error):
                    raise
                self.happened["not taken back"] += 1
            else:
                self.happened["taken back"] += 1

    def all_is_taken_back(self) -> None:
        for one in self._standing():
            self.run_(self._call(unmerge_people, one.kind, one.gone_id))
        owners = {row.id: row.player_id for row in self.rows(Contract.id, Contract.player_id)}
        assert owners == self.made_for
        assert len(self.rows(Player.id)) == len(self.rows(Guardian.id)) == 3

    # What is true at any time

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        if not self.made_for:
            return
        contracts = self.rows(Contract.id, Contract.player_id, Contract.season_id, Contract.status)
        assert [one.id for one in contracts] == sorted(self.made_for)
        live = Counter((one.season_id, one.player_id) for one in contracts if one.status in LIVE_STATUSES)
        assert all(number == 1 for number in live.values())
        signatures = {
            row.id: (row.contract_id, row.signer)
            for row in self.rows(Signature.id, Signature.contract_id, Signature.signer)
        }
        assert self.signed_by.items() <= signatures.items()
        self.signed_by = signatures
        mails = self.rows(Outbox.id, Outbox.contract_id, Outbox.kind, Outbox.address, Outbox.state, Outbox.dedupe_key)
        assert self.mails <= {one.id for one in mails}
        self.mails = {one.id for one in mails}
        going = Counter(
            (one.contract_id, one.kind, one.dedupe_key.split(":")[2], one.address)
            for one in mails
            if one.state == "queued"
        )
        assert all(number == 1 for number in going.values()), "one e-mail to one address for one thing"
        status = {one.id: one.status for one in contracts}
        assert all(status[one.contract_id] != "void" for one in mails if one.state == "queued" and one.kind == "offer")

    # Looking

    def _standing(self) -> list[Any]:
        found = [one for kind in Person for one in self.run_(self._call(list_merges, kind))]
        return sorted(found, key=lambda one: -one.id)

    def picture(self) -> dict[str, Any]:
        async def read() -> dict[str, Any]:
            async with self.database.session() as session:
                return await picture(session)

        return self.run_(read())


def test_in_any_order(database: Database, database_url: SecretUrl) -> None:
    MergeMachine.url = database_url
    MergeMachine.happened = Counter()
    few = settings(
        max_examples=examples(60),
        stateful_step_count=14,
        derandomize=True,
        # Each step is real work in a database: to shorten a failing run would take minutes.
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(MergeMachine, settings=few)
    expected = {"merged player", "merged guardian", "both signed", "ended by a merge", "taken back at once"}
    expected |= {"taken back", "not taken back", "signed"}
    assert not expected - {one for one, number in MergeMachine.happened.items() if number}, MergeMachine.happened
