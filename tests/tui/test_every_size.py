"""Every screen and dialog in three windows, dark and light: what one would look at a picture of it for.

And without colors, where the control with the focus differs by reverse, bold, underline or a sign.

A dialog is found in the lists of the hostile names, a tab and its views in the code; none can be forgotten. As it
stands there, keys are typed into it, too, and Esc asks before they are lost; without any, it just leaves.
"""

from collections.abc import Callable
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from textual.app import App
from textual.screen import Screen
from textual.widgets import Input

from bball_tui.database.engine import Database
from bball_tui.demo.sample_league import dress
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.signing_preview import preview_signing
from bball_tui.league.importing.service import ImportOptions, run_import
from bball_tui.league.leagues import create_league, find_league
from bball_tui.league.roster.lists import list_contracts
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.settings import Settings
from bball_tui.tui.dialogs.alerts import Alerts
from bball_tui.tui.dialogs.connect import ConnectDialog
from bball_tui.tui.dialogs.input_dialog import InputDialog
from bball_tui.tui.dialogs.mail_setup import MailSetup
from bball_tui.tui.main_screen.tab_list import TABS
from bball_tui.tui.tabs.views_pane import ViewsPane
from bball_tui.tui.theme import COLORLESS_THEME
from bball_tui.tui.widgets.inspector import Inspector
from bball_tui.tui.widgets.record_list import RecordList
from tests.tui.desk_host import Desk, opened
from tests.tui.dialog_host import SMALL, Host
from tests.tui.dialog_host import Desk as DialogDesk
from tests.tui.every_dialog import DIALOGS
from tests.tui.every_form import FORMS
from tests.tui.hands import resize, rest, running, send
from tests.tui.looks import SIZES, THEMES, faults, unseen
from tests.tui.records import ALL_NAMES
from tests.tui.unsaved import QUESTION, keep_what_is_typed

pytestmark = pytest.mark.slow

EVERY: dict[str, Callable[[str], Screen[Any]]] = {
    **{kind.__name__: make for kind, make in DIALOGS.items()},
    **{f"{name} form": make for name, make in FORMS.items() if make not in DIALOGS.values()},
}
NAMELESS = {Alerts.__name__, ConnectDialog.__name__, MailSetup.__name__}
"""The first page of these has no name on it."""
SIGNED = 40


class Pictures:
    """Faults, each with a drawing of the screen that has it in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.wrong: list[str] = []

    def look(self, app: App[Any], name: str) -> None:
        """Look at what is on the screen now."""
        found = faults(app)
        if found:
            window = f"{app.size.width}x{app.size.height} {app.theme}"
            drawing = self._folder / f"{name} {window}.svg".replace(" ", "-")
            drawing.write_text(app.export_screenshot(), encoding="utf-8")
            self.wrong += [f"{name}, {window}: {fault} ({drawing})" for fault in found]

    def done(self) -> None:
        """Fail with all that was found."""
        assert not self.wrong, "\n" + "\n".join(self.wrong)


@pytest.mark.parametrize("name", EVERY)
async def test_a_dialog_is_whole_in_every_window_takes_and_keeps_what_is_typed_and_its_focus_seen(
    name: str, tmp_path: Path
) -> None:
    """The fields, one after the other, get what was typed after the key that leads to them, also in one write.

    For that it is opened once more, with names that are hostile, and drawn and not obeyed, also while one types; a form
    also in a small window. Before that it is opened with no text at all, and left by Esc, which then asks nothing.
    """
    before = ("enter",) if name in NAMELESS else ()
    keys: tuple[str, ...] = ("tab", "1", "tab", "2", "tab", "3")
    paper = name == "SignPaper"
    if paper:
        keys = ("tab",) * 3  # what no field takes is the next name there
    pictures = Pictures(tmp_path)
    app: Host[Any] = Host(EVERY[name]("Ann Lee"), theme=COLORLESS_THEME)
    async with running(app, size=SIZES[0], notifications=True, tooltips=True) as pilot:
        await rest(pilot)
        first = app.focused
        controls = [one for one in app.screen.focus_chain if one.region.area]
        assert not await unseen(app, controls, partial(rest, pilot))
        app.screen.set_focus(first)
        app.theme = THEMES[0]
        await rest(pilot)
        pictures.look(app, name)
        for size in SIZES[1:]:
            app.theme = THEMES[1] if size == SIZES[-1] else THEMES[0]  # other colors, and nothing in another place
            await resize(pilot, size)
            pictures.look(app, name)
        pictures.done()
        desk: DialogDesk[Any] = DialogDesk(app, pilot)
        await desk.until_read()
        if not paper:  # a name typed there stays the signer
            await keep_what_is_typed(desk, name)
            app.screen.set_focus(first)
        await desk.press(*before, *keys)
        await desk.until_read()
        one_by_one = _typed(desk)
        if paper:
            await keep_what_is_typed(desk, name)

        await desk.ask(EVERY[name](""))
        await _is_left_without_a_question(desk)
        await resize(pilot, SIZES[0])
        await desk.ask(EVERY[name](ALL_NAMES))
        assert desk.harmless()
        await desk.press(*before)  # what comes in with an Enter that is turned down is left out
        send(app, *keys)
        await desk.until_read()
        assert desk.harmless()
        assert _typed(desk) == one_by_one
        if EVERY[name] in FORMS.values():
            await resize(pilot, SMALL)
            assert desk.harmless()
            assert desk.whole_choices()


async def _is_left_without_a_question(desk: DialogDesk[Any]) -> None:
    """Nothing was typed, and there is nothing to be read."""
    assert desk.open
    assert desk.app.size == SMALL
    assert desk.whole_choices(), "every way out can be seen in the smallest window"
    asks = isinstance(desk.app.screen, InputDialog)
    await desk.press("escape")
    assert QUESTION not in desk.line
    assert not asks or desk.answers


def _typed(desk: DialogDesk[Any]) -> tuple[str | None, list[str], int]:
    """Where the focus is, what was typed into each field, and how often it was answered."""
    assert desk.open, "still running, still asking"
    fields = [field.value[len(field.value.rstrip("123")) :] for field in desk.app.screen.query(Input)]
    return desk.focus, fields, len(desk.answers)


async def league_in_use(database: Database) -> None:
    """The demo's roster: some have signed, one mail failed, one came back, some wait."""
    async with database.session() as session:
        created = await create_league(session, "Westside Basketball", slug="westside")
        await dress(session, created.id)
        league = await find_league(session, "westside")
    roster = Path(str(files("bball_tui") / "demo" / "roster.csv"))
    await run_import(database, league, roster, ImportOptions(season="Spring 2027"))
    async with database.session() as session:
        rows = await list_contracts(session, league.id, RosterFilter())
        preview = await preview_signing(session, league.id, [row.id for row in rows[:SIGNED]])
        await sign(session, league.id, SigningRequest(contracts=preview.signable, hold_seconds=3600))
        for statement in _TROUBLES:
            await session.execute(text(statement))


