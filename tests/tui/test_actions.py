"""One declaration a command, and everything that is made from it."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual._xterm_parser import XTermParser
from textual.app import App, ComposeResult
from textual.command import CommandPalette
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input, Static

from bball_tui.errors import BballError
from bball_tui.tui.actions import BUSY, Action, ActionHost, ActionSet, action, explain_refusal
from bball_tui.tui.dialogs.error_box import ErrorDialog
from bball_tui.tui.key_names import key_name, normal_key
from bball_tui.tui.key_table import key_table
from bball_tui.tui.own_keys import checked_overrides
from bball_tui.tui.palette import ActionPalette, rank
from bball_tui.tui.widgets.action_footer import ActionFooter
from bball_tui.tui.widgets.record_list import RecordList
from tests.tui.hands import press, rest, running


def _selected(part: "Contracts") -> str | None:
    return None if part.host.selected else "Nothing is selected: press space on a row first [/]."


class Host(ActionHost, App[None], commands="Everywhere", everywhere=True):
    COMMANDS = {ActionPalette}  # noqa: RUF012 - Textual reads it as a class variable

    def __init__(self) -> None:
        super().__init__()
        self.selected = 0
        self.done: list[str] = []

    def compose(self) -> ComposeResult:
        yield Contracts("")
        yield Input()
        yield ActionFooter()

    def on_mount(self) -> None:
        self.query_one(Contracts).focus()

    def select(self, count: int) -> None:
        self.selected = count
        self.refresh_bindings()

    def on_key(self, event: Key) -> None:
        explain_refusal(self, event, lambda: None)

    @action("ctrl+q", "quit", priority=True)
    def action_app_quit(self) -> None:
        """Leave the program."""
        self.exit()

    @action("question_mark", "help", footer=True)
    def action_app_help(self) -> None:
        """Show the keys."""
        self.done.append("help")

    @property
    def toasts(self) -> list[str]:
        return [toast.message for toast in self._notifications]

    @property
    def footer(self) -> str:
        return str(self.query_one(ActionFooter).render())


class Contracts(ActionHost, Static, can_focus=True, commands="Contracts"):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.may_end = asyncio.Event()

    @property
    def host(self) -> Host:
        app = self.app
        assert isinstance(app, Host)
        return app

    def acted(self) -> None:
        self.host.done.append("read again")

    @action("s", "sign", when=_selected, footer=True, caption=lambda part: f"sign {part.host.selected}…")
    def action_contract_sign(self) -> None:
        """Mark the selected contracts signed."""
        self.host.done.append("sign")

    @action("e", "edit", footer=True)
    def action_contract_edit(self) -> None:
        """Change the contract."""
        self.host.done.append("edit")

    @action("V", "void", dangerous=True)
    def action_contract_void(self) -> None:
        """Take the contract back."""
        self.host.done.append("void")

    @action("escape", "back", when=_selected, palette=False)
    def action_contract_peel(self) -> None:
        """Clear the selection."""
        self.host.done.append("peel")

    @action("w", "wait")
    async def action_contract_wait_long(self) -> bool:
        """Take long.

        This is for anyone who reads the code.
        """
        await self.may_end.wait()
        self.host.done.append("waited")
        return True

    @action("d", "doubt")
    async def action_contract_doubt(self) -> bool:
        """Look, and find nothing."""
        return False

    @action("x", "fail")
    async def action_contract_fail(self) -> None:
        """Fail."""
        raise BballError("The database is away.")


class Outbox(ActionHost, Static, commands="Outbox"):
    @action("s", "send")
    def action_outbox_send(self) -> None:
        """Send it now."""


CONTRACTS = Contracts.ACTIONS
SETS: list[ActionSet] = [Host.ACTIONS, RecordList.ACTIONS, CONTRACTS, Outbox.ACTIONS]


def test_a_command_is_named_after_its_method_and_its_help_is_the_docstring() -> None:
    found = CONTRACTS.by_method("contract_wait_long")
    assert found is not None
    assert (found.id, found.help, found.method) == ("contract.wait-long", "Take long.", "contract_wait_long")
    with pytest.raises(ValueError, match="docstring"):

        @action("x", "x")
        def action_without_words(self: ActionHost) -> None: ...


async def test_a_command_at_work_refuses_the_next_one_and_its_host_hears_of_its_end() -> None:
    app = Host()
    async with running(app, size=(80, 24), notifications=True) as pilot:
        part = app.query_one(Contracts)
        await press(pilot, "w", "d", "e")
        assert app.done == ["edit"], "what is over at once is not refused"
        assert app.toasts == [BUSY]
        part.action_contract_wait_long()
        part.may_end.set()
        await app.workers.wait_for_complete()
        assert app.done == ["edit", "waited", "read again"], "once"
        await press(pilot, "d")
        await app.workers.wait_for_complete()
        assert app.done == ["edit", "waited", "read again"], "nothing was done"


async def test_what_goes_wrong_is_a_dialog_and_the_next_command_works() -> None:
    app = Host()
    async with running(app, size=(80, 24)) as pilot:
        await press(pilot, "x")
        await rest(pilot)
        assert isinstance(app.screen, ErrorDialog)
        await press(pilot, "escape")
        await app.workers.wait_for_complete()
        await press(pilot, "e")
        assert app.done == ["edit"]


async def test_a_key_runs_its_command_and_the_footer_counts() -> None:
    app = Host()
    async with running(app, size=(80, 24)) as pilot:
        app.select(3)
        await press(pilot, "s", "e", "V", "question_mark")
        assert app.done == ["sign", "edit", "void", "help"]
        assert "s sign 3…   e edit   ? help" in app.footer.replace("  ", "   ")
        assert app.footer.endswith("ctrl+p everything ")


async def test_a_command_that_is_not_allowed_says_why_and_is_not_in_the_footer() -> None:
    app = Host()
    async with running(app, size=(80, 24), notifications=True) as pilot:
        await press(pilot, "s")
        await rest(pilot)
        assert app.done == []
        assert app.toasts == ["Nothing is selected: press space on a row first [/]."]
        assert "sign" not in app.footer


async def test_letters_belong_to_a_text_field_that_has_the_focus() -> None:
    app = Host()
    async with running(app, size=(80, 24)) as pilot:
        app.query_one(Input).focus()
        app.select(3)
        await press(pilot, "s", "question_mark", "slash")
        assert app.query_one(Input).value == "s?/"
        assert app.done == []
        assert "help" not in app.footer


class CountingHost(Host):
    asked = 0

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        self.asked += action == "app_help"
        return super().check_action(action, parameters)


async def test_of_changes_that_come_together_the_footer_asks_once() -> None:
    app = CountingHost()
    async with running(app) as pilot:
        await rest(pilot)
        before = app.asked
        for count in range(1, 6):
            app.select(count)
        await rest(pilot)
        assert app.asked == before + 1
        assert "sign 5…" in app.footer


@pytest.mark.parametrize("width", [8, 20, 40, 60, 80])
async def test_the_footer_never_cuts_a_key_in_two(width: int) -> None:
    app = Host()
    async with running(app, size=(width, 24)) as pilot:
        app.select(1)
        await rest(pilot)
        assert len(app.footer) <= width
        for label in ("sign 1…", "edit", "help"):
            assert f" {label} " in app.footer or label[:3] not in app.footer


async def test_a_click_in_the_footer_is_the_key() -> None:
    app = Host()
    async with running(app, size=(80, 24)) as pilot:
        await rest(pilot)
        await pilot.click(ActionFooter, offset=(app.footer.index("edit"), 0))
        await rest(pilot)
        assert app.done == ["edit"]
        await pilot.click(ActionFooter, offset=(70, 0))
        await rest(pilot)
        assert isinstance(app.screen, CommandPalette)


async def _choose(pilot: Pilot[None], query: str) -> None:
    app = pilot.app
    await press(pilot, "ctrl+p")
    await press(pilot, *query)
    await app.workers.wait_for_complete()
    await rest(pilot)
    await press(pilot, "enter", "enter")
    await rest(pilot)


@pytest.mark.slow
async def test_the_palette_runs_commands_and_explains_those_not_allowed() -> None:
    app = Host()
    async with running(app, size=(80, 24), notifications=True) as pilot:
        await _choose(pilot, "edi")
        assert app.done == ["edit"]
        await _choose(pilot, "sign")
        assert app.done == ["edit"]
        assert app.toasts == ["Nothing is selected: press space on a row first [/]."]


async def test_the_palette_knows_the_commands_of_every_tab() -> None:
    from bball_tui.tui.all_commands import ACTION_SETS

    app = Host()
    async with running(app, size=(80, 24)):
        palette = ActionPalette(app.screen)
        offered = {one.id for _, one, _ in palette._elsewhere()}
        placed = {one.id for group in ACTION_SETS if group.tab for one in group if one.palette}
        assert offered == placed
    loose = {group.title for group in ACTION_SETS if not group.tab and not group.everywhere}
    assert loose == set(), "every set of commands is everywhere or on a tab"


async def test_own_keys_replace_the_default_ones() -> None:
    app = Host()
    async with running(app, size=(80, 24)) as pilot:
        app.set_keymap(checked_overrides({"contract.edit": "V", "contract.void": "e, z"}, SETS))
        await press(pilot, "V", "e", "z")
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


@pytest.mark.parametrize("written", ["ctrl+alt+x", "alt+ctrl+x", "Alt+Ctrl+X"])
def test_modifiers_are_understood_in_any_order(written: str) -> None:
    """The program compares with what a terminal that says more of its keys sends, as Textual names it."""
    sent = [event.key for event in XTermParser().feed("\x1b[120;7u") if isinstance(event, Key)]
    assert checked_overrides({"contract.sign": written}, SETS) == {"contract.sign": sent[0]}


@given(st.text(max_size=12))
def test_a_key_is_refused_or_spelled_one_way(text: str) -> None:
    key = normal_key(text)
    if key is not None:
        assert normal_key(key) == key
        assert normal_key(key_name(key)) in (key, None) or key_name(key) in "↑↓←→"


def test_the_key_table_names_every_command() -> None:
    table = key_table(SETS)
    for group in SETS:
        assert f"## {group.title}" in table
        for one in group:
            assert f"`{one.id}`" in table
    assert "| `V` | **Void** | Take the contract back. | `contract.void` |" in table
    assert "| `k`, `↑` | Up | One row up. | `list.up` |" in table


def test_a_careless_declaration_is_refused() -> None:
    with pytest.raises(ValueError, match="capital"):
        Action(id="x", keys="d", label="delete", help="Delete.", dangerous=True)
    with pytest.raises(ValueError, match="no terminal"):
        Action(id="x", keys="ctrl+nonsense", label="x", help="X.")
    with pytest.raises(ValueError, match="markup"):
        Action(id="x", keys="x", label="[b]x", help="X.")
    one = Action(id="one", keys="x", label="one", help="One.")
    two = Action(id="two", keys="y,x", label="two", help="Two.")
    with pytest.raises(ValueError, match="twice: x"):
        ActionSet("Twice", (one, two))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("settings", "desk.league"),
        ("undo time", "desk.league"),
        ("sender", "desk.league"),
        ("password", "mail.setup"),
        ("print", "contract.print"),
        ("sign in list", "team.print"),
        ("delete", "player.delete"),
        ("log out", "desk.quit"),
        ("parents", "contract.family"),
        ("resend", "mail.retry"),
        ("email prev", "contract.preview"),
        ("dark", "theme"),
    ],
)
def test_a_command_is_found_by_what_people_call_it(typed: str, found: str) -> None:
    from bball_tui.tui.all_commands import ACTION_SETS
    from bball_tui.tui.palette import THEME_ALSO, THEME_HELP

    ranks = {one.id: rank(typed, one.title, one.also, one.help) for group in ACTION_SETS for one in group}
    ranks["theme"] = rank(typed, "Theme", THEME_ALSO, THEME_HELP)
    assert ranks[found] > 0
    assert ranks[found] == max(ranks.values())


def test_a_title_comes_before_other_words_and_these_before_the_help() -> None:
    texts = "Sign a stack of papers", "pile bulk", "Type a few letters of a name."
    assert [rank(one, *texts) for one in ("sign a", "papers", "pile papers", "name", "zebra", "")] == [4, 3, 2, 1, 0, 0]
