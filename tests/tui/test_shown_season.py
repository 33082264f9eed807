"""The desk lists the season that the league shows, by its clock, also when somebody chose them elsewhere."""

import asyncio
from datetime import UTC
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update

from bball_tui.database.engine import Database
from bball_tui.database.models import Contract, League, Outbox, Player, Season, Team
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.leagues import create_league, create_season
from bball_tui.league.seasons.shown_season import show_season
from bball_tui.outbox.sending_status import WorkerInfo, beat
from bball_tui.settings import Settings
from tests.support.factory import Club, make_club, make_family
from tests.support.mails import send, signed_family
from tests.tui.desk_host import LOOK_AT_SCREEN, PATIENCE, club_with, opened


async def test_the_first_season_of_a_league_is_listed_once_a_colleague_made_it(
    quiet: Settings, database: Database
) -> None:
    async with database.session() as session:
        league_id = (await create_league(session, "Westside Basketball")).id
    async with opened(quiet) as desk:
        await desk.shows("Press i to import a roster")
        async with database.session() as session:
            season_id = (await create_season(session, league_id, "Spring 2027")).id
            team = insert(Team).values(league_id=league_id, season_id=season_id, name="Hawks U12").returning(Team.id)
            await make_family(session, Club(league_id, season_id, await session.scalar(team) or 0), first="Kid0")
        await desk.shows("Spring 2027", "Kid0")


async def test_a_season_is_listed_also_when_the_reading_that_saw_it_first_was_given_up(
    quiet: Settings, database: Database
) -> None:
    club = await club_with(database, 1)
    async with database.session() as session:
        fall = insert(Season).values(league_id=club.league_id, name="Fall 2027").returning(Season.id)
        fall_id = await session.scalar(fall) or 0
        await show_season(session, club.league_id, club.season_id)
    async with opened(quiet) as desk:
        await desk.shows("Spring 2027", "Kid0")
        connection = desk.app.connection
        assert connection is not None
        async with database.session() as session:
            await show_season(session, club.league_id, fall_id)
        while connection.season_id != fall_id:  # noqa: ASYNC110 - the moment between two readings of the same
            await asyncio.sleep(0)
        desk.app.desk.read_header()  # as for every change
        await desk.shows("Fall 2027")
        await desk.until(lambda: "Kid0" not in desk.text)


async def test_the_header_is_read_to_its_end_however_fast_one_change_follows_the_other(
    quiet: Settings, database: Database
) -> None:
    club = await club_with(database, 1)
    async with opened(quiet) as desk:
        await desk.shows("Spring 2027", "Kid0")
        async with database.session() as session:
            await session.execute(update(Season).where(Season.id == club.season_id).values(name="Summer 2027"))
        async with asyncio.timeout(PATIENCE):
            while desk.app.desk.header.facts.season != "Summer 2027":
                desk.app.desk.read_header()  # as for every change
                await asyncio.sleep(0)


async def test_what_waits_for_a_mail_server_waits_no_longer_once_a_worker_runs_elsewhere(
    mailless: Settings, database: Database
) -> None:
    async with database.session() as session:
        club = await make_club(session)
        await signed_family(session, club)
    async with opened(mailless) as desk:
        await desk.shows("signed", "no mail server, 1 waits")
        async with database.session() as session:
            await session.execute(update(Player).values(first_name="Amelie"))
        await desk.shows("Amelie")  # all that comes with the start is over
        await desk.until(lambda: desk.text.count("no mail server") == 2, look=LOOK_AT_SCREEN)
        async with database.session() as session:
            await beat(session, club.league_id, WorkerInfo(uuid4(), "desk-2", "desk-2", 1, "0", "gmail"))
        desk.app.desk.read_header()  # as by and by: nobody tells that a worker runs
        await desk.shows("● worker, 1 waits")
        await desk.until(lambda: "no mail server" not in desk.text, look=LOOK_AT_SCREEN)


async def test_times_are_told_by_the_clock_that_a_colleague_gave_the_league(
    quiet: Settings, database: Database
) -> None:
    club = await club_with(database, 1)
    async with database.session() as session:
        contract = (await session.execute(select(Contract.id, Contract.version))).one()
        await sign(session, club.league_id, SigningRequest(((contract.id, contract.version),)))
        mails = list(await session.scalars(select(Outbox.id)))
    await send(database, mails)
    async with database.session() as session:
        sent = (await session.scalars(select(Outbox.finalized_at))).one()
    assert sent is not None
    async with opened(quiet) as desk:
        await desk.shows(f"accepted {sent.astimezone(UTC):%H:%M}")
        async with database.session() as session:
            await session.execute(update(League).values(timezone="Asia/Kolkata"))
        await desk.shows(f"accepted {sent.astimezone(ZoneInfo('Asia/Kolkata')):%H:%M}")
