"""Every command by its key: with more keys in the same write, or with the same keys one by one, the same is done.
What comes behind a key that is refused is forgotten, so one by one it is not typed.

The commands, and where each can be reached, are read from the declarations. Two equal databases go through all of
them, the one by keys that wait for what is seen, the other by keys that come in together. In the gate that is the
outbox, whose commands change most, and a stack of papers; with ``EVERY_KEY=1`` in the environment it is every tab, with
a record open as well and with letters as the keys behind, which takes minutes.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import text
from textual.widgets import Input

from bball_tui.database import roles
from bball_tui.database.engine import Database
from bball_tui.settings import SecretUrl, Settings
from bball_tui.tui.actions import ActionHost, ActionSet
from bball_tui.tui.app import BballApp
from bball_tui.tui.dialogs.error_box import ErrorDialog
from bball_tui.tui.key_names import character_of, normal_key
from bball_tui.tui.main_screen.screen import MainScreen
from bball_tui.tui.main_screen.tab_list import PANES, TABS
from bball_tui.tui.tabs.record_pane import RecordPane
from bball_tui.tui.tabs.roster_pane import ListTools, RosterPane
from bball_tui.tui.tabs.views_pane import ViewsPane
from bball_tui.tui.widgets.record_list import RecordList
from tests.conftest import Server
from tests.support.factory import Parent, make_club, make_family
from tests.support.mails import doubt, fail, signed_family
from tests.tui.desk_host import Desk, opened
from tests.tui.hands import send

EVERY_KEY = bool(os.environ.get("EVERY_KEY"))
STACK = "stack"
TRIED = [*([tab.id for tab in TABS] if EVERY_KEY else ["outbox"]), STACK]
LEFT_OUT = {"desk.quit", "view.next"}
"""What ends the program; and the way to the check of mails, which shows how far it is and takes keys meanwhile."""
EVERYWHERE = "contracts"
"""The tab on which the commands that are everywhere are tried."""
MOST_DIALOGS = 4
"""Dialogs above each other, which esc leaves."""
LETTERS = (*"ab1", "enter")
STACKS = (
    ("t", *"family00", "enter", "escape", *"family01", "enter", "enter", "ctrl+t", "escape"),
    (
        "t",
        *"family01",
        "enter",
        "enter",
        *"family02",
        "enter",
        "enter",
        "tab",
        "delete",
        *"family00",
        "enter",
        "escape",
    ),
)
"""Papers that are signed, left and taken back; none of these keys is refused."""
ROWS = {
    "contract": "SELECT id, status::text, version, due_on FROM contract ORDER BY id",
    "outbox": "SELECT id, state::text, recipient FROM outbox ORDER BY id",
    "player": "SELECT id, first_name, last_name FROM player ORDER BY id",
    "team": "SELECT id, name, groupme_share_url FROM team ORDER BY id",
    "suppression": "SELECT count(*) FROM suppression",
    "gates": "SELECT provider, state FROM provider_gate ORDER BY 1",
}


async def club(database: Database) -> None:
    """A team with contracts and mails in every state that a command asks for.

    It has a chat link: without, a signing has a warning, and Enter that comes in before that was read does not sign.
    """
    async with database.session() as session:
        made = await make_club(session, hold_seconds=3600, chat_url="https://groupme.com/join_group/1/a")
        for number in range(4):
            await make_family(
                session,
                made,
                first=f"Kid{number}",
                last=f"Family{number:02}",
                parents=(Parent(email=f"p{number}@families.test"),),
            )
        ids: list[int] = []
        for number in range(8):
            _, mails = await signed_family(
                session, made, first="Sam", last=f"Signed{number}", email=f"s{number}@families.test"
            )
            ids += mails
    await fail(database, ids[:3], ago=7200)
    await doubt(database, ids[3:4])


@dataclass(frozen=True, slots=True)
class Keys:
    """A command, where it is, and what is typed."""

    tab: str
    view: str
    record: bool
    command: str
    typed: tuple[str, ...]


def _class(place: str) -> type[Any]:
    module, name = place.split(":")
    found: type[Any] = getattr(import_module(module), name)
    return found


def _panes(tab: str) -> list[tuple[str, type[RecordPane[Any]]]]:
    """The lists of a tab, by the name of their view."""
    kind = _class(PANES[tab])
    if issubclass(kind, ViewsPane):
        return [(view.id, _class(kind.PARTS[view.id])) for view in kind.VIEWS]
    return [("", kind)]


def declared(tab: str) -> list[Keys]:
    """Every command that can be reached on a tab, on its list and with a record open, and what is typed."""
    if tab == STACK:
        return [Keys("contracts", "", False, "contract.stack", typed) for typed in STACKS]
    found = []
    for view, pane in _panes(tab):
        sets: list[ActionSet] = [pane.ACTIONS]
        if issubclass(pane, RosterPane):
            sets.append(ListTools.ACTIONS)
        if view:
            sets.append(ViewsPane.ACTIONS)
        if tab == EVERYWHERE:
            sets += [RecordList.ACTIONS, MainScreen.ACTIONS]
        for action in (one for group in sets for one in group if one.id not in LEFT_OUT):
            key = action.keys.split(",")[0]
            opens = action.group is not None or action.id == "desk.search"
            for record in (False, True) if EVERY_KEY else (False,):
                if record and action not in pane.ACTIONS.actions:
                    continue
                found.append(Keys(tab, view, record, action.id, (key, "j", "enter")))
                if opens and EVERY_KEY and not record:
                    found.append(Keys(tab, view, record, action.id, (key, *LETTERS)))
    return found


async def rest(desk: Desk) -> None:
    """Nothing is on its way anymore."""
    await desk.settle()
    await desk.until(lambda: not desk.app._waiting and desk.app._letting is None)
    await desk.until(lambda: desk.app._in_the_way() is None and not desk.reading)


def refused(app: BballApp, key: str) -> bool:
    """Whether the key's command is not allowed now: what was typed behind it is forgotten."""
    active = app.screen.active_bindings.get(normal_key(key) or key)
    focused = app.screen.focused
    if active is None or active.enabled or not isinstance(active.node, ActionHost):
        return False
    if focused is not None and focused.check_consume_key(active.binding.key, character_of(key)):
        return False
    return active.node.refusal(active.binding.action) is not None


