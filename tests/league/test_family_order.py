"""Players by whether a mail can reach the family: what the list shows and what it is sorted by never differ."""

import asyncio

import psycopg
import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database import migrate
from bball_tui.database.engine import Database
from bball_tui.database.models import Guardian, Player, PlayerGuardian
from bball_tui.database.paging import FIRST, PageRequest, Sort, after_last
from bball_tui.league.roster.lists import PlayerListing, list_players
from bball_tui.league.roster.player_row import PlayerRow
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.settings import SecretUrl
from tests.support.factory import Club, Family, Parent, make_club, make_family

FAMILY = Sort("family")
NOBODY: tuple[Parent, ...] = ()
SILENT = (Parent(email=None),)
MUTED = (Parent(receives_email=False),)


def shown(row: PlayerRow) -> int:
    """The place in the order of what stands in the column."""
    return 2 if row.has_email else 1 if row.guardians else 0


async def in_order(session: AsyncSession, club: Club) -> list[str]:
    rows = await list_players(session, club.league_id, RosterFilter(), FAMILY)
    assert rows == sorted(rows, key=lambda row: (shown(row), row.last, row.first, row.id))
    return [row.first for row in rows]


async def three(session: AsyncSession, club: Club) -> tuple[Family, Family, Family]:
    """In reverse of the order by name: reachable, no address, no one."""
    return (
        await make_family(session, club, first="Ann"),
        await make_family(session, club, first="Ben", parents=SILENT),
        await make_family(session, club, first="Cy", parents=NOBODY),
    )


async def test_who_cannot_be_reached_comes_first_and_names_decide_among_equals(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        await three(session, club)
        await make_family(session, club, first="Amy", parents=MUTED)
        await make_family(session, club, first="Abe", parents=(*SILENT, Parent()))
        assert await in_order(session, club) == ["Cy", "Amy", "Ben", "Abe", "Ann"]
        turned = await list_players(session, club.league_id, RosterFilter(), FAMILY.reversed())
        assert [row.first for row in turned] == ["Ann", "Abe", "Ben", "Amy", "Cy"]


async def test_every_change_of_a_family_moves_its_player(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        ann, ben, cy = await three(session, club)
        assert await in_order(session, club) == ["Cy", "Ben", "Ann"]
        link = insert(PlayerGuardian).values(league_id=club.league_id, guardian_id=ann.guardian_ids[0])
        await session.execute(link.values(player_id=cy.player_id))
        assert await in_order(session, club) == ["Ben", "Ann", "Cy"], "a guardian was added"
        rosa = update(Guardian).where(Guardian.id == ann.guardian_ids[0])
        await session.execute(rosa.values(email=None))
        assert await in_order(session, club) == ["Ann", "Ben", "Cy"], "an address that two players have is gone"
        await session.execute(update(Guardian).where(Guardian.id == ben.guardian_ids[0]).values(email="b@x.test"))
        assert await in_order(session, club) == ["Ann", "Cy", "Ben"], "an address was filled in"
        of_ben = PlayerGuardian.player_id == ben.player_id
        await session.execute(update(PlayerGuardian).where(of_ben).values(receives_email=False))
        assert await in_order(session, club) == ["Ann", "Ben", "Cy"], "the guardian gets no e-mail"
        await session.execute(delete(PlayerGuardian).where(of_ben))
        assert await in_order(session, club) == ["Ben", "Ann", "Cy"], "the guardian is no guardian of the player"


async def test_a_family_is_no_change_of_the_player(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
        player = await session.get_one(Player, family.player_id)
        assert (player.reach, player.version) == (2, 1)


async def test_pages_both_ways_are_the_whole_list(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        for number in range(21):
            parents = (NOBODY, SILENT, (Parent(),))[number % 3]
            await make_family(session, club, first=f"Kid {number % 4}", jersey=None, parents=parents)
        listing = PlayerListing(club.league_id, RosterFilter())
        for sort in (FAMILY, FAMILY.reversed()):
            everything = [row.id for row in await listing.all(session, sort)]
            assert len(set(everything)) == 21
            there: list[int] = []
            back: list[int] = []
            anchor = FIRST
            for start in range(0, 21, 4):
                page = await listing.page(session, PageRequest(start, min(4, 21 - start), sort, anchor))
                there += [row.id for row in page.rows]
                anchor = page.anchors[-1]
            anchor = after_last(21)
            for start in range(17, -1, -4):
                page = await listing.page(session, PageRequest(start, 4, sort, anchor))
                back = [row.id for row in page.rows] + back
                anchor = page.anchors[0]
            assert there == everything
            assert back == everything[1:]


async def test_two_who_change_one_family_at_once_leave_the_truth(database: Database, marias_database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club, parents=(Parent(), Parent("Bo", email="bo@families.test")))

    async def take_away(session: AsyncSession, guardian_id: int) -> None:
        await session.execute(delete(PlayerGuardian).where(PlayerGuardian.guardian_id == guardian_id))

    async def second() -> None:
        async with marias_database.session() as session:
            await take_away(session, family.guardian_ids[1])

    async with database.session() as session:
        await take_away(session, family.guardian_ids[0])
        waiting = asyncio.create_task(second())
        blocked = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        async with asyncio.timeout(60):
            while not await session.scalar(blocked):  # noqa: ASYNC110 - a fact of the database
                await asyncio.sleep(0.01)
    await waiting
    async with database.session() as session:
        assert (await session.get_one(Player, family.player_id)).reach == 0


@pytest.mark.slow
def test_players_of_an_older_database_are_sorted_as_well(copy_url: SecretUrl) -> None:
    migrate.downgrade(copy_url, "0012")
    with psycopg.connect(copy_url.reveal(), autocommit=True) as owner:
        owner.execute("INSERT INTO league (slug, name) VALUES ('w', 'W')")
        owner.execute("INSERT INTO player (league_id, first_name, last_name) SELECT id, 'Ann', 'A' FROM league")
        owner.execute(
            "INSERT INTO guardian (league_id, first_name, last_name, email) SELECT id, 'R', 'A', 'r@x.test' FROM league"
        )
        owner.execute(
            "INSERT INTO player_guardian (league_id, player_id, guardian_id) "
            "SELECT p.league_id, p.id, g.id FROM player p, guardian g"
        )
        owner.execute("INSERT INTO player (league_id, first_name, last_name) SELECT id, 'Ben', 'B' FROM league")
    migrate.upgrade(copy_url)
    with psycopg.connect(copy_url.reveal()) as owner:
        found = owner.execute("SELECT first_name, reach FROM player ORDER BY id").fetchall()
    assert found == [("Ann", 2), ("Ben", 0)]
