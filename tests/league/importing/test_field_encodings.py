"""Bytes in an encoding that the file does not name: Mac Roman, CP850 and CP437, Latin-2 and Windows Central European,
Cyrillic, Shift-JIS, UTF-8 encoded twice (also inside a workbook)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bball_tui.league.importing.encodings import likely
from bball_tui.league.importing.roster_row import GuardianCell, RosterRow
from bball_tui.league.roster.player import PlayerValues
from tests.league.importing.field import HEADER, book, field, names, read

MUNOZ = RosterRow(
    2,
    "Hawks U12",
    PlayerValues("José", "Muñoz", date(2015, 3, 4), "7"),
    guardians=(GuardianCell("Inés", "Peña", "ines@pena.test"),),
)


@pytest.mark.parametrize(
    ("name", "said"),
    [("cp850.csv", "CP850"), ("macroman.csv", "Mac Roman"), ("mojibake-utf8.csv", "encoded twice")],
)
def test_an_encoding_that_the_file_does_not_name_is_found_and_said(name: str, said: str) -> None:
    roster = field(name)
    assert roster.problems == ()
    assert roster.rows == (MUNOZ,)
    [doubt] = roster.doubts
    assert said in doubt.note
    assert "“José”" in doubt.note
    assert field(name, encoding=doubt.encoding) == replace(
        roster, doubts=(), notes=field(name, encoding=doubt.encoding).notes
    )


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "José,Muñoz\nZoë,O’Brien\nRenée,Élite\n"),
        ("mac_roman", "Zoë,Gómez\nChloé,Üben\n"),
        ("cp850", "Zoë,Núñez\n"),
        ("cp1250", "Łukasz,Wałęsa\nMiloš,Dvořák\n"),
        ("iso8859_2", "Žofie,Dvořák\nŁukasz,Wałęsa\n"),
        ("cp1251", "Иванов,Пётр\nМария,Юрьевна\n"),
        ("cp932", "山田,太郎\nさくら,タカシ\n"),
    ],
)
def test_encodings_are_told_by_the_names_that_they_make(encoding: str, text: str) -> None:
    found = likely(f"Team,First,Last\n{text}".encode(encoding))
    assert found is not None
    assert found.text.endswith(text)
    assert found.notes or found.doubts


def test_bytes_that_make_names_in_no_encoding_are_refused() -> None:
    roster = read(b"Team,First,Last\nHawks,\xa4\xa7\xb6\xb1\xf7x\xa4\xa7\xb6,A\xa4\xa7\xb6\xb1\xf7\x80z\n")
    assert "CSV UTF-8" in roster.problems[0].problem
    assert roster.rows == ()


@given(st.text("abcáéíóúàèñüßçøåäöëïžšłň", min_size=1, max_size=20))
def test_a_file_in_utf_8_with_good_names_is_never_changed(name: str) -> None:
    assert names(read(f"Team,First,Last\nHawks,A{name},Lee\n")) == [(f"A{name}", "Lee")]


def test_a_workbook_with_names_encoded_twice_is_fixed_too() -> None:
    roster = read(book(HEADER, ("Hawks", "JosÃ©", "MuÃ±oz", None, 7)))
    assert names(roster) == [("José", "Muñoz")]
    [doubt] = roster.doubts
    assert "2 cells were encoded twice" in doubt.note
    assert names(read(book(HEADER, ("Hawks", "JosÃ©", "MuÃ±oz", None, 7)), encoding="twice")) == [("José", "Muñoz")]


def test_whoever_names_the_encoding_has_the_last_word() -> None:
    text = "Team,First,Last\nHawks,JosÃ©,Muñoz\n"
    assert names(read(text, encoding="utf-8")) == [("JosÃ©", "Muñoz")]
    assert names(read("Team,First,Last\nHawks,Ann,Muń\n".encode("cp1250"), encoding="windows-1252")) == [("Ann", "Muñ")]
    assert "not written in utf-8: row 2" in read(text.encode("cp1252"), encoding="utf-8").problems[0].problem
    assert "itself says" in read(text.encode("utf-16"), encoding="cp850").problems[0].problem
    assert "itself" in read(book(HEADER), encoding="mac-roman").problems[0].problem


def test_what_excel_writes_in_america_is_said_and_not_asked_for() -> None:
    roster = read("Team,First,Last\nHawks,José,Muñoz\n".encode("cp1252"))
    assert (len(roster.notes), roster.doubts) == (1, ())
