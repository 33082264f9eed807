"""Values that a spreadsheet changed on the way, and what a workbook does not show: hidden rows, other sheets."""

from datetime import date, datetime

from tests.league.importing.field import HEADER, book, faults, field, names, read

HIDDEN = "1 row that the sheet hides is read as well: 3. Delete those rows, or leave them out, if they are not meant."


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
