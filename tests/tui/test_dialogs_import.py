"""The Import dialog: nothing is written before it was seen, nothing typed is lost."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from textual.screen import Screen

from bball_tui.league.importing.diff_model import Counts, Imported
from bball_tui.league.importing.problems import Problem
from bball_tui.league.importing.progress import ImportProgress, Stage
from bball_tui.tui.dialogs.import_job import ImportDone, ImportOptions, PreviewOver, RosterPreview
from bball_tui.tui.importing import _summary
from bball_tui.tui.theme import SYMBOLS, Tone
from tests.tui.dialog_host import ROOMY, SMALL, USUAL, asking
from tests.tui.hands import resize
from tests.tui.import_host import CORRECTED, FAULTY, GOOD, NUMBERS, League

pytestmark = pytest.mark.slow


def styles_of(screen: Screen[Any]) -> list[dict[str, Any]]:
    """The rules of every part, and of the parts that are only drawn."""
    return [
        {name: styles.get_rules() for name, styles in {"": part.styles, **part._component_styles}.items()}
        for part in screen.walk_children(with_self=True)
    ]


async def test_a_file_is_asked_for_and_previewed_and_then_imported() -> None:
    """Before all that, every part has its styles, though they are made only once."""
    league = League()
    async with asking(league.dialog(None)) as desk:
        before = styles_of(desk.app.screen)
        desk.app.screen.update_node_styles(animate=False)
        assert styles_of(desk.app.screen) == before
        assert desk.focus == "path"
        assert desk.choice("import").disabled
        await desk.press("enter")
        assert "Which file?" in desk.screen
        assert league.previews == []
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
    """Its file asks for nothing, so neither corrections nor whole names are offered."""
    league = Moved(replace(GOOD, digest="first"))
    async with asking(league.dialog(), ROOMY) as desk:
        await desk.until_shown("240")
        assert "Corrections" not in desk.line
        assert "whole names" not in desk.line
        await desk.press("enter")
        await desk.until_shown("A colleague was here.")
        await desk.until_shown("Someone changed the league.")
        assert desk.answers == []
        await desk.press("enter")
        await desk.until_answered()
    assert [options.expect for _, options in league.imports] == ["first", "second"]
    assert [options.expect for _, options in league.previews] == ["", ""]


async def test_corrections_are_offered_where_there_are_some() -> None:
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


async def test_a_double_enter_imports_nothing_and_a_file_that_says_nothing_new_cannot_be_imported() -> None:
    league = League()
    league.gate.clear()
    async with asking(league.dialog()) as desk:
        await desk.press("enter", "enter")
        league.gate.set()
        await desk.until_shown("players 240")
        assert len(league.previews) == 1
        assert league.imports == []
        assert not desk.choice("import").disabled
        league.answer = RosterPreview(Imported(unchanged=Counts(8, 240, 300, 240)))
        await desk.go_to("#path")
        await desk.press("enter")
        assert "Nothing to do: the league already has what the file says." in desk.line
        assert desk.choice("import").disabled


async def test_rows_with_faults_stop_the_import_until_they_are_left_out() -> None:
    """The tick leaves the focus on its box, and Enter does what the buttons say."""
    league = League(FAULTY)
    async with asking(league.dialog(), ROOMY) as desk:
        assert desk.line.count("2 rows have faults: nothing is imported until you fix or skip these rows") == 1
        assert "row 4, Date of Birth “31/31/2015”: There is no such day. Correct it." in desk.line
        assert "row 9, Jersey “x”: A jersey has one to three digits." in desk.line
        assert desk.choice("import").disabled
        await desk.press("tab", "tab", "tab", "space")
        assert "[✔]" in desk.screen
        assert league.previews[-1][1].skip_bad_rows
        assert desk.line.count("2 rows have faults") == 1
        assert "! 2 rows have faults and will be left out" in desk.line
        assert not desk.choice("import").disabled
        assert desk.focus == "skip"
        assert "[ Preview Enter ] [ Import ]" in desk.line
        await desk.press("enter")
        assert league.imports == [], "Enter shows what the file would change, as the row of buttons says"
        assert desk.focus == "choice-import"
        assert "[ Preview ] [▸Import Enter ]" in desk.line
        await desk.go_to("#skip")
        await desk.press("space")
        assert not league.previews[-1][1].skip_bad_rows
        assert desk.focus == "skip"
        await desk.press("space")
        await desk.click("import")
        assert league.imports == [(Path("roster.csv"), ImportOptions("Spring 2027", True))]


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


async def test_a_file_that_cannot_be_read_is_told_beside_its_field_and_a_failed_import_can_be_tried_again() -> None:
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


async def test_a_guessed_encoding_is_the_first_thing_to_see_and_what_is_perhaps_not_meant_can_be_imported() -> None:
    doubt = "The file does not say its encoding and is read as Mac Roman: “José”."
    warning = Problem(5, "Guardian 1 Email", "ana@gmial.com", "Is ana@gmail.com meant? It comes in as it is.")
    async with asking(League(replace(GOOD, doubts=(doubt,), warnings=(warning,))).dialog(), ROOMY) as desk:
        assert desk.line.index(f"{SYMBOLS[Tone.WARN]} {doubt}") < desk.line.index("new changed unchanged")
        assert f"{SYMBOLS[Tone.WARN]} 1 cell may not be what is meant" in desk.line
        assert "row 5, Guardian 1 Email “ana@gmial.com”: Is ana@gmail.com meant?" in desk.line
        assert not desk.choice("import").disabled


async def test_a_thousand_faults_fit_every_window() -> None:
    problems = tuple(Problem(row, "Jersey", "x" * 60, "A jersey has one to three digits.") for row in range(2, 1002))
    async with asking(League(RosterPreview(NUMBERS, problems=problems)).dialog(), ROOMY) as desk:
        for size in (ROOMY, USUAL, SMALL):
            if size != ROOMY:
                desk.widget(".dialog--body").scroll_home(animate=False)
                await resize(desk.pilot, size)
            assert desk.whole_choices()
            assert "1,000 rows have faults" in desk.line
            desk.widget(".dialog--body").scroll_end(animate=False)
            await desk.settle()
            assert "and 800 more" in desk.screen


async def test_what_must_be_seen_stands_beside_the_buttons_wherever_the_rest_is() -> None:
    made = "A new season, Sprng 2027, will be made and shown to everyone."
    async with asking(League(replace(FAULTY, new_season=made)).dialog(), USUAL) as desk:

        async def seen_everywhere(words: str) -> None:
            for place in (desk.widget(".dialog--body").scroll_home, desk.widget(".dialog--body").scroll_end):
                place(animate=False)
                await desk.settle()
                assert words in desk.line

        refused = "✘ 2 rows have faults: nothing is imported until"
        await seen_everywhere(refused)
        await resize(desk.pilot, SMALL)
        await seen_everywhere(refused)
        desk.widget("#skip").focus()
        await desk.press("space")
        await seen_everywhere(f"! {made}")
        await resize(desk.pilot, USUAL)
        await seen_everywhere(f"! {made}")


@pytest.fixture
def odd_file(tmp_path: Path) -> Path:
    odd = tmp_path / "odd" / "e\x1b[2J.csv"
    odd.parent.mkdir()
    odd.write_text("Team\n")
    return odd


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


def test_what_an_import_changed_is_counted_whatever_it_is() -> None:
    done = Imported(created=Counts(guardians=1), updated=Counts(teams=1, players=2, guardians=2, contracts=1))
    assert _summary(done) == (
        "Imported: 1 new guardian, 2 players changed, 1 team changed, 2 guardians changed, 1 contract changed."
    )
