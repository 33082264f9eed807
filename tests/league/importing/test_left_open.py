"""What a file leaves open of a row: nothing is guessed, and nobody becomes a second child without a word."""

from datetime import date

import pytest

from bball_tui.league.importing.answers import Answers, Open
from bball_tui.league.importing.remarks import report_csv
from bball_tui.league.importing.service import ImportOptions, Report
from tests.league.importing.support import Desk

ANN = "Hawks,Ann,Lee,2015-01-02,7,Rosa,Lee,rosa@x.test,+1 302 555 1234"
CORRECTED = ANN.replace("2015-01-02", "2015-02-01")


def said(**rows: int) -> ImportOptions:
    return ImportOptions(answers=Answers(**{about: frozenset((row,)) for about, row in rows.items()}))


async def births(desk: Desk) -> list[tuple[object, ...]]:
    return list(await desk.rows("SELECT birthdate FROM player WHERE first_name = 'Ann' ORDER BY id"))


def refusal(report: Report) -> str:
    [problem] = report.problems
    assert (problem.player.title(), report.exit_code) == ("Ann Lee", 1)
    assert report.diff is not None
    assert [about for _, about in report.diff.open] == [Open.CHILD]
    return problem.problem


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (CORRECTED, "The file says Feb 1, 2015; an e-mail or phone of the parents is the same."),
        ("Wolves,Ann,Lee,2015-02-01,,Dan,Lee,ROSA@x.test", "an e-mail or phone"),
        ("Wolves,Ann,Lee,2015-02-01,,Rosa,Smith,,1.302.555.1234", "an e-mail or phone"),
        ("Wolves,Ann,Lee,,,Rosa,Lee,rosa@x.test", "The file says no birthdate; an e-mail or phone"),
        ("Hawks,ANN,Lee,2015-02-01", "The file says Feb 1, 2015; the team is the same."),
    ],
)
async def test_a_corrected_birthdate_is_asked_about_and_makes_no_second_child(desk: Desk, line: str, why: str) -> None:
    await desk.good(ANN)
    told = refusal(await desk.bring_in(line))
    assert told.startswith("Is this Ann Lee, born Jan 2, 2015? ")
    assert why in told
    assert await births(desk) == [(date(2015, 1, 2),)]


async def test_the_same_child_gets_the_corrected_birthdate(desk: Desk) -> None:
    await desk.good(ANN)
    report = await desk.bring_in(CORRECTED, options=said(same=2))
    assert report.problems == ()
    assert (report.imported.created.players, report.imported.updated.players) == (0, 1)
    assert await births(desk) == [(date(2015, 2, 1),)]
    assert await desk.families() == {"Ann Lee": ["Rosa Lee rosa@x.test +1 302 555 1234"]}
    assert (await desk.good(CORRECTED)).unchanged.players == 1
    # The old file is no word of staff: it asks as well.
    assert "Is this Ann Lee, born Feb 1, 2015" in refusal(await desk.bring_in(ANN))


async def test_another_child_is_made_only_where_somebody_says_so(desk: Desk) -> None:
    await desk.good(ANN)
    made = await desk.good(CORRECTED, options=said(others=2))
    assert made.created.players == 1
    assert await births(desk) == [(date(2015, 1, 2),), (date(2015, 2, 1),)]
    assert (await desk.good(ANN, CORRECTED)).unchanged.players == 2, "both are known now"


async def test_who_is_in_the_file_as_well_is_nobody_to_ask_about(desk: Desk) -> None:
    await desk.good(ANN)
    assert (await desk.good(ANN, CORRECTED)).created.players == 1


async def test_namesakes_with_nothing_in_common_are_a_hint_as_before(desk: Desk) -> None:
    await desk.good(ANN)
    report = await desk.bring_in("Wolves,Ann,Lee,2013-05-05,,Min,Lee,min@x.test")
    assert report.imported.created.players == 1
    assert report.diff is not None
    assert report.diff.rows[0].duplicate == "The league has Ann Lee, born Jan 2, 2015 already."


async def test_a_row_that_is_left_open_stays_out_of_the_good_ones(desk: Desk) -> None:
    await desk.good(ANN)
    good = ImportOptions(skip_bad_rows=True)
    report = await desk.bring_in(CORRECTED, "Hawks,Ben,Roe,2014-01-02", options=good)
    assert (report.exit_code, report.imported.created.players) == (3, 1)
    assert await births(desk) == [(date(2015, 1, 2),)]
    assert "refused" in report_csv(report)


OLGA = "Owls,Ben,Roe,2014-01-02,,Olga,Roe,ROSA@x.test"


async def test_another_familys_address_is_asked_about(desk: Desk) -> None:
    await desk.good(ANN)
    report = await desk.bring_in(OLGA, "Owls,Cid,Roe,2013-01-02,,Olga,Roe,ROSA@x.test", "Owls,Dan,Poe,2012-01-02")
    whose = "rosa@x.test is the address of Rosa Lee, guardian of Ann Lee, not of this family."
    assert [(one.row, one.problem) for one in report.problems] == [
        (row, f"{whose} Say --use-address {row} if it is meant.") for row in (2, 3)
    ]
    assert report.diff is not None
    assert report.diff.open == ((2, Open.ADDRESS), (3, Open.ADDRESS))
    assert report.exit_code == 1
    assert set(await desk.families()) == {"Ann Lee"}
    assert (await desk.good(OLGA, options=said(addresses=2))).created.players == 1
    assert (await desk.families())["Ben Roe"] == ["Olga Roe ROSA@x.test"]
    assert (await desk.good(OLGA)).unchanged.guardians == 1, "it is theirs now"


async def test_an_address_that_a_file_corrects_is_asked_about_as_well(desk: Desk) -> None:
    await desk.good(ANN, OLGA.replace("ROSA@", "olga@"))
    report = await desk.bring_in(OLGA)
    assert [one.value for one in report.problems] == ["rosa@x.test"]
    assert (await desk.families())["Ben Roe"] == ["Olga Roe olga@x.test"]
    # Where the file takes it from the others, it is nobody else's.
    other = ANN.replace("rosa@x.test", "new@x.test")
    assert (await desk.good(OLGA, other)).updated.guardians == 2


async def test_one_address_within_a_family_is_normal(desk: Desk) -> None:
    await desk.good(ANN)
    both = ANN.replace("+1 302 555 1234", "") + ",Dan,Lee,rosa@x.test"
    assert (await desk.good(both, "Owls,Leo,Lee,2013-01-02,,Dan,Lee,rosa@x.test")).created.guardians == 1


@pytest.mark.parametrize(
    ("open_row", "again"),
    [(CORRECTED, "Wolves,Ann,Lee,2015-02-01"), (OLGA, "Wolves,Ben,Roe,2014-01-02")],
    ids=["child", "address"],
)
async def test_who_is_asked_about_comes_in_by_no_other_row(desk: Desk, open_row: str, again: str) -> None:
    await desk.good(ANN)
    for line in (again, open_row):
        report = await desk.bring_in(open_row, line, options=ImportOptions(skip_bad_rows=True))
        assert report.imported.created.players == 0
        assert [one.row for one in report.problems] == [2, 3]
        assert "are the same player" in report.problems[1].problem or "into two teams" in report.problems[1].problem
    assert set(await desk.families()) == {"Ann Lee"}
