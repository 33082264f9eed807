"""Whole files: layouts, encodings, delimiters, row numbers, and each fault told once, where it is."""

import gzip
import io
import zipfile
from datetime import date
from pathlib import Path

import pytest

from bball_tui.database.states import DateOrder
from bball_tui.errors import BballError
from bball_tui.league.importing.parse_row import MOST_PROBLEMS
from bball_tui.league.importing.presets import PRESETS
from bball_tui.league.importing.read_roster import (
    LARGEST_FILE,
    Roster,
    load,
    read_roster,
)
from bball_tui.league.importing.roster_row import GuardianCell, RosterRow
from bball_tui.league.roster.player import PlayerValues

DATA = Path(__file__).parents[2] / "data"
TODAY = date(2027, 3, 1)
HEADER = "Team,Player First Name,Player Last Name,Date of Birth,Jersey"


def read(source: str | bytes, order: DateOrder = DateOrder.YMD, ignore: tuple[str, ...] = ()) -> Roster:
    data = source.encode() if isinstance(source, str) else source
    return read_roster(data, date_order=order, today=TODAY, ignore_columns=ignore)


def places(roster: Roster) -> list[tuple[int, str]]:
    return [(problem.row, problem.column) for problem in roster.problems]


def only_problem(roster: Roster) -> str:
    assert not roster.rows
    [problem] = roster.problems
    return problem.problem


def test_the_plain_layout_is_read_as_it_is() -> None:
    roster = read((DATA / "westside-spring.csv").read_bytes())
    assert not roster.problems
    assert len(roster.rows) == 138
    assert roster.rows[0] == RosterRow(
        number=2,
        team="Hawks U10",
        player=PlayerValues("Jamal", "Mbeki", date(2012, 5, 28), "2"),
        guardians=(
            GuardianCell("Grace", "Mbeki", "mbeki.1@families.test", "+1 555 159 9313"),
            GuardianCell("Farid", "Novak", "home2.1@families.test"),
        ),
    )
    assert roster.rows[-1].number == 139


def test_a_teamsnap_export_is_read_as_it_is() -> None:
    roster = read((DATA / "teamsnap-export.csv").read_bytes())
    assert not roster.problems
    assert len(roster.rows) == 42
    assert roster.layout == "a TeamSnap export"
    assert roster.rows[0].birthdate == date(2013, 1, 30)
    assert roster.rows[1].birthdate == date(2017, 1, 11)
    assert roster.rows[0].division == "Spring"
    assert roster.staff_rows == (44,)
    assert roster.unused_columns == ("Gender", "Position", "Email")


def test_a_file_with_faults_gives_one_problem_for_each() -> None:
    roster = read((DATA / "roster-with-faults.csv").read_bytes())
    # The two rows of Farid Whitaker are both readable; that they are one player shows only beside each other.
    assert places(roster) == [
        (2, "Guardian 1 Email"),
        (3, "Date of Birth"),
        (4, "Player First Name"),
        (5, "Player First Name"),
        (6, "Player Last Name"),
        (7, "Guardian 1 Email"),
        (14, "Date of Birth"),
    ]
    assert [row.number for row in roster.rows] == [8, 9, 10, 11, 12, 13]
    assert roster.problems[5].value == "a@b.test␍␊Bcc: all@families.test"
    assert all(problem.value.isprintable() and problem.problem.endswith(".") for problem in roster.problems)


ACCENTED = f"{HEADER}\nTitans Élite,Renée,Muñoz,2014-01-02,00\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_delimiters_and_line_ends(encoding: str, delimiter: str, newline: str) -> None:
    text = ACCENTED.replace(",", delimiter).replace("\n", newline)
    roster = read(text.encode(encoding))
    assert not roster.problems
    assert roster.rows == (RosterRow(2, "Titans Élite", PlayerValues("Renée", "Muñoz", date(2014, 1, 2), "00")),)


def test_utf_16_without_its_mark_is_refused_and_not_garbled() -> None:
    assert "no CSV" in only_problem(read(ACCENTED.encode("utf-16-le")))


def test_one_broken_byte_in_utf_8_is_a_fault_of_its_cell_alone() -> None:
    data = f"{HEADER}\nHawks,Zoë,Łuk,2014-01-02,1\nHawks,Ren".encode() + b"\xe9,Lee,2014-01-03,2\n"
    roster = read(data)
    assert [row.first for row in roster.rows] == ["Zoë"]
    assert places(roster) == [(3, "Player First Name")]


def test_excels_own_delimiter_hint_is_obeyed() -> None:
    roster = read("sep=;\r\n" + ACCENTED.replace(",", ";"))
    assert not roster.problems
    assert roster.rows[0].number == 2


