"""What the season's contracts say about this day."""

import pytest
from sqlalchemy import text

from bball_tui.database.engine import Database
from bball_tui.database.states import WAITING_STATUSES, ContractStatus
from bball_tui.league.filters.attention import Attention
from bball_tui.league.roster.lists import list_contracts
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.league.today import read_contract_day
from tests.support.factory import Parent, make_club, make_family
from tests.support.mails import signed_family

SILENT = (Parent(email=None), Parent(email="x@families.test", receives_email=False))


@pytest.mark.parametrize(
    ("zone", "overdue"), [("Pacific/Kiritimati", 1), ("Etc/GMT+12", 0)], ids=["a day ahead", "a day behind"]
)
async def test_a_contract_is_overdue_by_the_leagues_own_date(database: Database, zone: str, overdue: int) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
        # The day that is over in one zone and has hardly begun in the other.
        await session.execute(
            text(
                "UPDATE contract SET offered_on = '2020-01-01', "
                "due_on = (now() AT TIME ZONE 'Pacific/Kiritimati')::date - 1 WHERE id = :id"
            ),
            {"id": family.contract_id},
        )
        await session.execute(text("UPDATE league SET timezone = :zone"), {"zone": zone})
        found = await read_contract_day(session, club.league_id, club.season_id)
        listed = await list_contracts(session, club.league_id, RosterFilter(troubles=(Attention.OVERDUE,)))
    assert (found.overdue, len(listed), found.overdue_since is not None) == (overdue, overdue, bool(overdue))


async def test_players_with_an_offer_whom_no_mail_reaches(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        mute = await make_family(session, club, first="Mute", parents=SILENT)
        blocked = await make_family(session, club, first="Blocked", parents=(Parent(email="b@families.test"),))
        await make_family(session, club, first="Fine")
        await make_family(session, club, first="Draft", parents=SILENT, status=ContractStatus.DRAFT)
        await session.execute(
            text("INSERT INTO suppression (league_id, email, reason) VALUES (:id, 'B@families.test', 'asked')"),
            {"id": club.league_id},
        )
        found = await read_contract_day(session, club.league_id, club.season_id)
        listed = await list_contracts(
            session, club.league_id, RosterFilter(statuses=WAITING_STATUSES, troubles=(Attention.UNREACHABLE,))
        )
    assert found.unreachable == 2
    assert {row.id for row in listed} == {mute.contract_id, blocked.contract_id}


async def test_an_address_that_another_league_blocked_is_reached(database: Database) -> None:
    async with database.session() as session:
        other = await make_club(session, slug="eastside")
        await make_family(session, other)
        club = await make_club(session)
        await make_family(session, club, parents=(Parent(email="b@families.test"),))
        await session.execute(
            text("INSERT INTO suppression (league_id, email, reason) VALUES (:id, 'b@families.test', 'asked')"),
            {"id": other.league_id},
        )
        found = await read_contract_day(session, club.league_id, club.season_id)
    assert found.unreachable == 0


async def test_signatures_of_today_that_are_in_force_are_counted(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        await signed_family(session, club)
        voided, _ = await signed_family(session, club, first="Ben")
        await session.execute(
            text("UPDATE contract SET status = 'void', status_reason = 'x', signature_id = NULL WHERE id = :id"),
            {"id": voided.contract_id},
        )
        assert (await read_contract_day(session, club.league_id, club.season_id)).signed == 1
