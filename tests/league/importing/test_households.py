"""Who is whose guardian: siblings share one, two households stay apart."""

import unicodedata
from datetime import date

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bball_tui.database.arrays import text_array
from bball_tui.database.base import SIGNS, searchable
from bball_tui.database.engine import Database
from bball_tui.league.importing.apply import write
from bball_tui.league.importing.diff import compute_diff
from bball_tui.league.importing.diff_model import Verdict
from bball_tui.league.importing.read_roster import Roster
from bball_tui.league.importing.roster_row import GuardianCell, RosterRow
from bball_tui.league.leagues import create_league
from bball_tui.league.roster.player import PlayerValues
from tests.league.importing.support import NOTHING, Desk
from tests.support.examples import examples


async def test_siblings_share_a_guardian(desk: Desk) -> None:
    made = await desk.good(
        "Hawks,Ann,Lee,2015-01-02,7,Rosa,Lee,rosa@x.test,+1 555 555 0101",
        "Wolves,Ben,Lee,2013-01-02,8,ROSA,Lee,Rosa@X.test,",
    )
    assert made.created.guardians == 1
    assert await desk.families() == {
        "Ann Lee": ["Rosa Lee rosa@x.test +1 555 555 0101"],
        "Ben Lee": ["Rosa Lee rosa@x.test +1 555 555 0101"],
    }
    assert made.created.guardians == 1


async def test_siblings_share_a_guardian_who_is_known_by_phone(desk: Desk) -> None:
    made = await desk.good(
        "Hawks,Ann,Lee,2015-01-02,7,Rosa,Lee,,+1 (555) 100 2000", "Hawks,Ben,Lee,2013-01-02,8,Rosa,Lee,,+1 555 100 2000"
    )
    assert made.created.guardians == 1
    later = await desk.good("Hawks,Cid,Lee,2012-01-02,9,Rosa,Lee,rosa@x.test,+1 555 100 2000")
    assert (later.created.guardians, later.updated.guardians) == (0, 1)
    assert set((await desk.families())["Ann Lee"]) == {"Rosa Lee rosa@x.test +1 (555) 100 2000"}


async def test_siblings_share_a_guardian_of_whom_only_the_name_is_known(desk: Desk) -> None:
    made = await desk.good(
        "Hawks,Ann,Lee,2015-01-02,7,Rosa,Lee,rosa@x.test,,Carl,Roe",
        "Hawks,Ben,Lee,2013-01-02,8,Rosa,Lee,rosa@x.test,,Carl,Roe",
        "Hawks,Cid,Fox,2013-01-02,8,Uma,Fox,uma@x.test,,Carl,Roe",
    )
    assert made.created.guardians == 4
    later = await desk.good("Hawks,Dan,Lee,2012-01-02,9,Rosa,Lee,rosa@x.test,,Carl,Roe")
    assert later.created.guardians == 0


async def test_strangers_with_one_name_stay_apart(desk: Desk) -> None:
    made = await desk.good(
        "Hawks,Ann,Lee,2015-01-02,7,Rosa,Lee,rosa@x.test",
        "Hawks,Ben,Lee,2013-01-02,8,Rosa,Lee,other@x.test",
        "Hawks,Cid,Lee,2012-01-02,8,Rosa,Lee",
        "Hawks,Dan,Lee,2011-01-02,8,Rosa,Lee,,+1 555 555 0103",
    )
    assert made.created.guardians == 4


async def test_two_households_stay_apart(desk: Desk) -> None:
    lines = ("Hawks,Ann,Lee,2015-01-02,7,Rosa,Lee,rosa@x.test,+1 555 555 0101,Carl,Roe,carl@y.test,+1 555 555 0102",)
    assert (await desk.good(*lines)).created.guardians == 2
    assert await desk.families() == {
        "Ann Lee": ["Rosa Lee rosa@x.test +1 555 555 0101", "Carl Roe carl@y.test +1 555 555 0102"]
    }
    # The half-sibling of one household brings nobody of the other one.
    await desk.good("Hawks,Ben,Roe,2013-01-02,8,Carl,Roe,carl@y.test")
    assert (await desk.families())["Ben Roe"] == ["Carl Roe carl@y.test +1 555 555 0102"]


