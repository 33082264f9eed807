"""A new season by keys: the plan, ticks and teams in place, what is made, and taking it back."""

from datetime import date

import pytest
from sqlalchemy import func, insert, select

from bball_tui.database.engine import Database
from bball_tui.database.models import Contract, Outbox, Player, Season, Team
from bball_tui.database.states import ContractStatus, DateOrder
from bball_tui.errors import BballError
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.signing_rules import FreeText
from bball_tui.league.leagues import create_league, create_season
from bball_tui.league.seasons.roll_plan import PlayerLine, Proposal, RollPlan, TeamLine
from bball_tui.league.seasons.roll_request import Rolled, RollOutcome, RollRequest
from bball_tui.settings import Settings
from bball_tui.tui.dialogs.choose_one import ChooseOne
from bball_tui.tui.dialogs.roll_confirm import RollMake
from bball_tui.tui.dialogs.roll_players import RollPlayers
from bball_tui.tui.dialogs.roll_season import RollSeason, SeasonChoice
from tests.support.factory import Club, make_club, make_family
from tests.tui.desk_host import Desk, opened
from tests.tui.dialog_host import asking
from tests.tui.hands import resize

TEAMS = (
    TeamLine("from1", None, 1, "Hawks U12", "", "Hawks U10"),
    TeamLine("from2", None, 2, "Bulls U12", "", "Bulls U10"),
)
LINES = (
    PlayerLine(1, "Abara, Grace", "Hawks U10", 1, "from1", Proposal.RETURNS, ("Stays with the team.",), ticked=True),
    PlayerLine(2, "Berg, Ida", "Bulls U10", 2, "from2", Proposal.RETURNS, (), ticked=True),
    PlayerLine(3, "Cole, Max", "Bulls U10", 2, "", Proposal.TOO_OLD, ("12 on Aug 31, 2027: too old.",), ticked=False),
    PlayerLine(4, "Diaz, Ana", "Bulls U10", 2, "from2", Proposal.LEFT, ("Declined.",), ticked=False),
    PlayerLine(5, "Eng, Li", "Bulls U10", 2, "from2", Proposal.LEFT, ("Left out by maria.",), ticked=False, new=False),
)
PLAN = RollPlan(1, "Spring 2027", None, "Fall 2027", "U10 → U12", date(2027, 8, 31), TEAMS, LINES, 0)


async def test_what_the_plan_means_is_ticked_and_everything_says_why_and_others_once_they_have_a_team() -> None:
    async with asking(RollPlayers(PLAN), (120, 36)) as desk:
        assert "2 teams to be made · U10 → U12 · ages on Aug 31, 2027" in desk.line
        assert "2 of 5 players ticked · all that are new" in desk.line
        assert "Cole, Max" in desk.line
        assert "Eng, Li" not in desk.line, "left out before"
        assert "12 on Aug 31, 2027: too old." in desk.line
        # Nobody without a team is ticked until one is chosen.
        await desk.press("space")
        await desk.until_shown("No team fits by itself")
        await desk.press("t")
        await desk.until_shown("Team of Cole, Max")
        await desk.press("b", "enter")
        await desk.until_shown("Cole, Max: Bulls U12.")
        assert "3 of 5 players ticked" in desk.line
        await desk.press("enter")
        await desk.until_answered()
        assert desk.answers == [{1: "from1", 2: "from2", 3: "from2"}]


async def test_one_kind_or_one_team_at_a_time() -> None:
    async with asking(RollPlayers(PLAN), (120, 36)) as desk:
        for shown, hidden in (("too old", "Diaz"), ("left", "Cole"), ("returns", "Diaz"), ("left out before", "Diaz")):
            await desk.press("f")
            await desk.until_shown(f"only {shown}")
            assert hidden not in desk.line
        assert "Eng, Li" in desk.line
        await desk.press("f")
        await desk.until_shown("all that are new")
        await desk.press("w")
        await desk.until_shown("Last season's team")
        await desk.press("h", "enter")
        await desk.until_shown("last season in Hawks U10")
        assert "Berg" not in desk.line
        await desk.press("escape")
        assert desk.answers == [None]


async def test_a_list_is_chosen_from_by_letter() -> None:
    async with asking(ChooseOne("Team", [("a", "Hawks"), ("b", "Bulls"), ("c", "Bears")], "a")) as desk:
        await desk.press("b", "b", "enter")
        assert desk.answers == ["c"]