_TROUBLES = (
    """
    UPDATE outbox SET state = 'dead', error_class = 'no_such_user', error_code = '550 5.1.1',
        error_text = 'The mail server knows nobody of that name.', finalized_at = now(), attempts = 1, claims = 1
    WHERE id = (SELECT min(id) FROM outbox)
    """,
    "INSERT INTO suppression (league_id, email, reason) SELECT id, 'a@families.test', 'asked not to' FROM league",
    "UPDATE guardian SET email = NULL WHERE id % 9 = 0",
)


async def _walk(desk: Desk, pictures: Pictures) -> None:
    for tab in TABS:
        await desk.press(tab.key)
        await desk.until(lambda name=tab.id: desk.app.desk.tabs.active == name)  # type: ignore[misc]
        pane = desk.app.desk.query_one(f"#{tab.id}")
        for view in range(len(pane.VIEWS) if isinstance(pane, ViewsPane) else 1):
            name = f"{tab.id} {view}"
            await _look(desk, pictures, name)
            await desk.press("enter")
            await _look(desk, pictures, f"{name} opened")
            await desk.press("escape")
            if isinstance(pane, ViewsPane):
                await desk.press("v")


async def _look(desk: Desk, pictures: Pictures, name: str) -> None:
    """Look once everything is there. Looking takes longer than what it waits for, so it is done twice only where
    something seems to be wrong: what was read last may not have its place yet.
    """
    pane = desk.app.desk.pane
    assert pane is not None
    await desk.until(lambda: pane.records.total is not None or bool(pane.records._failure))
    await desk.until(lambda: not desk.reading)
    await desk.settle()
    if faults(desk.app):
        await desk.settle()
        pictures.look(desk.app, name)


async def test_every_tab_and_view_is_whole_in_every_window_and_its_focus_seen(
    database: Database, quiet: Settings, tmp_path: Path
) -> None:
    """The focus without colors, in every tab: the search line, the list and the panel beside it."""
    await league_in_use(database)
    pictures = Pictures(tmp_path)
    async with opened(quiet, SIZES[0]) as desk:
        desk.app.theme = COLORLESS_THEME
        assert not await _unseen_in_tabs(desk)
        for size in SIZES:
            desk.app.theme = THEMES[1] if size == SIZES[-1] else THEMES[0]  # other colors, and nothing in another place
            await resize(desk.pilot, size)
            await _walk(desk, pictures)
    pictures.done()


async def _unseen_in_tabs(desk: Desk) -> list[str]:
    found = []
    for tab in TABS:
        await desk.press(tab.key)
        await desk.until(lambda name=tab.id: desk.app.desk.tabs.active == name)  # type: ignore[misc]
        await desk.until(lambda: not desk.reading)
        controls = [one for one in desk.app.screen.focus_chain if isinstance(one, Input | RecordList | Inspector)]
        usable = [one for one in controls if not isinstance(one, RecordList) or one.total]
        found += [f"{tab.id}: {one}" for one in await unseen(desk.app, usable, desk.settle)]
        desk.app.screen.set_focus(desk.records)
    return found
