"""After the freeze date another team needs a reason, wherever it is written, in the same sentence."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from bball_tui.database.engine import Database
from bball_tui.database.models import Audit, Contract, Season, Team
from bball_tui.database.states import DateOrder, TeamChange
from bball_tui.league.contracts.lifecycle import Transition
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.signing_rules import FreeText
from bball_tui.league.contracts.transitions import TransitionRequest, apply_transition
from bball_tui.league.editing.contracts import ContractDraft, load_contract, new_contract, save_contract
from bball_tui.league.editing.outcome import Outcome, Saved, Wrong
from bball_tui.league.importing.remarks import remarks, report_csv
from bball_tui.league.importing.service import ImportOptions, run_import
from bball_tui.league.league_clock import read_clock
from bball_tui.league.leagues import find_league
from bball_tui.league.rules.store import RuleBroken, write_rules
from bball_tui.league.rules.team_check import LeagueRules, RuleName
from bball_tui.league.seasons.roll import apply_roll, plan_roll
from bball_tui.league.seasons.roll_request import RollChoice, RollOutcome, RollRequest
from bball_tui.league.seasons.roll_undo import undo_roll
from bball_tui.wording import short_date
from tests.support.factory import make_club, make_family

HEADER = "Team,Player First Name,Player Last Name,Date of Birth"
YMD = DateOrder.YMD


class Frozen:
    """A league whose teams are frozen since yesterday, with a player of the Hawks, and the Owls."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def make(self) -> None:
        async with self.database.session() as session:
            self.club = await make_club(session)
            self.family = await make_family(session, self.club)
            league, season = self.club.league_id, self.club.season_id
            made = insert(Team).values(league_id=league, season_id=season, name="Owls U12").returning(Team.id)
            self.owls = (await session.scalars(made)).one()
            self.day = (await read_clock(session, league)).today - timedelta(days=1)
        self.sentence = (
            f"Amara Hamilton goes from Hawks U12 to Owls U12 after the freeze on {short_date(self.day)}: "
            "that needs a reason."
        )
        await self.rule()

    async def rule(self, *refuse: RuleName) -> None:
        async with self.database.session() as session:
            await write_rules(session, self.club.league_id, LeagueRules(freeze=self.day, refuse=refuse))

    async def move(self, **more: object) -> Outcome:
        async with self.database.session() as session:
            base = await load_contract(session, self.club.league_id, self.family.contract_id, YMD)
            draft = replace(base.draft, team_id=str(self.owls), **more)  # type: ignore[arg-type]
            return await save_contract(session, self.club.league_id, draft, order=YMD, base=base)

    async def team(self) -> str:
        async with self.database.session() as session:
            query = select(Team.name).join(Contract, Contract.team_id == Team.id).order_by(Contract.id.desc()).limit(1)
            return (await session.scalars(query)).one()

    async def reasons(self) -> list[str]:
        """What the contracts' history says why."""
        query = select(Audit.reason).where(Audit.entity == "contract").order_by(Audit.id)
        async with self.database.session() as session:
            return [one for one in await session.scalars(query) if one]


@pytest.fixture
async def frozen(database: Database) -> Frozen:
    league = Frozen(database)
    await league.make()
    return league


async def test_another_team_is_told_and_with_a_reason_it_is_kept_in_the_history(frozen: Frozen) -> None:
    moved = await frozen.move()
    assert isinstance(moved, Saved)
    assert moved.notes[0] == frozen.sentence
    await frozen.rule(RuleName.FREEZE)
    async with frozen.database.session() as session:
        base = await load_contract(session, frozen.club.league_id, frozen.family.contract_id, YMD)
        due = replace(base.draft, due_on=(frozen.day + timedelta(days=30)).isoformat())
        assert isinstance(await save_contract(session, frozen.club.league_id, due, order=YMD, base=base), Saved)
        base = await load_contract(session, frozen.club.league_id, frozen.family.contract_id, YMD)
        back = replace(base.draft, team_id=str(frozen.club.team_id))
        refused = await save_contract(session, frozen.club.league_id, back, order=YMD, base=base)
        assert isinstance(refused, Wrong)
        assert [one.field for one in refused.problems] == ["reason"]
        back = replace(back, reason="  the coach   moved ")
        saved = await save_contract(session, frozen.club.league_id, back, order=YMD, base=base)
        assert isinstance(saved, Saved)
        assert saved.notes == ()
    assert await frozen.team() == "Hawks U12"
    assert await frozen.reasons() == ["the coach moved"]


@pytest.mark.parametrize("signature", [TeamChange.KEEP, TeamChange.VOID])
async def test_a_signed_player_too_and_nothing_is_written_without_a_reason(
    frozen: Frozen, signature: TeamChange
) -> None:
    async with frozen.database.session() as session:
        request = SigningRequest(((frozen.family.contract_id, 1),), FreeText("Rosa"))
        assert (await sign(session, frozen.club.league_id, request)).signed
    await frozen.rule(RuleName.FREEZE)
    refused = await frozen.move(signature=str(signature))
    assert isinstance(refused, Wrong)
    assert refused.problems[0].text == frozen.sentence
    assert await frozen.team() == "Hawks U12"
    assert isinstance(await frozen.move(signature=str(signature), reason="siblings"), Saved)
    assert await frozen.team() == "Owls U12"
    kept = ["siblings"] if signature is TeamChange.KEEP else ["moves to Owls U12: siblings", "siblings"]
    assert await frozen.reasons() == kept


