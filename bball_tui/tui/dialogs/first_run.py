"""The first screen that anybody sees: three ways to begin, each with its key."""

from typing import ClassVar, TypeAlias

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.screen import Screen
from textual.widgets import Button, Static

from bball_tui.language import _
from bball_tui.tui.dialogs.base import toggle_help
from bball_tui.tui.dialogs.controls import DialogButton
from bball_tui.tui.text import content
from bball_tui.tui.theme import STYLES, Tone
from bball_tui.tui.widgets.key_help import close_help


class StartWithRoster(Struct, frozen=True):
    """Make a league and bring a roster in."""


class StartDemo(Struct, frozen=True):
    """Open the demo league, beside whatever else there will be."""


class StartShared(Struct, frozen=True):
    """Connect to a database that a league already uses."""


Start: TypeAlias = StartWithRoster | StartDemo | StartShared


class FirstRun(Screen[Start]):
    """How to begin. Nothing is written before one of the three was chosen and confirmed."""

    HELP = """
    ## Welcome
    `i` asks for your league's name and season, and brings its roster in from a CSV file: you see what it would do
    before anything of it is written. `d` opens a made-up league to look around in; nothing leaves this machine. `c`
    connects to a PostgreSQL server that your league already uses. The arrow keys and Enter work as well.
    """
    DEFAULT_CSS = """
    FirstRun {
        align: center middle;
        layers: default help;
        & > VerticalScroll { width: 72; max-width: 100%; height: auto; max-height: 100%; padding: 0 2; }
        & Static { height: auto; }
        & .first--title { text-style: bold; color: $text-primary; margin: 0 0 1 0; }
        & .first--way { height: auto; margin: 1 0 0 0; }
        & .first--way > Static { margin: 0 0 0 3; color: $text-muted; }
        & .first--way DialogButton { margin: 0; }
        & HelpPanel { split: initial; dock: right; layer: help; background: $surface; width: 40; }
    }
    """
    AUTO_FOCUS = ""
    BINDING_GROUP_TITLE = "To begin"
    BINDINGS: ClassVar = [
        Binding("i", "roster", "import a roster"),
        Binding("d", "demo", "open the demo league"),
        Binding("c", "shared", "connect to a shared database"),
        Binding("q", "app.quit", "quit", show=False),
        Binding("up", "app.focus_previous", "the one above", show=False),
        Binding("down", "app.focus_next", "the one below", show=False),
        Binding("f1,question_mark", "help", "help", show=False),
        Binding("escape", "close_help", "close the help", show=False),
    ]

    def compose(self) -> ComposeResult:
        """A greeting and the three ways."""
        with VerticalScroll(can_focus=False):
            yield Static(content(_("Your league's contract desk")), classes="first--title")
            yield Static(content(_("There is no league here yet. How would you like to start?")))
            with Vertical(classes="first--way"):
                yield DialogButton(_("Import a roster"), key="i", command="roster")
                yield Static(
                    content(
                        _(
                            "A CSV file or an Excel workbook with teams, players and parents. "
                            "You see what it does first."
                        )
                    )
                )
            with Vertical(classes="first--way"):
                yield DialogButton(_("Open the demo league"), key="d", command="demo")
                yield Static(content(_("A made-up league to explore. Nothing leaves this computer.")))
            with Vertical(classes="first--way"):
                yield DialogButton(_("Connect to a shared database"), key="c", command="shared")
                yield Static(content(_("A PostgreSQL server that already has your league.")))
            yield Static("")
            yield Static(content((_("Press a key, or use the arrows and Enter.  ? help"), STYLES[Tone.MUTED])))

    def on_mount(self) -> None:
        """On the first way."""
        self.query_one("#choice-roster").focus()

    @on(Button.Pressed)
    async def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if isinstance(event.button, DialogButton):
            await self.run_action(event.button.command)

    def action_roster(self) -> None:
        """Begin with a league of one's own and its roster."""
        self.dismiss(StartWithRoster())

    def action_demo(self) -> None:
        """Look around first."""
        self.dismiss(StartDemo())

    def action_shared(self) -> None:
        """Go where the league is kept."""
        self.dismiss(StartShared())

    def action_close_help(self) -> None:
        """Esc closes the help; there is nothing behind this screen."""
        close_help(self)

    def action_help(self) -> None:
        """Show what the three ways mean, or hide it again."""
        toggle_help(self)
