"""Excel workbooks: what is stored is read, and what would be a guess or a bomb is refused in words."""

import io
import warnings
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from bball_tui.database.states import DateOrder
from bball_tui.league.importing import workbook
from bball_tui.league.importing.read_roster import Roster, read_roster
from bball_tui.league.importing.roster_row import GuardianCell

HEADER = ("Team", "Player First Name", "Player Last Name", "Date of Birth", "Jersey")
GUARDIAN = ("Guardian 1 First", "Guardian 1 Last", "Guardian 1 Email", "Guardian 1 Phone")

MIDNIGHT = datetime.fromisoformat("2015-03-24T00:00")


def saved(book: Workbook) -> bytes:
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def filled(*rows: Sequence[Any], title: str = "Roster") -> Workbook:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    return book


def read(data: bytes, sheet: str | None = None) -> Roster:
    return read_roster(data, date_order=DateOrder.YMD, today=date(2027, 3, 1), sheet=sheet)


def problem(data: bytes, sheet: str | None = None) -> str:
    roster = read(data, sheet)
    assert not roster.rows
    return roster.problems[0].problem


def test_dates_numbers_and_texts_come_as_people_mean_them() -> None:
    book = filled(
        (*HEADER, *GUARDIAN),
        ("Hawks", "Ann", "Lee", MIDNIGHT, 7, "Rosa", "Lee", "rosa@x.test", 15551234567),
        ("Hawks", "Ben", "Roe", date(2014, 1, 2), "00"),
        ("Hawks", "Cem", "Oz", "2013-05-06", 0),
        (),
        ("Hawks", "Dan", "Poe", None, 5.0),
    )
    book.worksheets[0]["E4"].number_format = "00"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        roster = read(saved(book))
    assert roster.problems == ()
    assert [(row.number, row.birthdate, row.player.jersey) for row in roster.rows] == [
        (2, date(2015, 3, 24), "7"),
        (3, date(2014, 1, 2), "00"),
        (4, date(2013, 5, 6), "00"),
        (6, None, "5"),
    ]
    assert roster.rows[0].guardians == (GuardianCell("Rosa", "Lee", "rosa@x.test", "15551234567"),)
    assert roster.sheet == "Roster"


def test_the_first_sheet_with_the_columns_of_a_roster_is_read_below_its_title() -> None:
    book = filled(("Notes of the board",), ("nothing here",), title="Notes")
    hidden = book.create_sheet("Old")
    hidden.append(HEADER)
    hidden.sheet_state = "hidden"
    roster = book.create_sheet("Spring")
    for row in (("Spring season",), (), HEADER, ("Hawks", "Ann", "Lee", None, 1)):
        roster.append(row)
    fall = book.create_sheet("Fall")
    fall.append(HEADER)
    fall.append(("Wolves", "Ben", "Roe", None, 2))
    data = saved(book)
    found = read(data)
    assert (found.sheet, found.sheets) == ("Spring", ("Notes", "Spring", "Fall"))
    assert [(row.number, row.first) for row in found.rows] == [(4, "Ann")]
    assert [row.first for row in read(data, "fall").rows] == ["Ben"]
    assert "no sheet “Winter”" in problem(data, "Winter")
    assert "names none of the columns" in problem(data, "Notes")


def test_a_formula_counts_by_its_stored_result_and_one_without_is_a_fault() -> None:
    book = filled(HEADER, ("Hawks", '=UPPER("ann")', "Lee", None, 1))
    data = saved(book)
    # openpyxl stores no results, as programs that only write do; a spreadsheet program does.
    calculated = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(calculated, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b"<v />", b"<v>ANN</v>").replace(b"<v/>", b"<v>ANN</v>")
                content = content.replace(b'<c r="B2">', b'<c r="B2" t="str">')
            new.writestr(name, content)
    assert [row.first for row in read(calculated.getvalue()).rows] == ["ANN"]
    assert "spreadsheet formula" in problem(data)


def test_the_mark_of_a_failed_formula_is_no_name() -> None:
    assert "has no result (#REF!)" in problem(saved(filled(HEADER, ("Hawks", "#REF!", "Lee"))))


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "LARGEST_UNPACKED", 3_000_000)
    data = io.BytesIO(saved(filled(HEADER)))
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b" " * 3_000_000)
    assert len(data.getvalue()) < 20_000
    assert "larger than" in problem(data.getvalue())


@pytest.mark.slow
def test_a_sheet_that_claims_to_be_huge_is_read_by_what_it_holds() -> None:
    book = filled(HEADER, ("Hawks", "Ann", "Lee"))
    book.worksheets[0]["XFD2"] = "far away"
    assert [row.first for row in read(saved(book)).rows] == ["Ann"]
    far = filled(HEADER, ("Hawks", "Ann", "Lee"))
    far.worksheets[0].cell(1_048_576, 1, "Hawks")
    assert "more than 100,000 rows" in problem(saved(far))


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (b"PK\x03\x04 broken", "damaged"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old Excel workbook"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "password"),
    ],
    ids=["damaged", "old", "locked"],
)
def test_what_cannot_be_read_says_what_to_do(data: bytes, hint: str) -> None:
    assert hint in problem(data)


def test_another_zip_file_and_a_workbook_cut_short() -> None:
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("roster.csv", "Team")
    assert "zip file without a workbook" in problem(other.getvalue())
    whole = saved(filled(HEADER, ("Hawks", "Ann", "Lee")))
    assert "damaged" in problem(whole[: len(whole) // 2])
    emptied = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(emptied, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<broken" if name.endswith("sheet1.xml") else old.read(name))
    assert "damaged" in problem(emptied.getvalue())
