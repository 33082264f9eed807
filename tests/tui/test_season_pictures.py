"""The season in pictures: every bar counts what its list shows, reads without colors, and leads there."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, text, update

from bball_tui.database.engine import Database
from bball_tui.database.models import Contract, Season, Team
from bball_tui.database.states import ContractStatus
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.filters.attention import Attention
from bball_tui.league.roster.lists import list_contracts
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.league.season_picture import SeasonPicture, by_week, read_season_picture
from bball_tui.settings import Settings
from bball_tui.tui.tabs.season_pictures import MISSING, OFFERED, SIGNED, SILENT, SeasonPictures, _shares
from bball_tui.tui.tabs.today import TodayPane
from tests.support.factory import Club, Parent, make_club, make_family
from tests.tui.desk_host import Desk, opened

SMALL = (60, 20)


@pytest.fixture
async def club(database: Database) -> Club:
    """Two teams; of the Hawks two have signed, one is overdue, one has no e-mail, one is fine and one due later."""
    async with database.session() as session:
        club = await make_club(session)
        ids = [(await make_family(session, club, first=f"Kid{number}")).contract_id for number in range(5)]
        await make_family(session, club, first="Mute", parents=(Parent(email=None),))
        await sign(session, club.league_id, SigningRequest(tuple((one, 1) for one in ids[:2])))
        for contract_id, days in ((ids[2], -3), (ids[3], 3), (ids[4], 30)):
            due = text(f"current_date + {days}")
            await session.execute(
                update(Contract).where(Contract.id == contract_id).values(due_on=due, offered_on=date(2026, 1, 1))
            )
        owls = await session.scalar(
            insert(Team).values(league_id=club.league_id, season_id=club.season_id, name="Owls").returning(Team.id)
        )
        assert owls is not None
        await make_family(session, Club(club.league_id, club.season_id, owls), first="Olga")
    return club


async def picture_of(database: Database, club: Club) -> SeasonPicture:
    async with database.session() as session:
        found = await read_season_picture(session, club.league_id, club.season_id)
    assert found is not None
    return found


async def test_every_number_is_what_its_list_has(database: Database, club: Club) -> None:
    picture = await picture_of(database, club)
    hawks, owls = picture.teams
    assert (hawks.name, hawks.signed, hawks.offered, hawks.silent, hawks.missing) == ("Hawks U12", 2, 2, 1, 1)
    assert (owls.name, owls.total, owls.offered) == ("Owls", 1, 1)
    async with database.session() as session:
        counts = []
        for trouble in (Attention.OVERDUE, Attention.DUE_SOON, Attention.DUE_LATER, Attention.NO_DUE):
            wanted = RosterFilter(season_id=club.season_id, troubles=(trouble,))
            counts.append(len(await list_contracts(session, club.league_id, wanted)))
    due = picture.due
    assert [due.overdue, due.soon, due.later, due.never] == counts == [1, 1, 1, 2]
    assert (picture.now.weeks, picture.last, picture.more_teams) == ((2,), None, 0)


async def test_the_season_before_stands_beside_it(database: Database, club: Club) -> None:
    async with database.session() as session:
        await session.execute(update(Season).values(starts_on=date(2027, 3, 1)))
        old = await session.scalar(
            insert(Season)
            .values(league_id=club.league_id, name="Fall 2026", starts_on=date(2026, 9, 1))
            .returning(Season.id)
        )
        assert old is not None
        team = await session.scalar(
            insert(Team).values(league_id=club.league_id, season_id=old, name="Old").returning(Team.id)
        )
        assert team is not None
        before = Club(club.league_id, old, team)
        families = [await make_family(session, before, first=f"Past{number}") for number in range(3)]
        for family, weeks in zip(families, (0, 0, 2), strict=True):
            day = datetime.now(UTC).date() - timedelta(days=60 - 7 * weeks)
            request = SigningRequest(((family.contract_id, 1),), signed_on=day)
            await sign(session, club.league_id, request)
        await session.execute(
            update(Contract)
            .where(Contract.id == families[1].contract_id)
            .values(status=ContractStatus.RELEASED, signature_id=None, status_reason="moved")
        )
    picture = await picture_of(database, club)
    assert picture.last is not None
    assert (picture.last.season, picture.last.weeks) == ("Fall 2026", (1, 1, 2))
    assert (await picture_of(database, before)).last is None


@given(st.dictionaries(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.integers(1, 50), max_size=60))
def test_a_curve_only_rises_and_ends_with_all(days: dict[date, int]) -> None:
    weeks = by_week(days)
    assert list(weeks) == sorted(weeks)
    assert (weeks[-1] if weeks else 0) == sum(days.values())


@given(st.lists(st.integers(0, 500), min_size=4, max_size=4), st.integers(8, 60))
def test_a_bar_is_as_long_as_it_should_be_and_hides_nothing(numbers: list[int], cells: int) -> None:
    signs = (SIGNED, OFFERED, SILENT, MISSING)
    shares = _shares(list(zip(signs, numbers, strict=True)), cells)
    assert all((shares[sign] > 0) == (number > 0) for sign, number in zip(signs, numbers, strict=True))
    if any(numbers):
        assert sum(shares.values()) == cells


async def pictures(desk: Desk) -> SeasonPictures:
    """Today with its pictures before the eyes."""
    await desk.press("1")
    await desk.shows("things need you.")
    shown = desk.app.screen.query_one(SeasonPictures)
    if not shown.has_focus:
        await desk.press("v")
    await desk.shows("Due dates of open offers", "overdue")
    return shown


@pytest.mark.usefixtures("club")
async def test_each_bar_leads_to_its_list_and_a_look_that_is_broken_off_by_the_next_one_is_made_again(
    mailless: Settings,
) -> None:
    async with opened(mailless, SMALL) as desk:
        shown = await pictures(desk)
        pane = desk.app.desk.pane
        assert isinstance(pane, TodayPane)
        shown.picture, pane._pictured = None, (0.0, None)
        pane.watch_day(pane.day)
        await asyncio.sleep(0)  # the first look has begun
        await asyncio.sleep(0)
        pane.watch_day(pane.day)
        await desk.until(lambda: shown.picture is not None)
        await desk.shows("Due dates of open offers", "overdue")
        assert shown.has_focus
        await desk.press("down", "enter")
        await desk.shows("Kid2", "1 of 7")
        assert "Kid3" not in desk.text
        await pictures(desk)
        await desk.press("end", "up", "up")
        await desk.shows("2 of 6", SIGNED, OFFERED, SILENT, MISSING)
        await desk.press("enter")
        await desk.shows("eam: Hawks U12", "Mute")
        assert "Olga" not in desk.text
        await pictures(desk)
        await desk.press("escape")
        await desk.until(lambda: not shown.has_focus)
