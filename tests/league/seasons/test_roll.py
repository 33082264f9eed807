"""A new season from the old one: the plan with its reasons, what is made of it, and taking it back."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, text, update

from bball_tui.database.engine import Database
from bball_tui.database.models import Audit, Contract, League, Outbox, Player, Season, Team
from bball_tui.database.states import ContractStatus, OutboxState
from bball_tui.errors import BballError
from bball_tui.league.contracts.lifecycle import Transition
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.signing_rules import FreeText
from bball_tui.league.contracts.transitions import TransitionRequest, apply_transition
from bball_tui.league.merging.merge import MergeRequest, merge_people
from bball_tui.league.merging.people import Person
from bball_tui.league.merging.unmerge import unmerge_people
from bball_tui.league.rules.rules import LeagueRules
from bball_tui.league.rules.store import write_rules
from bball_tui.league.seasons.roll import RollMoved, apply_roll, plan_roll
from bball_tui.league.seasons.roll_plan import PlayerLine, Proposal, RollPlan
from bball_tui.league.seasons.roll_request import RollChoice, Rolled, RollOutcome, RollRequest
from bball_tui.league.seasons.roll_undo import RollUndone, preview_undo, undo_roll
from bball_tui.league.seasons.undo_words import undone_words
from tests.support.factory import Club, Family, Parent, make_club, make_family

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


@pytest.fixture
async def league(database: Database) -> Rolling:
    async with database.session() as session:
        club = await make_club(session, team="Hawks U10")
    return Rolling(database, club)


def line(plan: RollPlan, first: str) -> PlayerLine:
    (found,) = [one for one in plan.lines if one.player.endswith(f", {first}")]
    return found


def place(plan: RollPlan, first: str) -> str:
    team = plan.team(line(plan, first).team)
    return "" if team is None else team.label


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


async def test_offers_with_mails_that_wait_and_go_back_with_the_whole(league: Rolling) -> None:
    await league.player("Amara")
    await league.player("Paper", parents=())
    before = await league.picture()
    due = datetime.now(UTC).date() + timedelta(days=30)
    done = await league.roll(outcome=RollOutcome(S.OFFERED, due, mails=True, hold_seconds=3600, show=True))
    assert (done.contracts, done.mails) == (2, 1)
    async with league.database.session() as session:
        state, held = (
            await session.execute(
                select(Outbox.state, Outbox.available_at > func.now() + timedelta(minutes=50)).where(
                    Outbox.kind == "contract_offered"
                )
            )
        ).one()
        assert (state, held) == (OutboxState.QUEUED, True)
        shown = await session.scalar(select(League.current_season_id))
        assert shown == done.season_id
        effect = await preview_undo(session, league.club.league_id, done.season_id)
        assert (len(effect.removed), effect.void, effect.unsent, effect.obstacle) == (2, (), 1, None)
    undone = await league.undo(done.season_id)
    assert (undone.contracts, undone.void, undone.cancelled, undone.teams, undone.season_gone) == (2, 0, 1, 1, True)
    assert await league.picture() == before
    with pytest.raises(BballError, match="Nothing in this season"):
        await league.undo(done.season_id)


async def test_a_family_that_was_told_keeps_a_void_contract(league: Rolling) -> None:
    await league.player("Amara")
    await league.player("Bea", parents=())
    done = await league.roll(outcome=RollOutcome(S.OFFERED, mails=True))
    async with league.database.session() as session:
        await session.execute(
            update(Outbox)
            .where(Outbox.kind == "contract_offered")
            .values(state="sent", finalized_at=func.now(), claims=1, attempts=1, provider="smtp")
        )
        effect = await preview_undo(session, league.club.league_id, done.season_id)
        assert effect.told == ("rosa@families.test",)
    undone = await league.undo(done.season_id)
    assert (undone.contracts, undone.void, undone.kept_teams, undone.season_gone) == (2, 1, 1, False)
    assert await league.contracts(done.season_id) == [("Amara", "Hawks U12", "void")]
    # A mistake does not count: both are proposed again, into the team that is there.
    plan = await league.plan()
    assert [one.ticked for one in plan.lines] == [True, True]
    assert (await league.roll(plan)).teams == 0


async def test_nothing_is_taken_back_once_somebody_signed(league: Rolling) -> None:
    for name in ("Amara", "Bea"):
        await league.player(name)
    done = await league.roll(outcome=RollOutcome(S.OFFERED))
    async with league.database.session() as session:
        first = await session.scalar(select(func.min(Contract.id)).where(Contract.season_id == done.season_id))
    assert first is not None
    await league.sign(first)
    before = await league.picture()
    with pytest.raises(BballError, match=r"1 contract was signed since \(Amara Hamilton\)"):
        await league.undo(done.season_id)
    assert await league.picture() == before


async def test_runs_are_taken_back_one_after_the_other(league: Rolling) -> None:
    await league.player("Amara")
    before = await league.picture()
    done = await league.roll()
    between = await league.picture()
    async with league.database.session() as session:
        await make_family(session, league.club, first="Later", birthdate=date(2017, 5, 12))
    await league.roll(places={line(await league.plan(), "Later").id: line(await league.plan(), "Later").team})
    assert len(await league.contracts(done.season_id)) == 2
    await league.undo(done.season_id)
    assert [first for first, _, _ in await league.contracts(done.season_id)] == ["Amara"]
    await league.undo(done.season_id)
    async with league.database.session() as session:
        assert await session.scalar(select(func.count()).select_from(Season)) == 1
        actions = list(await session.scalars(select(Audit.action).where(Audit.entity == "season").order_by(Audit.id)))
    assert actions.count("season_rolled") == actions.count("season_roll_undone") == 2
    assert before != between


@pytest.mark.parametrize(
    ("asked", "outcome", "words"),
    [
        (RollRequest("  "), RollOutcome(), "has no name"),
        (RollRequest("Spring 2027"), RollOutcome(), "no season to begin from"),
        (RollRequest("Spring 2027", source_id=1), RollOutcome(), "cannot become itself"),
        (RollRequest("Fall", source_id=99), RollOutcome(), "no season 99"),
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


async def test_a_season_that_was_taken_back_does_not_come_back_with_a_merge(league: Rolling) -> None:
    jon = await league.player("Jon")
    jonathan = await league.player("Jonathan", parents=(Parent(email="dan@families.test"),))
    done = await league.roll(outcome=RollOutcome(S.OFFERED, mails=True))
    await league.end(jonathan.contract_id, Transition.VOID)
    async with league.database.session() as session:
        asked = MergeRequest(Person.PLAYER, jon.player_id, jonathan.player_id, {})
        merged = await merge_people(session, league.club.league_id, asked)
        assert (len(merged.ended), len(merged.cancelled)) == (1, 1)
    assert "1 team stays: someone is in it, or it has a chat." in undone_words(await league.undo(done.season_id))
    async with league.database.session() as session:
        back = await unmerge_people(session, league.club.league_id, Person.PLAYER, jonathan.player_id)
        assert (back.restored, back.promised) == ((), ())
        assert back.notes == ("1 contract stays void: what made it was taken back meanwhile.",)
    assert await league.contracts(done.season_id) == [("Jonathan", "Hawks U12", S.VOID)]
    async with league.database.session() as session:
        waiting = select(Outbox.recipient).where(Outbox.state == OutboxState.QUEUED, Outbox.kind == "contract_offered")
        assert not (await session.scalars(waiting)).all()
