"""Cells that hold something else than their column says, or two values: children, addresses, phone numbers, dates."""

from datetime import date
from typing import Any

import pytest

from bball_tui.database.states import DateOrder
from bball_tui.league.values.birthdates import birthdate
from bball_tui.league.values.cells import CellFault
from bball_tui.league.values.contact import email, phone
from bball_tui.league.values.names import first_name, person_name
from tests.league.importing.field import HEADER, TODAY, book, faults, field, names, read


def test_characters_that_only_look_like_those_of_an_address_are_faults() -> None:
    roster = field("email-lookalikes.csv")
    assert [row.guardians[0].email for row in roster.rows] == ["ana@tres.test", "ana@cuatro.test"]
    assert [number for number, _ in faults(roster)] == [2, 3, 6, 7, 8, 9, 10]
    meant = ("liam.o'brien@uno.test", "smith-jones@dos.test", "ana@cinco.test", "ana@seis.test", "ana@siete.test",
             "ana@ocho.test", "ana@nueve.test")  # fmt: skip
    for problem, address in zip(roster.problems, meant, strict=True):
        assert f"If {address} is meant, type that." in problem.problem
    assert email("josé@müller.test") == "josé@müller.test"
    assert email("иван@почта.test") == "иван@почта.test"


def test_what_is_no_phone_number_is_a_fault() -> None:
    roster = field("phone-scientific.csv")
    assert faults(roster) == [(2, "Guardian 1 Phone")]
    assert "last digits are lost" in roster.problems[0].problem
    for cell in ("ana@lopez.test", "5,55E+09", "5.55e9"):
        with pytest.raises(CellFault):
            phone(cell)


@pytest.mark.parametrize("cell", ["\u3164", "\u2800\u2800", "\u200d", "\u115f", "A\u200cnn", "…", "TRUE", "3-Apr"])
def test_what_nobody_can_read_is_no_name(cell: str) -> None:
    with pytest.raises(CellFault):
        person_name(cell)


@pytest.mark.parametrize("cell", ["Mia & Leo", "Mia and Leo", "Mia/Leo", "Mia, Leo", "Ana y Ben", "Mia; Leo"])
def test_two_children_in_one_cell_are_a_fault(cell: str) -> None:
    with pytest.raises(CellFault, match="names 2 people"):
        first_name(cell)


@pytest.mark.parametrize("cell", ["Mary-Ann", "John, Jr.", "Anne Marie", "D’Andre", "Thi Y Nhu", "Sandy", "می‌نا"])
def test_one_child_with_several_names_is_one(cell: str) -> None:
    assert first_name(cell) == cell


def test_soft_hyphens_are_taken_out_and_typographic_ones_made_plain() -> None:
    assert names(field("softhyphen.csv")) == [("Liam", "Hamilton")]
    assert names(field("hyphen-b.csv")) == names(field("hyphen-a.csv")) == [("Liam", "Smith-Jones")]
    assert field("hyphen-b.csv").rows[0].guardians[0].last == "Smith-Jones"


@pytest.mark.parametrize("column", ["Jersey", "Guardian 1 Email", "Guardian 1 Phone", "Guardian 1 Relation"])
@pytest.mark.parametrize("cell", [True, False, date(2015, 3, 4)])
def test_a_typed_cell_is_a_fault_also_where_words_would_be_passed_over(column: str, cell: Any) -> None:
    header = (*HEADER[:4], "Guardian 1 First", "Guardian 1 Last", column)
    roster = read(book(header, ("Hawks", "Ann", "Lee", None, "Rosa", "Lee", cell)))
    assert (faults(roster), roster.placeholders) == ([(2, column)], ())


def test_a_shortened_number_and_an_address_are_faults_and_words_are_empty_cells() -> None:
    header = ",".join((*HEADER[:3], "Guardian 1 First", "Guardian 1 Last", "Guardian 1 Phone"))
    cells = ("5.55E+09", "rosa@lee.test", "N/A", "call mom", "=…")
    roster = read(
        "\n".join((header, *(f"Hawks,Ann{'abcde'[place]},Lee,Rosa,Lee,{cell}" for place, cell in enumerate(cells))))
    )
    assert faults(roster) == [(2, header.split(",")[-1]), (3, header.split(",")[-1]), (6, header.split(",")[-1])]
    assert dict(roster.placeholders) == {"N/A": 1, "call mom": 1}


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("rosa@lee.test", "an e-mail address"),
        ("512-555-0101", "a number"),
        ("12345", "a number"),
        ("O&#39;Neil", "“O'Neil”"),
        ("O&apos;Neil", "“O'Neil”"),
        ("Mu&ntilde;oz", "“Muñoz”"),
        ("O%27Neil", "“O'Neil”"),
        ("undefined", "says nothing"),
        ("[object Object]", "says nothing"),
    ],
)
def test_what_other_programs_leave_in_a_name_is_a_fault(cell: str, said: str) -> None:
    [problem] = read(f"Team,First,Last\nHawks,Ann,{cell}\n").problems
    assert said in problem.problem


@pytest.mark.parametrize("name", ["R2D2", "Ann 2", "5", "Lee & Roe", "100% Hoops", "AT&T"])
def test_a_team_or_name_with_a_sign_is_taken(name: str) -> None:
    assert read(f"Team,First,Last\n{name},Ann,Lee\n").problems == ()


def test_a_number_that_was_taken_for_a_measure_is_a_phone_number() -> None:
    assert phone("5551234567.0") == "5551234567"
    assert phone("555.123.4567") == "555.123.4567"


@pytest.mark.parametrize(
    "cell",
    [
        "555-123-4567 / 555-987-6543", "555-123-4567 or 555-987-6543", "5551234567, 5559876543",
        "555-123-4567 555-987-6543", "555-1234 555-9876", "(555) 123-4567 (555) 987-6543", "5551234567;5559876543",
        "c 555-123-4567 h 555-987-6543", "555-123-4567 home 555-9876",
    ],
)  # fmt: skip
def test_two_phone_numbers_in_one_cell_are_a_fault(cell: str) -> None:
    with pytest.raises(CellFault, match="more than one phone number"):
        phone(cell)


@pytest.mark.parametrize(
    "cell",
    ["+1 (555) 123-4567", "555.123.4567", "555-123-4567 ext. 1234", "555-123-4567 x12345", "0049 151 555-1234",
     "+49 (0) 151 5551234", "555-123-4567 (mom)", "555 123 4567 #12", "+358 40 123 4567"],
)  # fmt: skip
def test_one_phone_number_is_one(cell: str) -> None:
    assert phone(cell) == cell


def test_two_addresses_or_dates_in_one_cell_are_a_fault() -> None:
    with pytest.raises(CellFault, match="more than one e-mail address"):
        email("ana@x.test; luis@x.test")
    for cell in ("2015-03-04 / 2016-05-06", "3/4/2015 and 5/6/2016", "2015-03-04, 2016-05-06"):
        with pytest.raises(CellFault, match="more than one date"):
            birthdate(cell, DateOrder.MDY, TODAY)
