"""What a list is narrowed to, and the keys that contracts are sorted by."""

from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from msgspec.structs import fields
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.cli.lists import NEEDS
from bball_tui.database.analyze import analyze
from bball_tui.database.engine import Database
from bball_tui.database.models import Contract, Outbox, Player
from bball_tui.database.states import ContractStatus
from bball_tui.errors import BballError
from bball_tui.league.contracts.lifecycle import Transition
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.transitions import TransitionRequest, apply_transition
from bball_tui.league.contracts.undo import undo
from bball_tui.league.contracts.welcome_state import WelcomeState
from bball_tui.league.filters.attention import Attention
from bball_tui.league.filters.choices import WORDS, Facet, FilterChoice, ListName, choice, toggled
from bball_tui.league.filters.conditions import contract_conditions, player_conditions, team_conditions
from bball_tui.league.filters.facets import chosen_filter, facets
from bball_tui.league.filters.saved import NamedFilter, delete_filter, save_filter, saved_filters
from bball_tui.league.roster.lists import list_contracts, list_players, list_teams
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.settings import SecretUrl
from tests.league.test_roster import add_team
from tests.support.factory import Club, Parent, make_club, make_family


async def a_season(session: AsyncSession) -> tuple[Club, dict[str, int]]:
    """Contracts of every kind; ids by first name."""
    hawks = await make_club(session, chat_url="https://groupme.com/join_group/1/abc")
    owls = await add_team(session, hawks, "Owls", division="Élite")
    ids = {}
    for club, name, status, days, parents in (
        (hawks, "Late", ContractStatus.OFFERED, -1, (Parent(),)),
        (hawks, "Today", ContractStatus.ACCEPTED, 0, (Parent(),)),
        (owls, "Week", ContractStatus.OFFERED, 6, (Parent(email=None),)),
        (owls, "Later", ContractStatus.OFFERED, 7, ()),
        (owls, "Gone", ContractStatus.DECLINED, -1, (Parent(),)),
        (hawks, "Signed", ContractStatus.OFFERED, 0, (Parent(),)),
        (owls, "Mute", ContractStatus.OFFERED, 30, (Parent(email=None),)),
    ):
        family = await make_family(session, club, first=name, last="Kid", status=status, parents=parents)
        ids[name] = family.contract_id
        due = await session.scalar(text("SELECT (now() AT TIME ZONE 'UTC')::date"))
        await session.execute(
            update(Contract)
            .where(Contract.id == family.contract_id)
            .values(offered_on=date(2020, 1, 1), due_on=due + timedelta(days=days))
        )
    await sign(session, hawks.league_id, SigningRequest(((ids["Signed"], 1), (ids["Mute"], 1))))
    return hawks, ids


CONTRACTS: list[tuple[dict[str, Any], set[str]]] = [
    ({"troubles": (Attention.OVERDUE,)}, {"Late"}),
    ({"troubles": (Attention.DUE_SOON,)}, {"Today", "Week"}),
    ({"troubles": (Attention.UNREACHABLE,)}, {"Week", "Later", "Mute"}),
    ({"troubles": (Attention.UNREACHABLE, Attention.DUE_SOON)}, {"Week"}),
    ({"troubles": (Attention.NO_CHAT,)}, {"Week", "Later", "Gone", "Mute"}),
    ({"division": "elite"}, {"Week", "Later", "Gone", "Mute"}),
    ({"division": ""}, {"Late", "Today", "Signed"}),
    ({"statuses": (ContractStatus.ACCEPTED,)}, {"Today"}),
    ({"statuses": (ContractStatus.SIGNED, ContractStatus.DECLINED)}, {"Gone", "Signed", "Mute"}),
    ({"welcome": (WelcomeState.HELD,)}, {"Signed"}),
    ({"welcome": (WelcomeState.HELD, WelcomeState.NO_ADDRESS)}, {"Signed", "Mute"}),
    ({"welcome": (WelcomeState.FAILED,)}, set()),
    ({"welcome": (WelcomeState.NO_ADDRESS,), "division": "ELITE"}, {"Mute"}),
    ({"text": "kid", "statuses": (ContractStatus.ACCEPTED,)}, {"Today"}),
]
PLAYERS: list[tuple[dict[str, Any], set[str]]] = [
    *CONTRACTS[:4],
    ({"troubles": (Attention.NO_CHAT,), "statuses": (ContractStatus.DECLINED,)}, {"Gone"}),
    ({"welcome": (WelcomeState.HELD,)}, {"Signed"}),
]
TEAMS: list[tuple[dict[str, Any], set[str]]] = [
    ({"troubles": (Attention.NO_CHAT,)}, {"Owls"}),
    ({"troubles": (Attention.OVERDUE,)}, {"Hawks U12"}),
    ({"troubles": (Attention.UNREACHABLE, Attention.NO_CHAT)}, {"Owls"}),
    ({"division": "élite"}, {"Owls"}),
    ({"statuses": (ContractStatus.ACCEPTED,)}, {"Hawks U12"}),
    ({"welcome": (WelcomeState.NO_ADDRESS,)}, {"Owls"}),
]


