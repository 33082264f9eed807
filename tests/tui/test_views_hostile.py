"""Names are data: in every tab, view, panel, toast, title and palette entry they are shown, and never obeyed.

The list of views is read from the code: anyone who adds a tab, a view or a screen finds it here, or finds this red.
"""

import importlib
import inspect
import pkgutil
from typing import Any

from textual.screen import Screen
from textual.widget import Widget

from bball_tui import tui
from bball_tui.database.engine import Database
from bball_tui.settings import Settings
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.finder import Finder
from bball_tui.tui.dialogs.input_dialog import InputDialog
from bball_tui.tui.dialogs.submit_dialog import SubmitDialog
from bball_tui.tui.main_screen.header_reading import HeaderReadingScreen
from bball_tui.tui.main_screen.retried_mails import RetriedMailsScreen
from bball_tui.tui.main_screen.screen import MainScreen
from bball_tui.tui.main_screen.tab_list import PANES, TABS
from bball_tui.tui.main_screen.today_reading import TodayReadingScreen
from bball_tui.tui.main_screen.undo_toasts import UndoScreen
from bball_tui.tui.tabs.record_pane import RecordPane
from bball_tui.tui.tabs.views_pane import ViewsPane
from bball_tui.tui.widgets.too_small import TooSmall
from tests.support.hostile import ACTING, make_hostile_club
from tests.tui.desk_host import Desk, opened
from tests.tui.dialog_host import harmless
from tests.tui.every_dialog import DIALOGS
from tests.tui.hands import resize

WIDE, NARROW = (120, 36), (60, 20)
HALVES = {Dialog, InputDialog, SubmitDialog, Finder}
"""What dialogs are built on, and no one ever sees alone."""


def _classes() -> set[type[Widget]]:
    """Every widget class that the screen's own modules define."""
    found: set[type[Widget]] = set()
    for module in pkgutil.walk_packages(tui.__path__, f"{tui.__name__}."):
        loaded = importlib.import_module(module.name)
        found |= {
            one
            for _, one in inspect.getmembers(loaded, inspect.isclass)
            if issubclass(one, Widget) and one.__module__ == loaded.__name__
        }
    return found


def _named(places: dict[str, str]) -> set[type[Any]]:
    return {getattr(importlib.import_module(one.split(":")[0]), one.split(":")[1]) for one in places.values()}


def test_no_view_is_forgotten() -> None:
    classes = _classes()
    parts = {UndoScreen, RetriedMailsScreen, TodayReadingScreen, HeaderReadingScreen}  # of the desk
    screens = {one for one in classes if issubclass(one, Screen)} - parts
    assert screens == {*DIALOGS, *HALVES, MainScreen, TooSmall}, "every screen has hostile names shown on it"
    panes = {one for one in classes if issubclass(one, RecordPane | ViewsPane)}
    whole = {one for one in panes if not any(other is not one and issubclass(other, one) for other in panes)}
    tabs = _named(PANES)
    views = {view for tab in tabs if issubclass(tab, ViewsPane) for view in _named(tab.PARTS)}
    assert whole == tabs | views, "every pane is a tab, or a view of one: those are walked through below"
    assert {tab.id for tab in TABS} == set(PANES)
    assert all(inspect.getattr_static(one, "HELP", None) for one in tabs | screens - {*HALVES, TooSmall})


async def _looked_at(desk: Desk) -> None:
    """The list of the view is there, or a sentence, and no one is reading; in this window, and then in the other."""
    pane = desk.app.desk.pane
    assert pane is not None
    records = pane.records
    await desk.until(lambda: records.total is not None or bool(records._failure))
    for size in (NARROW, WIDE) if desk.app.size == NARROW else (WIDE, NARROW):
        if desk.app.size != size:
            await resize(desk.pilot, size)
        await desk.until(lambda: not desk.reading)
        await desk.settle()
        assert desk.app.is_running
        assert harmless(desk.app)


async def _walk(desk: Desk) -> int:
    """Look at every tab and view: the list, one record whole, the help. Returns how many views there were."""
    seen = 0
    for tab in TABS:
        await desk.press(tab.key)
        await desk.until(lambda name=tab.id: desk.app.desk.tabs.active == name)  # type: ignore[misc]
        pane = desk.app.desk.query_one(f"#{tab.id}")
        for _ in range(len(pane.VIEWS) if isinstance(pane, ViewsPane) else 1):
            await _looked_at(desk)
            seen += 1
            await desk.press("G", "enter")
            await _looked_at(desk)
            await desk.press("escape")
            if isinstance(pane, ViewsPane):
                await desk.press("v")
    return seen


async def test_hostile_names_are_shown_in_every_view_and_obeyed_in_none(database: Database, quiet: Settings) -> None:
    async with database.session() as session:
        await make_hostile_club(session)
    async with opened(quiet, WIDE) as desk:
        for literal in ("[red]Bob", "[@click=app.", "trailing \\", "␛[2J␛]0;", "山田太郎"):
            await desk.shows(literal)
        await _looked_at(desk)
        views = sum(len(tab.PARTS) if issubclass(tab, ViewsPane) else 1 for tab in _named(PANES))
        assert await _walk(desk) == views
        await resize(desk.pilot, WIDE)
        # A toast, the title, the palette, and what is typed into a search.
        desk.app.desk.tell(ACTING)
        desk.app.title = ACTING
        await desk.settle()
        await desk.shows("[@click=app.quit]Bob[/]")
        await desk.press("4", "slash")
        desk.app.desk.pane.search_bar.query_one("Input").value = ACTING  # type: ignore[union-attr]
        await _looked_at(desk)
        await desk.press("escape", "escape")
        await desk.press("ctrl+p")
        await desk.until(lambda: desk.app.screen is not desk.app.desk)
        await desk.settle()
        assert harmless(desk.app)
        await desk.press("escape")
