"""Import, forms, a new season and a team's panel tell of the rules alike, and refuse what the league refuses."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from bball_tui.database.engine import Database
from bball_tui.database.models import Audit, Contract, Player, Team
from bball_tui.database.states import DateOrder
from bball_tui.errors import BballError
from bball_tui.league.editing.contracts import ContractDraft, load_contract, save_contract
from bball_tui.league.editing.outcome import Outcome, Overtaken, Saved, Wrong
from bball_tui.league.editing.players import load_player, save_player
from bball_tui.league.importing.remarks import remarks
from bball_tui.league.importing.service import ImportOptions, run_import
from bball_tui.league.leagues import find_league
from bball_tui.league.roster.player import PlayerDraft
from bball_tui.league.rules.form import RulesDraft, load_rules, save_rules
from bball_tui.league.rules.store import RuleBroken, read_findings, write_rules
from bball_tui.league.rules.team_check import LeagueRules, RuleName
from bball_tui.league.seasons.roll import apply_roll, plan_roll
from bball_tui.league.seasons.roll_plan import Proposal
from bball_tui.league.seasons.roll_request import RollChoice, RollOutcome, RollRequest
from bball_tui.league.timeline.read import team_detail
from bball_tui.tui.tabs.sections import team_sections
from tests.support.factory import Club, Family, make_club, make_family

HEADER = "Team,Player First Name,Player Last Name,Date of Birth"
YMD = DateOrder.YMD


async def a_team(database: Database, rules: LeagueRules, *, children: int = 1) -> tuple[Club, list[Family]]:
    """A team U12 of a league with these rules; its players are 9 when the season's year ends."""
    async with database.session() as session:
        club = await make_club(session)
        families = [
            await make_family(session, club, first=f"Kid{n}", jersey=str(n), birthdate=date(2018, 3, 1))
            for n in range(children)
        ]
        await write_rules(session, club.league_id, rules)
    return club, families


async def with_birthdate(database: Database, club: Club, family: Family, born: str) -> Outcome:
    async with database.session() as session:
        base = await load_player(session, club.league_id, family.player_id, YMD)
        draft = PlayerDraft(base.draft.first_name, base.draft.last_name, born, base.draft.jersey)
        return await save_player(session, club.league_id, draft, order=YMD, base=base)


async def test_a_form_warns_or_refuses(database: Database) -> None:
    club, (family,) = await a_team(database, LeagueRules(cutoff="08-31"))
    saved = await with_birthdate(database, club, family, "2014-03-01")
    assert isinstance(saved, Saved)
    assert saved.notes == ("Kid0 Hamilton is 13 on Aug 31, 2027, too old for Hawks U12.",)
    async with database.session() as session:
        await write_rules(session, club.league_id, LeagueRules(cutoff="08-31", refuse=(RuleName.AGE,)))
    with pytest.raises(RuleBroken, match=r"too old for Hawks U12\. The league refuses this \(rules: age\)"):
        await with_birthdate(database, club, family, "2013-03-01")
    async with database.session() as session:
        assert await session.scalar(select(Player.birthdate)) == date(2014, 3, 1)


async def test_another_team_that_is_full_is_refused(database: Database) -> None:
    club, families = await a_team(database, LeagueRules(roster_limit=2, refuse=(RuleName.ROSTER,)), children=2)
    async with database.session() as session:
        owls = await session.scalar(
            insert(Team).values(league_id=club.league_id, season_id=club.season_id, name="Owls U12").returning(Team.id)
        )
        other = await make_family(session, Club(club.league_id, club.season_id, owls or 0), first="Otto", jersey=None)
    with pytest.raises(RuleBroken, match="Hawks U12 has 3 players; the limit is 2"):
        async with database.session() as session:
            base = await load_contract(session, club.league_id, other.contract_id, YMD)
            draft = ContractDraft(str(club.team_id), base.draft.offered_on)
            await save_contract(session, club.league_id, draft, order=YMD, base=base)
    assert len(families) == 2


