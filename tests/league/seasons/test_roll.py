"""A new season from the old one: the plan with its reasons, and what is made of it."""

from datetime import date

import pytest
from msgspec.structs import replace
from sqlalchemy import insert, text, update

from bball_tui.database.engine import Database
from bball_tui.database.models import Contract, League, Season, Team
from bball_tui.errors import BballError
from bball_tui.league.contracts.lifecycle import Transition
from bball_tui.league.rules.store import write_rules
from bball_tui.league.rules.team_check import LeagueRules
from bball_tui.league.seasons.roll import RollMoved, apply_roll
from bball_tui.league.seasons.roll_plan import Proposal
from bball_tui.league.seasons.roll_request import RollChoice, RollOutcome, RollRequest
from tests.league.seasons.rolling import FALL, Rolling, S, line, place
from tests.support.factory import Parent


async def test_teams_are_renamed_and_players_stay_with_them(league: Rolling) -> None:
    family = await league.player("Amara")
    plan = await league.plan()
    assert plan.pattern == "U10 → U12"
    assert [(one.was, one.label) for one in plan.teams] == [("Hawks U10", "Hawks U12")]
    amara = line(plan, "Amara")
    assert (amara.kind, amara.ticked) == (Proposal.RETURNS, True)
    assert amara.reason == "Stays with the team, now Hawks U12."
    done = await league.roll(plan)
    assert (done.made_season, done.teams, done.contracts, done.mails) == (True, 1, 1, 0)
    assert await league.contracts(done.season_id) == [("Amara", "Hawks U12", "draft")]
    assert family.player_id in plan.ticked()


async def test_a_pattern_that_keeps_names_moves_the_old_up(league: Rolling) -> None:
    await league.team("Hawks U12")
    await league.player("Young", born=date(2018, 3, 1))
    await league.player("Ten", born=date(2017, 8, 31))
    await league.player("Almost", born=date(2017, 9, 1))
    await league.player("Old", born=date(2014, 1, 1))
    plan = await league.plan(replace(FALL, pattern="keep"))
    assert {name: (line(plan, name).kind, place(plan, name)) for name in ("Young", "Ten", "Almost", "Old")} == {
        "Young": (Proposal.RETURNS, "Hawks U10"),
        "Ten": (Proposal.MOVES_UP, "Hawks U12"),
        "Almost": (Proposal.RETURNS, "Hawks U10"),
        "Old": (Proposal.TOO_OLD, ""),
    }
    assert line(plan, "Ten").reason == "10 on Aug 31, 2027: too old for Hawks U10, moves to Hawks U12."
    assert not line(plan, "Old").ticked
    assert line(plan, "Ten").ticked


async def test_what_speaks_against_a_player_takes_the_tick_away_and_says_why(league: Rolling) -> None:
    gone = await league.player("Gone")
    await league.end(gone.contract_id, Transition.RELEASE)
    no = await league.player("No", signed=False)
    await league.end(no.contract_id, Transition.DECLINE)
    mistake = await league.player("Mistake", signed=False)
    await league.end(mistake.contract_id, Transition.VOID)
    await league.player("Owing", signed=False)
    await league.player("Unborn", born=None)
    await league.player("Alone", parents=())
    await league.player("Paper", parents=(Parent(email=None),))
    plan = await league.plan()
    assert {one.player.split(", ")[1]: (one.kind, one.ticked) for one in plan.lines} == {
        "Gone": (Proposal.LEFT, False),
        "No": (Proposal.LEFT, False),
        "Owing": (Proposal.OWES, False),
        "Unborn": (Proposal.NO_BIRTHDATE, False),
        "Alone": (Proposal.NO_CONTACT, True),
        "Paper": (Proposal.NO_CONTACT, True),
    }
    assert "Was released last season." in line(plan, "Gone").reason
    assert "Declined last season." in line(plan, "No").reason
    assert "offered, never signed" in line(plan, "Owing").reason
    assert "No parent with an e-mail address is known" in line(plan, "Paper").reason


