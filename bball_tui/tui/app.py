"""The full-screen program. Paint first, connect second: nothing here imports the database."""

import asyncio
import logging
import os
import signal
import sys
from contextlib import AsyncExitStack, suppress
from functools import partial
from importlib import import_module
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from textual import events, work
from textual.binding import Binding
from textual.command import CommandPalette
from textual.geometry import Offset
from textual.screen import Screen
from textual.worker import WorkerFailed

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.tui.actions import explain_refusal
from bball_tui.tui.gc_tuning import settled, started, tidy_up
from bball_tui.tui.key_hints import use_keys
from bball_tui.tui.key_names import key_name
from bball_tui.tui.main_screen.screen import HEADER, MainScreen
from bball_tui.tui.opening import OpeningApp, begin
from bball_tui.tui.own_keys import own_keys
from bball_tui.tui.screen_reader import SHOW_CURSOR, WithoutDrawing, reading_place
from bball_tui.tui.terminal import HangUpWatch, LastingDriver
from bball_tui.tui.theme import THEMES, branded, chosen_theme
from bball_tui.tui.ui_state import keep_brand, keep_theme, recall_brand, recall_theme
from bball_tui.tui.widgets.too_small import guard_size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.command import Provider
    from textual.filter import LineFilter
    from textual.timer import Timer

    from bball_tui.database.embedded import EmbeddedServer
    from bball_tui.database.states import StaffRole
    from bball_tui.settings import Settings
    from bball_tui.tui.connection import LeagueConnection

TERMINATED = 128 + signal.SIGTERM
HUNG_UP = 128 + signal.SIGHUP
FIRST_ROWS = 3.0
"""Seconds that everything else leaves to the first rows."""
SETTLED = 0.2
"""Seconds without another change of size after which a window is taken to have its size."""
PATIENCE = 0.5
"""Seconds that leaving may take before it says why."""
AWAKE = _(
    "An e-mail is being sent, or something else is still being done, and would stand still in the middle. "
    "Press ctrl+z again when it is done."
)
NOTHING_DONE = _("What was typed behind it was left out.")
LAST_MAIL = 3.0
"""Seconds that the e-mail on the wire has to get through before the program goes to sleep."""
QUIET = 5.0
"""Seconds without a key or the mouse after which nobody would feel a pause."""


def _palette() -> "type[Provider]":
    from bball_tui.tui.palette import ActionPalette

    return ActionPalette