@pytest.mark.slow
async def test_every_filter_leaves_the_right_rows(database: Database) -> None:
    async with database.session() as session:
        club, _ = await a_season(session)
        for values, names in CONTRACTS:
            wanted = RosterFilter(season_id=club.season_id, **values)
            assert {one.first for one in await list_contracts(session, club.league_id, wanted)} == names, values
        for values, names in PLAYERS:
            wanted = RosterFilter(season_id=club.season_id, **values)
            assert {one.first for one in await list_players(session, club.league_id, wanted)} == names, values
        for values, names in TEAMS:
            wanted = RosterFilter(season_id=club.season_id, **values)
            assert {one.name for one in await list_teams(session, club.league_id, wanted)} == names, values
        await session.execute(update(Outbox).values(state="dead", error_class="permanent", finalized_at=text("now()")))
        failed = RosterFilter(season_id=club.season_id, welcome=(WelcomeState.FAILED,))
        assert [one.first for one in await list_contracts(session, club.league_id, failed)] == ["Signed"]


@pytest.mark.slow
def test_no_facet_and_no_field_of_a_filter_is_forgotten() -> None:
    value = {
        Facet.STATUS: "signed", Facet.WELCOME: "failed", Facet.TROUBLE: "overdue",
        Facet.DIVISION: "U12", Facet.TEAM: "7", Facet.ARCHIVED: "archived",
    }  # fmt: skip
    for facet in Facet:
        assert chosen_filter(None, "", [choice(facet, value[facet])]) != RosterFilter(), facet
        assert chosen_filter(None, "", [FilterChoice(facet, "of a newer version", "?")]) == (
            RosterFilter(division="of a newer version") if facet is Facet.DIVISION else RosterFilter()
        )
    assert set(NEEDS.values()) == set(Attention)  # each has an option of its own
    assert {*WORDS[Facet.WELCOME]} == set(WelcomeState)
    set_to: dict[str, Any] = {
        "season_id": 1, "text": "ann", "team_id": 1, "team_ids": (1,), "division": "U12", "player_id": 1,
        "statuses": (ContractStatus.SIGNED,), "welcome": (WelcomeState.FAILED,), "troubles": (Attention.OVERDUE,),
        "archived": True,
    }  # fmt: skip
    for field in fields(RosterFilter):
        wanted = RosterFilter(**({"archived": None} | {field.name: set_to[field.name]}))
        for conditions in (contract_conditions, player_conditions, team_conditions):
            if (field.name, conditions) in SAYS_NOTHING:
                continue
            assert len(conditions(1, wanted)) > len(conditions(1, RosterFilter(archived=None))), (
                field.name,
                conditions,
            )


SAYS_NOTHING = {
    ("season_id", player_conditions),  # a player is in the league, with a contract in the season or without
    ("player_id", team_conditions),  # nobody asks for a player's teams
    ("archived", contract_conditions),  # a contract stays in the list of its season
}
"""What narrows nothing on purpose."""


