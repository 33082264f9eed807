"""What the screen looked like is there again, and a bad file is as good as none."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from textual.command import CommandPalette

from bball_tui.database.engine import Database
from bball_tui.settings import SecretUrl, Settings
from bball_tui.tui.app import BballApp
from bball_tui.tui.theme import DEFAULT_THEME
from bball_tui.tui.ui_state import (
    MOST_LEAGUES,
    StoredChoice,
    TabState,
    UiState,
    file_of,
    keep,
    keep_theme,
    recall,
    recall_brand,
    recall_theme,
)
from tests.support.examples import examples
from tests.tui.desk_host import opened
from tests.tui.test_list_tools import back, filters, two_teams

STATE = UiState("teams", {"teams": TabState("hawks", (StoredChoice("team", "3", "Hawks"),), "team", True, 7)})


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", config_dir=tmp_path)


def test_each_league_and_database_is_remembered_apart(here: Settings) -> None:
    shared = msgspec.structs.replace(here, database_url=SecretUrl("postgresql://maria:secret@db.test/league"))
    assert recall(here, "westside") == UiState()
    keep(here, "westside", STATE)
    keep(shared, "westside", UiState("outbox"))
    assert (recall(here, "westside"), recall(shared, "westside").tab, recall(here, "x").tab) == (STATE, "outbox", "")
    assert "secret" not in file_of(here).read_text()
    assert file_of(here).stat().st_mode & 0o077 == 0
    for number in range(MOST_LEAGUES):
        keep(here, f"league-{number}", STATE)
    assert (recall(here, "westside"), recall(here, "league-0")) == (UiState(), STATE)
    assert [one.name for one in here.data_dir.iterdir()] == ["screen.json"]


@trying(max_examples=examples(50), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.integers() | st.text(max_size=5),
            lambda inner: st.dictionaries(st.sampled_from(["leagues", "here westside", "tabs", "tab", "x"]), inner),
            max_leaves=8,
        ).map(lambda value: json.dumps(value).encode()),
        st.just(b"[" * 100_000),
    )
)
def test_garbage_is_as_good_as_no_file(here: Settings, garbage: bytes) -> None:
    here.data_dir.mkdir(exist_ok=True)
    file_of(here).write_bytes(garbage)
    assert isinstance(recall(here, "westside"), UiState)
    keep(here, "westside", STATE)
    assert recall(here, "westside") == STATE


def test_a_folder_that_cannot_be_written_is_no_trouble(here: Settings, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder should be")
    keep(here, "westside", STATE)
    assert recall(here, "westside") == UiState()


async def test_the_desk_is_as_it_was_left(settings: Settings, database: Database) -> None:
    quiet = msgspec.structs.replace(settings, worker=False)
    await two_teams(database)
    async with opened(quiet) as desk:
        await desk.shows("Player ▲", "Family0")
        await desk.press("right", "o", "escape")
        await desk.shows("Player ▼")
        await filters(desk)
        await desk.press(*"offered", "enter")
        await back(desk)
        await desk.until(lambda: desk.records.total == 2)
        await desk.press("slash", *"family", "enter", "j")
        row = desk.records.current
        await desk.press("2", "j")
    async with opened(quiet) as desk:
        await desk.shows("Owls [/]", "Division")
        assert desk.records.cursor == 1
        await desk.press("4")
        await desk.shows("status: offered ×", "2 of", "/ family", "Player ▼")
        await desk.until(lambda: desk.records.current == row)
        await desk.press("escape", "escape")
        await desk.until(lambda: desk.records.total == 4)


async def test_chosen_colors_are_those_of_the_next_start_unless_told_otherwise(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet = msgspec.structs.replace(settings, worker=False)
    await two_teams(database)
    async with opened(quiet) as desk:
        assert desk.app.theme == DEFAULT_THEME
        assert not file_of(quiet).exists() or recall_theme(quiet) is None
        await desk.press("ctrl+p", *"theme", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, CommandPalette))
        await desk.press(*"court-light", "enter")
        await desk.until(lambda: desk.app.theme == "court-light")
    assert BballApp(quiet).theme == "court-light"
    assert recall_brand(quiet)
    assert BballApp(quiet).get_theme(DEFAULT_THEME) == desk.app.get_theme(DEFAULT_THEME)
    assert BballApp(msgspec.structs.replace(quiet, theme="court-contrast")).theme == "court-contrast"
    monkeypatch.setenv("NO_COLOR", "1")
    assert BballApp(quiet).theme == "ansi-dark"
    monkeypatch.delenv("NO_COLOR")
    keep_theme(quiet, "gone")
    assert BballApp(quiet).theme == DEFAULT_THEME