async def test_a_player_in_two_teams_belongs_where_the_contract_lives(league: Rolling) -> None:
    bulls = await league.team("Bulls U10")
    family = await league.player("Amara")
    await league.end(family.contract_id, Transition.RELEASE)
    async with league.database.session() as session:
        moved = await session.scalar(
            insert(Contract)
            .values(
                league_id=league.club.league_id,
                season_id=league.club.season_id,
                team_id=bulls.team_id,
                player_id=family.player_id,
                status=S.OFFERED,
                offered_on=date(2026, 11, 2),
            )
            .returning(Contract.id)
        )
    assert moved is not None
    await league.sign(moved)
    amara = line(await league.plan(), "Amara")
    assert (amara.kind, amara.was, amara.ticked) == (Proposal.TWO_TEAMS, "Bulls U10", True)
    assert "Was in Hawks U10 and Bulls U10 last season." in amara.reason
    await league.end(moved, Transition.RELEASE)
    amara = line(await league.plan(), "Amara")
    assert not amara.ticked
    assert (await league.roll()).contracts == 0


async def test_a_full_team_takes_those_who_stay_first(league: Rolling) -> None:
    await league.team("Hawks U12")
    for name in ("Anna", "Bea"):
        await league.player(name, born=date(2017, 1, 1))
    upper = await league.team("Hawks U14")
    del upper
    asked = replace(FALL, pattern="keep", roster_limit=1)
    plan = await league.plan(asked)
    assert [(one.kind, one.ticked) for one in plan.lines] == [(Proposal.MOVES_UP, True), (Proposal.FULL, False)]
    assert "Hawks U12 is full (1 player)." in plan.lines[1].reason


async def test_two_teams_never_get_one_name(league: Rolling) -> None:
    await league.team("Hawks U12")
    await league.player("Amara")
    plan = await league.plan(replace(FALL, pattern="U10 = U12"))
    assert [bool(one.problem) for one in plan.teams] == [True, True]
    assert "would all be called Hawks U12" in plan.teams[0].problem
    assert (line(plan, "Amara").kind, line(plan, "Amara").ticked) == (Proposal.NO_TEAM, False)
    assert plan.warnings
    # Of divisions, too, and without regard to case.
    await league.team("hawks", "U12")
    assert (await league.plan()).teams


async def test_a_later_run_has_only_what_is_new(league: Rolling) -> None:
    await league.player("Amara")
    first = await league.roll()
    await league.player("Later")
    plan = await league.plan()
    assert [one.player for one in plan.lines] == ["Hamilton, Later"]
    assert plan.already == 1
    again = await league.roll(plan)
    assert (again.made_season, again.teams, again.contracts) == (False, 0, 1)
    nothing = await league.roll()
    assert (nothing.contracts, nothing.teams, nothing.made_season) == (0, 0, False)
    assert first.season_id == again.season_id


async def test_whom_staff_left_out_is_not_new_next_time(league: Rolling) -> None:
    await league.player("Amara")
    out = await league.player("Out")
    plan = await league.plan()
    places = {one: team for one, team in plan.ticked().items() if one != out.player_id}
    assert (await league.roll(plan, places=places)).left_out == 1
    left = line(await league.plan(), "Out")
    assert (left.new, left.ticked) == (False, False)
    assert "Left out by " in left.reason


async def test_a_team_that_was_renamed_meanwhile_is_still_the_same(league: Rolling) -> None:
    await league.player("Amara")
    done = await league.roll()
    async with league.database.session() as session:
        await session.execute(update(Team).where(Team.season_id == done.season_id).values(name="Golden Hawks"))
    await league.player("Later")
    plan = await league.plan()
    assert [one.label for one in plan.teams] == ["Golden Hawks"]
    await league.roll(plan)
    assert {team for _, team, _ in await league.contracts(done.season_id)} == {"Golden Hawks"}


async def test_a_season_that_has_teams_already_is_filled_up(league: Rolling) -> None:
    async with league.database.session() as session:
        season = await session.scalar(
            insert(Season).values(league_id=league.club.league_id, name="Fall 2027").returning(Season.id)
        )
        await session.execute(update(League).values(current_season_id=league.club.season_id))
    assert season is not None
    await league.team("HAWKS U12", season_id=season)
    await league.team("Lions U8", season_id=season)
    await league.player("Amara")
    plan = await league.plan()
    assert [(one.was, one.label, one.team_id is None) for one in plan.teams] == [
        ("Hawks U10", "HAWKS U12", False),
        ("", "Lions U8", False),
    ]
    await league.roll(plan)
    assert await league.contracts(season) == [("Amara", "HAWKS U12", "draft")]