async def test_an_import_tells_before_and_is_stopped_by_what_is_refused(database: Database, tmp_path: Path) -> None:
    club, _ = await a_team(database, LeagueRules(cutoff="08-31", roster_limit=2))
    path = tmp_path / "roster.csv"
    path.write_text(f"{HEADER}\nHawks U12,Old,Berg,2010-01-01\nHawks U12,Young,Berg,2019-01-01\n")
    async with database.session() as session:
        league = await find_league(session)
    seen = await run_import(database, league, path, ImportOptions(dry_run=True))
    told = ["Old Berg is 17 on Aug 31, 2027, too old for Hawks U12.", "Hawks U12 has 3 players; the limit is 2."]
    assert sorted(one for one in remarks(seen) if one in told) == sorted(told)
    async with database.session() as session:
        await write_rules(session, club.league_id, LeagueRules(cutoff="08-31", refuse=(RuleName.AGE,)))
    seen = await run_import(database, league, path, ImportOptions(dry_run=True))
    assert any("would be stopped" in one for one in remarks(seen))
    with pytest.raises(RuleBroken, match="Old Berg is 17"):
        await run_import(database, league, path, ImportOptions())
    async with database.session() as session:
        assert await session.scalar(select(func.count()).select_from(Contract)) == 1
        await write_rules(session, club.league_id, LeagueRules(cutoff="08-31"))
    done = await run_import(database, league, path, ImportOptions())
    assert done.imported.created.contracts == 2
    assert [one.text for one in done.findings] == told[:1]
    again = await run_import(database, league, path, ImportOptions())
    assert again.findings == (), "what was told already is not told again"


async def test_a_new_season_follows_the_rules(database: Database) -> None:
    club, families = await a_team(database, LeagueRules(cutoff="12-31", roster_limit=2), children=3)
    asked = RollRequest("Spring 2030", pattern="keep")
    async with database.session() as session:
        plan = await plan_roll(session, club.league_id, asked)
    assert plan.age_day == date(2030, 12, 31)
    assert {one.kind for one in plan.lines} == {Proposal.TOO_OLD}
    excepted = {str(families[0].player_id): "5th grade"}
    rules = LeagueRules(cutoff="12-31", exceptions=excepted, roster_limit=2, refuse=(RuleName.AGE,))
    async with database.session() as session:
        await write_rules(session, club.league_id, rules)
        plan = await plan_roll(session, club.league_id, asked)
        assert {one.id for one in plan.lines if one.team} == {families[0].player_id}
        (key,) = {one.team for one in plan.lines if one.team}
    choice = RollChoice({one.player_id: key for one in families}, frozenset(), plan.fingerprint)
    with pytest.raises(RuleBroken, match="Kid1 Hamilton is 12 on Dec 31, 2030"):
        async with database.session() as session:
            await apply_roll(session, club.league_id, asked, choice, RollOutcome())
    async with database.session() as session:
        await write_rules(session, club.league_id, LeagueRules(cutoff="12-31", exceptions=excepted, roster_limit=2))
        plan = await plan_roll(session, club.league_id, asked)
        choice = RollChoice(choice.places, frozenset(), plan.fingerprint)
        done = await apply_roll(session, club.league_id, asked, choice, RollOutcome())
    assert len(done.notes) == 3


async def test_the_panel_of_a_team_and_the_form_of_the_rules(database: Database) -> None:
    club, _ = await a_team(database, LeagueRules(), children=2)
    async with database.session() as session:
        base = await load_rules(session, club.league_id)
        wrong = await save_rules(session, club.league_id, RulesDraft(cutoff="soon", roster_limit="0"), base=base)
        assert isinstance(wrong, Wrong)
        assert [one.field for one in wrong.problems] == ["cutoff", "roster_limit"]
        saved = await save_rules(session, club.league_id, RulesDraft(roster_limit="1", refuse_roster=True), base=base)
        assert isinstance(saved, Saved)
        assert saved.notes == ("1 thing of this season's teams against the rules: each team's panel says what.",)
    async with database.session() as session:
        late = await save_rules(session, club.league_id, RulesDraft(roster_limit="9"), base=base)
        assert isinstance(late, Overtaken)
        detail = await team_detail(session, club.league_id, club.team_id)
        assert [section.title for section in team_sections(detail)][1] == "Against the rules"
        assert [one.text for one in detail.findings] == ["Hawks U12 has 2 players; the limit is 1."]
        assert await read_findings(session, club.league_id, club.season_id) == detail.findings
        actions = list(await session.scalars(select(Audit.action).where(Audit.entity == "league")))
        assert "rules_changed" in actions
        with pytest.raises(BballError, match="no player 999"):
            await write_rules(session, club.league_id, LeagueRules(exceptions={"999": "?"}))


async def test_whoever_sees_no_birthdates_is_told_nothing_about_them(database: Database) -> None:
    club, _ = await a_team(database, LeagueRules(cutoff="08-31", roster_limit=1), children=2)
    await database.mask(masked=True)
    async with database.session() as session:
        found = await read_findings(session, club.league_id, club.season_id)
        assert [one.rule for one in found] == [RuleName.ROSTER]
        with pytest.raises(BballError, match="Your role shows no birthdates"):
            await plan_roll(session, club.league_id, RollRequest("Fall 2027"))
