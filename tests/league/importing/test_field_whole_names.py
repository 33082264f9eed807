"""A column of whole names: how it is split when somebody says so, and when it is a fault."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bball_tui.league.importing.find_columns import MappedField
from bball_tui.league.importing.roster_row import GuardianCell, NameSplit
from bball_tui.league.values.last_names import split_name
from bball_tui.league.values.names import whole_name
from tests.league.importing.field import faults, field, names, read


def test_a_column_of_whole_names_says_how_to_split_it() -> None:
    roster = field("fullname.csv")
    assert [problem.column for problem in roster.problems] == ["Player Name", "Parent Name"]
    assert all("holds whole names. Import it with --split-names" in problem.problem for problem in roster.problems)
    assert roster.whole_names


def test_whole_names_are_split_when_somebody_says_so() -> None:
    roster = field("fullname.csv", split_names=True)
    assert (roster.problems, names(roster)) == ((), [("Mia", "Lopez")])
    assert roster.rows[0].guardians == (GuardianCell("Ana", "Lopez", "ana@lopez.test"),)
    assert roster.splits == (
        NameSplit(2, "Player Name", "Lopez, Mia", "Mia", "Lopez"),
        NameSplit(2, "Parent Name", "Ana Lopez", "Ana", "Lopez"),
    )


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Mia Lopez", "Mia", "Lopez"),
        ("Lopez,Mia", "Mia", "Lopez"),
        ("Mia Elena Lopez", "Mia Elena", "Lopez"),
        ("Garcia Lopez, Mia Elena", "Mia Elena", "Garcia Lopez"),
        ("Ludwig van Beethoven", "Ludwig", "van Beethoven"),
        ("Maria De La Cruz", "Maria", "De La Cruz"),
        ("Cruz, Maria de la", "Maria", "de la Cruz"),
        ("Anna della Rovere", "Anna", "della Rovere"),
        ("Ben Roe", "Ben", "Roe"),
        ("José Ortega y Gasset", "José", "Ortega y Gasset"),
        ("John Smith Jr.", "John", "Smith Jr."),
        ("John Smith, Jr.", "John", "Smith Jr."),
        ("Smith Jr., John", "John", "Smith Jr."),
        ("Smith, John III", "John", "Smith III"),
        ("Smith, John, III", "John", "Smith III"),
        ("Smith, John V", "John V", "Smith"),
        ("John E. Smith", "John E.", "Smith"),
        ("John E Smith", "John E", "Smith"),
        ("Michael (Mike) Stone", "Michael (Mike)", "Stone"),
        ("Na Li", "Na", "Li"),
    ],
)
def test_particles_and_suffixes_stay_with_the_last_name(name: str, first: str, last: str) -> None:
    assert whole_name(name) == (first, last)


@pytest.mark.parametrize(
    "name",
    ["Mia", "Lopez,", ", Mia", "Kim Jr.", "Lopez, Jr.", "A, B, C", "Ana and Luis Lopez", "Ana & Luis Lopez",
     "Ana Lopez / Luis Lopez", "Ana Lopez, Luis Lopez", "Ana y Luis", "Ana y Luis Lopez", "Lopez, Ana und Luis",
     "ana@lopez.test", "=Ana Lopez"],
)  # fmt: skip
def test_what_is_not_the_whole_name_of_one_person_is_a_fault(name: str) -> None:
    roster = read(f'Team,Player Name\nHawks,"{name}"\n', split_names=True)
    assert (faults(roster), roster.rows, roster.splits) == ([(2, "Player Name")], (), ())


WORDS = st.lists(
    st.sampled_from(["Mia", "Lopez", "van", "de", "la", "De", "y", "e", "E.", "Jr.", "III", "V", "O'Neil", "Li-Ann"]),
    max_size=4,
).map(" ".join)


@given(st.lists(WORDS, max_size=3).map(", ".join))
def test_splitting_loses_and_adds_no_word(name: str) -> None:
    found = split_name(name)
    if found is not None:
        first, last = found
        assert first.split()
        assert last.split()
        assert sorted(f"{first} {last}".split()) == sorted(name.replace(",", " ").split())
        if "," not in name:
            assert f"{first} {last}" == name


def test_an_empty_whole_name_is_none_and_a_placeholder_is_counted() -> None:
    header = "Team,Athlete Name,Mother's Name,Mother Email"
    rows = ("Hawks,Mia Lopez,N/A,", "Hawks,Ben Roe,,", "Hawks,,Ana Roe,ana@roe.test", "Hawks,Al Roe,N/A N/A,x@roe.test")
    roster = read("\n".join((header, *rows)), split_names=True)
    assert [row.guardians for row in roster.rows] == [(), ()]
    assert faults(roster) == [(4, "Athlete Name"), (5, "Mother's Name")]
    assert dict(roster.placeholders) == {"N/A": 1, "N/A N/A": 1}


@pytest.mark.parametrize("heading", ["Parent", "Parent 1", "Guardian", "Mother"])
def test_a_column_that_is_called_like_a_person_holds_whole_names(heading: str) -> None:
    file = f"Team,First Name,Last Name,{heading},{heading} Email\nHawks,Mia,Lopez,Ana Lopez,ana@lopez.test\n"
    asked = read(file)
    assert (asked.whole_names, [one.column for one in asked.problems]) == (True, [heading])
    (row,) = read(file, split_names=True).rows
    assert [(one.first, one.last, one.email) for one in row.guardians] == [("Ana", "Lopez", "ana@lopez.test")]


def test_whoever_says_that_a_column_is_both_names_says_that_it_is_split() -> None:
    file = "Team,Kid,Grown-up,Reach them at\nHawks,Mia Lopez,Ana Lopez,ana@lopez.test\n"
    said = {"Player First Name": "Kid", "Player Last Name": "Kid", "Guardian 1 First": "Grown-up",
            "Guardian 1 Last": "Grown-up", "Guardian 1 Email": "Reach them at"}  # fmt: skip
    roster = read(file, mapping=[MappedField(*one) for one in said.items()])
    (row,) = roster.rows
    assert (row.first, row.last) == ("Mia", "Lopez")
    assert [(one.first, one.last, one.email) for one in row.guardians] == [("Ana", "Lopez", "ana@lopez.test")]
    assert len(roster.splits) == 2
    for wrong in ("Team", "Guardian 2 Last", "Guardian 1 Relation"):
        refused = read(file, mapping=[MappedField("Guardian 1 First", "Grown-up"), MappedField(wrong, "Grown-up")])
        assert "is named twice" in refused.problems[0].problem


def test_whole_names_beside_first_and_last_are_not_used_and_half_of_them_is_a_fault() -> None:
    beside = read("Team,First,Last,Full Name\nHawks,Mia,Lopez,Mia Lopez\n", split_names=True)
    assert (names(beside), beside.unused_columns, beside.splits) == ([("Mia", "Lopez")], ("Full Name",), ())
    half = read("Team,Full Name,Last\nHawks,Mia Lopez,Lopez\n", split_names=True)
    assert "both mean" in half.problems[0].problem
    twice = read("Team,Full Name,Player Name\nHawks,Mia Lopez,Mia Lopez\n", split_names=True)
    assert "both mean" in twice.problems[0].problem


def test_nothing_is_split_in_other_columns() -> None:
    roster = read("Team,Player Name,Coach Name\nHawks,Mia Lopez,Ann Lee\n", split_names=True)
    assert [(one.column, "not known" in one.problem) for one in roster.problems] == [("Coach Name", True)]