class BballApp(OpeningApp):
    """Opens the desk at once and the database behind it."""

    TITLE = "bball_tui"
    CSS_PATH = "main_screen/screen.tcss"  # Textual reads no sheet of the first screen by itself
    COMMANDS: ClassVar[set[Any]] = {_palette}
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[Any]] = [
        Binding("ctrl+q", "quit", "quit", show=False, system=True),
        Binding("ctrl+z", "sleep", "back to the shell", show=False, system=True, priority=True),
    ]

    def __init__(self, settings: "Settings") -> None:
        # Textual alone would show shades of gray, which are colors too.
        colorless = "NO_COLOR" in os.environ
        super().__init__(driver_class=LastingDriver, ansi_color=True if colorless else None)
        self.settings = settings
        self.desk = MainScreen()
        self.connection: LeagueConnection | None = None
        self._own_keys = own_keys(settings)
        use_keys(self._own_keys, _import_commands)
        self._redrawing: Timer | None = None
        self._touched = 0.0
        self._answered: set[str] = set()
        """Keys that mean nothing and were told to: once is enough."""
        self._server: asyncio.Task[EmbeddedServer] | None = None
        self._open = AsyncExitStack()
        self._stop_sending = asyncio.Event()
        self._sending: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None
        for theme in THEMES:
            self.register_theme(branded(theme, recall_brand(settings)))
        self._began_with = chosen_theme(settings.theme, recall_theme(settings), colorless=colorless)
        self.theme = self._began_with
        if not settings.animations:
            self.animation_level = "none"

    @property
    def roles(self) -> "frozenset[StaffRole] | None":
        """What the person may in the league; None before one is open."""
        return None if self.connection is None else self.connection.roles

    @property
    def plain(self) -> bool:
        """Whether the screen is for a screen reader: everything in words."""
        return self.settings.plain

    def get_line_filters(self) -> "Sequence[LineFilter]":
        """Textual's, and what takes frames and bars away."""
        filters = super().get_line_filters()
        return [*filters, WithoutDrawing()] if self.plain else filters

    @property
    def cursor_position(self) -> Offset:
        """Where the terminal's cursor stands after each drawing: in the line that has the keys."""
        return reading_place(self.screen.focused) if self._screen_stack else Offset(0, 0)

    @cursor_position.setter
    def cursor_position(self, position: Offset) -> None:
        """Fields say where their cursor is; that is looked up when it is needed."""

    @property
    def read_only(self) -> bool:
        """Whether every command that changes something is refused."""
        return self.settings.read_only

    def action_command_palette(self) -> None:
        """Textual's, which says what it is for in the language of the screen."""
        if self.use_command_palette and not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette(placeholder=_("Search for commands…"), id="--command-palette"))

    def get_default_screen(self) -> Screen[Any]:
        """The desk, empty until the database is open."""
        return self.desk

    def watch_theme(self, theme: str) -> None:
        """Colors that a person chose are those of the next start."""
        if theme != self._began_with:
            self._began_with = theme
            keep_theme(self.settings, theme)

    def on_mount(self) -> None:
        """The user's keys."""
        self.set_keymap(self._own_keys)
        if self.plain and self._driver is not None:
            self._driver.write(SHOW_CURSOR)  # a screen reader follows a cursor that is seen
        self.set_interval(QUIET, self._tidy_up)

    def on_key(self, event: events.Key) -> None:
        """A key whose command is not allowed now says why; one that means nothing says so, once."""
        explain_refusal(self, event, partial(self.forget_keys, tell=True))
        if not event.is_printable or event.key in self.screen.active_bindings:
            return
        if self.screen is self.desk and self.desk.pane is None:
            self.notify(_("The league is not open yet."), severity="warning", timeout=4, markup=False)
        elif event.key not in self._answered:
            self._answered.add(event.key)
            said = _("{key_name} does nothing here. {{desk.help}} lists the keys.")
            self.notify_in_place(said.format(key_name=key_name(event.key)), timeout=3)

    async def action_sleep(self) -> None:
        """Give the terminal back to the shell until `fg`; but not in the middle of an e-mail, or of a transaction."""
        self.forget_keys()
        sending = self._sending
        self._stop_sending.set()
        if sending is not None and not sending.done():
            await asyncio.wait({sending}, timeout=LAST_MAIL)
        if self.working_in_sight or (sending is not None and not sending.done()):
            from bball_tui.tui.dialogs.error_box import ErrorDialog

            if not isinstance(self.screen, ErrorDialog):
                self.push_screen(ErrorDialog(AWAKE, title=_("Not now"), safe=NOTHING_DONE))
        else:
            self.action_suspend_process()  # comes back with `fg`
        self.forget_keys()
        if sending is not None:
            self._wake_up(sending)

    @work(group="wake-up")
    async def _wake_up(self, sending: "asyncio.Task[None]") -> None:
        """Send on, once what was on the wire is through."""
        await asyncio.wait({sending})
        if self.connection is not None and sending is self._sending:
            self._start_sending(self.connection)

    async def on_event(self, event: events.Event) -> None:
        """Note when somebody last did something."""
        if isinstance(event, events.InputEvent):
            self._touched = monotonic()
        await super().on_event(event)

    def _tidy_up(self) -> None:
        untouched = monotonic() - self._touched > QUIET
        tidy_up(quiet=untouched and not any(worker.is_running for worker in self.workers))

    def on_resize(self, event: events.Resize) -> None:
        """Too small a window says so; when the size has settled, everything is drawn once more."""
        guard_size(self, event.size)
        if self._redrawing is not None:
            self._redrawing.stop()
        self._redrawing = self.set_timer(SETTLED, self.redraw)

    def redraw(self) -> None:
        """Rewrite every cell.

        Textual writes what changed. A window that shrinks and grows again between two looks has the size that it had,
        so nothing changed for Textual, but the terminal has thrown lines away. While the program ends there may be no
        screen left, and nothing to draw.
        """
        self._redrawing = None
        if self.screen_stack:
            self.screen.refresh()

    # The database

    @work(group="open", exit_on_error=True)
    async def on_ready(self) -> None:
        """The first picture is on the screen: open the database and the league."""
        await begin(self)

    async def connect(self, settings: "Settings") -> "LeagueConnection":
        """Open the database of ``settings``; what was open before is closed.

        Raises:
            BballError: it cannot be opened; the sentence says why.
        """
        self.desk.connection = None
        await self.disconnect()
        self.settings = settings
        if settings.embedded:
            self._server = asyncio.create_task(asyncio.to_thread(_start_server, settings))
        # Importing SQLAlchemy takes a third of a second; meanwhile the server starts, and the screen lives.
        module = await asyncio.to_thread(import_module, "bball_tui.tui.connection")
        if self._server is not None:
            await asyncio.shield(self._server)
        connection: LeagueConnection = await self._open.enter_async_context(module.connect(settings))
        self.connection = connection
        return connection

    def show_league(self, connection: "LeagueConnection") -> None:
        """The league is open: fill the desk, listen for changes, send mail."""
        self.dress(connection)
        self.desk.connection = connection
        self.desk.refresh_bindings()
        self._listening = asyncio.create_task(self._live(connection))

    def dress(self, connection: "LeagueConnection") -> None:
        """Wear the league's color; where it is worn already, nothing is drawn again."""
        themes = [branded(theme, connection.league.brand_color) for theme in THEMES]
        if all(self.get_theme(theme.name) == theme for theme in themes):
            return
        keep_brand(connection.settings, connection.league.brand_color)
        for theme in themes:
            self.register_theme(theme)
        self.refresh_css(animate=False)

    async def _live(self, connection: "LeagueConnection") -> None:
        """What goes on beside the keys, once the first rows are there (or should have been)."""
        from bball_tui.tui.preload import declare_ahead, import_ahead

        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_ROWS):
                await self.desk.rows_shown.wait()
        started()
        self.desk.heard(HEADER)
        declare_ahead()
        await asyncio.to_thread(import_ahead)
        settled()
        self._start_sending(connection)
        await self._listen(connection)

    def _start_sending(self, connection: "LeagueConnection") -> None:
        """Send mail, if this program may and does not yet."""
        if connection.sends_mail and (self._sending is None or self._sending.done()):
            self._stop_sending = asyncio.Event()
            self._sending = asyncio.create_task(connection.work(self._stop_sending))
            self._sending.add_done_callback(self._sending_ended)

    def open_league(self, slug: str) -> None:
        """Close what is open and open the league called ``slug`` of the same database."""
        self.settings = msgspec.structs.replace(self.settings, league=slug, league_of_call=True)
        self.on_ready()

    @work(group="shut-out")
    async def shut_out(self, why: str) -> None:
        """Say that the person has no place here anymore, and end."""
        from bball_tui.tui.dialogs.error_box import ErrorDialog

        await self.push_screen_wait(ErrorDialog(why, title=_("The league is closed to you"), leaves=True))
        self.exit(1, message=why)

    async def send_again_now(self, connection: "LeagueConnection") -> None:
        """Another mail account: finish the mail on the wire through the old one, go on through the new one."""
        self.settings = connection.settings
        await self.stop_sending()
        if connection is self.connection:
            self._start_sending(connection)

    async def _listen(self, connection: "LeagueConnection") -> None:
        from bball_tui.database.change_listener import Changed, Connection

        async for change in connection.changes():
            match change:
                case Changed(payload=table):
                    self.desk.heard(table)
                case Connection(state=state):
                    self.desk.reachable(state == "up")

    def _sending_ended(self, task: "asyncio.Task[None]") -> None:
        if task.cancelled() or (error := task.exception()) is None:
            return
        from bball_tui import crash

        if isinstance(error, BballError):
            self.notify(
                _("No e-mail is sent from here: {error}").format(error=error),
                severity="warning",
                timeout=30,
                markup=False,
            )
        else:
            self.notify(crash.report(error, self.settings.log_file), severity="error", timeout=30, markup=False)

    async def stop_sending(self) -> None:
        """Claim no more mails, and finish the one on the wire."""
        self._stop_sending.set()
        if self._sending is not None:
            await asyncio.gather(self._sending, return_exceptions=True)
            self._sending = None

    async def disconnect(self) -> None:
        """Stop sending and listening, close the database."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        await self.stop_sending()
        self._listening = self.connection = None
        await self._open.aclose()
        self._open = AsyncExitStack()
        if self._server is not None:
            # Also when somebody leaves before it is up: nobody else would stop it.
            with suppress(BballError):
                await asyncio.to_thread((await self._server).release)
            self._server = None

    # The end

    def _fatal_error(self) -> None:
        """Textual would print the local variables of a crash; they hold children's names and passwords."""
        from rich.text import Text

        from bball_tui import crash

        error = self._exception or sys.exception() or RuntimeError()
        if isinstance(error, WorkerFailed):  # it has neither a place nor a cause of its own
            error = error.error
        self.panic(Text(crash.report(error, self.settings.log_file)))


