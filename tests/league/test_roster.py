"""The lists: the right rows in the right order, the same by pages as at once, found by any word, hostile or not."""

import asyncio
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.engine import Database
from bball_tui.database.listing import Listing
from bball_tui.database.models import Contract, GroupLook, Guardian, Outbox, Season, Suppression, Team
from bball_tui.database.paging import FIRST, Anchor, PageRequest, Sort, after_last, beside
from bball_tui.database.search import terms_of, words_of
from bball_tui.database.states import ContractStatus, OutboxState
from bball_tui.errors import BballError
from bball_tui.league.contracts.contract_list import ContractListing, contract_source
from bball_tui.league.contracts.lifecycle import Transition
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.transitions import TransitionRequest, apply_transition
from bball_tui.league.contracts.undo import undo
from bball_tui.league.contracts.welcome_state import WelcomeState
from bball_tui.league.roster.lists import (
    PlayerListing,
    TeamListing,
    list_contracts,
    list_players,
    list_teams,
    player_source,
    team_source,
)
from bball_tui.league.roster.rows import ChatState, ContractRow, RosterFilter
from bball_tui.settings import SecretUrl
from tests.support.examples import examples
from tests.support.factory import Club, Parent, make_club, make_family

pytestmark = pytest.mark.slow

LISTINGS: tuple[type[Listing[Any]], ...] = (TeamListing, PlayerListing, ContractListing)


async def add_team(session: AsyncSession, club: Club, name: str, **values: Any) -> Club:
    team_id = await session.scalar(
        insert(Team).values(league_id=club.league_id, season_id=club.season_id, name=name, **values).returning(Team.id)
    )
    assert team_id is not None
    return Club(club.league_id, club.season_id, team_id)


async def a_roster(session: AsyncSession) -> tuple[Club, dict[str, int]]:
    """Two teams and a few players whose names are hard; contract ids by first name."""
    hawks = await make_club(session, chat_url="https://groupme.com/join_group/1/abc")
    owls = await add_team(session, hawks, "Owls", division="U14")
    people = [
        (hawks, "Amara", "Hamilton", "00", (Parent("Rosa", "Hamilton", "rosa@families.test"),)),
        (hawks, "José", "Hampton", "0", (Parent("Ana", "O’Neil", "a.oneil@mail.families.test"),)),
        (hawks, "Wren", "Hammond", None, (Parent("Kim", "Hammond", None),)),
        (owls, "Łukasz", "Żak", "7", ()),
        (owls, "100%_'; DROP TABLE player; --", "[red]x[/]", "12", ()),
        (hawks, "Ann/Lee <Bo>", "Smith/Jones", "3", (Parent("Cy", "Smith", "cy.smith+kids@families.test"),)),
        (owls, "Amara", "Zulu", "12", (Parent("Bo", "Zulu", "bo@families.test", receives_email=False),)),
    ]
    ids = {}
    for club, first, last, jersey, parents in people:
        family = await make_family(session, club, first=first, last=last, jersey=jersey, parents=parents)
        ids[f"{first} {last}"] = family.contract_id
    return hawks, ids


async def found(session: AsyncSession, club: Club, typed: str) -> list[str]:
    rows = await list_contracts(session, club.league_id, RosterFilter(season_id=club.season_id, text=typed))
    return [f"{row.first} {row.last}" for row in rows]


SEARCHES: list[tuple[str, list[str]]] = [
    ("ham", ["Amara Hamilton", "Wren Hammond", "José Hampton"]),
    ("HAMP JOSE", ["José Hampton"]),
    ("josé", ["José Hampton"]),
    ("jose\u0301", ["José Hampton"]),
    ("zak lukasz", ["Łukasz Żak"]),
    ("rosa@families", ["Amara Hamilton"]),
    ("oneil", ["José Hampton"]),
    ("o'neil", ["José Hampton"]),
    ("O’N", ["José Hampton"]),
    ("amara owls", ["Amara Zulu"]),
    ("owl u14", ["100%_'; DROP TABLE player; -- [red]x[/]", "Łukasz Żak", "Amara Zulu"]),
    ("00", ["Amara Hamilton"]),
    ("0", ["Amara Hamilton", "José Hampton"]),
    ("drop table", ["100%_'; DROP TABLE player; -- [red]x[/]"]),
    ("[red]", ["100%_'; DROP TABLE player; -- [red]x[/]"]),
    ("x", ["100%_'; DROP TABLE player; -- [red]x[/]"]),
    ("smith jones", ["Ann/Lee <Bo> Smith/Jones"]),
    ("lee bo", ["Ann/Lee <Bo> Smith/Jones"]),
    ("smith/j", ["Ann/Lee <Bo> Smith/Jones"]),
    ("kids", ["Ann/Lee <Bo> Smith/Jones"]),
    ("nobody", []),
    ("amara nobody", []),
]


