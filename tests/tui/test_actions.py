"""One declaration a command, and everything that is made from it."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.command import CommandPalette
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input, Static

from bball_tui.errors import BballError
from bball_tui.tui.actions import Acting, Action, ActionSet, explain_refusal
from bball_tui.tui.keymap import checked_overrides, key_name, key_table, normal_key
from bball_tui.tui.palette import ActionPalette
from bball_tui.tui.widgets.action_footer import ActionFooter
from bball_tui.tui.widgets.list_actions import LIST_ACTIONS


@dataclass(frozen=True, slots=True)
class Desk:
    selected: int = 0


def _selected(desk: Desk) -> str | None:
    return None if desk.selected else "Nothing is selected: press space on a row first [/]."


PROGRAM: ActionSet[Desk] = ActionSet(
    "Everywhere",
    (
        Action(id="app.quit", keys="ctrl+q", label="quit", help="Leave the program.", priority=True),
        Action(id="app.help", keys="question_mark", label="help", help="Show the keys.", footer=True),
    ),
    everywhere=True,
)
CONTRACTS: ActionSet[Desk] = ActionSet(
    "Contracts",
    (
        Action(
            id="contract.sign",
            keys="s",
            label="sign",
            help="Mark the selected contracts signed.",
            when=_selected,
            footer=True,
            caption=lambda desk: f"sign {desk.selected}…",
        ),
        Action(id="contract.edit", keys="e", label="edit", help="Change the contract.", footer=True),
        Action(id="contract.void", keys="V", label="void", help="Take the contract back.", dangerous=True),
        Action(
            id="contract.peel",
            keys="escape",
            label="back",
            help="Clear the selection.",
            when=_selected,
            quiet=True,
            palette=False,
        ),
    ),
)
OUTBOX: ActionSet[Desk] = ActionSet("Outbox", (Action(id="outbox.send", keys="s", label="send", help="Send it now."),))
SETS: list[ActionSet[Any]] = [PROGRAM, LIST_ACTIONS, CONTRACTS, OUTBOX]


class Host(Acting[Desk], App[None]):
    ACTIONS = PROGRAM
    BINDINGS = PROGRAM.bindings()
    COMMANDS = {ActionPalette}  # noqa: RUF012 - Textual reads it as a class variable

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.done: list[str] = []

    def compose(self) -> ComposeResult:
        yield Contracts("")
        yield Input()
        yield ActionFooter()

    def on_mount(self) -> None:
        self.query_one(Contracts).focus()

    def situation(self) -> Desk:
        return self.desk

    def select(self, count: int) -> None:
        self.desk = Desk(count)
        self.refresh_bindings()

    def on_key(self, event: Key) -> None:
        explain_refusal(self, event)

    def action_app_quit(self) -> None:
        self.exit()

    def action_app_help(self) -> None:
        self.done.append("help")

    @property
    def toasts(self) -> list[str]:
        return [toast.message for toast in self._notifications]

    @property
    def footer(self) -> str:
        return str(self.query_one(ActionFooter).render())


class Contracts(Acting[Desk], Static, can_focus=True):
    ACTIONS = CONTRACTS
    BINDINGS = CONTRACTS.bindings()
    BINDING_GROUP_TITLE = CONTRACTS.title

    def situation(self) -> Desk:
        app = self.app
        assert isinstance(app, Host)
        return app.desk

    def _did(self, what: str) -> None:
        app = self.app
        assert isinstance(app, Host)
        app.done.append(what)

    def action_contract_sign(self) -> None:
        self._did("sign")

    def action_contract_edit(self) -> None:
        self._did("edit")

    def action_contract_void(self) -> None:
        self._did("void")

    def action_contract_peel(self) -> None:
        self._did("peel")


async def test_a_key_runs_its_command_and_the_footer_counts() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.select(3)
        await pilot.press("s", "e", "V", "question_mark")
        assert app.done == ["sign", "edit", "void", "help"]
        assert "s sign 3…   e edit   ? help" in app.footer.replace("  ", "   ")
        assert app.footer.endswith("ctrl+p everything ")


async def test_a_command_that_is_not_allowed_says_why_and_is_not_in_the_footer() -> None:
    app = Host()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("s")
        await pilot.pause()
        assert app.done == []
        assert app.toasts == ["Nothing is selected: press space on a row first [/]."]
        assert "sign" not in app.footer
        await pilot.press("escape")
        assert len(app.toasts) == 1, "a quiet command gives no reason"


async def test_letters_belong_to_a_text_field_that_has_the_focus() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.query_one(Input).focus()
        app.select(3)
        await pilot.press("s", "question_mark", "slash")
        assert app.query_one(Input).value == "s?/"
        assert app.done == []
        assert "help" not in app.footer


@pytest.mark.parametrize("width", [8, 20, 40, 60, 80])
async def test_the_footer_never_cuts_a_key_in_two(width: int) -> None:
    app = Host()
    async with app.run_test(size=(width, 24)) as pilot:
        app.select(1)
        await pilot.pause()
        assert len(app.footer) <= width
        for label in ("sign 1…", "edit", "help"):
            assert f" {label} " in app.footer or label[:3] not in app.footer


async def test_a_click_in_the_footer_is_the_key() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.click(ActionFooter, offset=(app.footer.index("edit"), 0))
        await pilot.pause()
        assert app.done == ["edit"]
        await pilot.click(ActionFooter, offset=(70, 0))
        await pilot.pause()
        assert isinstance(app.screen, CommandPalette)


async def _choose(pilot: Pilot[None], query: str) -> None:
    app = pilot.app
    await pilot.press("ctrl+p")
    await pilot.press(*query)
    await app.workers.wait_for_complete()
    await pilot.pause()
    await pilot.press("enter", "enter")
    await pilot.pause()


async def test_the_palette_runs_commands_and_explains_those_not_allowed() -> None:
    app = Host()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await _choose(pilot, "edi")
        assert app.done == ["edit"]
        await _choose(pilot, "sign")
        assert app.done == ["edit"]
        assert app.toasts == ["Nothing is selected: press space on a row first [/]."]


async def test_the_palette_knows_the_commands_of_every_tab() -> None:
    from bball_tui.tui.commands import ACTION_SETS

    app = Host()
    async with app.run_test(size=(80, 24)):
        palette = ActionPalette(app.screen)
        offered = {action.id for _, action, _ in palette._elsewhere()}
        placed = {action.id for group in ACTION_SETS if group.tab for action in group if action.palette}
        assert offered == placed
    loose = {group.title for group in ACTION_SETS if not group.tab and not group.everywhere}
    assert loose == set(), "every set of commands is everywhere or on a tab"


async def test_own_keys_replace_the_default_ones() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.set_keymap(checked_overrides({"contract.edit": "V", "contract.void": "e, x"}, SETS))
        await pilot.press("V", "e", "x")
        assert app.done == ["edit", "void", "void"]


def _mistakes(**overrides: str) -> str:
    with pytest.raises(BballError) as refused:
        checked_overrides({name.replace("_", ".", 1): keys for name, keys in overrides.items()}, SETS)
    return str(refused.value)


def test_every_mistake_in_the_users_keys_is_listed_at_once() -> None:
    text = _mistakes(contract_sing="x", contract_sign="ctrl+bogus+zz", contract_edit="", app_help="tab")
    assert "there is no command 'contract.sing'; did you mean contract.sign?" in text
    assert "contract.sign: no terminal sends the key 'ctrl+bogus+zz'" in text
    assert "contract.edit: it needs at least one key." in text
    assert "app.help: tab is taken" in text


def test_quit_and_help_cannot_be_lost() -> None:
    assert "ctrl+q would be both" in _mistakes(contract_sign="ctrl+q")
    assert "? would be both" in _mistakes(list_select="?")
    assert "at least one key" in _mistakes(app_quit=" , ")
    assert "contract.edit: most terminals send ctrl+m as enter" in _mistakes(contract_edit="ctrl+m")


def test_only_commands_that_meet_can_clash() -> None:
    assert checked_overrides({"outbox.send": "e"}, SETS) == {"outbox.send": "e"}
    assert "e would be both contract.sign and contract.edit" in _mistakes(contract_sign="e")
    assert "k would be both list.up and contract.edit" in _mistakes(contract_edit="k")


def test_two_commands_may_trade_keys() -> None:
    traded = {"contract.sign": "e", "contract.edit": "s"}
    assert checked_overrides(traded, SETS) == traded


def test_keys_are_understood_as_people_write_them() -> None:
    chosen = checked_overrides({"contract.sign": "Ctrl+S, shift+z ,/"}, SETS)
    assert chosen == {"contract.sign": "ctrl+s,Z,slash"}


@given(st.text(max_size=12))
def test_a_key_is_refused_or_spelt_one_way(text: str) -> None:
    key = normal_key(text)
    if key is not None:
        assert normal_key(key) == key
        assert normal_key(key_name(key)) in (key, None) or key_name(key) in "↑↓←→"


def test_the_key_table_names_every_command() -> None:
    table = key_table(SETS)
    for group in SETS:
        assert f"## {group.title}" in table
        for action in group:
            assert f"`{action.id}`" in table
    assert "| `V` | **Void** | Take the contract back. | `contract.void` |" in table
    assert "| `k`, `↑` | Up | One row up. | `list.up` |" in table


def test_a_careless_declaration_is_refused() -> None:
    with pytest.raises(ValueError, match="capital"):
        Action(id="x", keys="d", label="delete", help="Delete.", dangerous=True)
    with pytest.raises(ValueError, match="no terminal"):
        Action(id="x", keys="ctrl+nonsense", label="x", help="X.")
    with pytest.raises(ValueError, match="markup"):
        Action(id="x", keys="x", label="[b]x", help="X.")
    one = Action[Desk](id="one", keys="x", label="one", help="One.")
    two = Action[Desk](id="two", keys="y,x", label="two", help="Two.")
    with pytest.raises(ValueError, match="twice: x"):
        ActionSet("Twice", (one, two))