async def test_what_was_previewed_is_what_is_written(league: Rolling) -> None:
    await league.player("Amara")
    plan = await league.plan()
    await league.player("Surprise")
    before = await league.picture()
    with pytest.raises(RollMoved, match="nothing was made"):
        await league.roll(plan)
    assert await league.picture() == before


async def test_two_people_at_once_make_everything_once(league: Rolling, marias_database: Database) -> None:
    await league.player("Amara")
    plan = await league.plan()
    maria = Rolling(marias_database, league.club)
    assert await maria.plan() == plan
    await league.roll(plan)
    with pytest.raises(RollMoved):
        await maria.roll(plan)


async def test_a_run_that_breaks_off_leaves_nothing_and_the_next_one_makes_all(league: Rolling) -> None:
    await league.player("Amara")
    plan, before = await league.plan(), await league.picture()
    choice = RollChoice(plan.ticked(), frozenset(), plan.fingerprint)
    with pytest.raises(BballError):
        async with league.database.session() as session:
            assert (await apply_roll(session, league.club.league_id, FALL, choice, RollOutcome())).contracts == 1
            await session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert await league.picture() == before
    done = await league.roll(plan)
    assert (done.teams, done.contracts) == (1, 1)


async def test_a_cutoff_on_29_february_is_the_last_day_of_it(league: Rolling) -> None:
    """In 2027 that is the 28th: who turns 12 that day moves up, who does on 1 March stays."""
    await league.player("Old", born=date(2015, 2, 28))
    await league.player("Young", born=date(2015, 3, 1))
    async with league.database.session() as session:
        await write_rules(session, league.club.league_id, LeagueRules(cutoff="02-29"))
    plan = await league.plan(RollRequest("Fall 2027"))
    assert plan.age_day == date(2027, 2, 28)
    assert line(plan, "Old").reason.startswith("12 on Feb 28, 2027: too old for Hawks U12")
    assert line(plan, "Young").kind is Proposal.RETURNS
    assert (await league.plan(RollRequest("Fall 2028"))).age_day == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("asked", "outcome", "words"),
    [
        (RollRequest("  "), RollOutcome(), "has no name"),
        (RollRequest("Spring 2027"), RollOutcome(), "no season to begin from"),
        (RollRequest("Spring 2027", source_id=1), RollOutcome(), "cannot become itself"),
        (RollRequest("Fall", source_id=99), RollOutcome(), "That season isn't in this league"),
        (RollRequest("Fall", pattern="U10"), RollOutcome(), "does not say which age group"),
        (RollRequest("Fall"), RollOutcome(S.SIGNED), "drafts or offers"),
        (RollRequest("Fall"), RollOutcome(due_on=date(2099, 1, 1)), "no due date"),
        (RollRequest("Fall"), RollOutcome(mails=True), "told of a draft"),
        (RollRequest("Fall"), RollOutcome(S.OFFERED, date(2020, 1, 1)), "lies before"),
        (RollRequest("Fall"), RollOutcome(S.OFFERED, hold_seconds=-1), "undo time"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_made(
    league: Rolling, asked: RollRequest, outcome: RollOutcome, words: str
) -> None:
    if asked.source_id == 1:
        asked = replace(asked, source_id=league.club.season_id)
    await league.player("Amara")
    before = await league.picture()
    with pytest.raises(BballError, match=words):
        await league.roll(asked=asked, outcome=outcome)
    assert await league.picture() == before


async def test_only_players_and_teams_of_the_plan_can_be_chosen(league: Rolling) -> None:
    family = await league.player("Amara")
    for places, words in (
        ({family.player_id + 999: "x"}, "isn't in this plan"),
        ({family.player_id: ""}, "no team yet"),
        ({family.player_id: "team999"}, "no such team"),
    ):
        with pytest.raises(BballError, match=words):
            await league.roll(places=places)