async def test_search_finds_the_beginnings_of_words_anywhere(database: Database) -> None:
    async with database.session() as session:
        club, _ = await a_roster(session)
        for typed, names in SEARCHES:
            assert await found(session, club, typed) == names, typed
            players = await list_players(session, club.league_id, RosterFilter(season_id=club.season_id, text=typed))
            assert [f"{row.first} {row.last}" for row in players] == names, typed


async def test_signs_alone_are_no_words_and_filter_nothing(database: Database) -> None:
    async with database.session() as session:
        club, ids = await a_roster(session)
        for typed in ("", "  ", "'", "\\", "!", "&|!():*<->", "@.-", "\x00", "💥", "\u202e", "´"):
            assert len(await found(session, club, typed)) == len(ids), typed


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.text(max_size=40))
def test_no_text_breaks_the_search(database_url: SecretUrl, typed: str) -> None:
    async def work() -> None:
        opened = Database(database_url, pool_size=1)
        try:
            async with opened.session() as session:
                for listing in LISTINGS:
                    await listing(1, RosterFilter(season_id=1, text=typed)).count(session)  # type: ignore[call-arg]
        finally:
            await opened.dispose()

    asyncio.run(work())


@given(st.text())
def test_terms_are_words_and_addresses(typed: str) -> None:
    terms = terms_of(typed)
    assert len(terms) <= 8
    assert "@" in typed or terms == words_of(typed)
    assert all(term in words_of(term) or term.index("@") > 0 for term in terms)
    assert all(not any(one.isspace() or one == "\x00" for one in term) for term in terms)


@given(st.text())
def test_words_are_letters_and_digits_only(typed: str) -> None:
    words = words_of(typed)
    assert len(words) <= 8
    assert all(set(word).isdisjoint("'\\&|!():*<>-@._+ \t\n\x00") for word in words)


async def test_teams_count_their_contracts(database: Database) -> None:
    async with database.session() as session:
        club, ids = await a_roster(session)
        await make_family(session, club, first="Gone", status=ContractStatus.DECLINED)
        await sign(session, club.league_id, SigningRequest(((ids["Amara Hamilton"], 1),)))
        hawks, owls = await list_teams(session, club.league_id, RosterFilter(season_id=club.season_id))
        assert (hawks.name, hawks.players, hawks.signed, hawks.open, hawks.chat) == (
            "Hawks U12",
            4,
            1,
            3,
            ChatState.LINKED,
        )
        assert (owls.name, owls.division, owls.players, owls.chat) == ("Owls", "U14", 3, ChatState.NONE)
        await session.execute(update(Team).where(Team.id == club.team_id).values(groupme_group_id="4711"))
        look = {"state": "broken", "group_id": "4711", "found": [], "why": "gone", "warnings": [], "account": "Pat"}
        await session.execute(insert(GroupLook).values(team_id=club.team_id, league_id=club.league_id, **look))
        hawks, owls = await list_teams(session, club.league_id, RosterFilter(season_id=club.season_id))
        assert (hawks.chat, owls.chat) == (ChatState.GONE, ChatState.NONE)
        url = {"groupme_share_url": "https://groupme.com/join_group/2/b"}
        await session.execute(
            update(Team).where(Team.id == (await add_team(session, club, "Zebras")).team_id).values(url)
        )
        by_chat = await list_teams(session, club.league_id, RosterFilter(season_id=club.season_id), Sort("chat"))
        assert [(team.name, team.chat) for team in by_chat] == [
            ("Zebras", ChatState.LINKED), ("Hawks U12", ChatState.GONE), ("Owls", ChatState.NONE),
        ]  # fmt: skip
        by_division = await list_teams(session, club.league_id, RosterFilter(text="u14"))
        assert [team.name for team in by_division] == ["Owls"]


