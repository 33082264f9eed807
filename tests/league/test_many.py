"""What reading a league of 10,000 contracts looks at: indexes, and not all of them."""

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from itertools import combinations
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.listing import Listing
from bball_tui.database.paging import PageRequest, Sort, after_last
from bball_tui.database.states import ContractStatus
from bball_tui.league.contracts.contract_list import ContractListing
from bball_tui.league.contracts.facts import read_guardians
from bball_tui.league.roster.lists import (
    PlayerListing,
    TeamListing,
)
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.league.today import read_contract_day, read_day
from bball_tui.mail.from_address import Outgoing
from tests.conftest import Server
from tests.league.many import Many, many_on

pytestmark = pytest.mark.slow

NUMBER = 10_000


@pytest.fixture(scope="module")
def many(server: Server) -> Iterator[Many]:
    """So many contracts, which tests only read."""
    with many_on(server, NUMBER) as made:
        yield made


async def plan_of(session: AsyncSession, statement: Any) -> str:
    seen: list[tuple[str, Any]] = []
    connection = await session.connection()

    def listen(*call: Any) -> None:
        seen.append((call[2], call[3]))

    event.listen(connection.sync_connection, "before_cursor_execute", listen)
    await session.execute(statement)
    event.remove(connection.sync_connection, "before_cursor_execute", listen)
    rows = await connection.exec_driver_sql(f"EXPLAIN {seen[0][0]}", seen[0][1])
    return "\n".join(row[0] for row in rows)


async def scanned(session: AsyncSession, asked: Callable[[], Awaitable[object]], *names: str) -> list[bool]:
    """Of each index whether what is asked looks into it, and of each table whether it is read from end to end.

    Some questions run in functions of the database, whose plans no one sees; PostgreSQL counts what it scans.
    """
    counted = text("SELECT pg_stat_get_xact_numscans(to_regclass(:name))")
    before = [await session.scalar(counted, {"name": name}) for name in names]
    await asked()
    after = [await session.scalar(counted, {"name": name}) for name in names]
    return [one != other for one, other in zip(before, after, strict=True)]


FIRST_ROWS = PageRequest(0, 50, Sort("player"))
READY_ORDERS: list[tuple[type[Listing[Any]], str, str]] = [
    (PlayerListing, "player", "ix_player_name_key"),
    (PlayerListing, "family", "ix_player_reach"),
    (PlayerListing, "birthdate", "ix_player_birthdate"),
    (ContractListing, "player", "ix_contract_player_key"),
    (ContractListing, "team", "ix_contract_team_id"),
    (ContractListing, "status", "ix_contract_status_rank"),
    (ContractListing, "due", "ix_contract_due_key"),
    (ContractListing, "signer", "ix_contract_signer_key"),
]