def _import_commands() -> object:
    from bball_tui.tui import all_commands as commands

    return commands


def _start_server(settings: "Settings") -> "EmbeddedServer":
    from bball_tui.database import embedded

    return embedded.start(settings.server_dir)


class _FaultLog(logging.Handler):
    """Nothing is written over the screen; of a fault the log keeps where it happened."""

    def __init__(self, settings: "Settings") -> None:
        super().__init__()
        self._log_file = settings.log_file

    def emit(self, record: logging.LogRecord) -> None:
        """Messages may hold names and addresses, so only faults are noted."""
        if record.exc_info and record.exc_info[1] is not None:
            from bball_tui import crash

            crash.report(record.exc_info[1], self._log_file)


async def _finish_mails(app: BballApp) -> None:
    """The screen is gone; anyone who waits longer than a moment is told what for."""
    stopping = asyncio.create_task(app.stop_sending())
    done, __ = await asyncio.wait({stopping}, timeout=PATIENCE)
    if not done:
        sys.stderr.write(_("Finishing the e-mails that are on their way (half a minute at most) …") + "\n")
        sys.stderr.flush()
    await stopping


async def run_async(settings: "Settings") -> int:
    """Run the screen inside a running event loop; returns the exit code.

    Raises:
        BballError: the keys or the theme of the settings cannot be used.
    """
    app = BballApp(settings)
    logging.getLogger().addHandler(faults := _FaultLog(settings))
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    loop.add_signal_handler(signal.SIGTERM, app.exit, TERMINATED)
    # It ends with its terminal, even where its parent ignores that: without one it would run hot forever.
    loop.add_signal_handler(signal.SIGHUP, _hung_up, app)
    watch = HangUpWatch(partial(_hung_up, app))
    try:
        result = await app.run_async(mouse=settings.mouse)
    finally:
        watch.end()
        try:
            await _finish_mails(app)
        finally:
            await app.disconnect()
            for number, handler in before.items():
                loop.remove_signal_handler(number)
                signal.signal(number, handler)
            logging.getLogger().removeHandler(faults)
    return result if result is not None else (app.return_code or 0)


def _hung_up(app: BballApp) -> None:
    """The window was closed: leave as by the key, but do not wait for a terminal that is no more."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):  # a closed terminal refuses what is written, and is no terminal anymore
        os.dup2(nothing, stream)
    os.close(nothing)
    app.exit(HUNG_UP)


def run(settings: "Settings") -> int:
    """Run the screen; returns the exit code."""
    return asyncio.run(run_async(settings))