async def test_to_leave_and_come_back_elsewhere_is_another_team_as_well(frozen: Frozen) -> None:
    league, season, player = frozen.club.league_id, frozen.club.season_id, frozen.family.player_id
    await frozen.rule(RuleName.FREEZE)
    async with frozen.database.session() as session:
        asked = TransitionRequest(Transition.DECLINE, ((frozen.family.contract_id, None),), "no")
        assert (await apply_transition(session, league, asked)).done
        refused = await new_contract(session, league, season, player, ContractDraft(str(frozen.owls)), order=YMD)
        assert isinstance(refused, Wrong)
        assert refused.problems[0].text == frozen.sentence
        draft = ContractDraft(str(frozen.owls), reason="changed their mind")
        assert isinstance(await new_contract(session, league, season, player, draft, order=YMD), Saved)
    assert "changed their mind" in await frozen.reasons()


def test_a_season_that_begins_after_the_freeze_is_not_frozen_by_it() -> None:
    rules = LeagueRules(freeze=date(2027, 10, 1))
    assert rules.frozen_since(None, date(2027, 10, 1)) is None
    assert rules.frozen_since(None, date(2027, 10, 2)) == date(2027, 10, 1)
    assert rules.frozen_since(date(2027, 9, 1), date(2027, 10, 2)) == date(2027, 10, 1)
    assert rules.frozen_since(date(2028, 2, 1), date(2027, 12, 2)) is None


async def test_a_new_season_asks_why_for_who_had_another_team_there(frozen: Frozen) -> None:
    """Amara declined the Hawks' offer of the season that is filled up, and is to be with the Owls instead."""
    league, player = frozen.club.league_id, frozen.family.player_id
    async with frozen.database.session() as session:
        made = insert(Season).values(league_id=league, name="Fall 2026", ends_on=frozen.day).returning(Season.id)
        last = (await session.scalars(made)).one()
        values = {"league_id": league, "season_id": last}
        old = (await session.scalars(insert(Team).values(**values, name="Hawks U12").returning(Team.id))).one()
        await session.execute(insert(Contract).values(**values, player_id=player, team_id=old, status="draft"))
        asked = TransitionRequest(Transition.DECLINE, ((frozen.family.contract_id, None),), "no")
        assert (await apply_transition(session, league, asked)).done
    await frozen.rule(RuleName.FREEZE)
    wanted = RollRequest("Spring 2027", last, "keep")
    async with frozen.database.session() as session:
        plan = await plan_roll(session, league, wanted)
    hawks, owls = f"from{old}", f"team{frozen.owls}"
    assert plan.moves({player: hawks}) == ()
    choice = RollChoice({player: owls}, frozenset({player}), plan.fingerprint)
    with pytest.raises(RuleBroken, match=re.escape(frozen.sentence)):
        async with frozen.database.session() as session:
            await apply_roll(session, league, wanted, choice, RollOutcome())
    async with frozen.database.session() as session:
        done = await apply_roll(session, league, wanted, choice, RollOutcome(reason="a new coach"))
    assert done.notes == ()
    assert await frozen.team() == "Owls U12"
    assert (await frozen.reasons())[-1] == "a new coach"
    await frozen.rule()
    async with frozen.database.session() as session:
        await undo_roll(session, league, frozen.club.season_id)
        done = await apply_roll(session, league, wanted, choice, RollOutcome())
    assert done.notes == (frozen.sentence,)


async def test_an_import_says_it_row_by_row_and_asks_for_one_reason(frozen: Frozen, tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(f"{HEADER}\nOwls U12,Amara,Hamilton,2015-05-12\nHawks U12,New,Kid,2016-01-01\n")
    async with frozen.database.session() as session:
        league = await find_league(session)
    seen = await run_import(frozen.database, league, path, ImportOptions(dry_run=True))
    assert seen.diff is not None
    assert {row.row: row.frozen for row in seen.diff.rows} == {2: frozen.sentence, 3: ""}
    assert frozen.sentence in remarks(seen)
    assert frozen.sentence in report_csv(seen)
    await frozen.rule(RuleName.FREEZE)
    seen = await run_import(frozen.database, league, path, ImportOptions(dry_run=True))
    assert any("would be stopped" in one for one in remarks(seen))
    with pytest.raises(RuleBroken, match=r"that needs a reason\. .* Give a reason"):
        await run_import(frozen.database, league, path, ImportOptions())
    assert await frozen.team() == "Hawks U12"
    done = await run_import(frozen.database, league, path, ImportOptions(reason="new draft", expect=seen.digest))
    assert done.findings == ()
    assert await frozen.reasons() == ["new draft"]
    assert (await run_import(frozen.database, league, path, ImportOptions())).findings == ()