async def test_age_groups_and_name_are_proposed_and_what_was_typed_stays() -> None:
    asked: list[RollRequest] = []

    async def suggest(season_id: int) -> str:
        return f"U10 → U{11 + season_id}"

    async def plan(request: RollRequest) -> RollPlan:
        asked.append(request)
        if len(asked) == 1:
            raise BballError("There is no such thing.")
        return PLAN

    def usual_day(name: str) -> date:
        return date(2028, 8, 31) if name == "Spring 2028" else date(2027, 8, 1)

    seasons = [SeasonChoice(1, "Spring 2027", "Spring 2028"), SeasonChoice(2, "Fall", "")]
    today = date(2027, 8, 1)
    dialog = RollSeason(seasons, 1, suggest=suggest, plan=plan, usual_day=usual_day, order=DateOrder.YMD, today=today)
    async with asking(dialog, (120, 36)) as desk:
        await desk.until_shown("U10 → U12")
        assert "Spring 2028" in desk.line
        await desk.until_shown("2028-08-31 if left empty")
        await desk.go_to("#name")
        await desk.type("9")
        await desk.until_shown("2027-08-01 if left empty")
        desk.widget("#name").value = "Spring 2028"  # type: ignore[attr-defined]
        await desk.until_shown("2028-08-31 if left empty")
        await desk.go_to("#day")
        await desk.type("soon")
        await desk.press("enter")
        await desk.until_shown("That isn't a date")
        desk.widget("#day").value = "2027-08-31"  # type: ignore[attr-defined]
        await desk.press("enter")
        await desk.until_shown("There is no such thing.")
        await desk.press("enter")
        await desk.until_answered()
        assert asked[1] == RollRequest("Spring 2028", 1, "U10 → U12", date(2027, 8, 31))
        (answer,) = desk.answers
        assert answer is not None
        assert answer.plan == PLAN


@pytest.mark.parametrize("offers", [False, True])
async def test_what_will_be_made_is_said_before_it_is(offers: bool) -> None:
    made: list[RollOutcome] = []

    async def make(outcome: RollOutcome) -> Rolled:
        made.append(outcome)
        return Rolled(2, "Fall 2027", True, 2, 2, 0, 3)

    places = {1: "from1", 2: "from2"}
    dialog = RollMake(PLAN, places, make, mails=True, order=DateOrder.YMD, today=date(2027, 8, 1))
    async with asking(dialog, (120, 36)) as desk:
        assert "The season Fall 2027 is made from Spring 2027. 2 teams are made. 2 players get a contract." in desk.line
        assert "3 players left out" in desk.line
        assert "Due on" not in desk.line
        if offers:
            await desk.press("space", "down", "enter")
            await desk.until_shown("Due on")
            await desk.go_to("#due")
            await desk.type("2020-01-01")
            await desk.press("enter")
            await desk.until_shown("That day has passed.")
            desk.widget("#due").value = "2027-09-30"  # type: ignore[attr-defined]
        await desk.press("enter")
        await desk.until_answered()
    expected = RollOutcome(ContractStatus.DRAFT, None, False, 3600, False)
    if offers:
        expected = RollOutcome(ContractStatus.OFFERED, date(2027, 9, 30), True, 3600, False)
    assert made == [expected]


async def league_with(database: Database, names: tuple[str, ...]) -> Club:
    async with database.session() as session:
        club = await make_club(session, team="Hawks U10")
        for name in names:
            family = await make_family(session, club, first=name, birthdate=date(2018, 5, 12))
            request = SigningRequest(((family.contract_id, 1),), FreeText("Rosa"))
            assert (await sign(session, club.league_id, request)).signed
    return club


async def to_the_last_step(desk: Desk) -> None:
    await desk.press("greater_than_sign")
    await desk.shows("New season", "U10 → U12", "Spring 2028")
    await desk.press("enter")
    await desk.shows("Spring 2027 → Spring 2028", "2 of 2 players ticked")
    await desk.press("enter")
    await desk.shows("2 players get a contract.")