def test_a_comma_inside_a_semicolon_file_is_text() -> None:
    roster = read(HEADER.replace(",", ";") + "\nHawks, white;Ann;Lee;;\n")
    assert roster.rows[0].team == "Hawks, white"


def test_row_numbers_are_those_of_a_spreadsheet() -> None:
    source = f'{HEADER},Notes\n\nHawks,Ann,Lee,,1,"two\nlines"\n,,,,,\nHawks,,Lee,,2,\n'
    roster = read(source)
    assert [row.number for row in roster.rows] == [3]
    assert places(roster) == [(5, "Player First Name")]


def test_headings_are_found_whatever_their_case_and_punctuation() -> None:
    header = "TEAM_NAME,first-name,Last.Name,DOB,Jersey #,PARENT 1 E-MAIL,Parent1 First,parent_1_last name"
    roster = read(f"{header}\nA,B,C,,7,d@e.test,F,G\n")
    assert not roster.problems
    assert roster.rows[0] == RosterRow(
        2, "A", PlayerValues("B", "C", jersey="7"), guardians=(GuardianCell("F", "G", "d@e.test"),)
    )


def test_any_number_of_guardians_and_words_that_say_who_they_are() -> None:
    source = (
        "Team,First,Last,Mother First,Mother Last,Father First,Father Last,Guardian 3 First,Guardian 3 Last,"
        "Guardian 3 Relation,Guardian 12 First,Guardian 12 Last\n"
        "A,B,C,M,C,F,C,G,C,Grandmother,H,C\n"
    )
    relations = [(guardian.first, dict(guardian.link).get("relation")) for guardian in read(source).rows[0].guardians]
    assert relations == [("M", "mother"), ("F", "father"), ("G", "other"), ("H", None)]


def test_unknown_columns_are_named_with_what_they_could_be() -> None:
    roster = read(f"{HEADER},Jersy,Favorite Dish,Guardian 2 Emial\nA,B,C,,,,,\n")
    assert not roster.rows
    assert places(roster) == [(1, "Jersy"), (1, "Favorite Dish"), (1, "Guardian 2 Emial")]
    first, second, third = roster.problems
    assert "“Jersey”" in first.problem
    assert "--ignore-column “Favorite Dish”" in second.problem
    assert "“Guardian 2 Email”" in third.problem


def test_columns_can_be_left_out_by_name() -> None:
    roster = read(f"{HEADER},Favorite Dish\nA,B,C,,,=soup\n", ignore=("favorite dish",))
    assert not roster.problems
    assert roster.unused_columns == ("Favorite Dish",)
    assert places(read(f"{HEADER}\nA,B,C,,\n", ignore=("Soup",))) == [(1, "Soup")]


def test_missing_and_double_columns() -> None:
    roster = read("Team,First Name,Jersey,Number\nA,B,1,2\n")
    assert places(roster) == [(1, "Number"), (1, "Player Last Name")]
    assert "Columns 3 and 4" in roster.problems[0].problem


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (b"", "empty"),
        (b" \r\n\r\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\x00" * 1000, "empty"),
        (HEADER.encode(), "no rows"),
        (f"{HEADER}\n,,,,\n".encode(), "no rows"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "picture"),
        (b"\x7fELF\x02\x01\x01\x00\x00" + bytes(range(256)) * 20, "no CSV"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500, "old Excel"),
        (gzip.compress(HEADER.encode(), mtime=0), "gzip"),
        (b"Dear all,\nplease find the roster attached.\n", "none of the columns"),
        (b'{"team": "Hawks"}', "no list of players"),
        (b'[{"team": ', "none"),
        (b'{"kind": "outbox", "rows": []}', "never imported"),
        (f'{HEADER}\nA,"B,C,,\nA,D,E,,\n'.encode(), "quotation marks"),
        (f'{HEADER}\nA,"B" b,C,,\n'.encode(), "quotation marks"),
        (b",".join([b"Team"] * 600), "600 columns"),
    ],
)
def test_what_is_no_roster_is_told_by_what_it_is(data: bytes, hint: str) -> None:
    assert hint in only_problem(read(data))


def test_a_workbook_is_told_from_a_csv_file() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as workbook:
        workbook.writestr("xl/workbook.xml", "<workbook/>")
    assert "This Excel workbook is damaged" in only_problem(read(buffer.getvalue()))


def test_unbalanced_quotation_marks_are_found_in_their_row() -> None:
    roster = read(f'{HEADER}\nA,B,C,,\nA,"D,C,,\nA,E,C,,\n')
    assert not roster.rows
    assert places(roster) == [(3, "")]


