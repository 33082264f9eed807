"""Who may be the same child: the spellings of a last name, and the forms of a first name."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bball_tui.league.importing.duplicates import Neighbor, possible_duplicates
from bball_tui.league.importing.existing import Existing, KnownPlayer
from bball_tui.league.importing.match_guardians import Family
from bball_tui.league.importing.roster_row import RosterRow
from bball_tui.league.roster.player import PlayerValues
from bball_tui.league.values.first_names import first_alike, same_forms
from bball_tui.league.values.last_names import spellings
from tests.league.importing.support import Desk


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("smith-jones", "smith jones"),
        ("smith-jones", "smithjones"),
        ("smith-jones", "jones"),
        ("de la cruz", "delacruz"),
        ("de la cruz", "cruz"),
        ("van der berg", "berg"),
        ("o'brien", "obrien"),
        ("o’brien", "o brien"),
        ("rivera jr.", "rivera"),
        ("rivera iii", "rivera, jr"),
        ("garcia lopez", "garcia"),
    ],
)
def test_spellings_of_one_last_name_meet(one: str, other: str) -> None:
    assert spellings(one) & spellings(other)


@pytest.mark.parametrize(
    ("one", "other"), [("de la cruz", "de la rosa"), ("lee jr", "poe jr"), ("van dyk", "van damme")]
)
def test_particles_and_suffixes_alone_make_nobody_the_same(one: str, other: str) -> None:
    assert not spellings(one) & spellings(other)


@given(st.text(max_size=30))
def test_every_name_is_a_spelling_of_itself(last: str) -> None:
    assert last in spellings(last)


@pytest.mark.parametrize(
    ("stored", "coming"),
    [
        ("Elizabeth,Lee", "Liz,Lee"),
        ("Bob,Lee", "Robert,Lee"),
        ("Mary-Ann,Lee", "Mary Ann,Lee"),
        ("Ann,De la Cruz", "Ann,Cruz"),
        ("Ann,Lee-Roe", "Ann,Roe"),
        ("William (Bill),Lee Jr.", "Bill,Lee"),
    ],
)
async def test_a_child_under_another_spelling_is_a_hint_and_never_a_merge(desk: Desk, stored: str, coming: str) -> None:
    await desk.good(f"Hawks,{stored},2015-01-02")
    report = await desk.bring_in(f"Owls,{coming},2015-01-02")
    assert report.imported.created.players == 1
    assert report.diff is not None
    assert report.diff.rows[0].duplicate.startswith("The league has ")


async def test_twins_and_strangers_are_no_hint(desk: Desk) -> None:
    await desk.good("Hawks,Mia,Lee,2015-01-02")
    report = await desk.bring_in("Hawks,Leo,Lee,2015-01-02", "Hawks,Mia,Roe,2015-01-02", "Hawks,Max,De Lee,2015-01-02")
    assert report.diff is not None
    assert [row.duplicate for row in report.diff.rows] == ["", "", ""]


async def test_two_rows_of_one_file_are_compared_as_well(desk: Desk) -> None:
    report = await desk.bring_in("Hawks,Mike,Stone,2015-01-02", "Owls,Michael,Stone,2015-01-02")
    assert report.diff is not None
    assert [row.duplicate.split(",")[0] for row in report.diff.rows] == ["Row 3 of the file", "Row 2 of the file"]


FIRSTS = ("mike", "michael", "micheal", "mia", "leo", "bill", "william (bill)")
LASTS = ("lee", "lee roe", "roe", "de la roe", "stone", "o'stone")
people = st.tuples(st.sampled_from(FIRSTS), st.sampled_from(LASTS), st.sampled_from((None, 1, 2)))


def child(first: str, last: str, day: int | None) -> PlayerValues:
    return PlayerValues(first, last, None if day is None else date(2015, 1, day))


@given(st.lists(people, max_size=6), st.lists(st.tuples(people, st.booleans()), max_size=6))
def test_by_names_and_days_the_same_are_found_as_by_comparing_everybody(
    stored: list[tuple[str, str, int | None]], rows: list[tuple[tuple[str, str, int | None], bool]]
) -> None:
    league = {number: child(*one) for number, one in enumerate(stored, start=1)}
    players: dict[str, list[KnownPlayer]] = {}
    neighbors: dict[tuple[date | None, str], list[Neighbor]] = {}
    for number, one in league.items():
        players.setdefault(f"{one.last_name}, {one.first_name}", []).append(KnownPlayer(number, 1, one))
        for spelling in spellings(one.last_name) if one.birthdate else ():
            neighbor = Neighbor(number, one, one.first_name, one.last_name)
            neighbors.setdefault((one.birthdate, spelling), []).append(neighbor)
    existing = Existing(None, {text: text for text in (*FIRSTS, *LASTS)}, players=players)
    free = list(league)  # whom rows can mean
    families = [
        Family(RosterRow(number, "Hawks", child(*one)), free.pop() if known and free else -number)
        for number, (one, known) in enumerate(rows, start=2)
    ]
    found = possible_duplicates(existing, families, neighbors)
    taken = {family.player for family in families}
    for family in families:
        row = family.row
        here = [one for number, one in league.items() if number not in taken and alike(row.player, one, first_alike)]
        others = [one.row for one in families if one is not family]
        same = [one for one in others if one.player.label() == row.player.label()]
        near = [one for one in others if alike(row.player, one.player, same_forms)]
        said = found.get(row.number)
        if family.player > 0 or not (here or same or near):
            assert said is None
        elif here:
            assert said is not None
            assert any(one.label() in said.sentence for one in here)
            assert not said.in_file
        else:
            assert said is not None
            assert said.in_file
            assert any(f"Row {one.number} of the file" in said.sentence for one in same or near)


def alike(one: PlayerValues, other: PlayerValues, first: Callable[[str, str], bool]) -> bool:
    """What the hint is about, of two children alone."""
    if one.label() == other.label():
        return True
    same_day = one.birthdate is not None and one.birthdate == other.birthdate
    last = bool(spellings(one.last_name) & spellings(other.last_name))
    return same_day and last and first(one.first_name, other.first_name)
