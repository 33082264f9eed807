"""Acts and their undoing, in any order: whatever is undone is as it was before, but for history and canceled promises.

A machine that never gets anywhere would be green as well, so the test counts what happened.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import replace
from itertools import count
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, insert, select, update

from bball_tui.database.engine import Database
from bball_tui.database.models import Contract, Guardian, League, Outbox, Player, PlayerGuardian, Team
from bball_tui.database.states import DateOrder, OutboxState, TeamChange
from bball_tui.errors import BballError
from bball_tui.league.contracts.lifecycle import SIMPLE_RULES, Transition
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.transitions import TransitionRequest, apply_transition
from bball_tui.league.editing.contracts import load_contract, new_contract, save_contract
from bball_tui.league.editing.guardians import load_guardian, save_guardian, unlink_guardian
from bball_tui.league.editing.outcome import Wrong
from bball_tui.league.editing.players import load_player, save_player
from bball_tui.league.mails.wrong_address import fix_address
from bball_tui.league.roster.guardian import GuardianDraft
from bball_tui.league.undoing.take_back import latest_act, list_undoable, undo_act
from bball_tui.outbox.addresses import suppress
from bball_tui.outbox.staff_actions import cancel, park, retry
from bball_tui.settings import SecretUrl
from tests.support.examples import examples
from tests.support.factory import Parent, make_club, make_family

pytestmark = pytest.mark.slow

AnyT = TypeVar("AnyT")
PICK = st.integers(0, 9)
ADDRESSES = ("rosa@families.test", "rosa.h@families.test", "dan@families.test", "")
NOT_COMPARED = {
    "contract": {"version", "updated_at", "updated_by", "revision"},
    "guardian": {"version", "updated_at", "updated_by"},
    "player": {"version"},
    "player_guardian": set[str](),
    "outbox": {"available_at", "claim_token"},
}
"""Who touched it last, how often it was signed, and a wait, which begins once more."""
MAILS: tuple[Any, ...] = (cancel, park, retry)
SIMPLE = tuple(rule.act for rule in SIMPLE_RULES)
PARENTS = (Parent("Rosa", "Hamilton", "rosa@families.test"), Parent("Dan", "Hamilton", "dan@families.test"))


class UndoMachine(RuleBasedStateMachine):
    url: ClassVar[SecretUrl]
    happened: ClassVar[Counter[str]]
    leagues: ClassVar["count[int]"] = count()

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.database = Database(self.url, pool_size=1)
        self.before: list[tuple[str, dict[str, Any]]] = []
        self.stays = 0
        self.league = 0

    def teardown(self) -> None:
        while self.league and self.before:
            self.undo()
        self.runner.run(self.database.dispose())
        self.runner.close()

    def run_(self, work: Coroutine[Any, Any, AnyT]) -> AnyT:
        return self.runner.run(work)

    @initialize()
    def two_children(self) -> None:
        async def make() -> None:
            async with self.database.session() as session:
                number = next(self.leagues)
                club = await make_club(session, slug=f"undone-{number}", name=f"Undone {number}", hold_seconds=600)
                await session.execute(update(League).values(mail_offers=True))
                families = [
                    await make_family(session, club, first=f"Kid{kid}", jersey=str(kid), parents=PARENTS)
                    for kid in range(2)
                ]
                team = {"league_id": club.league_id, "season_id": club.season_id, "name": "Bulls"}
                other = await session.scalar(insert(Team).values(team).returning(Team.id))
                self.league, self.season = club.league_id, club.season_id
                self.teams = [club.team_id, other]
                self.families = families
            async with self.database.session() as session:
                request = SigningRequest(((families[1].contract_id, 1),))
                await sign(session, self.league, request)
            async with self.database.session() as session:
                dead = {"state": OutboxState.DEAD, "attempts": 1, "claims": 1, "finalized_at": func.now()}
                first = select(func.min(Outbox.id)).where(Outbox.league_id == self.league).scalar_subquery()
                await session.execute(update(Outbox).where(Outbox.id == first).values(error_class="permanent", **dead))
                await session.execute(update(League).values(hold_seconds=10))

        self.run_(make())

    def act(self, name: str, service: Any, *args: Any, **more: Any) -> None:
        """One transaction; what is refused, or changes nothing, is no act."""
        before, latest = self.picture(), self.latest()

        async def do() -> Any:
            async with self.database.session() as session:
                return await service(session, self.league, *args, **more)

        try:
            result = self.run_(do())
        except BballError:
            return
        assert not isinstance(result, Wrong) or name == "team", result
        if self.latest() != latest:
            self.before.append((name, before))
            self.happened[name] += 1

    @rule(pick=PICK, what=st.sampled_from(SIMPLE), correct=st.booleans())
    def change(self, pick: int, what: Transition, correct: bool) -> None:
        contract = self.pick(Contract.id, pick)
        request = TransitionRequest(what, ((contract, None),), reason="a test", correct=correct)
        self.act(what, apply_transition, request)

    @rule(what=st.sampled_from(SIMPLE))
    def change_all(self, what: Transition) -> None:
        ids = self.rows(Contract.id)
        self.act(f"all {what}", apply_transition, TransitionRequest(what, tuple((one, None) for one in ids), "a test"))

    @rule(pick=PICK)
    def sign_one(self, pick: int) -> None:
        one = pick % len(self.rows(Contract.id))
        version = self.run_(self.versions())[one]
        self.act("signed", sign, SigningRequest((version,)))

    @rule(pick=PICK, kept=st.booleans(), due=st.sampled_from(["", "2099-01-01"]), correct=st.booleans())
    def team(self, pick: int, kept: bool, due: str, correct: bool) -> None:
        contract = self.pick(Contract.id, pick)

        async def move(session: Any, league_id: int) -> Any:
            base = await load_contract(session, league_id, contract, DateOrder.YMD)
            other = next(str(team) for team in self.teams if str(team) != base.draft.team_id)
            signature = str(TeamChange.KEEP if kept else TeamChange.VOID)
            draft = replace(base.draft, team_id=other, due_on=due, signature=signature, correct=correct)
            return await save_contract(session, league_id, draft, order=DateOrder.YMD, base=base)

        self.act("team", move)

    @rule(pick=PICK)
    def make_one(self, pick: int) -> None:
        async def make(session: Any, league_id: int) -> Any:
            draft = (await load_contract(session, league_id, self.pick_now[0], DateOrder.YMD)).draft
            return await new_contract(
                session, league_id, self.season, self.pick_now[1], replace(draft, offered=True), order=DateOrder.YMD
            )

        self.pick_now = (self.pick(Contract.id, pick), self.pick(Player.id, pick))
        self.act("made", make)

    @rule(pick=PICK, kid=PICK, address=st.sampled_from(ADDRESSES), gets=st.booleans(), place=st.sampled_from("12"))
    def edit_guardian(self, pick: int, kid: int, address: str, gets: bool, place: str) -> None:
        guardian, player = self.pick(Guardian.id, pick), self.pick(Player.id, kid)

        async def edit(session: Any, league_id: int) -> Any:
            base = await load_guardian(session, league_id, player, guardian)
            draft = replace(base.draft, email=address, receives_email=gets, position=place)
            return await save_guardian(session, league_id, player, draft, base=base)

        self.act("guardian", edit)

    @rule(pick=PICK, kid=PICK)
    def unlink(self, pick: int, kid: int) -> None:
        self.act("unlinked", unlink_guardian, self.pick(Player.id, kid), self.pick(Guardian.id, pick))

    @rule(kid=PICK, first=st.sampled_from(["Rosa", "Ana"]), place=st.sampled_from(["", "1"]))
    def add(self, kid: int, first: str, place: str) -> None:
        draft = GuardianDraft(
            first_name=first, last_name="Hamilton", email="rosa@families.test", relation="guardian", position=place,
            receives_email=True, may_sign=True,
        )  # fmt: skip

        async def make(session: Any, league_id: int) -> Any:
            saved = await save_guardian(session, league_id, self.kid, draft)
            if isinstance(saved, Wrong):
                raise BballError("linked already")
            return saved

        self.kid = self.pick(Player.id, kid)
        self.act("added", make)

    @rule(kid=PICK, first=st.sampled_from(["Kid", "Ana"]), jersey=st.sampled_from(["", "0", "7"]), born=st.booleans())
    def edit_player(self, kid: int, first: str, jersey: str, born: bool) -> None:
        player = self.pick(Player.id, kid)

        async def edit(session: Any, league_id: int) -> Any:
            base = await load_player(session, league_id, player, DateOrder.YMD)
            draft = replace(base.draft, first_name=first, jersey=jersey, birthdate="2014-01-02" if born else "")
            others = [one.player_id for one in self.families if one.player_id != player]
            return await save_player(session, league_id, draft, order=DateOrder.YMD, base=base, others=others)

        self.act("player", edit)

    @precondition(lambda self: self.stays < 2)
    @rule()
    def block(self) -> None:
        """An act that has another way back: it stays in the list, above what is undone from there."""

        async def stop(session: Any, league_id: int) -> Any:
            await suppress(session, league_id, f"nobody{self.stays}@families.test", "a test")

        before = len(self.before)
        self.act("blocked", stop)
        self.stays += len(self.before) - before
        del self.before[before:]

    @rule(what=st.sampled_from(MAILS), pick=PICK, every=st.booleans())
    def mails(self, what: Any, pick: int, every: bool) -> None:
        ids = self.rows(Outbox.id)
        if ids:
            self.act(what.__name__, what, ids if every else [ids[pick % len(ids)]], reason="a test")

    @rule(pick=PICK, address=st.sampled_from(ADDRESSES[1:3]))
    def address(self, pick: int, address: str) -> None:
        ids = self.rows(Outbox.id)
        if ids:
            self.act("address", fix_address, ids[pick % len(ids)], address)

    @precondition(lambda self: self.before)
    @rule()
    def undo(self) -> None:
        name, before = self.before.pop()

        async def back() -> Any:
            async with self.database.session() as session:
                shown = await list_undoable(session, self.league)
                latest = await latest_act(session, self.league)
                assert latest is not None, name
                assert latest.id == shown[0].id, name
                asked = next(one for one in shown if one.way is None)
            async with self.database.session() as session:
                return await undo_act(session, self.league, asked.id, shown=asked)

        done = self.run_(back())
        assert not done.kept, (name, done)
        now = self.picture()
        made = {one: row for one, row in now["contract"].items() if one not in before["contract"]}
        assert all(row["status"] == "void" for row in made.values()), (name, made)
        now["contract"] = {one: row for one, row in now["contract"].items() if one in before["contract"]}
        now["guardian"] = {one: row for one, row in now["guardian"].items() if one in before["guardian"]}
        new = {one: row for one, row in now["outbox"].items() if one not in before["outbox"]}
        assert all(row["state"] == "cancelled" and row["claims"] == 0 for row in new.values()), (name, new)
        now["outbox"] = {one: row for one, row in now["outbox"].items() if one in before["outbox"]}
        assert now == before, name
        self.happened[f"undone {name}"] += 1

    async def versions(self) -> list[tuple[int, int]]:
        async with self.database.session() as session:
            query = select(Contract.id, Contract.version).where(Contract.league_id == self.league).order_by(Contract.id)
            return [(row.id, row.version) for row in await session.execute(query)]

    def latest(self) -> int:
        async def read() -> int:
            async with self.database.session() as session:
                act = await latest_act(session, self.league)
                return 0 if act is None else act.id

        return self.run_(read())

    def rows(self, column: Any) -> list[int]:
        async def read() -> list[int]:
            async with self.database.session() as session:
                of = column.class_.league_id
                return list(await session.scalars(select(column).where(of == self.league).order_by(column)))

        return self.run_(read())

    def pick(self, column: Any, pick: int) -> int:
        found = self.rows(column)
        return found[pick % len(found)]

    def picture(self) -> dict[str, Any]:
        async def read() -> dict[str, Any]:
            found: dict[str, Any] = {}
            async with self.database.session() as session:
                for table in (Contract, Guardian, Player, PlayerGuardian, Outbox):
                    name = table.__tablename__
                    rows = await session.execute(select(table.__table__).where(table.league_id == self.league))
                    keys = [column.name for column in table.__table__.primary_key]
                    found[name] = {
                        tuple(row[key] for key in keys): {
                            key: value for key, value in row.items() if key not in NOT_COMPARED[name]
                        }
                        for row in rows.mappings()
                    }
            return found

        return self.run_(read())


def test_in_any_order(database: Database, database_url: SecretUrl) -> None:
    UndoMachine.url = database_url
    UndoMachine.happened = Counter()
    few = settings(
        max_examples=examples(40),
        stateful_step_count=14,
        derandomize=True,
        # Each step is real work in a database: to shorten a failing run would take minutes.
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(UndoMachine, settings=few)
    undone = {one.removeprefix("undone ") for one in UndoMachine.happened if one.startswith("undone ")}
    assert len(undone) > 5, UndoMachine.happened
    assert {"unlinked", "signed", "player"} <= undone, UndoMachine.happened
    assert UndoMachine.happened["blocked"], UndoMachine.happened
