"""What is typed behind a key reaches what it was typed for, also where that key had nothing to do or came too soon."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from bball_tui.database.engine import Database
from bball_tui.settings import Settings
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.connect import ConnectDialog
from bball_tui.tui.dialogs.controls import TextField
from bball_tui.tui.dialogs.export import ExportDialog
from bball_tui.tui.dialogs.export_list import ExportList
from bball_tui.tui.dialogs.filters import FilterDialog, SaveFilter
from bball_tui.tui.dialogs.import_roster import ImportRoster
from bball_tui.tui.dialogs.mail_setup import MailSetup
from bball_tui.tui.dialogs.map_columns import MapColumns
from bball_tui.tui.dialogs.read_scans import ReadScans
from bball_tui.tui.typed_ahead import LEFT_OUT
from tests.tui.desk_host import Desk, club_with, opened
from tests.tui.dialog_host import asking
from tests.tui.every_dialog import DIALOGS
from tests.tui.hands import PATIENCE, send


async def begin_again(desk: Desk) -> None:
    """Back on the first row of the whole list, with nothing searched."""
    while desk.app.screen is not desk.app.desk:
        await desk.press("escape")
    while desk.records.total != 3 or not desk.records.has_focus:  # Esc empties the field, and then leaves it
        await desk.press("escape")
        await desk.until(lambda: not desk.reading)
    await desk.press("g")
    desk.app.clear_notifications()


async def test_a_search_behind_a_key_that_shows_everything_or_stops_a_dialog_is_not_lost(
    still: Settings, database: Database
) -> None:
    await club_with(database, 3)
    async with opened(still) as desk:
        for before in ("F", "jF", "FF", "Fj", "j", "FjFF"):
            send(desk.app, *before, "/", *"family02", "enter", "V")
            await desk.shows("/ family02", "Void: Kid2 Family02")
            await begin_again(desk)
        send(desk.app, "f")
        await desk.until(lambda: isinstance(desk.app.screen, FilterDialog))
        desk.app.screen.run_worker(asyncio.Event().wait(), group="facets", name="what can be chosen is read")
        send(desk.app, *"team", "escape", "/", *"family02", "enter", "V")
        await desk.shows("/ family02", "Void: Kid2 Family02")


async def test_a_command_behind_a_search_that_was_not_ended_is_about_what_it_finds_or_refused(
    still: Settings, database: Database
) -> None:
    await club_with(database, 3)
    async with opened(still) as desk:
        for leaves in (("tab", "V"), ("ctrl+p", *"void", "enter")):
            send(desk.app, "/", *"family02", *leaves)
            await desk.until(lambda: "Void: Kid" in desk.text)
            assert "Void: Kid2 Family02" in desk.text
            await begin_again(desk)
        send(desk.app, "/", *"family02", "shift+tab", "V")  # about a record that it leaves out
        await desk.shows("is not in the list anymore")
        assert desk.app.screen is desk.app.desk


async def test_letters_behind_a_key_that_is_refused_are_said_to_be_lost(still: Settings, database: Database) -> None:
    await club_with(database, 3)
    async with opened(still) as desk:
        send(desk.app, "u", "/", *"family02", "enter")
        await desk.until(lambda: LEFT_OUT in [one.message for one in desk.app._notifications])
        assert not desk.records.selected


REFUSED = {
    "a form": ("3", "e", "ctrl+u", "enter", *"Zed", "enter"),
    "a day": ("4", "d", *"soon", "enter", "ctrl+u", *"12/31/2027", "enter"),
}


@pytest.mark.parametrize("keys", REFUSED.values(), ids=REFUSED)
async def test_what_was_typed_behind_an_enter_that_was_refused_does_not_answer_what_nobody_saw(
    still: Settings, database: Database, keys: tuple[str, ...]
) -> None:
    await club_with(database, 1)
    query = text("SELECT p.first_name, c.status::text, c.due_on, c.version FROM player p, contract c")
    async with database.session() as session:
        before = (await session.execute(query)).one()
    async with opened(still) as desk:
        send(desk.app, *keys)
        await desk.until(lambda: any(one.message == LEFT_OUT for one in desk.app._notifications))
        await desk.settle()
        assert isinstance(desk.app.screen, Dialog)
    async with database.session() as session:
        assert (await session.execute(query)).one() == before


EMPTIED: dict[type[Dialog[Any]], str] = {
    ConnectDialog: "#url",
    ExportDialog: "#path",
    ExportList: "#export-path",
    ImportRoster: "#path",
    MailSetup: "#in-from",
    MapColumns: "",
    ReadScans: "#path",
    SaveFilter: "#filter-name",
}
"""Dialogs, and the field in which nothing is typed; without one the choice that is there cannot be."""


async def test_no_dialog_obeys_what_was_typed_behind_an_enter_that_it_refused() -> None:
    async with asking(DIALOGS[SaveFilter]("")) as desk:
        for kind, field in EMPTIED.items():
            await desk.ask(DIALOGS[kind](""))
            keys = ["enter"]
            if field:
                desk.widget(field).focus()
                keys = ["ctrl+u", "enter"]
            send(desk.app, *keys, *"zz", "enter", "escape")
            async with asyncio.timeout(PATIENCE):
                while LEFT_OUT not in [one.message for one in desk.app._notifications]:
                    await desk.settle()
            assert desk.open, kind
            assert all("z" not in one.value for one in desk.app.screen.query(TextField)), kind
