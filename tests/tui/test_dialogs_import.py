"""The Import dialog and its file picker: nothing is written before it was seen, nothing typed is lost."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from textual.events import Paste
from textual.screen import Screen

from bball_tui.errors import BballError
from bball_tui.league import importing, values
from bball_tui.league.importing.columns import ColumnMap, MappedField
from bball_tui.league.importing.corrections import Conflict, Said
from bball_tui.league.importing.diff_model import Counts, FieldChange, Imported, RowDiff, Take, Verdict
from bball_tui.league.importing.problems import Problem
from bball_tui.league.importing.progress import ImportProgress, Stage
from bball_tui.league.importing.roster_row import NameSplit
from bball_tui.tui.dialogs.file_picker import FilePicker
from bball_tui.tui.dialogs.import_job import ImportDone, ImportOptions, PreviewOver, RosterPreview
from bball_tui.tui.dialogs.import_roster import ImportRoster
from bball_tui.tui.dialogs.import_words import on_screen
from bball_tui.tui.recent_files import likely_folder
from bball_tui.tui.theme import SYMBOLS, Tone
from tests.tui.dialog_host import ROOMY, SMALL, USUAL, asking
from tests.tui.test_typed_ahead import at_once

pytestmark = pytest.mark.slow

NUMBERS = Imported(Counts(8, 240, 300, 240), Counts(0, 3, 1, 0), Counts(0, 12, 3, 4))
GOOD = RosterPreview(
    NUMBERS,
    rows=(
        RowDiff(2, "Amara Hamilton", "Hawks U12", Verdict.CHANGED, (FieldChange("jersey", "0", "00"),)),
        RowDiff(3, "Samir Hamdi", "Hawks U12", Verdict.NEW),
    ),
    notes=("The dates are read as day/month/year.",),
)
FAULTY = RosterPreview(
    NUMBERS,
    problems=(
        Problem(4, "Date of Birth", "31/31/2015", "There is no such day. Correct it."),
        Problem(9, "Guardian 1 Email", "rosa@", "This isn't a valid e-mail address. Correct it or clear the cell."),
        Problem(9, "Jersey", "x", "A jersey has one to three digits."),
    ),
)


AMBIGUOUS = (
    "It is not clear which number is the month. Say so with --date-order mdy (month/day/year) or --date-order dmy "
    "(day/month/year), or write dates as 2015-03-24."
)


class League:
    """``gate`` holds every answer back while it is closed."""

    def __init__(self, preview: RosterPreview = GOOD) -> None:
        self.answer = preview
        self.previews: list[tuple[Path, ImportOptions]] = []
        self.imports: list[tuple[Path, ImportOptions]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.failure: str | None = None
        self.rolled_back = 0
        self.watch: ImportProgress | None = None

    async def _wait(self) -> None:
        await self.gate.wait()
        if self.failure:
            raise BballError(self.failure)

    async def preview(self, path: Path, options: ImportOptions, watch: ImportProgress) -> RosterPreview:
        self.previews.append((path, options))
        await self._wait()
        return self.answer

    async def apply(self, path: Path, options: ImportOptions, watch: ImportProgress) -> ImportDone:
        self.imports.append((path, options))
        self.watch = watch
        try:
            await self._wait()
        except asyncio.CancelledError:
            self.rolled_back += 1
            raise
        return ImportDone(self.answer.imported)

    def dialog(self, path: Path | None = Path("roster.csv")) -> ImportRoster:
        return ImportRoster(preview=self.preview, apply=self.apply, season="Spring 2027", path=path)


def styles_of(screen: Screen[Any]) -> list[dict[str, Any]]:
    """The rules of every part, and of the parts that are only drawn."""
    return [
        {name: styles.get_rules() for name, styles in {"": part.styles, **part._component_styles}.items()}
        for part in screen.walk_children(with_self=True)
    ]


async def test_every_part_has_its_styles_though_they_are_made_only_once() -> None:
    async with asking(League().dialog(None), ROOMY) as desk:
        before = styles_of(desk.app.screen)
        desk.app.screen.update_node_styles(animate=False)
        assert styles_of(desk.app.screen) == before


async def test_a_file_is_previewed_and_then_imported() -> None:
    league = League()
    async with asking(league.dialog(None)) as desk:
        assert desk.focus == "path"
        assert desk.choice("import").disabled
        await desk.type("/rosters/spring.csv")
        await desk.press("enter")
        expected = (Path("/rosters/spring.csv"), ImportOptions("Spring 2027", False))
        assert league.previews == [expected]
        assert "new changed unchanged" in desk.line
        assert "players 240 3 12" in desk.line
        assert "The dates are read as day/month/year." in desk.line
        assert "row 2 Amara Hamilton, Hawks U12: jersey 0 → 00" in desk.line
        assert league.imports == []
        assert desk.focus == "choice-import"
        await desk.press("enter")
        assert league.imports == [expected]
        assert desk.answers == [ImportDone(NUMBERS)]


class Moved(League):
    """The first import finds the league changed."""

    async def apply(self, path: Path, options: ImportOptions, watch: ImportProgress) -> ImportDone:
        if not self.imports:
            self.imports.append((path, options))
            self.answer = replace(GOOD, digest="second", notes=("A colleague was here.",))
            raise PreviewOver("Someone changed the league.")
        return await super().apply(path, options, watch)


async def test_a_preview_that_is_over_is_shown_again_and_nothing_else_is_written() -> None:
    league = Moved(replace(GOOD, digest="first"))
    async with asking(league.dialog(), ROOMY) as desk:
        await desk.until_shown("240")
        await desk.press("enter")
        await desk.until_shown("A colleague was here.")
        await desk.until_shown("Someone changed the league.")
        assert desk.answers == []
        await desk.press("enter")
        await desk.until_answered()
    assert [options.expect for _, options in league.imports] == ["first", "second"]
    assert [options.expect for _, options in league.previews] == ["", ""]


CORRECTED = Conflict(4, "Ben Roe", "jersey", "9", "8", Said("anna", "2027-02-01"))


async def test_corrections_are_offered_only_where_there_are_some() -> None:
    async with asking(League().dialog(), ROOMY) as desk:
        await desk.until_shown("240")
        assert "Corrections" not in desk.line
    league = League(replace(GOOD, conflicts=(CORRECTED,)))
    async with asking(league.dialog(), ROOMY) as desk:
        await desk.until_shown("Corrections")
        await desk.go_to("#take")
        await desk.press("space")
        await desk.until_shown("240")
        await desk.go_to("#drafts")
        await desk.press("space")
        await desk.until_shown("240")
        chosen = league.previews[-1][1]
        assert (chosen.take_file, chosen.drafts) == (True, True)


async def test_an_encoding_that_was_guessed_is_the_first_thing_to_see() -> None:
    doubt = "The file does not say its encoding and is read as Mac Roman: “José”."
    async with asking(League(replace(GOOD, doubts=(doubt,))).dialog()) as desk:
        assert desk.line.index(f"{SYMBOLS[Tone.WARN]} {doubt}") < desk.line.index("new changed unchanged")


async def test_no_file_is_a_question_beside_the_field() -> None:
    league = League()
    async with asking(league.dialog(None)) as desk:
        await desk.press("enter")
        assert "Which file?" in desk.screen
        assert league.previews == []


async def test_a_double_enter_imports_nothing() -> None:
    league = League()
    league.gate.clear()
    async with asking(league.dialog()) as desk:
        await desk.press("enter", "enter")
        league.gate.set()
        await desk.until_shown("players 240")
        assert len(league.previews) == 1
        assert league.imports == []


async def test_rows_with_faults_stop_the_import_until_they_are_left_out() -> None:
    league = League(FAULTY)
    async with asking(league.dialog(), ROOMY) as desk:
        assert "✘ 2 rows have faults: nothing is imported until" in desk.line
        assert "row 4, Date of Birth “31/31/2015”: There is no such day. Correct it." in desk.line
        assert "row 9, Jersey “x”: A jersey has one to three digits." in desk.line
        assert desk.choice("import").disabled
        await desk.press("tab", "tab", "tab", "space")
        assert "[✔]" in desk.screen
        assert league.previews[-1][1].skip_bad_rows
        assert "! 2 rows have faults and will be left out" in desk.line
        await desk.click("import")
        assert league.imports == [(Path("roster.csv"), ImportOptions("Spring 2027", True))]


async def test_a_file_that_says_nothing_new_cannot_be_imported() -> None:
    league = League(RosterPreview(Imported(unchanged=Counts(8, 240, 300, 240))))
    async with asking(league.dialog()) as desk:
        assert "Nothing to do: the league already has what the file says." in desk.line
        assert desk.choice("import").disabled


async def test_what_was_previewed_is_what_is_imported() -> None:
    league = League()
    async with asking(league.dialog()) as desk:
        assert not desk.choice("import").disabled
        await desk.go_to("#season")
        await desk.press("end")
        await desk.type(" B")
        assert desk.choice("import").disabled, "another season was not previewed yet"
        assert "players 240" not in desk.line
        await desk.press("enter")
        assert league.previews[-1][1].season == "Spring 2027 B"
        await desk.press("enter")
        assert league.imports[-1][1].season == "Spring 2027 B"


async def test_a_file_that_cannot_be_read_is_told_beside_its_field() -> None:
    league = League()
    league.failure = "roster.csv cannot be opened: there is no such file."
    async with asking(league.dialog()) as desk:
        row = next(number for number, text in enumerate(desk.rows) if "File" in text)
        assert league.failure in desk.rows[row + 1]
        assert desk.choice("import").disabled
        league.failure = None
        await desk.go_to("#path")
        await desk.press("enter")
        assert "players 240" in desk.line


async def test_a_failed_import_keeps_everything_and_can_be_tried_again() -> None:
    league = League()
    async with asking(league.dialog()) as desk:
        league.failure = "The database cannot be reached at the moment."
        await desk.click("import")
        assert desk.open
        assert "The database cannot be reached" in desk.line
        assert "players 240" in desk.line
        league.failure = None
        await desk.press("enter")
        assert desk.answers == [ImportDone(NUMBERS)]
        assert len(league.imports) == 2


async def test_progress_shows_and_esc_stops_the_import() -> None:
    league = League()
    async with asking(league.dialog()) as desk:
        league.gate.clear()
        await desk.click("import")
        assert league.watch is not None
        league.watch.begin(Stage.WRITING, 240)
        league.watch.tick(120)
        await desk.until_shown("██████████░░░░░░░░░░ 120 of 240")
        assert desk.widget("#path").disabled
        await desk.press("escape")
        assert league.rolled_back == 1
        assert desk.open
        assert "Stopped. Preview again" in desk.line
        league.watch.tick(240)
        await desk.settle()
        assert "240 of 240" not in desk.screen, "a late report of a stopped import"
        await desk.press("escape")
        assert desk.answers == [None]


async def test_esc_stops_a_long_reading_first() -> None:
    league = League()
    league.gate.clear()
    async with asking(league.dialog()) as desk:
        assert "Reading the file" in desk.screen
        await desk.press("escape")
        assert desk.open
        await desk.press("escape")
        assert desk.answers == [None]


async def test_what_is_perhaps_not_meant_is_said_and_can_be_imported() -> None:
    warning = Problem(5, "Guardian 1 Email", "ana@gmial.com", "Is ana@gmail.com meant? It comes in as it is.")
    async with asking(League(replace(GOOD, warnings=(warning,))).dialog()) as desk:
        assert f"{SYMBOLS[Tone.WARN]} 1 cell may not be what is meant" in desk.line
        assert "row 5, Guardian 1 Email “ana@gmial.com”: Is ana@gmail.com meant?" in desk.line
        assert not desk.choice("import").disabled


@pytest.mark.parametrize("size", [ROOMY, USUAL, SMALL])
async def test_a_thousand_faults_fit_every_window(size: tuple[int, int]) -> None:
    problems = tuple(Problem(row, "Jersey", "x" * 60, "A jersey has one to three digits.") for row in range(2, 1002))
    async with asking(League(RosterPreview(NUMBERS, problems=problems)).dialog(), size) as desk:
        assert desk.whole_choices()
        assert "1,000 rows have faults" in desk.line
        desk.widget(".dialog--body").scroll_end(animate=False)
        await desk.settle()
        assert "and 800 more" in desk.screen


# Row by row, and what the columns hold


DOUBTFUL = RosterPreview(
    NUMBERS,
    rows=(
        RowDiff(2, "Amara Hamilton", "Hawks U12", Verdict.CHANGED, (FieldChange("jersey", "0", "00"),)),
        RowDiff(3, "Jon Hamdi", "Hawks U12", Verdict.NEW, duplicate="The league has John Hamdi already."),
        RowDiff(4, "Ben Roe", "Hawks U12", Verdict.UNCHANGED),
    ),
    problems=(Problem(5, "Jersey", "x", "A jersey has one to three digits."),),
)


@pytest.mark.parametrize("size", [ROOMY, SMALL])
async def test_rows_are_taken_or_left_one_by_one(size: tuple[int, int]) -> None:
    league = League(DOUBTFUL)
    async with asking(league.dialog(), size) as desk:
        assert "1 new player may be already in the league" in desk.line
        await desk.press("ctrl+r")
        await desk.until_shown("2 rows of 2 to decide will be imported")
        assert "! possible duplicate" in desk.screen
        assert "The league has John Hamdi" in desk.line, "what is most in doubt is first"
        assert desk.whole_choices()
        await desk.press("space", "down")
        assert "jersey: 0 → 00" in desk.line
        assert "1 row of 2 to decide will be imported" in desk.line
        await desk.press("down", "space")
        assert "Nothing to decide" in desk.line
        await desk.press("f", "f")
        assert "only changed" in desk.line
        assert "Jon Hamdi" not in desk.screen
        await desk.press("enter")
        assert league.previews[-1][1].leave == {3}
        await desk.press("ctrl+r")
        assert "1 row of 2 to decide will be imported" in desk.line, "the decision is kept"
        await desk.press("escape")
        await desk.go_to("#path")
        await desk.type("x")
        await desk.press("enter")
        assert league.previews[-1][1].leave == frozenset(), "another file, other rows"


def taken(league: League) -> Take:
    return league.previews[-1][1].take_file


@pytest.mark.parametrize("size", [ROOMY, SMALL])
async def test_the_files_value_is_taken_in_one_row_only(size: tuple[int, int]) -> None:
    other = msgspec.structs.replace(CORRECTED, row=2, who="Amara Hamilton")
    league = League(replace(DOUBTFUL, problems=(), conflicts=(other, CORRECTED)))
    async with asking(league.dialog(), size) as desk:
        await desk.press("ctrl+r")
        await desk.until_shown("3 rows of 3 to decide will be imported")
        assert desk.whole_choices()
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
        await desk.until_shown("to decide will be imported")
        await desk.press("down", "down")
        assert "Player Name “Roe, Ben” → first Ben, last Roe" in desk.line
        assert "Nothing changes." in desk.line
        await desk.press("escape", "enter")
        assert league.imports[-1][1].split_names is True
    async with asking(League().dialog(), ROOMY) as desk:
        await desk.until_shown("240")
        assert "whole names" not in desk.screen


async def test_columns_are_named_by_hand_when_their_headings_say_nothing() -> None:
    header, samples = ("Mannschaft", "Vorname", "Nachname", ""), (("Hawks",), ("Ann", "Ben"), ("Lee",), ())
    league = League(RosterPreview(Imported(), header=header, samples=samples, unmapped=True))
    async with asking(league.dialog()) as desk:
        assert "It is not clear match columns" in desk.line
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
        desk.widget("#pick-3").value = -1  # type: ignore[attr-defined]
        league.answer = GOOD
        await desk.press("enter")
        fields = (("Team", "Mannschaft"), ("Player First Name", "Vorname"), ("Player Last Name", "Nachname"))
        expected = ColumnMap(tuple(MappedField(*one) for one in fields), ("#4",))
        assert league.previews[-1][1].columns == expected
        await desk.press("enter")
        assert league.imports[-1][1].columns == expected


async def test_dates_that_can_be_read_two_ways_offer_their_order() -> None:
    unclear = Problem(2, "Date of Birth", "03/04/2015", on_screen(AMBIGUOUS))
    league = League(RosterPreview(NUMBERS, problems=(unclear,)))
    async with asking(league.dialog(), ROOMY) as desk:
        assert "Choose their order in the field Dates, or write dates as 2015-03-24." in desk.line
        await desk.go_to("#dates")
        desk.widget("#dates").value = "mdy"  # type: ignore[attr-defined]
        await desk.settle()
        assert league.previews[-1][1].date_order == "mdy"


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
    }, "say in import_words.py what it is here"
    for sentence in (
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


async def test_a_workbook_with_several_sheets_offers_them() -> None:
    league = League(replace(GOOD, sheet="Spring", sheets=("Notes", "Spring")))
    async with asking(league.dialog()) as desk:
        assert "Sheet Spring" in desk.line
        desk.widget("#sheet").value = "Notes"  # type: ignore[attr-defined]
        await desk.settle()
        assert league.previews[-1][1].sheet == "Notes"


# The file picker


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rosters = tmp_path / "rosters"
    rosters.mkdir()
    for name in ("roster.csv", "notes.md", ".hidden.csv", "[red]x[].csv", "x[@click=app.quit]y.csv", "e\x1b[2J.csv"):
        (rosters / name).write_text("Team\n")
    (tmp_path / "other.csv").write_text("Team\n")
    return rosters


@pytest.fixture
def odd_file(tmp_path: Path) -> Path:
    odd = tmp_path / "odd" / "e\x1b[2J.csv"
    odd.parent.mkdir()
    odd.write_text("Team\n")
    return odd


async def test_the_picker_lists_rosters_with_their_names_as_they_are(folder: Path) -> None:
    async with asking(FilePicker(folder), ROOMY) as desk:
        await desk.until_shown("roster.csv")
        assert "notes.md" not in desk.screen
        assert "hidden" not in desk.screen
        assert "[red]x[].csv" in desk.screen
        assert "x[@click=app.quit]y.csv" in desk.screen
        assert "e␛[2J.csv" in desk.screen
        assert desk.harmless()


async def test_the_picker_takes_a_file_and_knows_the_way_up(folder: Path) -> None:
    async with asking(FilePicker(folder), ROOMY) as desk:
        await desk.until_shown("roster.csv")
        await desk.press("backspace")
        await desk.until_shown("other.csv")
        await desk.press("enter")
        await desk.until_answered()
        assert desk.answers == [folder.parent / "other.csv"]


async def test_the_picker_offers_what_was_imported_lately_and_the_own_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(folder.parent))
    (folder / "book.xlsx").write_text("x")
    recent = [folder / "e\x1b[2J.csv", folder / "roster.csv"]
    async with asking(FilePicker(folder, recent), USUAL) as desk:
        await desk.until_shown("book.xlsx")
        assert "1 " in desk.screen
        assert desk.harmless()
        assert desk.whole_choices()
        await desk.press("tilde")
        await desk.until_shown("other.csv")
        await desk.press("2")
        assert desk.answers == [folder / "roster.csv"]


@pytest.mark.parametrize("together", [False, True])
async def test_a_few_letters_and_enter_take_a_file(folder: Path, together: bool) -> None:
    (folder / "Spring Roster.xlsx").write_text("x")
    async with asking(FilePicker(folder.parent), ROOMY) as desk:
        keys = ("down", "enter", *"sp ros", "enter")  # into the folder below other.csv, then the file
        if together:
            at_once(desk.app, *keys)
        else:
            for key in keys:
                await desk.press(key)
        await desk.until_answered()
        assert desk.answers == [folder / "Spring Roster.xlsx"]


async def test_files_are_narrowed_to_a_kind(folder: Path) -> None:
    (folder / "book.xlsx").write_text("x")
    async with asking(FilePicker(folder), ROOMY) as desk:
        await desk.until_shown("roster.csv")
        await desk.press("tab", "space", *"exc", "enter")
        await desk.until_shown("book.xlsx")
        assert "roster.csv" not in desk.screen


def test_the_search_for_a_file_begins_where_files_come_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("Downloads", "Documents"):
        (tmp_path / name).mkdir()
    assert likely_folder({".csv"}) == tmp_path
    (tmp_path / "Documents" / "Roster.CSV").write_text("x")
    assert likely_folder({".csv"}) == tmp_path / "Documents"
    assert likely_folder({".pdf"}) == tmp_path


@pytest.mark.parametrize("spelled", ["'{}'", '"{}"', "file://{}", "{}"])
async def test_a_dragged_file_is_the_one_that_is_meant(tmp_path: Path, spelled: str) -> None:
    path = tmp_path / "My File.csv"
    text = {"file://{}": str(path).replace(" ", "%20"), "{}": str(path).replace(" ", "\\ ")}.get(spelled, str(path))
    league = League()
    dialog = league.dialog(tmp_path / "x.csv")
    async with asking(dialog, ROOMY) as desk:
        await desk.go_to("#path")
        desk.app.post_message(Paste(spelled.format(text) + " "))
        await desk.settle()
        await desk.press("enter")
        await desk.until_shown("players 240")
        assert league.previews[-1][0] == path


async def test_the_picked_file_is_previewed_even_with_an_odd_name(odd_file: Path) -> None:
    league = League()
    dialog = league.dialog(odd_file.parent / "x.csv")
    async with asking(dialog, ROOMY) as desk:
        await desk.press("ctrl+o")
        await desk.until_shown("e␛[2J.csv")
        await desk.press("enter")
        await desk.until_shown("players 240")
        assert league.previews[-1][0] == odd_file
        assert desk.harmless()