def test_rows_that_are_too_short_or_too_long() -> None:
    roster = read(f"{HEADER}\nA,B\nA,B,C,,1,extra\nA,B,C,,1,,\nA,B,C\n")
    assert places(roster) == [(2, "Player Last Name"), (3, ""), (5, "Date of Birth")]
    assert [row.number for row in roster.rows] == [4]


def test_a_cell_below_no_heading_is_not_lost_in_silence() -> None:
    roster = read(f"{HEADER},\nA,B,C,,1,\nA,B,C,,1,lost\n")
    assert places(roster) == [(3, "")]
    assert [row.number for row in roster.rows] == [2]


def test_control_characters_count_only_where_they_are_used() -> None:
    roster = read(f"{HEADER},Notes\nA,B,C,,1,\x00\x1b\nA,\x00,C,,1,\n")
    assert places(roster) == [(3, "Player First Name")]


def test_several_faults_of_one_row_are_all_told() -> None:
    roster = read(f"{HEADER},Guardian Email,Guardian First,Guardian Last\nA,=B,C,2015-13-01,1234,nobody,D,\n")
    assert [column for _, column in places(roster)] == [
        "Player First Name",
        "Date of Birth",
        "Jersey",
        "Guardian Email",
    ]


@pytest.mark.parametrize(
    ("cells", "column"),
    [("Rosa,,,", "Guardian 1 Last"), (",Lee,,", "Guardian 1 First"), (",,r@x.test,", "Guardian 1 First")],
)
def test_half_a_guardian_is_refused_and_not_guessed(cells: str, column: str) -> None:
    roster = read(f"{HEADER},Guardian 1 First,Guardian 1 Last,Guardian 1 Email,Guardian 1 Phone\nA,B,C,,1,{cells}\n")
    assert places(roster) == [(2, column)]


def test_a_guardian_without_an_address_is_fine_and_counted() -> None:
    roster = read(f"{HEADER},Guardian First,Guardian Last,Guardian Email\nA,B,C,,1,D,E,\nA,F,G,,1,H,I,h@i.test\n")
    assert not roster.problems
    assert len(roster.unreached) == 1


def test_an_unclear_date_column_is_refused_with_the_way_out() -> None:
    source = f"{HEADER}\nA,B,C,03/04/2015,1\nA,D,E,05/06/2015,2\n"
    refused = read(source)
    assert places(refused) == [(2, "Date of Birth"), (3, "Date of Birth")]
    assert "--date-order mdy" in refused.problems[0].problem
    assert read(source, DateOrder.DMY).rows[0].birthdate == date(2015, 4, 3)
    assert read(source, DateOrder.MDY).rows[0].birthdate == date(2015, 3, 4)


def test_a_column_in_another_order_than_the_leagues_says_so() -> None:
    roster = read(f"{HEADER}\nA,B,C,01/25/2015,1\n", DateOrder.DMY)
    assert "--date-order mdy" in roster.problems[0].problem


def test_a_file_that_is_nothing_but_faults_is_given_up() -> None:
    roster = read(HEADER + "\n" + "A,=B,C,,\n" * 5000 + "A,B,C,,\n")
    assert not roster.rows
    assert len(roster.problems) == MOST_PROBLEMS + 1


def test_a_huge_file_is_refused_without_reading_all_of_it(tmp_path: Path) -> None:
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as file:
        file.write(f"{HEADER}\nA,B,C,,\n".encode())
        file.truncate(50 * 1024 * 1024)
    data = load(huge)
    assert len(data) == LARGEST_FILE + 1
    assert "larger than 20 MB" in only_problem(read(data))


def test_more_rows_than_any_league_has_are_refused() -> None:
    assert "more than 100,000 rows" in only_problem(read(HEADER + "\n" + "A,B,C,,\n" * 100_001))


@pytest.mark.parametrize(("name", "hint"), [("missing.csv", "no such file"), (".", "a folder")])
def test_a_path_that_cannot_be_opened_says_why(tmp_path: Path, name: str, hint: str) -> None:
    with pytest.raises(BballError, match=hint):
        load(tmp_path / name)


def test_a_preset_can_be_chosen() -> None:
    source = "Team,First,Last,P1 First,P1 Last\nA,B,C,D,E\n"
    plain = read_roster(source.encode(), date_order=DateOrder.YMD, today=TODAY, preset=PRESETS["plain"])
    assert places(plain) == [(1, "P1 First"), (1, "P1 Last")]
    assert read(source).rows[0].guardians == (GuardianCell("D", "E"),)