async def test_two_people_with_one_address_are_two_guardians(desk: Desk) -> None:
    line = "Hawks,Ann,Lee,2015-01-02,7,Rosa,Lee,family@x.test,,Carl,Lee,family@x.test"
    assert (await desk.good(line)).created.guardians == 2
    assert (await desk.good(line)).unchanged.guardians == 2


async def test_the_same_guardian_twice_in_a_row_is_one(desk: Desk) -> None:
    line = "Hawks,Ann,Lee,2015-01-02,7,Rosa,Lee,rosa@x.test,,Rosa,Lee,rosa@x.test"
    assert (await desk.good(line)).created.guardians == 1
    assert (await desk.families())["Ann Lee"] == ["Rosa Lee rosa@x.test"]
    bare = "Hawks,Ben,Lee,2014-01-02,7,Uma,Fox,uma@x.test,,Uma,Fox"
    assert (await desk.good(bare)).created.guardians == 1


async def test_a_new_address_corrects_the_guardian_of_the_player_and_of_nobody_else(desk: Desk) -> None:
    await desk.good(
        "Hawks,Ann,Lee,2015-01-02,7,Rosa,Lee,old@x.test,+1 555 555 0101",
        "Hawks,Ben,Fox,2013-01-02,8,Rosa,Lee,stranger@x.test,+1 555 555 0102",
    )
    made = await desk.good("Hawks,Ann,Lee,2015-01-02,7,Rosa,Lee,new@x.test,+1 555 555 0101")
    assert (made.created.guardians, made.updated.guardians) == (0, 1)
    assert await desk.families() == {
        "Ann Lee": ["Rosa Lee new@x.test +1 555 555 0101"],
        "Ben Fox": ["Rosa Lee stranger@x.test +1 555 555 0102"],
    }


async def test_a_new_guardian_joins_behind_those_who_are_there(desk: Desk) -> None:
    await desk.good("Hawks,Ann,Lee,2015-01-02,7,Rosa,Lee,rosa@x.test")
    made = await desk.good("Hawks,Ann,Lee,2015-01-02,7,Carl,Roe,carl@y.test")
    assert (made.created.guardians, made.updated.players) == (1, 1)
    assert (await desk.families())["Ann Lee"] == ["Rosa Lee rosa@x.test", "Carl Roe carl@y.test"]
    assert await desk.rows("SELECT action FROM audit WHERE entity = 'player'") == [("guardian_added",)]


async def test_a_relation_that_the_file_states_is_set_and_silence_keeps_it(desk: Desk) -> None:
    header = "Team,First,Last,Mother First,Mother Last,Mother Email"
    silent = "Team,First,Last,Parent First,Parent Last,Parent Email"
    await desk.good("Hawks,Ann,Lee,Rosa,Lee,rosa@x.test", header=silent)
    assert (await desk.good("Hawks,Ann,Lee,Rosa,Lee,rosa@x.test", header=header)).updated.players == 1
    assert (await desk.good("Hawks,Ann,Lee,Rosa,Lee,rosa@x.test", header=silent)).updated == NOTHING
    assert await desk.rows("SELECT relation FROM player_guardian") == [("mother",)]


# So few names, addresses and numbers that they collide all the time.
people = st.builds(
    GuardianCell,
    first=st.sampled_from(["Rosa", "ROSA", "Carl"]),
    last=st.sampled_from(["Lee", "Lée"]),
    email=st.sampled_from([None, None, "a@x.test", "A@x.test", "b@x.test"]),
    phone=st.sampled_from([None, None, "555 0102", "5550102", "3", "none"]),
    link=st.sampled_from([(), (), (("relation", "mother"),)]),
)
players = st.builds(
    RosterRow,
    number=st.just(0),
    team=st.sampled_from(["Hawks", "HAWKS", "Wolves"]),
    player=st.builds(
        PlayerValues,
        first_name=st.sampled_from(["Ann", "Ben", "bén"]),
        last_name=st.just("Lee"),
        birthdate=st.sampled_from([None, date(2015, 1, 2), date(2014, 1, 2)]),
        jersey=st.sampled_from([None, "7", "00"]),
    ),
    division=st.sampled_from(["", "", "Boys"]),
    guardians=st.lists(people, max_size=3).map(tuple),
)
rosters = st.lists(players, min_size=1, max_size=6).map(
    lambda rows: Roster(
        tuple(RosterRow(n, row.team, row.player, row.division, "", row.guardians) for n, row in enumerate(rows, 2))
    )
)