async def test_neighboring_pages_and_search_come_from_indexes_whatever_the_number_of_rows(
    many: Many,
) -> None:
    league_id, season_id = many.league_id, many.season_id
    async with many.session() as session:
        for make, column, index in READY_ORDERS:
            listing: Listing[Any] = make(league_id, RosterFilter(season_id=season_id))  # type: ignore[call-arg]
            total = NUMBER
            for descending in (False, True):
                sort = Sort(column, descending)
                middle = await listing.page(session, PageRequest(total // 2, 50, sort))
                for request in (
                    PageRequest(0, 50, sort),
                    PageRequest(total // 2 + 50, 50, sort, middle.anchors[-1]),
                    PageRequest(total // 2 - 50, 50, sort, middle.anchors[0]),
                    PageRequest(total - 50, 50, sort, after_last(total)),
                ):
                    assert len((await listing.page(session, request)).rows) == 50
                    plan = await plan_of(session, listing.page_statement(request))
                    assert index in plan, plan
                    for table in ("player", "contract", "guardian", "player_guardian"):
                        assert f"Seq Scan on {table}" not in plan, plan
                    # Only the few rows of a page, or of one team, are ever sorted.
                    assert "->  Sort  (" not in plan[plan.index("Limit") : plan.index(index)], plan
        teams = await plan_of(
            session, TeamListing(league_id, RosterFilter(season_id)).page_statement(PageRequest(0, 50, Sort("team")))
        )
        # One season: the index that names it and the one of the whole league are alike.
        assert "ix_team_name_key" in teams or "ix_team_league_name_key" in teams, teams
        assert "Seq Scan on contract" not in teams
        # A count reads a small index and no table.
        for whole, index, table in (
            (ContractListing(league_id, RosterFilter(season_id=season_id)), "ix_contract_season", "contract"),
            (PlayerListing(league_id, RosterFilter(season_id=season_id)), "ix_player_kept", "player"),
        ):
            assert await whole.count(session) == NUMBER
            assert await scanned(session, partial(whole.count, session), index, table) == [True, False]
        # Search reads the indexes of words.
        listing = ContractListing(league_id, RosterFilter(season_id=season_id, text="parent77"))
        assert await listing.count(session) == 111
        assert await scanned(
            session, partial(listing.page, session, FIRST_ROWS), "ix_player_search", "ix_guardian_search", "guardian"
        ) == [
            True,
            True,
            False,
        ]


WORDS_OF_MANY = ["parent", "parent77", "first7", "last7", "team", "0007", "parent777@families.test", "families"]


async def test_of_several_words_the_rarest_leads(many: Many) -> None:
    league_id, season_id = many.league_id, many.season_id

    async def ids(session: AsyncSession, typed: str) -> set[int]:
        wanted = RosterFilter(season_id=season_id, text=typed)
        return set(await ContractListing(league_id, wanted).ids(session))

    async with many.session() as session:
        each = {word: await ids(session, word) for word in WORDS_OF_MANY}
        assert len(each["parent"]) == NUMBER > len(each["parent77"]) > len(each["parent777@families.test"]) == 1
        for one, other in combinations(WORDS_OF_MANY, 2):
            assert await ids(session, f"{one} {other}") == each[one] & each[other], (one, other)
        assert await ids(session, "first7 team parent") == each["first7"]
        # Two thousand have the rarer word: the other one is looked for in their families, and not in all.
        fetched = text("SELECT pg_stat_get_xact_tuples_fetched('guardian'::regclass)")
        before = await session.scalar(fetched)
        assert 2000 < len(await ids(session, "parent first1")) < 3000
        assert await session.scalar(fetched) - before < NUMBER
        listing = ContractListing(league_id, RosterFilter(season_id=season_id, text="parent parent777"))
        assert (
            await scanned(session, partial(listing.page, session, FIRST_ROWS), "player", "guardian", "contract")
            == [False] * 3
        )


async def test_an_address_is_looked_for_as_a_whole(many: Many) -> None:
    league_id, season_id = many.league_id, many.season_id
    async with many.session() as session:
        for typed, number in (
            ("parent777@families.test", 1),
            ("<PARENT777@Families.Test>,", 1),
            ("parent777@fam", 1),
            ("parent7@families.test", 1),
            ("parent777%@families.test", 0),
            ("families.test", NUMBER),
            ("@families.test", NUMBER),
        ):
            listing = ContractListing(league_id, RosterFilter(season_id=season_id, text=typed))
            assert await listing.count(session) == number, typed
        listing = ContractListing(league_id, RosterFilter(season_id=season_id, text="parent777@families.test"))
        assert await scanned(
            session, partial(listing.page, session, FIRST_ROWS), "ix_guardian_email", "ix_guardian_search", "guardian"
        ) == [
            True,
            False,
            False,
        ]


async def test_a_day_reads_what_it_counts_and_not_the_season(many: Many) -> None:
    async with many.session() as session:
        connection = await session.connection()
        seen: list[tuple[str, Any]] = []
        event.listen(connection.sync_connection, "before_cursor_execute", lambda *call: seen.append((call[2], call[3])))
        assert (await read_contract_day(session, many.league_id, many.season_id)).unreachable == 0
        rows = await connection.exec_driver_sql(f"EXPLAIN {seen[-1][0]}", seen[-1][1])
    plan = "\n".join(row[0] for row in rows)
    for index in ("ix_contract_waiting", "ix_player_reach"):
        assert index in plan, plan
    assert "SubPlan" not in plan, plan
    for table in ("contract", "player", "guardian", "player_guardian"):
        assert f"Seq Scan on {table}" not in plan, plan


async def test_of_what_is_asked_again_and_again_the_plan_is_kept_and_of_a_filter_it_is_not(many: Many) -> None:
    """Kept means that PostgreSQL found the one plan as good as five that it had made for the values."""
    kept = text("SELECT count(*) FILTER (WHERE generic_plans > 0), count(*) FROM pg_prepared_statements")
    by_name = Sort("player")
    async with many.session() as session:
        for statuses in ((), (ContractStatus.SIGNED,)):
            for typed in ("", "Last1234") * 9:
                wanted = RosterFilter(many.season_id, text=typed, statuses=statuses)
                listing = ContractListing(many.league_id, wanted)
                first = await listing.page(session, PageRequest(0, 50, by_name))
                for anchor in first.anchors[-1:]:
                    await listing.page(session, PageRequest(50, 50, by_name, anchor))
                await listing.count(session)
                if not statuses:
                    await read_day(session, many.league_id, many.season_id, Outgoing(True))
                    await read_guardians(session, many.league_id, [1])
            assert (await session.execute(kept)).one() == (9, 9), "a filter by status adds none"