async def counts_of(session: AsyncSession, club: Club, name: ListName, wanted: RosterFilter) -> dict[str, int]:
    found = await facets(session, club.league_id, name, wanted)
    assert not found.more_teams
    return {f"{one.choice.facet} {one.choice.label}": one.count for one in found.values}


@pytest.mark.slow
async def test_every_value_is_counted_as_the_list_would_have_it(database: Database) -> None:
    async with database.session() as session:
        club, _ = await a_season(session)
        assert await counts_of(session, club, "contracts", RosterFilter(club.season_id)) == {
            "trouble overdue": 1,
            "trouble due this week": 2,
            "trouble due later": 1,
            "trouble no due date": 0,
            "trouble no guardian e-mail": 3,
            "trouble no chat link": 4,
            "trouble signed, scan missing": 2,
            "status offered": 3,
            "status accepted": 1,
            "status signed": 2,
            "status declined": 1,
            "welcome signed, no e-mail address": 1,
            "welcome e-mail held for undo": 1,
            "welcome no e-mail queued": 5,
            "division none": 3,
            "division Élite": 4,
            "team Hawks U12": 3,
            "team Owls Élite": 4,
        }
        names: tuple[ListName, ...] = ("teams", "players", "contracts")
        lists: dict[str, Any] = {"teams": list_teams, "players": list_players, "contracts": list_contracts}
        for name in names:
            # What is chosen already keeps its alternatives in sight, and what is counted is what the list then has.
            chosen = [choice(Facet.STATUS, "offered")] if name == "contracts" else []
            found = await facets(session, club.league_id, name, chosen_filter(club.season_id, "kid", chosen))
            for one in found.values if name != "teams" else ():
                wanted = chosen_filter(club.season_id, "kid", toggled([], one.choice))
                if one.choice.facet is not Facet.STATUS:
                    wanted = chosen_filter(club.season_id, "kid", [*chosen, one.choice])
                assert len(await lists[name](session, club.league_id, wanted)) == one.count, (name, one)
        assert await counts_of(session, club, "teams", RosterFilter(club.season_id)) == {
            "trouble overdue": 1,
            "trouble due this week": 2,
            "trouble due later": 1,
            "trouble no due date": 0,
            "trouble no guardian e-mail": 1,
            "trouble no chat link": 1,
            "trouble signed, scan missing": 2,
            "division none": 1,
            "division Élite": 1,
        }


async def test_saved_filters_are_the_persons_own(database: Database, marias_database: Database) -> None:
    mine = NamedFilter("Hawks, unsigned", "ham", (choice(Facet.STATUS, "offered"),))
    async with database.session() as session:
        club = await make_club(session)
        await save_filter(session, club.league_id, "contracts", NamedFilter(mine.name, "old", ()))
        await save_filter(session, club.league_id, "contracts", mine)
        for bad in (NamedFilter(" ", "x", ()), NamedFilter("x" * 61, "x", ()), NamedFilter("x", "", ())):
            with pytest.raises(BballError):
                await save_filter(session, club.league_id, "contracts", bad)
    async with marias_database.session() as session:
        await save_filter(session, club.league_id, "contracts", NamedFilter("Maria's", "m", ()))
        await delete_filter(session, club.league_id, "contracts", mine.name)
        assert [one.name for one in await saved_filters(session, club.league_id, "contracts")] == ["Maria's"]
        await session.execute(
            text("UPDATE saved_filter SET choices = CAST(:value AS jsonb) WHERE name = 'Maria''s'").bindparams(
                value='{"text": 3, "choices": [5, {"facet": "mood", "value": "x", "label": "y"}, {"facet": "team"}]}'
            )
        )
        assert await saved_filters(session, club.league_id, "contracts") == (NamedFilter("Maria's", "", ()),)
    async with database.session() as session:
        assert await saved_filters(session, club.league_id, "contracts") == (mine,)
        assert await saved_filters(session, club.league_id, "players") == ()
        await session.execute(text("UPDATE team SET name = 'Falcons'"))
        teams = [FilterChoice(Facet.TEAM, str(id_), "Hawks") for id_ in (club.team_id, 999, "9" * 40)]
        of_team = NamedFilter("Falcons", "", (*mine.choices, *teams))
        await save_filter(session, club.league_id, "players", of_team)
        (found,) = await saved_filters(session, club.league_id, "players")
        assert [one.label.split()[0] for one in found.choices] == ["offered", "Falcons", "Hawks", "Hawks"]
        await delete_filter(session, club.league_id, "contracts", mine.name)
        assert await saved_filters(session, club.league_id, "contracts") == ()