def roster_of(*rows: tuple[str, str, tuple[str | None, ...]]) -> Roster:
    """Children of the Hawks, each with a division and the addresses of parents who are all called Rosa Lee."""
    return Roster(
        tuple(
            RosterRow(
                n,
                "Hawks",
                PlayerValues(first_name=first, last_name="Lee", birthdate=None, jersey=None),
                division,
                "",
                tuple(GuardianCell(first="Rosa", last="Lee", email=email) for email in addresses),
            )
            for n, (first, division, addresses) in enumerate(rows, 2)
        )
    )


@pytest.mark.slow
@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=rosters, roster=rosters)
@example(
    before=roster_of(("Ben", "", ("a@x.test",))),
    roster=roster_of(("Ben", "Boys", (None, "a@x.test")), ("Ben", "", ("b@x.test",))),
)
async def test_importing_twice_changes_nothing_but_what_was_left_open(
    database: Database, before: Roster, roster: Roster
) -> None:
    async with database.session() as session:
        league = await create_league(session, "Any", season="S")
        await write(session, await compute_diff(session, league.id, "S", before))
        first = await compute_diff(session, league.id, "S", roster)
        await write(session, first)
        second = await compute_diff(session, league.id, "S", roster)
        # A row that asked may find its answer in what the others brought; then it is a child like any other. Nobody
        # answered it, so it, and who bears the same name, may be asked about once more.
        asked = {row for row, _ in first.open}
        done = {row.row: row for row in second.rows if row.verdict is not Verdict.UNCHANGED}
        assert done.keys() <= asked
        assert all(row.duplicate for row in done.values() if row.verdict is Verdict.NEW), "it is looked at once more"
        if not asked:
            assert not second.changes_something
            assert [problem.row for problem in second.refused] == [problem.row for problem in first.refused]
            assert second.imported().created == second.imported().updated == NOTHING
        await session.rollback()


letters = st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"]), min_size=1, max_size=12)


@pytest.mark.slow
@settings(max_examples=examples(20), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(letters, letters), min_size=100, max_size=100))
async def test_the_key_of_a_name_is_made_of_the_keys_of_its_parts(
    database: Database, names: list[tuple[str, str]]
) -> None:
    pairs = [[unicodedata.normalize("NFC", part) for part in name] for name in names]
    async with database.session() as session:
        wrong = await session.execute(
            text(
                """
                SELECT last, first FROM unnest(CAST(:lasts AS text[]), CAST(:firsts AS text[])) AS name (last, first)
                WHERE bball_fold(last || ', ' || first) <> bball_fold(last) || ', ' || bball_fold(first)
                """
            ),
            {
                "lasts": text_array(last for last, _ in pairs),
                "firsts": text_array(first for _, first in pairs),
            },
        )
        assert wrong.all() == []


@settings(max_examples=examples(20), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), max_size=200))
async def test_names_and_searched_words_are_those_that_longer_ways_make(database: Database, values: list[str]) -> None:
    async with database.session() as session:
        wrong = await session.execute(
            text(
                r"""
                SELECT value FROM unnest(CAST(:values AS text[])) AS value
                WHERE bball_fold(value) <> lower(translate(
                    regexp_replace(normalize(value, NFKD), '[\u0300-\u036f]', '', 'g'),
                    'ŁłØøĐđŦŧÞþıß’', $q$LlOoDdTtTtis'$q$))
                OR """
                f"""{str(searchable("value").sqltext).replace(":", chr(92) + ":")} <> to_tsvector(
                    CAST('simple' AS regconfig), translate(bball_fold(value), :signs, repeat(' ', 32)))
                """
            ),
            {"values": text_array([*values, SIGNS, *(f"a{sign}b" for sign in SIGNS)]), "signs": SIGNS},
        )
        assert wrong.all() == []


@settings(max_examples=examples(50), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.none() | st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))))
async def test_an_array_literal_says_what_was_meant(database: Database, values: list[str | None]) -> None:
    async with database.session() as session:
        found = await session.scalar(text("SELECT CAST(:values AS text[])"), {"values": text_array(values)})
    assert found == values
