"""Files as people really have them: each is read as its author meant it, or refused in words before anything is kept.

The kinds, and the neighbors of each that these tests hold as well:

* values that a spreadsheet changed on the way: dates read in another order, U3-4 that became a day, TRUE, 5.55E+09, a
  number that lost its zeros, `_x000D_`, a time of day that rounds to the next day;
* bytes in an encoding that the file does not name: Mac Roman, CP850 and CP437, Latin-2 and Windows Central European,
  Cyrillic, Shift-JIS, UTF-8 encoded twice (also inside a workbook);
* rows that are no players: titles, repeated headers, totals, staff, and columns that count the rows;
* cells that hold something else than their column says: an address for a number, two children, a whole name, letters
  that are blank or of another alphabet;
* files that are something else than their name says: web pages and XML as .xls, Numbers, .xlsb, Word, pictures;
* what a workbook does not show: hidden rows and columns, other sheets;
* values that can be read and are perhaps not meant, which are said and never changed: NULL as one half of a name, slips
  in the domain of an address, ages that no player has, two people or several last names in one name;
* two values in one cell: children, addresses, phone numbers, dates;
* people who are there already under another spelling: hyphens, particles, suffixes, nicknames, soft hyphens.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from bball_tui.database.states import DateOrder
from bball_tui.league.importing.encodings import likely
from bball_tui.league.importing.read_roster import Roster, read_roster
from bball_tui.league.importing.roster_row import GuardianCell, NameSplit, RosterRow
from bball_tui.league.roster.player import PlayerValues
from bball_tui.league.values.cells import CellFault
from bball_tui.league.values.contact import email, phone
from bball_tui.league.values.dates import birthdate
from bball_tui.league.values.last_names import split_name
from bball_tui.league.values.names import first_name, person_name, whole_name

FIELD = Path(__file__).parents[2] / "data" / "field"
TODAY = date(2027, 3, 1)
HEADER = ("Team", "Player First Name", "Player Last Name", "Date of Birth", "Jersey")
HIDDEN = (
    "1 row that the sheet hides is read as well: 3. Delete them, or leave them out review rows, if they are not meant."
)


def read(data: bytes | str, *, sheet: str | None = None, **options: Any) -> Roster:
    raw = data.encode() if isinstance(data, str) else data
    return read_roster(raw, date_order=DateOrder.YMD, today=TODAY, sheet=sheet, **options)


def field(name: str, **options: Any) -> Roster:
    return read((FIELD / name).read_bytes(), **options)


def names(roster: Roster) -> list[tuple[str, str]]:
    return [(row.first, row.last) for row in roster.rows]


def faults(roster: Roster) -> list[tuple[int, str]]:
    return [(problem.row, problem.column) for problem in roster.problems]


def book(*rows: Sequence[Any], formats: dict[str, str] | None = None) -> bytes:
    made = Workbook()
    sheet = made.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    for cell, number_format in (formats or {}).items():
        sheet[cell].number_format = number_format
    data = io.BytesIO()
    made.save(data)
    return data.getvalue()


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


def test_titles_above_and_headers_within_a_csv_file_are_left_out_and_said() -> None:
    roster = field("title-above.csv")
    assert names(roster) == [("Mia", "Lopez")]
    assert roster.rows[0].number == 4
    assert roster.notes == ("Left out as a title above the columns: row 1.",)
    roster = field("repeated-header-names.csv")
    assert names(roster) == [("Mia", "Lopez"), ("Leo", "Stone")]
    assert roster.notes == ("Left out because the header is repeated there: row 4.",)


def test_totals_are_no_players() -> None:
    roster = read("Team,First,Last,Jersey\nHawks,Ann,Lee,1\nTotal: 1,,,\nGrand total,,1,\nPlayers,,,1\n")
    assert (names(roster), roster.problems) == ([("Ann", "Lee")], ())
    assert roster.notes == ("Left out as totals, not players: rows 3, 4, 5.",)
    # A team may be called so, as long as it has a player.
    assert names(read("Team,First,Last\nTotal Hoops,Ann,Lee\n")) == [("Ann", "Lee")]


def test_a_column_that_counts_the_rows_holds_no_jerseys() -> None:
    roster = read("No.,Team,First,Last\n1,Hawks,A,Lee\n2,Hawks,B,Lee\n3,Hawks,C,Lee\n1,Owls,D,Lee\n")
    assert [row.player.jersey for row in roster.rows] == [None] * 4
    assert "“No.” counts the rows" in roster.notes[0]
    beside = read("#,Team,First,Last,Jersey\n1,Hawks,A,Lee,9\n2,Hawks,B,Lee,8\n3,Hawks,C,Lee,7\n")
    assert [row.player.jersey for row in beside.rows] == ["9", "8", "7"]
    for heading, cells in (("Jersey", "123"), ("No.", "124"), ("No.", "213")):
        lines = "".join(f"{cell},Hawks,{name},Lee\n" for cell, name in zip(cells, "ABC", strict=True))
        assert [row.player.jersey for row in read(f"{heading},Team,First,Last\n{lines}").rows] == list(cells)


def test_only_known_words_make_staff_and_a_file_of_staff_alone_is_a_fault() -> None:
    roster = field("role-positions.csv")
    assert faults(roster) == [(2, "Role"), (3, "Role"), (4, "Role")]
    assert names(roster) == [("Pat", "Reed")]
    assert roster.staff_rows == (6,)
    nobody = field("all-nonplayer.csv")
    assert nobody.rows == ()
    [problem] = nobody.problems
    assert "All 2 rows are left out as staff" in problem.problem


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


def test_dates_of_a_spreadsheet_beside_texts_in_another_order_stop_the_import() -> None:
    roster = field("x-mixed-dates.xlsx")
    assert roster.rows == ()
    [problem] = roster.problems
    assert (problem.row, problem.column, problem.value) == (3, "Date of Birth", "25/03/2015")
    assert "2015-03-04 may be the 2015-04-03" in problem.problem
    csv = "Team,First,Last,DOB\nHawks,Mia,Lopez,2015-03-04\nHawks,Leo,Stone,25/03/2015\n"
    assert read(csv).rows == ()
    # With a day that has one order only among them, the years in front are how somebody writes.
    assert len(read(csv + "Hawks,Kim,Park,2015-03-24\n").rows) == 3
    assert (
        len(
            read(
                book(
                    HEADER, ("Hawks", "Mia", "Lopez", date(2015, 3, 24), 7), ("Hawks", "Leo", "Stone", "25/03/2015", 8)
                )
            ).rows
        )
        == 2
    )


def test_a_date_or_a_truth_value_in_a_column_of_texts_is_a_fault() -> None:
    assert faults(field("x-date-division.xlsx")) == [(2, "Division"), (3, "Division")]
    assert faults(field("x-bool-name.xlsx")) == [(2, "Player First Name"), (2, "Guardian 1 Last")]
    assert faults(read("Team,Division,First,Last\nHawks,3-Apr,A,Lee\nHawks,2026-04-03,B,Lee\nTRUE,U9,C,Lee\n")) == [
        (2, "Division"),
        (3, "Division"),
        (4, "Team"),
    ]


def test_what_a_workbook_escapes_is_unescaped() -> None:
    roster = field("x-x000D.xlsx")
    assert names(roster) == [("Mia", "Lopez")]
    assert roster.rows[0].guardians[0].last == "Lopez"


def test_zeros_that_a_format_shows_are_kept() -> None:
    roster = field("x-zero-formats.xlsx")
    assert roster.problems == ()
    assert [row.player.jersey for row in roster.rows] == ["00", "00", "00", "00", "07", None]
    assert roster.rows[5].guardians[0].phone == "0472123456"


def test_a_day_with_a_time_is_never_the_next_day() -> None:
    late = datetime.fromisoformat("2015-03-04T23:59:59.999")
    row = ("Hawks", "Ann", "Lee")
    roster = read(book(HEADER, (*row, late, 7)))
    assert "has a time" in roster.problems[0].problem
    rounded = read(book(HEADER, (*row, 42067.999999999, 7), formats={"D2": "yyyy-mm-dd"}))
    assert "has a time" in rounded.problems[0].problem
    noise = read(book(HEADER, (*row, 42067.000000001, 7), formats={"D2": "yyyy-mm-dd"}))
    assert noise.rows[0].birthdate == date(2015, 3, 4)


def test_what_a_workbook_hides_is_said() -> None:
    roster = field("x-hidden-row.xlsx")
    assert names(roster) == [("Mia", "Lopez"), ("Leo", "Stone")]
    assert roster.notes == (HIDDEN, "The sheet hides the column “Guardian 1 Email”; read as well.")


def test_a_second_sheet_with_a_roster_is_said() -> None:
    roster = field("x-two-team-sheets.xlsx")
    assert (roster.sheet, names(roster)) == ("Hawks", [("Mia", "Lopez")])
    assert roster.notes == (
        "“Owls” holds a roster, too, and is not read now. Choose it with --sheet NAME; one import reads one sheet.",
    )
    assert names(field("x-two-team-sheets.xlsx", sheet="Owls")) == [("Leo", "Stone")]


def test_a_strict_workbook_is_read() -> None:
    roster = field("x-strict.xlsx")
    assert names(roster) == [("Mia", "Lopez")]
    assert roster.rows[0].birthdate == date(2015, 3, 4)
    assert roster.sheets == ("Hawks", "Owls")


def archive(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        ((FIELD / "html-as.xls").read_bytes(), "web page"),
        (b'<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "XML"),
        (b"\xef\xbb\xbf  <table><tr><td>Team</td></tr></table>", "web page"),
        (archive(**{"xl/workbook.bin": b""}), ".xlsb"),
        (archive(**{"Index/Document.iwa": b""}), "Numbers"),
        (archive(**{"roster.numbers/Index.zip": b""}), "Numbers"),
        (archive(**{"word/document.xml": b""}), "Word"),
        (archive(mimetype=b"application/vnd.oasis.opendocument.text"), "no spreadsheet"),
        (b"{\\rtf1 Team}", "RTF"),
    ],
)
def test_a_file_that_is_something_else_says_the_way_out(data: bytes, hint: str) -> None:
    roster = read(data)
    assert roster.rows == ()
    assert hint in roster.problems[0].problem


def test_a_csv_file_has_no_sheets() -> None:
    assert "--sheet" in field("cp850.csv", sheet="Spring").problems[0].problem


NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "style")
)


def ods(*tables: str) -> bytes:
    content = f"<office:document-content {NAMESPACES}><office:body><office:spreadsheet>{''.join(tables)}"
    content += "</office:spreadsheet></office:body></office:document-content>"
    return archive(mimetype=b"application/vnd.oasis.opendocument.spreadsheet", **{"content.xml": content.encode()})


STRING = 'office:value-type="string"'


def text_row(*cells: str, attributes: str = "") -> str:
    inside = "".join(
        cell
        if cell.startswith("<")
        else f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
        for cell in cells
    )
    return f"<table:table-row {attributes}>{inside}</table:table-row>"


def typed(kind: str, value: str, shown: str) -> str:
    name = {"float": "value", "date": "date-value", "boolean": "boolean-value"}[kind]
    attributes = f'office:value-type="{kind}" office:{name}="{value}"'
    return f"<table:table-cell {attributes}><text:p>{shown}</text:p></table:table-cell>"


def sheet(*rows: str, name: str = "Roster") -> str:
    return f'<table:table table:name="{name}">{"".join(rows)}</table:table>'


WIDE = '<table:table-cell table:number-columns-repeated="16384"/>'
FILLER = f'<table:table-row table:number-rows-repeated="1048570">{WIDE}</table:table-row>'


def test_an_opendocument_spreadsheet_is_read_as_it_is_shown() -> None:
    data = ods(
        sheet(
            text_row("Spring"),
            '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>',
            text_row(*HEADER),
            text_row("Hawks", "Ann", "Lee", typed("date", "2015-03-24", "3/24/15"), typed("float", "0", "00")),
            text_row("Hawks", "Ben", "Roe", typed("date", "2014-01-02", "1/2/14"), typed("float", "12", "12"),
                     attributes='table:visibility="filter"'),
            FILLER,
        ),
        sheet(text_row(*HEADER), text_row("Owls", "Cem", "Oz", "", "1"), name="Owls"),
    )  # fmt: skip
    roster = read(data)
    assert roster.problems == ()
    assert [(row.number, row.first, row.birthdate, row.player.jersey) for row in roster.rows] == [
        (5, "Ann", date(2015, 3, 24), "00"),
        (6, "Ben", date(2014, 1, 2), "12"),
    ]
    assert (roster.sheet, roster.sheets) == ("Roster", ("Roster", "Owls"))
    assert "hides is read as well: 6." in roster.notes[0]
    assert "“Owls” holds a roster, too" in roster.notes[1]
    assert names(read(data, sheet="owls")) == [("Cem", "Oz")]
    wrong = ods(
        sheet(
            text_row(*HEADER),
            text_row("Hawks", typed("boolean", "true", "TRUE"), typed("date", "2015-01-01", "x"), "", ""),
        )
    )
    assert faults(read(wrong)) == [(2, "Player First Name"), (2, "Player Last Name")]


@pytest.mark.parametrize(
    "bomb",
    [
        text_row('<table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell>',
                 attributes='table:number-rows-repeated="99999"'),
        text_row("x", attributes='table:number-rows-repeated="1048576"'),
        text_row('<table:table-cell table:number-columns-repeated="9999999999"><text:p>x</text:p></table:table-cell>')
        * 5000,
    ],
)  # fmt: skip
def test_a_few_bytes_of_opendocument_that_claim_millions_of_cells_are_refused(bomb: str) -> None:
    roster = read(ods(sheet(text_row(*HEADER), bomb)))
    assert roster.rows == ()
    assert any(hint in roster.problems[0].problem for hint in ("larger than any roster", "more than 100,000 rows"))


@given(st.binary(max_size=300))
def test_any_content_of_an_opendocument_file_is_read_or_refused(content: bytes) -> None:
    data = archive(mimetype=b"application/vnd.oasis.opendocument.spreadsheet", **{"content.xml": content})
    assert read(data).problems


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
