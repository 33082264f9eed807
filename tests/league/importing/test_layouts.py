"""The vendors' own layouts, found by their headings, and columns that a person named."""

from datetime import date

import pytest

from bball_tui.database.states import DateOrder
from bball_tui.league.importing.find_columns import MappedField
from bball_tui.league.importing.presets import PRESETS
from bball_tui.league.importing.read_roster import Roster, read_roster
from bball_tui.league.importing.roster_row import GuardianCell, RosterRow
from bball_tui.league.importing.service import ImportOptions
from bball_tui.league.roster.player import PlayerValues
from tests.league.importing.support import Desk, counts

SPORTSENGINE = (
    "Team Name,Team Role,First,Middle,Last,Suffix,Email,DOB,Gender,Address,City,State,Postal Code,Country,Citizenship,"
    "Grade,Military Status,Jersey Number\n"
    "Hawks,Player,Ann,,Lee,,rosa@x.test,2015/03/24,F,,,,,US,,5,,00\n"
    "Hawks,Staff,Carl,,Coach,,carl@x.test,1980/01/02,M,,,,,US,,,,\n"
)
SPORTSENGINE_EXPORT = (
    "Team Name\tAthlete First Name\tAthlete Last Name\tAthlete Date of Birth\tParent/Guardian 1 First Name\t"
    "Parent/Guardian 1 Last Name\tParent/Guardian 1 Email\tParent/Guardian 2 First Name\tParent/Guardian 2 Last Name\t"
    "Family Address Street\tEmergency Contact 1 Name\tEmergency Contact 1 Phone\tJoin Date\tMember Number\n"
    "Hawks\tAnn\tLee\t03/24/2015\tRosa\tLee\trosa@x.test\tDan\tLee\t1 Elm\tGran\t555\t2026-09-01\t77\n"
)
TEAMSNAP = (
    "First,Last,Birthdate,Gender,Jersey Number,Non-Player,Team,Division,P1 First,P1 Last,P1 Email,P3 First,P3 Last\n"
    "Ann,Lee,03/24/2015,F,7,N,Hawks,U12,Rosa,Lee,rosa@x.test,Gran,Lee\n"
    "Carl,Coach,,M,,Y,Hawks,U12,,,,,\n"
)
GOTSPORT = (
    "First Name,Last Name,DOB,Gender,Parent First Name,Parent Last Name,Parent Email,Competitive Level,Team Name,"
    "Team Age,Team Gender\n"
    "Ann,Lee,03/24/2015,Female,Rosa,Lee,rosa@x.test,Competitive,Hawks,U12,Female\n"
)
BORN = date(2015, 3, 24)
ANN = PlayerValues("Ann", "Lee", BORN, "00")
ROSA = GuardianCell("Rosa", "Lee", "rosa@x.test")


def read(source: str, preset: str | None = None, **options: object) -> Roster:
    chosen = None if preset is None else PRESETS[preset]
    return read_roster(
        source.encode(),
        date_order=DateOrder.MDY,
        today=date(2027, 3, 1),
        preset=chosen,
        **options,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("source", "layout", "row", "staff"),
    [
        (
            SPORTSENGINE,
            "a SportsEngine roster",
            RosterRow(2, "Hawks", ANN, "", ""),
            (3,),
        ),
        (
            SPORTSENGINE_EXPORT,
            "a SportsEngine roster",
            RosterRow(2, "Hawks", PlayerValues("Ann", "Lee", BORN, None), "", "", (ROSA, GuardianCell("Dan", "Lee"))),
            (),
        ),
        (
            TEAMSNAP,
            "a TeamSnap export",
            RosterRow(
                2, "Hawks", PlayerValues("Ann", "Lee", BORN, "7"), "U12", "", (ROSA, GuardianCell("Gran", "Lee"))
            ),
            (3,),
        ),
        (
            GOTSPORT,
            "a GotSport player file",
            RosterRow(2, "Hawks", PlayerValues("Ann", "Lee", BORN, None), "U12", "", (ROSA,)),
            (),
        ),
    ],
    ids=["SportsEngine import", "SportsEngine export", "TeamSnap", "GotSport"],
)
def test_a_vendors_layout_is_found_by_its_headings(
    source: str, layout: str, row: RosterRow, staff: tuple[int, ...]
) -> None:
    roster = read(source)
    assert roster.problems == ()
    assert roster.layout == layout
    assert roster.rows == (row,)
    assert roster.staff_rows == staff


def test_a_parents_address_without_a_name_is_told_and_not_guessed() -> None:
    roster = read(SPORTSENGINE)
    assert roster.nameless == 1
    assert roster.rows[0].guardians == ()


def test_a_layout_can_be_said_and_then_its_columns_count() -> None:
    assert read(GOTSPORT, "gotsport").rows
    columns = [problem.column for problem in read(GOTSPORT, "plain").problems]
    assert columns == ["Competitive Level", "Team Age", "Team Gender"]