async def test_players_show_the_contract_of_the_season(database: Database) -> None:
    async with database.session() as session:
        club, ids = await a_roster(session)
        await apply_transition(
            session, club.league_id, TransitionRequest(Transition.VOID, ((ids["Amara Hamilton"], None),), "wrong team")
        )
        player_id = (await session.get_one(Contract, ids["Amara Hamilton"])).player_id
        other = await add_team(session, club, "Kites")
        for status, team_id in ((ContractStatus.OFFERED, other.team_id), (ContractStatus.DECLINED, club.team_id)):
            await session.execute(
                insert(Contract).values(
                    league_id=club.league_id,
                    season_id=club.season_id,
                    team_id=team_id,
                    player_id=player_id,
                    status=status,
                    offered_on=date(2026, 11, 2),
                )
            )
        rows = {
            f"{row.first} {row.last}": row
            for row in await list_players(session, club.league_id, RosterFilter(season_id=club.season_id))
        }
        amara = rows["Amara Hamilton"]
        assert (amara.team, amara.contract_status, amara.guardians) == ("Kites", ContractStatus.OFFERED, 1)
        assert (amara.has_email, rows["Wren Hammond"].has_email, rows["Amara Zulu"].has_email) == (True, False, False)
        assert rows["Łukasz Żak"].guardians == 0
        season_id = await session.scalar(
            insert(Season).values(league_id=club.league_id, name="Autumn").returning(Season.id)
        )
        later = await list_players(session, club.league_id, RosterFilter(season_id=season_id))
        assert {(row.team, row.contract_status) for row in later} == {(None, None)}
        kites = await list_players(
            session, club.league_id, RosterFilter(season_id=club.season_id, team_id=other.team_id)
        )
        assert [row.id for row in kites] == [player_id]


async def test_filters_by_team_and_status(database: Database) -> None:
    async with database.session() as session:
        club, ids = await a_roster(session)
        await sign(session, club.league_id, SigningRequest(((ids["Amara Hamilton"], 1), (ids["José Hampton"], 1))))
        wanted = RosterFilter(club.season_id, team_id=club.team_id, statuses=(ContractStatus.SIGNED,))
        rows = await list_contracts(session, club.league_id, wanted)
        assert [(row.first, row.status, row.signer) for row in rows] == [
            ("Amara", ContractStatus.SIGNED, "Rosa Hamilton"),
            ("José", ContractStatus.SIGNED, "Ana O’Neil"),
        ]
        assert {row.version for row in rows} == {2}


SENT = {"state": OutboxState.SENT, "finalized_at": func.now()}
CANCELLED = {"state": OutboxState.CANCELLED, "finalized_at": func.now()}
IN_DOUBT = {"state": OutboxState.IN_DOUBT, "wire_started_at": func.now(), "error_class": "in_doubt"}
SETS: list[tuple[list[dict[str, Any]], WelcomeState]] = [
    ([{}, {}], WelcomeState.HELD),
    ([{"available_at": func.now()}, {"available_at": func.now()}], WelcomeState.QUEUED),
    ([{"claims": 1, "attempts": 1}, {"claims": 1}], WelcomeState.QUEUED),
    (
        [
            SENT,
            CANCELLED,
        ],
        WelcomeState.SENT,
    ),
    ([SENT, SENT | {"provider": "maildir"}], WelcomeState.IN_FOLDER),
    (
        [SENT, {"claims": 1}],
        WelcomeState.QUEUED,
    ),
    (
        [
            {"state": OutboxState.DEAD, "finalized_at": func.now(), "error_class": "permanent"},
            IN_DOUBT,
        ],
        WelcomeState.FAILED,
    ),
    (
        [IN_DOUBT, {}],
        WelcomeState.IN_DOUBT,
    ),
]


async def the_row(session: AsyncSession, club: Club) -> ContractRow:
    return (await list_contracts(session, club.league_id, RosterFilter()))[0]


async def test_the_welcome_mail_is_the_worst_of_all(database: Database) -> None:
    for number, (mails, word) in enumerate(SETS):
        async with database.session() as session:
            await check_worst(session, await make_club(session, slug=f"league-{number}"), mails, word)


async def check_worst(session: AsyncSession, club: Club, mails: list[dict[str, Any]], word: WelcomeState) -> None:
    parents = tuple(Parent(email=f"p{number}@families.test") for number, _ in enumerate(mails))
    family = await make_family(session, club, parents=parents)
    assert (await the_row(session, club)).welcome is WelcomeState.NONE
    result = await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),)))
    for outbox_id, values in zip(result.outbox_ids, mails, strict=True):
        if values:
            await session.execute(update(Outbox).where(Outbox.id == outbox_id).values(**values))
    row = await the_row(session, club)
    assert row.welcome is word
    assert row.welcome_at is not None


