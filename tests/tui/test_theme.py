"""Colors: the choice of the person, what can be read, and doing without."""

from itertools import pairwise

import msgspec
import pytest
from textual.color import Color

from bball_tui.database.engine import Database
from bball_tui.errors import BballError
from bball_tui.settings import Settings
from bball_tui.tui.app import BballApp
from bball_tui.tui.theme import CONTRAST, DARK, DEFAULT_THEME, LIGHT, THEMES, branded, checked_theme, contrast
from tests.tui.desk_host import club_with, opened


def test_an_unknown_theme_is_refused_with_the_names_there_are(settings: Settings) -> None:
    with pytest.raises(BballError, match=r"no theme 'sunny'.*ansi-dark.*court-contrast.*court-dark"):
        BballApp(msgspec.structs.replace(settings, theme="sunny"))
    assert checked_theme(None) == DEFAULT_THEME


@pytest.mark.parametrize(("theme", "least"), [(DARK, 4.5), (LIGHT, 4.5), (CONTRAST, 7.0)])
def test_every_color_can_be_read_on_the_background(theme: object, least: float) -> None:
    assert theme in THEMES
    for one in THEMES:
        if one is not theme:
            continue
        background = Color.parse(one.background or "")
        for name in ("primary", "accent", "warning", "error", "success", "foreground"):
            assert contrast(Color.parse(getattr(one, name)), background) >= least, name


def test_the_color_of_the_league_is_used_where_it_can_be_read() -> None:
    assert branded(DARK, "#ff8800").primary == "#FF8800"
    assert branded(DARK, "no color") is DARK
    for brand in ("#000000", "#ffffff", "#123456"):
        for theme in THEMES:
            primary = branded(theme, brand).primary
            assert contrast(Color.parse(primary), Color.parse(theme.background or "")) >= 4.5


@pytest.mark.parametrize("theme", ["court-light", "court-contrast", "ansi-dark", "ansi-light"])
async def test_the_cursor_and_the_states_are_seen_in_every_theme(
    settings: Settings, database: Database, theme: str
) -> None:
    await club_with(database, 3)
    async with opened(msgspec.structs.replace(settings, worker=False, theme=theme)) as desk:
        await desk.press("space", "j")
        first, second, third = (desk.records.render_line(y) for y in (1, 2, 3))
        assert "✓" in first.text
        assert "offered" in first.text
        styles = [next(segment.style for segment in line if segment.text.strip()) for line in (first, second, third)]
        assert all(one != other for one, other in pairwise(styles))


async def test_without_colors_the_cursor_is_a_reversed_line(
    quiet: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    await club_with(database, 3)
    async with opened(quiet) as desk:
        desk.app.refresh(layout=True)
        await desk.settle()
        # Of the list alone: the panel beside it names the player as well.
        width = desk.records.size.width
        lines = [line.crop(0, width) for line in desk.app.screen._compositor.render_strips()[3:6]]
        first = [segment.style for line in lines for segment in line if "Family00" in segment.text]
        assert [style.reverse for style in first if style] == [True]
        colors = {color.name for line in lines for one in line if one.style for color in (one.style.color,) if color}
        assert colors <= {"default"}
