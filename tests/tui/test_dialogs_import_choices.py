"""What the Import dialog lets people choose: row by row, names, columns, dates, sheets."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from bball_tui.league import importing, values
from bball_tui.league.importing.answers import Answers, Open
from bball_tui.league.importing.diff_model import FieldChange, Imported, RowDiff, Take, Verdict
from bball_tui.league.importing.find_columns import ColumnMap, MappedField
from bball_tui.league.importing.problems import Problem
from bball_tui.league.importing.roster_row import NameSplit
from bball_tui.tui.dialogs.cli_hints_on_screen import on_screen
from bball_tui.tui.dialogs.import_job import RosterPreview
from bball_tui.tui.dialogs.import_rows import PreviewRow, ReviewRows
from bball_tui.tui.dialogs.map_columns import mapped_fields
from tests.tui.dialog_host import ROOMY, SMALL, Desk, asking
from tests.tui.hands import resize
from tests.tui.import_host import AMBIGUOUS, CORRECTED, GOOD, NUMBERS, League

pytestmark = pytest.mark.slow

MAYBE = (
    "Is this Kim Roe, born Jan 2, 2015? The file says Feb 1, 2015; the team is the same. Say --same-child 3 if only "
    "the birthdate was corrected, or --new-child 3 if it is another child."
)
DOUBTFUL = RosterPreview(
    NUMBERS,
    rows=(
        RowDiff(2, "Amara Hamilton", "Hawks U12", Verdict.CHANGED, (FieldChange("jersey", "0", "00"),)),
        RowDiff(3, "Jon Hamdi", "Hawks U12", Verdict.NEW, duplicate="The league has John Hamdi already."),
        RowDiff(4, "Ben Roe", "Hawks U12", Verdict.UNCHANGED),
    ),
    problems=(Problem(5, "Jersey", "x", "A jersey has one to three digits.", "Zoe Abt", "Owls"),),
)


@asynccontextmanager
async def roomy(desk: Desk[Any]) -> AsyncIterator[None]:
    """The same in a large window, in which every choice is whole as well."""
    await resize(desk.pilot, ROOMY)
    assert desk.whole_choices()
    yield
    await resize(desk.pilot, SMALL)


async def test_rows_are_taken_or_left_one_by_one() -> None:
    league = League(DOUBTFUL)
    async with asking(league.dialog(), SMALL) as desk:
        assert "1 new player may be in the league already" in desk.line
        await desk.press("ctrl+r")
        await desk.until_shown("2 of 2 rows ticked · 1 refused: nothing is imported until you fix or skip")
        assert "! possible duplicate" in desk.screen
        assert "The league has John Hamdi" in desk.line, "what is most in doubt is first"
        assert desk.whole_choices()
        async with roomy(desk):
            assert "! possible duplicate" in desk.screen
            assert re.search(r"✘ refused +Zoe Abt +Owls", desk.screen)
            assert "The league has John Hamdi" in desk.line
        await desk.press("space", "down")
        assert "jersey: 0 → 00" in desk.line
        assert "1 of 2 rows ticked" in desk.line
        await desk.press("down", "space")
        assert "Nothing to decide" in desk.line
        await desk.press("f", "f")
        assert "only changed" in desk.line
        assert "Jon Hamdi" not in desk.screen
        await desk.press("enter")
        assert league.previews[-1][1].leave == {3}
        await desk.press("ctrl+r")
        assert "1 of 2 rows ticked" in desk.line, "the decision is kept"
        await desk.press("escape")
        await desk.go_to("#skip")
        await desk.press("space", "ctrl+r")
        await desk.until_shown("1 of 2 rows will be imported · 1 refused, left out")
        await desk.press("escape")
        await desk.go_to("#path")
        await desk.type("x")
        await desk.press("enter")
        assert league.previews[-1][1].leave == frozenset(), "another file, other rows"


def taken(league: League) -> Take:
    return league.previews[-1][1].take_file


async def test_what_a_row_would_do_is_told_as_far_as_each_window_has_room() -> None:
    row = PreviewRow(2, "changed", "Ann", "Hawks", tuple(f"Sentence {number}." for number in (1, 2, 3, 4)))
    async with asking(ReviewRows([row], frozenset()), SMALL) as desk:
        for _ in range(2):
            assert "Sentence 1. … and 3 more lines" in desk.line
            await resize(desk.pilot, ROOMY)
            assert "Sentence 1. Sentence 2. Sentence 3. Sentence 4." in desk.line
            await resize(desk.pilot, SMALL)


async def test_the_files_value_is_taken_in_one_row_only() -> None:
    other = msgspec.structs.replace(CORRECTED, row=2, who="Amara Hamilton")
    league = League(replace(DOUBTFUL, problems=(), conflicts=(other, CORRECTED)))
    async with asking(league.dialog(), SMALL) as desk:
        await desk.press("ctrl+r")
        await desk.until_shown("3 of 3 rows will be imported")
        assert desk.whole_choices()
        async with roomy(desk):
            assert "3 of 3 rows will be imported" in desk.line
        await desk.press("t")
        assert "Nothing to take" in desk.line
        await desk.press("down", "down")
        assert "Ben Roe, jersey: the file says 9, staff said 8 (anna on 2027-02-01)" in desk.line
        await desk.press("t")
        await desk.until_shown("file's value")
        assert "Row 4: the file's value counts." in desk.line
        await desk.press("enter")
        assert taken(league) == frozenset((4,))
        await desk.press("ctrl+r")
        await desk.until_shown("file's value")
        await desk.press("down", "down", "t", "enter")
        assert taken(league) is False
        # The tick speaks for all rows; anyone who takes one back leaves the others to the file.
        await desk.go_to("#take")
        await desk.press("space")
        assert taken(league) is True
        await desk.press("ctrl+r")
        await desk.until_shown("file's value")
        await desk.press("down", "down", "t", "enter")
        assert taken(league) == frozenset((2,))
        await desk.press("enter")
        assert league.imports[-1][1] == replace(league.previews[-1][1], expect="")


async def test_whole_names_are_split_by_a_tick_and_each_is_shown() -> None:
    refused = Problem(1, "Player Name", "", on_screen("The column “Player Name” holds whole names."))
    league = League(
        RosterPreview(Imported(), header=("Player Name",), unmapped=True, whole_names=True, problems=(refused,))
    )
    async with asking(league.dialog(), ROOMY) as desk:
        await desk.until_shown("holds whole names")
        assert desk.focus == "split"
        split = NameSplit(4, "Player Name", "Roe, Ben", "Ben", "Roe")
        league.answer = replace(DOUBTFUL, problems=(), whole_names=True, splits=(split,))
        await desk.press("space")
        await desk.until_shown("How whole names are split")
        assert league.previews[-1][1].split_names is True
        assert "row 4, Player Name “Roe, Ben” → first Ben, last Roe" in desk.line
        await desk.press("ctrl+r")
        await desk.until_shown("will be imported")
        await desk.press("down", "down")
        assert "Player Name “Roe, Ben” → first Ben, last Roe" in desk.line
        assert "Nothing changes." in desk.line
        await desk.press("escape")
        await desk.click("import")
        assert league.imports[-1][1].split_names is True


async def test_columns_are_named_by_hand_when_their_headings_say_nothing() -> None:
    header, samples = ("Mannschaft", "Vorname", "Nachname", ""), (("Hawks",), ("Ann", "Ben"), ("Lee",), ())
    league = League(RosterPreview(Imported(), header=header, samples=samples, unmapped=True))
    async with asking(league.dialog()) as desk:
        assert desk.line.count("It is not clear what the columns hold") == 1
        await desk.press("enter")
        await desk.until_shown("Which column of the file holds what?")
        await desk.press("enter")
        assert "Every roster needs this." in desk.line
        for field, place in ((0, 0), (1, 1), (2, 2), (3, 2)):
            desk.widget(f"#pick-{field}").value = place  # type: ignore[attr-defined]
        await desk.settle()
        assert "Vorname (Ann, Ben)" in desk.line
        await desk.press("enter")
        assert "This column is already used for Player Last Name." in desk.line
        for part in ("Guardian 1 First", "Guardian 1 Last"):  # whole names are both
            number = next(at for at, one in enumerate(chain.from_iterable(mapped_fields())) if one == part)
            desk.widget(f"#pick-{number}").value = 3  # type: ignore[attr-defined]
        desk.widget("#pick-3").value = -1  # type: ignore[attr-defined]
        league.answer = GOOD
        await desk.press("enter")
        fields = (("Team", "Mannschaft"), ("Player First Name", "Vorname"), ("Player Last Name", "Nachname"),
                  ("Guardian 1 First", "#4"), ("Guardian 1 Last", "#4"))  # fmt: skip
        expected = ColumnMap(tuple(MappedField(*one) for one in fields), ())
        assert league.previews[-1][1].columns == expected
        await desk.press("enter")
        assert league.imports[-1][1].columns == expected


async def test_a_column_that_is_not_known_is_no_row_and_leaving_rows_out_does_not_help() -> None:
    odd = Problem(1, "Shoe size", "", on_screen("The column “Shoe size” is not known. Rename it, or leave it out with "
                                                "--ignore-column “Shoe size”."))  # fmt: skip
    league = League(RosterPreview(Imported(), header=("Team", "Shoe size"), unmapped=True, problems=(odd,)))
    async with asking(league.dialog(), SMALL) as desk:
        for _ in range(2):
            assert "nothing is imported until you match them with ctrl+l" in desk.line
            assert "has faults" not in desk.line
            assert "row 1" not in desk.line
            assert "column Shoe size: The column “Shoe size” is not known. Rename it, or match" in desk.line
            async with roomy(desk):
                assert "nothing is imported until you match them with ctrl+l" in desk.line
                assert "has faults" not in desk.line
                assert "row 1" not in desk.line
                assert "column Shoe size: The column “Shoe size” is not known. Rename it, or match" in desk.line
            await desk.go_to("#skip")
            await desk.press("space")
        assert desk.choice("import").disabled


async def test_the_order_of_dates_is_offered_where_it_is_not_clear_and_the_sheets_of_a_workbook() -> None:
    unclear = Problem(2, "Date of Birth", "03/04/2015", on_screen(AMBIGUOUS))
    league = League(RosterPreview(NUMBERS, problems=(unclear,), sheet="Spring", sheets=("Notes", "Spring")))
    async with asking(league.dialog(), ROOMY) as desk:
        assert "Choose their order in the field Dates, or write dates as 2015-03-24." in desk.line
        assert "Sheet Spring" in desk.line
        await desk.go_to("#dates")
        desk.widget("#dates").value = "mdy"  # type: ignore[attr-defined]
        await desk.settle()
        assert league.previews[-1][1].date_order == "mdy"
        desk.widget("#sheet").value = "Notes"  # type: ignore[attr-defined]
        await desk.settle()
        assert league.previews[-1][1].sheet == "Notes"


def test_the_dialog_names_no_option_of_the_command_line() -> None:
    rooms = (importing, values)
    sources = (source for room in rooms for source in Path(str(room.__file__)).parent.glob("*.py"))
    told = {found for source in sources for found in re.findall(r"--[a-z-]+", source.read_text())}
    assert told == {
        "--ignore-column",
        "--date-order",
        "--season",
        "--format",
        "--sheet",
        "--map",
        "--encoding",
        "--split-names",
        "--same-child",
        "--new-child",
        "--use-address",
    }, "say in cli_hints_on_screen.py what it is here"
    for sentence in (
        MAYBE,
        "o@x.test is the address of Olga Poe. Say --use-address 5 if it is meant.",
        AMBIGUOUS,
        "Did you mean “Team”? Rename it, or leave it out with --ignore-column “Squad”.",
        "Remove one of them, or leave one out by its name with --ignore-column if the names differ.",
        "All dates of this column fit day/month/year: if that is how they are meant, use --date-order dmy.",
        "Import one season at a time, or say with --season NAME into which one all its rows go.",
        "The file names none. Say which one with --season NAME.",
        "If it holds them, say so with --map “Jersey=#1”.",
        "“Owls” holds a roster, too, and is not read now. Choose it with --sheet NAME; one import reads one sheet.",
        "Import it with --split-names to split them into first and last, which the preview shows; or split it.",
        "Leave --sheet out, or choose the workbook.",
        "A workbook says its encoding itself. Leave --encoding out.",
        "If that is right, import it again with --encoding mac-roman+twice; if it is not, open the file.",
        "If the column holds positions, leave it out with --ignore-column; else write Player, Coach or Staff.",
    ):
        assert "--" not in on_screen(sentence)


OPEN = RosterPreview(
    NUMBERS,
    rows=(RowDiff(2, "Amara Hamilton", "Hawks U12", Verdict.NEW),),
    problems=tuple(
        Problem(row, "", value, on_screen(problem), player, "Owls")
        for row, value, problem, player in (
            (3, "Kim Roe", MAYBE, "Kim Roe"),
            (4, "Ben Roe", MAYBE.replace("3", "4"), "Ben Roe"),
            (5, "o@x.test", "o@x.test is the address of Olga Poe. Say --use-address 5 if it is meant.", "Zoe Abt"),
        )
    ),
    open={3: Open.CHILD, 4: Open.CHILD, 5: Open.ADDRESS},
)


async def test_what_rows_leave_open_is_asked_and_stays_out_until_it_is_answered() -> None:
    league = League(OPEN)
    async with asking(league.dialog(), SMALL) as desk:
        await desk.until_shown("3 rows ask who is meant: nothing is imported until you answer with ctrl+r")
        assert desk.widget("#choice-import").disabled
        await desk.press("ctrl+r")
        await desk.until_shown("1 of 4 rows will be imported")
        assert "! the same child?" in desk.screen
        assert (
            f"{MAYBE.partition(' Say ')[0]} A tick says yes: the child gets what the file says. n: another child."
            in (desk.line)
        ), "the whole question, and how it is answered"
        assert "Say so with" not in desk.line
        assert desk.whole_choices()
        assert desk.focus == desk.widget("RecordList").id
        await desk.press("enter")
        assert league.previews[-1][1].leave == {3, 4, 5}, "without an answer nobody becomes a second child"
        assert not league.previews[-1][1].answers

        async with roomy(desk):
            await desk.press("ctrl+r")
            await desk.until_shown("1 of 4 rows will be imported")
            assert "! the same child?" in desk.screen
            assert "The file says Feb 1, 2015; the team is the same." in desk.line
            assert "Say so with" not in desk.line
            assert desk.whole_choices()
        await desk.press("a")
        await desk.until_shown("Rows that ask are ticked one by one.")
        assert "1 of 4 rows will be imported" in desk.line
        await desk.press("space", "down", "n")
        await desk.until_shown("Row 4: another child.")
        assert "another child" in desk.screen
        await desk.press("down", "space", "n")
        assert "Nothing to answer" in desk.line
        await desk.press("enter")
        chosen = league.previews[-1][1]
        assert chosen.leave == frozenset()
        assert chosen.answers == Answers(frozenset((3,)), frozenset((4,)), frozenset((5,)))

        league.answer = replace(OPEN, problems=OPEN.problems[:1], open={3: Open.ADDRESS})
        await desk.press("ctrl+r")
        await desk.until_shown("4 of 4 rows")
        await desk.press("escape")
        await desk.go_to("#path")
        await desk.press("enter", "ctrl+r")
        await desk.until_shown("whose address?")
        assert "3 of 4 rows will be imported" in desk.line, (
            "the second question of a row is not answered with the first"
        )
        await desk.press("enter")
        assert league.previews[-1][1].answers.same == {3}
        assert league.previews[-1][1].leave == {3}