async def test_a_season_is_made_and_taken_back_by_keys_and_the_rules_of_the_league_are_set(
    quiet: Settings, database: Database
) -> None:
    await league_with(database, ("Amara", "Bea"))
    async with opened(quiet) as desk:
        await to_the_last_step(desk)
        await desk.press("space", "down", "enter")
        await desk.shows("Due on")
        await desk.press("tab", "tab", "space", "tab", "space", "enter")
        await desk.shows("Westside Basketball · Spring 2028", "0/2", "no worker, 4 wait")
        async with database.session() as session:
            statuses = list(
                await session.scalars(select(Contract.status).join(Season).where(Season.name == "Spring 2028"))
            )
        assert statuses == ["offered", "offered"]
        await desk.press("Z")
        await desk.shows("Take Spring 2028 back?", "2 contracts of Spring 2028", "2 e-mails would be canceled")
        await desk.press("y")
        await desk.shows("Westside Basketball · Spring 2027", "2/2", "no worker, 2 wait")
        async with database.session() as session:
            assert await session.scalar(select(func.count()).select_from(Season)) == 1
            assert await session.scalar(select(func.count()).select_from(Team)) == 1
            kinds = select(func.count()).select_from(Outbox).where(Outbox.kind == "contract_offered")
            assert await session.scalar(kinds) == 0
        await desk.until(lambda: desk.app.screen is desk.app.desk)

        await desk.press("percent_sign")
        await desk.shows("Rules of the league", "Cut-off")
        await desk.press(*"13-01", "enter")
        await desk.shows("is no day")
        await desk.press("ctrl+u", *"08-31", "tab", "tab", "1", "enter")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        await desk.press("2")
        await desk.shows("Rules", "! 2", "Against the rules", "both wear 00.", "2 players; the limit")
        # The day on which ages count is named where it is left empty.
        await desk.press("greater_than_sign")
        await desk.shows("Spring 2028", "2028-08-31 if left empty")
        await desk.press("enter")
        await desk.shows("ages on Aug 31, 2028")


async def test_without_a_season_or_with_nothing_in_it_there_is_nothing_to_begin_from(
    quiet: Settings, database: Database
) -> None:
    async with database.session() as session:
        league = await create_league(session, "Westside Basketball")
    async with opened(quiet) as desk:
        await desk.press("greater_than_sign")
        await desk.shows("There is no season to begin from yet. Import a roster first (i).")
        await desk.press("escape", "Z")
        await desk.shows("No season here was made from another one.")
        async with database.session() as session:
            await create_season(session, league.id, "Spring 2027")
        await desk.shows("Westside Basketball · Spring 2027")
        await resize(desk.pilot, (60, 20))
        await desk.press("greater_than_sign")
        await desk.until(lambda: isinstance(desk.app.screen, RollSeason))
        await desk.press(*"Fall", "enter")
        await desk.shows("has no players and no teams", "(.)")


async def test_esc_leads_back_one_step_and_keeps_the_ticks_and_a_plan_that_is_over_is_shown_again(
    quiet: Settings, database: Database
) -> None:
    club = await league_with(database, ("Amara", "Bea"))
    async with opened(quiet) as desk:
        await to_the_last_step(desk)
        await desk.press("escape")
        await desk.shows("2 of 2 players ticked")
        await desk.press("space")
        await desk.shows("1 of 2 players ticked")
        await desk.press("enter")
        await desk.shows("One player gets a contract.", "1 player left out")
        await desk.press("escape")
        await desk.shows("1 of 2 players ticked")
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        async with database.session() as session:
            assert await session.scalar(select(func.count()).select_from(Season)) == 1
        await to_the_last_step(desk)
        async with database.session() as session:
            player = await session.scalar(select(Player.id).where(Player.first_name == "Bea"))
            season = await session.scalar(
                insert(Season).values(league_id=club.league_id, name="Spring 2028").returning(Season.id)
            )
            team = await session.scalar(
                insert(Team).values(league_id=club.league_id, season_id=season, name="Owls").returning(Team.id)
            )
            await session.execute(
                insert(Contract).values(league_id=club.league_id, season_id=season, team_id=team, player_id=player)
            )
        await desk.press("enter")
        await desk.shows("nothing was made", "This is the plan now", "1 of 1 player ticked")
        await desk.press("enter")
        await desk.shows("One player gets a contract.")
        await desk.press("enter")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
    async with database.session() as session:
        made = select(func.count()).select_from(Contract).join(Season).where(Season.name == "Spring 2028")
        assert await session.scalar(made) == 2


async def test_what_was_signed_is_not_taken_back(quiet: Settings, database: Database) -> None:
    await league_with(database, ("Amara", "Bea"))
    async with opened(quiet) as desk:
        await to_the_last_step(desk)
        await desk.press("space", "down", "enter")
        await desk.shows("Due on")
        await desk.press("enter")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        async with database.session() as session:
            contract = await session.scalar(select(func.min(Contract.id)).where(Contract.status == "offered"))
            assert contract is not None
            league = await session.scalar(select(Season.league_id).limit(1))
            assert league is not None
            assert (await sign(session, league, SigningRequest(((contract, 1),), FreeText("Rosa")))).signed
        await desk.press("Z")
        await desk.shows("It cannot be taken back", "1 contract was", "signed since (Amara Hamilton)")
