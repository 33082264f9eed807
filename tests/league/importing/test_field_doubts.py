"""Values that can be read and are perhaps not meant, which are said and never changed: NULL as one half of a name,
slips in the domain of an address, ages that no player has, two people or several last names in one name."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.league.importing.field import HEADER, faults, read


def warned(*cells: str, columns: Sequence[str] = HEADER, **options: Any) -> list[tuple[int, str, str]]:
    data = f"{','.join(columns)}\n{','.join(cells)}\n"
    roster = read(data, **options)
    assert roster.problems == ()
    assert len(roster.rows) == 1
    assert all(one.problem.endswith(".") for one in roster.warnings)
    return [(one.row, one.column, one.value) for one in roster.warnings]


PARENT = ("Team", "Player First Name", "Player Last Name", "Guardian 1 First", "Guardian 1 Last", "Guardian 1 Email")
WHOLE = ("Team", "Player Name", "Guardian 1 Name", "Guardian 1 Email")


@pytest.mark.parametrize("word", ["NULL", "null", "Na", "x", "Blank", "test"])
def test_half_a_name_that_may_be_a_placeholder_is_said_and_kept(word: str) -> None:
    assert warned("Hawks", "Chris", word, "2015-03-04", "7") == [(2, "Player Last Name", word)]
    assert warned("Hawks", word, "Muñoz", "2015-03-04", "7") == [(2, "Player First Name", word)]
    assert warned("Hawks", "Mia", "Lopez", "Ana", word, "", columns=PARENT) == [(2, "Guardian 1 Last", word)]
    assert warned("Hawks", "Mia", word, word, word, "", columns=PARENT) == [(2, "Player Last Name", word)]


@pytest.mark.parametrize(
    ("domain", "meant"),
    [
        ("gmail.con", "gmail.com"), ("gmial.com", "gmail.com"), ("gmail.co", "gmail.com"), ("gmai.com", "gmail.com"),
        ("gmaill.com", "gmail.com"), ("gnail.com", "gmail.com"), ("gmail.cm", "gmail.com"), ("gmail.net", "gmail.com"),
        ("yaho.com", "yahoo.com"), ("yahooo.com", "yahoo.com"), ("yahoo.con", "yahoo.com"),
        ("hotmial.com", "hotmail.com"), ("hotmai.com", "hotmail.com"), ("outlok.com", "outlook.com"),
        ("iclould.com", "icloud.com"), ("comcast.com", "comcast.net"), ("verizon.nte", "verizon.net"),
        ("aol.con", "aol.com"), ("league.ogr", "league.org"), ("mail.school.con", "mail.school.com"),
    ],
)  # fmt: skip
def test_a_slip_in_a_common_domain_is_said_with_the_proposal_and_kept(domain: str, meant: str) -> None:
    roster = read(f"{','.join(PARENT)}\nHawks,Mia,Lopez,Ana,Lopez,ana@{domain}\n")
    [warning] = roster.warnings
    assert (warning.row, warning.column, warning.value) == (2, "Guardian 1 Email", f"ana@{domain}")
    assert f"ana@{meant} meant?" in warning.problem
    assert roster.rows[0].guardians[0].email == f"ana@{domain}"


@pytest.mark.parametrize(
    "domain",
    ["gmail.com", "ymail.com", "mail.com", "email.com", "yahoo.ca", "yahoo.co.uk", "hotmail.fr", "outlook.de", "gmx.de",
     "me.com", "comcast.net", "school.co", "families.test", "tampa.k12.fl.us"],
)  # fmt: skip
def test_a_domain_that_may_be_meant_is_not_questioned(domain: str) -> None:
    assert warned("Hawks", "Mia", "Lopez", "Ana", "Lopez", f"ana@{domain}", columns=PARENT) == []


@pytest.mark.parametrize(("day", "said"), [("1983-05-04", "43 years"), ("2027-02-01", "0 years"), ("1999-01-01", "28")])
def test_an_age_that_no_player_has_is_said(day: str, said: str) -> None:
    assert warned("Hawks", "Mia", "Lopez", day, "7") == [(2, "Date of Birth", day)]
    [warning] = read(f"{','.join(HEADER)}\nHawks,Mia,Lopez,{day},7\n").warnings
    assert said in warning.problem


def test_usual_ages_are_not_questioned_and_a_day_to_come_is_a_fault() -> None:
    assert warned("Hawks", "Mia", "Lopez", "2023-03-01", "7") == []
    assert warned("Hawks", "Mia", "Lopez", "2006-03-01", "7") == []
    assert faults(read(f"{','.join(HEADER)}\nHawks,Mia,Lopez,2028-01-01,7\n")) == [(2, "Date of Birth")]


@pytest.mark.parametrize("name", ["Ana Lopez, Luis Garcia", "Lopez Cruz, Mia Sofia"])
def test_a_whole_name_that_may_be_two_is_said(name: str) -> None:
    cells = ("Hawks", f'"{name}"', "Ana Lopez", "")
    assert warned(*cells, columns=WHOLE, split_names=True) == [(2, "Player Name", name)]
    cells = ("Hawks", "Mia Lopez", f'"{name}"', "")
    assert warned(*cells, columns=WHOLE, split_names=True) == [(2, "Guardian 1 Name", name)]


@pytest.mark.parametrize("name", ["Lopez, Mia", "de la Cruz, Mia J.", "Mia Lopez, Jr.", "Lopez Cruz, Mia", "Mia Lopez"])
def test_a_whole_name_of_one_person_is_not_questioned(name: str) -> None:
    assert warned("Hawks", f'"{name}"', "Ana Lopez", "", columns=WHOLE, split_names=True) == []


@pytest.mark.parametrize("name", ["Lopez / Garcia", "Smith & Jones", '"Lopez, Luis Garcia"'])
def test_several_last_names_are_said(name: str) -> None:
    assert warned("Hawks", "Mia", name, "2015-03-04", "7") == [(2, "Player Last Name", name.strip('"'))]


def test_a_suffix_behind_a_comma_is_no_second_name() -> None:
    assert warned("Hawks", "Mia", '"Lopez, Jr."', "2015-03-04", "7") == []
