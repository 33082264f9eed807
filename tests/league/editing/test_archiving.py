"""What is archived leaves lists, counts, exports and proposals; searching finds it, and it can be brought back."""

import pytest
from sqlalchemy import insert, select, update

from bball_tui.database.engine import Database
from bball_tui.database.models import Audit, Contract, League, Player, Season, Team
from bball_tui.database.paging import PageRequest
from bball_tui.errors import BballError
from bball_tui.league.contracts.chasing import read_chasing
from bball_tui.league.editing.archiving import archive, bring_back, preview_archive
from bball_tui.league.editing.deleting import RecordKind
from bball_tui.league.exporting.records import What
from bball_tui.league.exporting.service import Format, export
from bball_tui.league.filters.choices import Facet
from bball_tui.league.filters.facets import chosen_filter, facets
from bball_tui.league.leagues import find_league, list_seasons
from bball_tui.league.merging.lookalikes import pairs_of_players
from bball_tui.league.merging.merge import MergeRequest, merge_people
from bball_tui.league.merging.people import Person
from bball_tui.league.roster.lists import PlayerListing, TeamListing
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.league.seasons.roll import plan_roll
from bball_tui.league.seasons.roll_request import RollRequest
from bball_tui.league.seasons.shown_season import show_season
from tests.support.factory import make_club, make_family

pytestmark = pytest.mark.slow


async def test_out_of_everything_and_back(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        ann = await make_family(session, club, first="Ann", last="Ames")
        ben = await make_family(session, club, first="Ben", last="Burr")
        twin = insert(Player).values(league_id=club.league_id, first_name="Ben", last_name="Burr").returning(Player.id)
        second = await session.scalar(twin) or 0
        for kind, one, why in (
            (RecordKind.PLAYER, ann.player_id, "Ann Ames has a contract of"),
            (RecordKind.TEAM, club.team_id, "has 2 contracts of"),
            (RecordKind.SEASON, club.season_id, "everybody sees"),
        ):
            with pytest.raises(BballError, match=why):
                await archive(session, club.league_id, kind, one)
        # Another season is shown: of the last one everything may be put away.
        new = insert(Season).values(league_id=club.league_id, name="Fall 2030").returning(Season.id)
        season_id = await session.scalar(new)
        await session.execute(update(League).values(current_season_id=season_id))
        assert len(await pairs_of_players(session, club.league_id)) == 1
        for kind, one in (
            (RecordKind.PLAYER, ann.player_id),
            (RecordKind.PLAYER, second),
            (RecordKind.TEAM, club.team_id),
        ):
            await archive(session, club.league_id, kind, one)

        async def players(wanted: RosterFilter) -> list[tuple[str, bool]]:
            listing = PlayerListing(club.league_id, wanted)
            page = await listing.page(session, PageRequest(0, 50, listing.default))
            assert await listing.count(session) == len(page.rows)
            return [(row.label(), row.archived) for row in page.rows]

        assert await players(RosterFilter()) == [("Ben Burr", False)]
        assert await players(RosterFilter(text="ann")) == [("Ann Ames", True)]
        assert len(await players(RosterFilter(archived=None))) == 3
        found = await facets(session, club.league_id, "players", RosterFilter())
        assert [(one.count, one.choice.label) for one in found.values if one.choice.facet is Facet.ARCHIVED] == [
            (2, "archived")
        ]
        assert sum(one.count for one in found.values if one.choice.facet is Facet.STATUS) == 1
        choice = next(one.choice for one in found.values if one.choice.facet is Facet.ARCHIVED)
        assert await players(chosen_filter(None, "", [choice])) == [("Ann Ames", True), ("Ben Burr", True)]
        assert await TeamListing(club.league_id, RosterFilter()).count(session) == 0
        assert [row.archived for row in await TeamListing(club.league_id, RosterFilter(text="hawks")).all(session)] == [
            True
        ]
        assert await pairs_of_players(session, club.league_id) == ()
        assert await read_chasing(session, club.league_id, RosterFilter()) == ()
        plan = await plan_roll(session, club.league_id, RollRequest("Fall 2031", source_id=club.season_id))
        assert [one.id for one in plan.lines] == [ben.player_id]
        await archive(session, club.league_id, RecordKind.SEASON, club.season_id)
        assert [one.label() for one in await list_seasons(session, club.league_id)][1].endswith(" (archived)")
        seen = await session.scalar(select(Player.archived_by).where(Player.id == ann.player_id))
        assert seen == await session.scalar(select(Audit.recorded_by).where(Audit.action == "archived").limit(1))

        league = await find_league(session)

    async def exported(*, archived: bool) -> str:
        async with database.session() as fresh:
            pieces = export(fresh, league, What.PLAYERS, Format.CSV, archived=archived)
            return "".join([piece.text async for piece in pieces])

    assert "Ames" not in await exported(archived=False)
    assert "Ames" in await exported(archived=True)
    async with database.session() as session:
        assert (await preview_archive(session, club.league_id, RecordKind.PLAYER, ann.player_id)).archived
        await bring_back(session, club.league_id, RecordKind.PLAYER, ann.player_id)
        await bring_back(session, club.league_id, RecordKind.TEAM, club.team_id)
        assert await PlayerListing(club.league_id, RosterFilter()).count(session) == 2
        assert await session.scalar(select(Team.archived_by)) is None
        assert await session.scalar(select(Contract.id).where(Contract.player_id == ann.player_id)) is not None
        # Whoever stays of two is in the lists if one of them was; and nobody is shown an archived season.
        await merge_people(session, club.league_id, MergeRequest(Person.PLAYER, second, ben.player_id, {}))
        assert not (await preview_archive(session, club.league_id, RecordKind.PLAYER, second)).archived
        with pytest.raises(BballError, match="Bring it back first"):
            await show_season(session, club.league_id, club.season_id)
