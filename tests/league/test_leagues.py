"""Leagues: made once, found by name, counted for the header."""

import re
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, insert, text

from bball_tui.database.engine import Database
from bball_tui.database.models import Worker
from bball_tui.database.states import ContractStatus
from bball_tui.errors import BballError
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.signing_rules import FirstGuardian
from bball_tui.league.header_numbers import read_header_numbers
from bball_tui.league.leagues import create_league, create_season, find_league, list_leagues, slug_from
from bball_tui.league.seasons.shown_season import shown_season
from tests.support.factory import Parent, make_club, make_family


async def test_a_new_league_is_found_by_its_derived_name(database: Database) -> None:
    async with database.session() as session:
        made = await create_league(session, "  Westside\tBasketball ", season="Spring 2027")
    async with database.session() as session:
        found = await find_league(session)
        assert found == made == await find_league(session, "westside-basketball")
        assert found.name == "Westside Basketball"
        season = await shown_season(session, found.id)
        assert season is not None
        assert season.name == "Spring 2027"
        await create_season(session, found.id, "Autumn 2027")
        newest = await shown_season(session, found.id)
        assert newest is not None
        assert newest.name == "Autumn 2027"


async def test_the_same_league_or_season_twice_is_refused_in_words(database: Database) -> None:
    async with database.session() as session:
        league = await create_league(session, "Westside", season="Spring")
        with pytest.raises(BballError, match="A league 'westside' exists already"):
            await create_league(session, "Another", slug="westside")
        with pytest.raises(BballError, match="season 'Spring' exists already"):
            await create_season(session, league.id, " Spring ")
        assert len(await list_leagues(session)) == 1


@pytest.mark.parametrize(
    ("name", "slug", "problem"),
    [
        ("\x00 \u200f", None, "name is empty"),
        ("x" * 201, None, "201 characters"),
        ("West", "West Side", "short name"),
        ("West", "", "short name"),
        ("West", "west\n", "short name"),
    ],
)
async def test_names_that_cannot_be_are_refused(database: Database, name: str, slug: str | None, problem: str) -> None:
    async with database.session() as session:
        with pytest.raises(BballError, match=problem):
            await create_league(session, name, slug)


async def test_which_league_is_meant_is_said_or_asked(database: Database) -> None:
    async with database.session() as session:
        with pytest.raises(BballError, match="no league yet"):
            await find_league(session)
        await create_league(session, "North")
        await create_league(session, "South")
        with pytest.raises(BballError, match="several leagues: north, south"):
            await find_league(session)
        with pytest.raises(BballError, match="no league 'east'"):
            await find_league(session, "east")
        assert (await find_league(session, "south")).name == "South"


@given(st.text(max_size=300))
def test_every_name_gives_a_slug_that_the_database_takes(name: str) -> None:

    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", slug_from(name))


async def test_the_header_counts_in_one_statement(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        other = await make_club(session, name="Other", slug="other")
        await make_family(session, other)
        one = await make_family(session, club)
        await make_family(session, club, first="Wren", parents=(Parent(email=None),))
        await make_family(session, club, first="Old", status=ContractStatus.DECLINED, parents=())
        await session.execute(
            insert(Worker).values(
                id=uuid4(), league_id=club.league_id, name="desk", host="desk", pid=1, version="1", provider="maildir"
            )
        )
        await sign(session, club.league_id, SigningRequest(((one.contract_id, 1),), FirstGuardian()))
    async with database.session() as session:
        statements = []
        connection = (await session.connection()).sync_connection
        event.listen(connection, "before_cursor_execute", lambda *call: statements.append(call[2]))
        seen = await read_header_numbers(session, club.league_id, club.season_id)
        assert len(statements) == 1
        assert seen.season is not None
        assert (seen.league.slug, seen.season.name) == ("westside", "Spring 2027")
        assert (seen.signed, seen.total) == (1, 2)
        assert (seen.held, seen.queued, seen.needs_attention) == (1, 0, 0)
        assert seen.workers == 1
        without = await read_header_numbers(session, club.league_id, None)
        assert (without.season, without.total) == (None, 0)


async def test_a_worker_unheard_of_and_a_hold_that_is_over_count_as_such(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
        await session.execute(
            insert(Worker).values(
                id=uuid4(),
                league_id=club.league_id,
                name="desk",
                host="desk",
                pid=1,
                version="1",
                provider="maildir",
                heartbeat_at=text("now() - interval '41 seconds'"),
            )
        )
        await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),), hold_seconds=0))
        seen = await read_header_numbers(session, club.league_id, club.season_id)
        assert (seen.held, seen.queued, seen.workers) == (0, 1, 0)