async def test_the_welcome_mail_is_that_of_the_signature_in_force(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
        await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),)))
        await undo(session, club.league_id, [family.contract_id])
        assert (await the_row(session, club)).welcome is WelcomeState.NONE
        await sign(session, club.league_id, SigningRequest(((family.contract_id, 3),)))
        assert (await the_row(session, club)).welcome is WelcomeState.HELD
        await apply_transition(
            session, club.league_id, TransitionRequest(Transition.VOID, ((family.contract_id, None),), "moved")
        )
        row = await the_row(session, club)
        assert (row.welcome, row.signer, row.signed_on) == (WelcomeState.CANCELLED, None, None)


async def test_signed_without_a_mail_says_why(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club, parents=(Parent(email=None),))
        await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),)))
        assert (await the_row(session, club)).welcome is WelcomeState.NO_ADDRESS
        await session.execute(update(Guardian).values(email="Rosa@families.test"))
        await session.execute(
            insert(Suppression).values(league_id=club.league_id, email="rosa@families.test", reason="bounced")
        )
        assert (await the_row(session, club)).welcome is WelcomeState.SUPPRESSED


STEP = 3
"""Rows of a page there: few, so that people of one name fall on two pages."""


@pytest.mark.parametrize("listing", LISTINGS)
async def test_every_order_by_pages_is_the_order_at_once(database: Database, listing: type[Listing[Any]]) -> None:
    async with database.session() as session:
        club, ids = await a_roster(session)
        for number in range(3):
            await make_family(session, club, first="Same", last="Name", jersey=str(number), birthdate=None)
            await add_team(session, club, "Hawks U12", division=f"D{number}")
        await sign(session, club.league_id, SigningRequest(((ids["José Hampton"], 1), (ids["Łukasz Żak"], 1))))
        await session.execute(update(Contract).where(Contract.id == ids["Łukasz Żak"]).values(due_on=date(2027, 1, 1)))
        rows = listing(club.league_id, RosterFilter(season_id=club.season_id))  # type: ignore[call-arg]
        total = await rows.count(session)
        for column in rows.orders():
            for sort in (Sort(column), Sort(column, descending=True)):
                everything = [row.id for row in await rows.all(session, sort)]
                assert len(everything) == len(set(everything)) == total
                forward: list[int] = []
                anchor = FIRST
                while page := (await rows.page(session, PageRequest(len(forward), STEP, sort, anchor))):
                    if not page.rows:
                        break
                    forward += [row.id for row in page.rows]
                    anchor = page.anchors[-1]
                assert forward == everything
                backward: list[int] = []
                anchor = after_last(total)
                while anchor.position > 0:
                    start = max(0, anchor.position - STEP)
                    page = await rows.page(session, PageRequest(start, anchor.position - start, sort, anchor))
                    backward = [row.id for row in page.rows] + backward
                    anchor = page.anchors[0]
                assert backward == everything
                jump = await rows.page(session, PageRequest(2, STEP, sort))
                assert [row.id for row in jump.rows] == everything[2 : 2 + STEP]
                for place, row_id in list(enumerate(everything))[:: 2 * STEP]:
                    assert await rows.locate(session, row_id, sort) == place
                    key = await rows.key_of(session, row_id, sort)
                    assert key is not None
                    onward = await rows.page(session, PageRequest(1, STEP, sort, Anchor(0, beside(key, sort))))
                    assert [row.id for row in onward.rows] == everything[place : place + STEP]


async def test_a_source_is_what_a_list_asks(database: Database) -> None:
    async with database.session() as session:
        club, ids = await a_roster(session)
        elsewhere = await make_club(session, slug="other")
        foreign = await make_family(session, elsewhere, last="Hammer")
    source = contract_source(database, club.league_id, RosterFilter(text="ham"))
    assert await source.count() == 3
    assert set(await source.ids()) == {ids["Amara Hamilton"], ids["Wren Hammond"], ids["José Hampton"]}
    asked = [ids["Amara Hamilton"], ids["Łukasz Żak"], foreign.contract_id]
    assert list(await source.matching(asked)) == [ids["Amara Hamilton"]]
    assert await source.locate(ids["José Hampton"], Sort("player")) == 2
    assert await source.locate(ids["Łukasz Żak"], Sort("player")) is None
    with pytest.raises(BballError, match=r"cannot be sorted by 'color'\. It can by: player, "):
        await source.page(PageRequest(0, 5, Sort("color")))
    assert await player_source(database, club.league_id, RosterFilter()).count() == 7
    assert await team_source(database, club.league_id, RosterFilter()).count() == 2