async def one_by_one(desk: Desk, keys: tuple[str, ...]) -> None:
    for key in keys:
        last = refused(desk.app, key)
        send(desk.app, key)
        await rest(desk)
        if last:
            break


async def begin(desk: Desk, keys: Keys) -> None:
    """Back to the first row of the list, or its record, with nothing chosen, searched or selected."""
    app = desk.app
    for _ in range(MOST_DIALOGS):
        if app.screen is app.desk:
            break
        await one_by_one(desk, ("escape",))
    while app.screen is not app.desk:  # it asks before it throws away what was typed
        app.screen.dismiss(None)
        await rest(desk)
    if app.desk.tabs.active != keys.tab:
        await one_by_one(desk, (next(tab.key for tab in TABS if tab.id == keys.tab),))
    pane = app.desk.pane
    if isinstance(pane, ViewsPane) and pane.bar.active != keys.view:
        pane.show_view(keys.view)
    while app.desk.pane is not None and app.desk.pane.go_back():
        await rest(desk)
    desk.records.move_to(0)
    desk.records.focus()
    await rest(desk)
    if keys.record:
        await one_by_one(desk, ("enter",))


async def state(desk: Desk, database: Database) -> dict[str, object]:
    """What is on the screen, what is chosen, and what is in the database."""
    app, pane = desk.app, desk.app.desk.pane
    view: Any = pane.view if isinstance(pane, ViewsPane) else pane
    focused = app.screen.focused
    found: dict[str, object] = {
        "screens": [type(screen).__name__ for screen in app.screen_stack],
        "focus": None if focused is None else f"{type(focused).__name__}#{focused.id}",
        "fields": [field.value for field in app.screen.query(Input)],
        "view": view.id,
        "cursor": view.records.cursor,
        "row": getattr(view.records.current, "id", None),
        "rows": view.records.total,
        "sort": view.records.sort,
        "selected": sorted(view.records.selected),
        "opened": view.opened,
        "chips": [chip.key for chip in view.chips()],
    }
    async with database.session() as session:
        for name, query in ROWS.items():
            found[name] = [tuple(row) for row in await session.execute(text(query))]
    return found


async def walk(settings: Settings, database: Database, tab: str, *, together: bool) -> list[dict[str, object]]:
    """What every command of the tab led to."""
    seen = []
    async with opened(settings) as desk:
        for keys in declared(tab):
            await begin(desk, keys)
            if together:
                send(desk.app, *keys.typed)
                await rest(desk)
            else:
                await one_by_one(desk, keys.typed)
            await rest(desk)
            seen.append(await state(desk, database))
    return seen


@pytest.fixture
def twin(server: Server, database_name: str) -> Iterator[Callable[[], SecretUrl]]:
    """An equal copy of the test's database, once that one is filled and no one is connected to it."""
    with ExitStack() as stack:
        yield lambda: server.embedded.url(roles.person(), stack.enter_context(server.copy(database_name)))


@pytest.mark.parametrize("tab", TRIED)
async def test_keys_in_one_write_do_what_the_same_keys_do_one_by_one(
    tab: str,
    settings: Settings,
    database: Database,
    twin: Callable[[], SecretUrl],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("GROUPME_ACCESS_TOKEN", raising=False)
    monkeypatch.chdir(tmp_path)  # letters become the name of what is exported
    await club(database)
    await database.dispose()
    other = Database(twin())
    seen = []
    for together, here in ((False, database), (True, other)):
        home = tmp_path / f"home-{together}"
        home.mkdir()
        monkeypatch.setenv("HOME", str(home))
        mine = msgspec.structs.replace(
            settings,
            worker=False,
            animations=False,
            data_dir=tmp_path / f"data-{together}",
            config_dir=tmp_path / f"config-{together}",
            database_url=here.url,
        )
        seen.append(await walk(mine, here, tab, together=together))
    await other.dispose()
    told = []
    for keys, apart, at_one_go in zip(declared(tab), *seen, strict=True):
        if str(at_one_go["screens"]).endswith(f"{ErrorDialog.__name__}']"):
            # What nobody reckoned with takes along what was typed ahead: it stays, and nothing else was done.
            apart = apart | {name: at_one_go[name] for name in at_one_go if name not in ROWS}
        differs = {name: (apart[name], at_one_go[name]) for name in apart if apart[name] != at_one_go[name]}
        if differs:
            told.append(f"{keys}: one by one and in one write: {differs}")
        if not differs.keys().isdisjoint(ROWS):
            break  # from here on the commands meet other rows
    assert not told, "\n".join(told)
