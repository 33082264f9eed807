"""The file picker, and files that are dragged into a field."""

from pathlib import Path

import pytest
from textual.events import Paste

from bball_tui.tui.dialogs.file_picker import FilePicker
from bball_tui.tui.recent_files import likely_folder
from tests.tui.dialog_host import ROOMY, USUAL, asking
from tests.tui.hands import send
from tests.tui.import_host import League

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rosters = tmp_path / "rosters"
    rosters.mkdir()
    for name in ("roster.csv", "notes.md", ".hidden.csv", "[red]x[].csv", "x[@click=app.quit]y.csv", "e\x1b[2J.csv"):
        (rosters / name).write_text("Team\n")
    (tmp_path / "other.csv").write_text("Team\n")
    return rosters


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
            send(desk.app, *keys)
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