async def keys(session: AsyncSession, contract_id: int) -> tuple[str, str]:
    found = (
        await session.execute(select(Contract.player_key, Contract.signer_key).where(Contract.id == contract_id))
    ).one()
    return found.player_key, found.signer_key


async def test_sort_keys_follow_the_player_and_the_signature(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club, first="Zoé", last="Ünal", parents=(Parent("Ana", "Łos"),))
        assert await keys(session, family.contract_id) == ("unal, zoe", "~")
        await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),)))
        assert await keys(session, family.contract_id) == ("unal, zoe", "ana los")
        before = await session.get_one(Contract, family.contract_id)
        await session.execute(update(Player).where(Player.id == family.player_id).values(last_name="Ábel"))
        assert await keys(session, family.contract_id) == ("abel, zoe", "ana los")
        stamp = before.updated_at
        await session.refresh(before)
        assert before.updated_at == stamp
        await undo(session, club.league_id, [family.contract_id])
        assert await keys(session, family.contract_id) == ("abel, zoe", "~")
        await apply_transition(
            session, club.league_id, TransitionRequest(Transition.VOID, ((family.contract_id, None),), "moved")
        )


async def test_a_new_contract_waits_for_a_renaming_of_its_player(database: Database, marias_database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
        await apply_transition(
            session, club.league_id, TransitionRequest(Transition.VOID, ((family.contract_id, None),), "again")
        )
    async with database.session() as session:
        await session.execute(update(Player).values(last_name="Newname"))
        insert = text(
            "INSERT INTO contract (league_id, season_id, team_id, player_id) VALUES (:league, :season, :team, :player)"
        )
        values = {
            "league": club.league_id,
            "season": club.season_id,
            "team": club.team_id,
            "player": family.player_id,
        }
        async with marias_database.session() as maria:
            await maria.execute(text("SET LOCAL lock_timeout = '100ms'"))
            with pytest.raises(Exception, match="lock timeout"):
                await maria.execute(insert, values)
    async with database.session() as session:
        await session.execute(insert, values)
        found = await session.scalars(select(Contract.player_key).order_by(Contract.id))
        assert found.all() == ["newname, amara", "newname, amara"]


async def test_staff_may_have_the_roster_counted(database: Database, owner_url: SecretUrl) -> None:
    async with database.session() as session:
        club = await make_club(session)
        await session.execute(
            text(
                "INSERT INTO team (league_id, season_id, name) "
                "SELECT :league, :season, 'Team ' || n FROM generate_series(1, 500) n"
            ),
            {"league": club.league_id, "season": club.season_id},
        )
    async with database.session() as session:
        await analyze(session)
        assert await session.scalar(text("SELECT reltuples FROM pg_class WHERE oid = 'team'::regclass")) == 501
    with psycopg.connect(owner_url.reveal(), autocommit=True) as owner:
        counted = {name for (name,) in owner.execute("SELECT attname FROM pg_stats WHERE tablename = 'team'")}
        assert counted >= {"league_id", "season_id", "name_key", "archived_at", "search"}
        owner.execute("DROP ROLE IF EXISTS passer_by")
        owner.execute("CREATE ROLE passer_by")
        row = owner.execute("SELECT has_function_privilege('passer_by', 'bball_analyse()', 'EXECUTE')").fetchone()
        owner.execute("DROP ROLE passer_by")
        assert row == (False,)