def test_only_an_export_of_ours_is_read_as_one() -> None:
    foreign = read("Team,First,Last,Status,Player ID\n,Ann,Lee,void,7\n")
    assert [problem.column for problem in foreign.problems] == ["Status"]
    ours = read("Team,Player First Name,Player Last Name,Contract Status,Player ID\nHawks,Ann,Lee,void,7\n")
    assert ours.rows == (RosterRow(2, "", PlayerValues("Ann", "Lee"), player_id=7),)


FOREIGN = (
    "Mannschaft,Vorname,Nachname,Geburtstag,Mutter Mail,Mutter Vorname,Mutter Name,Kasse\nH,Ann,Lee,,r@x.test,R,L,9\n"
)
MAPPING = (
    MappedField("Team", "Mannschaft"),
    MappedField("first", "VORNAME"),
    MappedField("Player Last Name", "#3"),
    MappedField("Guardian 1 Email", "Mutter Mail"),
    MappedField("Guardian 1 First", "Mutter Vorname"),
    MappedField("Guardian 1 Last", "Mutter Name"),
)


def test_columns_that_nobody_knows_can_be_named_by_hand() -> None:
    assert read(FOREIGN).unmapped
    roster = read(FOREIGN, mapping=MAPPING, ignore_columns=("Geburtstag", "#8"))
    assert roster.problems == ()
    assert roster.rows == (
        RosterRow(2, "H", PlayerValues("Ann", "Lee"), guardians=(GuardianCell("R", "L", "r@x.test"),)),
    )
    assert roster.unused_columns == ("Geburtstag", "Kasse")


def test_a_persons_word_wins_over_the_heading() -> None:
    roster = read(
        "Team,First,Last,Squad\nOld,Ann,Lee,New\n",
        mapping=(MappedField("Team", "Squad"),),
    )
    assert [row.team for row in roster.rows] == ["New"]
    assert roster.unused_columns == ("Team",)


@pytest.mark.parametrize(
    ("mapping", "hint"),
    [
        (MappedField("Teem", "Mannschaft"), "Did you mean “Team”"),
        (MappedField("Team", "Squad"), "no column “Squad”"),
        (MappedField("Team", "#99"), "no column “#99”"),
    ],
)
def test_a_mapping_that_cannot_be_is_told(mapping: MappedField, hint: str) -> None:
    assert any(hint in problem.problem for problem in read(FOREIGN, mapping=(mapping,)).problems)


def test_one_column_cannot_be_two_things() -> None:
    twice = (MappedField("Team", "Mannschaft"), MappedField("Division", "Mannschaft"))
    assert any("named twice" in problem.problem for problem in read(FOREIGN, mapping=twice).problems)


async def test_a_mapping_is_kept_for_the_next_file_with_the_same_columns(desk: Desk) -> None:
    header = FOREIGN.splitlines()[0]
    away = ("Geburtstag", "Kasse")
    refused = await desk.bring_in("H,Ann,Lee,,r@x.test,R,L,9", header=header)
    assert refused.refused
    assert refused.roster.unmapped
    options = ImportOptions(mapping=MAPPING, ignore_columns=away)
    first = await desk.good("H,Ann,Lee,,r@x.test,R,L,9", header=header, options=options)
    assert first.created == counts(1, 1, 1, 1)
    again = await desk.bring_in("H,Ben,Roe,,r@x.test,R,L,9", header=header.upper())
    assert again.problems == ()
    assert again.roster.remembered
    assert again.imported.created == counts(0, 1, 0, 1)
    other = await desk.bring_in("H,Cem,Roe,,,,", header=",".join(header.split(",")[:-1]))
    assert other.roster.unmapped, "another header is another file"


async def test_rows_that_staff_leave_out_stay_out(desk: Desk) -> None:
    report = await desk.bring_in(
        "Hawks,Ann,Lee,2015-01-02", "Hawks,Ben,Roe,", options=ImportOptions(leave=frozenset({3}))
    )
    assert report.imported.created.players == 1
    assert [row.first for row in report.left_rows] == ["Ben"]
    assert list(await desk.families()) == ["Ann Lee"]


async def test_somebody_new_who_may_exist_already_is_pointed_out(desk: Desk) -> None:
    await desk.good("Hawks,Jonathan,Smith,2015-01-02", "Hawks,Ann,Lee,2014-05-06", "Hawks,Zoë,Twin,2013-01-01")
    report = await desk.bring_in(
        "Hawks,John,Smith,2015-01-02",
        "Hawks,Jon,Smith,2015-01-02",
        "Wolves,ann,LEE,2016-07-08",
        "Hawks,Max,Twin,2013-01-01",
        "Hawks,Ann,Lee,2014-05-06",
        options=ImportOptions(dry_run=True),
    )
    assert report.diff is not None
    hints = {row.row: row.duplicate for row in report.diff.rows if row.duplicate}
    assert hints == {
        2: "The league has Jonathan Smith, born Jan 2, 2015 already.",
        3: "The league has Jonathan Smith, born Jan 2, 2015 already.",
        4: "Row 6 of the file has the same name.",
    }
