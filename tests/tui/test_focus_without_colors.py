"""Without colors the control with the focus differs by reverse, bold, underline or a sign: in every dialog there is."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Any, TypeAlias

import msgspec
import pytest
from textual.app import App
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from bball_tui.database.engine import Database
from bball_tui.settings import Settings
from bball_tui.tui.main_screen.tab_list import TABS
from bball_tui.tui.widgets.inspector import Inspector
from bball_tui.tui.widgets.record_list import RecordList
from tests.tui.desk_host import club_with, opened
from tests.tui.dialog_host import Host
from tests.tui.every_dialog import DIALOGS
from tests.tui.every_form import FORMS
from tests.tui.hands import rest

pytestmark = pytest.mark.slow


Look: TypeAlias = tuple[Region, list[tuple[str, bool, bool, bool]]]
"""Where a control stands, and what is drawn of it, without colors."""


def looks(app: App[Any], controls: Iterable[Widget]) -> list[Look]:
    strips = app.screen._compositor.render_strips()
    return [(one.region, _drawn(strips[one.region.y : one.region.bottom], one.region)) for one in controls]


def _drawn(strips: list[Strip], region: Region) -> list[tuple[str, bool, bool, bool]]:
    drawn = [piece for strip in strips for piece in strip.crop(region.x, region.right)]
    return [
        (character, bool(style and style.reverse), bool(style and style.bold), bool(style and style.underline))
        for text, style, _ in drawn
        for character in text
    ]


async def unseen(app: App[Any], controls: Sequence[Widget], settle: Callable[[], Awaitable[object]]) -> list[str]:
    """Those that look the same with and without the focus."""
    found = []
    app.screen.set_focus(None)
    await settle()
    without = looks(app, controls)
    for one, before in zip(controls, without, strict=True):
        app.screen.set_focus(one)
        await settle()
        [now] = looks(app, [one])
        if now[0] != before[0]:  # it came into sight: what it looks like there without the focus is asked again
            app.screen.set_focus(None, scroll_visible=False)
            await settle()
            [before] = looks(app, [one])
        if now == before:
            found.append(f"{type(one).__name__}#{one.id}")
    app.screen.set_focus(None)
    return found


async def blind_spots(dialog: Screen[Any]) -> list[str]:
    app: Host[Any] = Host(dialog)
    async with app.run_test(size=(100, 40)) as pilot:
        app.theme = "ansi-dark"
        await rest(pilot)
        return await unseen(app, [one for one in app.screen.focus_chain if one.region.area], partial(rest, pilot))


@pytest.mark.parametrize("kind", DIALOGS, ids=lambda kind: kind.__name__)
async def test_the_focus_is_seen_without_colors(kind: type[Screen[Any]]) -> None:
    assert not await blind_spots(DIALOGS[kind]("Ann"))


@pytest.mark.parametrize("form", [name for name, make in FORMS.items() if make not in DIALOGS.values()])
async def test_the_focus_is_seen_in_every_form_without_colors(form: str) -> None:
    assert not await blind_spots(FORMS[form]("Ann"))


async def test_the_focus_is_seen_on_the_main_screen_without_colors(settings: Settings, database: Database) -> None:
    """In every tab: the search line, the list and the panel beside it."""
    await club_with(database, 2)
    async with opened(msgspec.structs.replace(settings, worker=False), (120, 36)) as desk:
        desk.app.theme = "ansi-dark"
        found = []
        for tab in TABS:
            await desk.press(tab.key)
            await desk.until(lambda name=tab.id: desk.app.desk.tabs.active == name)  # type: ignore[misc]
            await desk.until(lambda: not desk.reading)
            controls = [one for one in desk.app.screen.focus_chain if isinstance(one, Input | RecordList | Inspector)]
            usable = [one for one in controls if not isinstance(one, RecordList) or one.total]
            found += [f"{tab.id}: {one}" for one in await unseen(desk.app, usable, desk.settle)]
        assert not found
