"""Who may be the same child: the spellings of a last name, and the forms of a first name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
