"""The main screen: header, tabs, the tab that is looked at, footer. It is painted before there is a database."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from math import ceil
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.timer import Timer

from bball_tui.errors import BballError
from bball_tui.tui.main_screen.commands import DESK_ACTIONS, TABS, DeskState
from bball_tui.tui.main_screen.day import DAY_TABLES, DayScreen
from bball_tui.tui.main_screen.header import all_who_are_here, database_state, header_facts
from bball_tui.tui.main_screen.memory import DeskMemory
from bball_tui.tui.messages import FixWanted, MomentCame, TeamChosen
from bball_tui.tui.text import clean
from bball_tui.tui.theme import Styled, Tone
from bball_tui.tui.widgets.action_footer import ActionFooter
from bball_tui.tui.widgets.header_bar import HeaderBar, HeaderFacts
from bball_tui.tui.widgets.list_messages import ListLoaded
from bball_tui.tui.widgets.tab_bar import TabBar, TabChosen

if TYPE_CHECKING:
    from textual.widget import AwaitMount

    from bball_tui.tui.backend import Backend
    from bball_tui.tui.tabs.record_pane import RecordPane
    from bball_tui.tui.tabs.views_pane import ViewsPane

    TabPane: TypeAlias = RecordPane[Any] | ViewsPane

PANES = {
    "today": "bball_tui.tui.tabs.today:TodayPane",
    "teams": "bball_tui.tui.tabs.teams:TeamsPane",
    "players": "bball_tui.tui.tabs.players:PlayersPane",
    "contracts": "bball_tui.tui.tabs.contracts:ContractsPane",
    "outbox": "bball_tui.tui.tabs.outbox:OutboxPane",
    "emails": "bball_tui.tui.tabs.emails.tab:EmailsPane",
    "groupme": "bball_tui.tui.tabs.groupme:GroupMePane",
}
"""What each tab shows. Loaded when it is first looked at: the frame is on the screen before any of them."""
SETTLE = 0.12
"""Seconds in which changes are gathered: a burst of notifications is one reading."""
CALM = 0.8
"""Seconds between two readings while there is one change after the other, as when many mails go out."""
PULSE = 30.0
"""Seconds after which the header's numbers are read again: nobody tells when a worker falls silent."""
IMPATIENT = 2.0
"""The same while the worker has not shown itself yet, or the database did not answer."""
REMEMBERING = 5.0
"""Seconds between two looks whether the desk is left otherwise than before: a power cut loses no more."""
FIRST_TAB = "contracts"
EVERYTHING = ""
"""Stands for all tables in :meth:`MainScreen.heard`."""
HEADER = "league"
"""The table that only the header shows."""


class MainScreen(DayScreen):
    """Shows one tab at a time and hears what changes elsewhere."""

    HELP = """
    ## The desk
    `1` to `7` change the tab, `/` searches, `ctrl+p` lists every command. Enter only opens; it never changes anything.
    Capital letters are for what cannot be taken back. Esc goes back one layer.
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - Textual declares it so
    ACTIONS = DESK_ACTIONS
    BINDINGS: ClassVar[list[Any]] = DESK_ACTIONS.bindings()
    BINDING_GROUP_TITLE = DESK_ACTIONS.title

    def __init__(self) -> None:
        super().__init__()
        self.header = HeaderBar()
        self.tabs = TabBar(TABS, active=FIRST_TAB)
        self._panes: dict[str, TabPane] = {}
        self.rows_shown = asyncio.Event()
        self._loading: AwaitMount | None = None
        self._changed: set[str] = set()
        self._settling: Timer | None = None
        self._settled = 0.0
        self._pulse: Timer | None = None
        self._reachable = True
        self._memory: DeskMemory | None = None
        self._is_demo = False

    def compose(self) -> ComposeResult:
        """Header, tabs, room for what the tabs show, footer."""
        yield self.header
        yield self.tabs
        yield Container(id="panes")
        yield ActionFooter()

    def on_mount(self) -> None:
        """Say what goes on before there is a league."""
        self.set_interval(REMEMBERING, self.remember)
        self.say_opening()

    def say_opening(self) -> None:
        """The database is being opened."""
        self.header.facts = HeaderFacts("bball_tui", database=Styled("opening the database …", Tone.MUTED))

    def say_closed(self) -> None:
        """It could not be opened."""
        self.header.facts = HeaderFacts("bball_tui", database=Styled("! no league is open", Tone.WARN))

    @property
    def pane(self) -> "TabPane | None":
        """What the present tab shows; None in the first moment."""
        return self._panes.get(self.tabs.active)

    def watch_backend(self, backend: "Backend | None") -> None:
        """A league was opened or closed: every tab that was looked at hears of it."""
        self.remember()
        self.begin_day()
        self._memory = None if backend is None else DeskMemory(backend.settings, backend.league.slug)
        self._is_demo = backend is not None and backend.is_demo
        for name, pane in self._panes.items():
            if self._memory is not None:
                self._memory.restore(name, pane)
            pane.backend = backend
        if self._memory is not None and self._memory.tab in PANES and self.tabs.active == FIRST_TAB:
            self.show_tab(self._memory.tab)

    def show_day(self) -> None:
        """The header counts what needs a person, and the tab lists it."""
        from bball_tui.tui.tabs.today import TodayPane

        self.header.facts = replace(self.header.facts, needs=self.need_count)
        pane = self._panes.get("today")
        if isinstance(pane, TodayPane):
            pane.day, pane.trouble = self.day, self.day_trouble

    def remember(self) -> None:
        """Keep how the desk looks for the next start."""
        if self._memory is not None:
            self._memory.keep(self.tabs.active, self._panes)

    def on_unmount(self) -> None:
        """The program ends."""
        self.remember()

    def situation(self) -> DeskState:
        """Whether a league is open, and whether something can be taken back."""
        return DeskState(self.backend is not None, self.undo_obstacle(), ceil(max(0.0, self.undo_left)), self._is_demo)

    # Tabs

    def show_tab(self, name: str) -> None:
        """Look at another tab; its search, its place and its selection are as they were left."""
        pane = self.open_tab(name)
        if name != self.tabs.active:
            if self.pane is not None:
                self.pane.display = False
            self.tabs.active = name
            pane.display = True
            pane.refresh_if_stale()
        pane.records.focus()

    def open_tab(self, name: str) -> "TabPane":
        """What the tab shows, loaded if it never was."""
        if name not in self._panes:
            module, kind = PANES[name].split(":")
            pane: TabPane = getattr(import_module(module), kind)(id=name)
            pane.display = name == self.tabs.active
            self._panes[name] = pane
            if self._memory is not None:
                self._memory.restore(name, pane)
            pane.backend = self.backend
            self._loading = self.query_one("#panes").mount(pane)
            self.show_day()
        return self._panes[name]

    @on(TabChosen)
    def _tab_chosen(self, event: TabChosen) -> None:
        self.show_tab(event.tab_id)

    def action_tab_today(self) -> None:
        self.show_tab("today")

    def action_tab_teams(self) -> None:
        self.show_tab("teams")

    def action_tab_players(self) -> None:
        self.show_tab("players")

    def action_tab_contracts(self) -> None:
        self.show_tab("contracts")

    def action_tab_outbox(self) -> None:
        self.show_tab("outbox")

    def action_tab_emails(self) -> None:
        self.show_tab("emails")

    def action_tab_groupme(self) -> None:
        self.show_tab("groupme")

    @on(TeamChosen)
    def _team_chosen(self, event: TeamChosen) -> None:
        from bball_tui.tui.tabs.contracts import ContractsPane

        self.show_tab("contracts")
        contracts = self.open_tab("contracts")
        assert isinstance(contracts, ContractsPane)  # noqa: S101 - the table above is ours
        contracts.show_team(event.team_id, event.name)

    @on(FixWanted)
    async def _fix_wanted(self, event: FixWanted) -> None:
        from bball_tui.tui.tabs.contracts import ContractsPane
        from bball_tui.tui.tabs.emails.tab import EmailsPane
        from bball_tui.tui.tabs.outbox import OutboxPane

        fix = event.fix
        if fix.command:
            await self._do(fix.command)
            return
        self.show_tab(fix.tab)
        pane = self.open_tab(fix.tab)
        if self._loading is not None:
            await self._loading
        pane.search_bar.clear()
        if isinstance(pane, OutboxPane):
            pane.show_kind(fix.kind)
            if fix.question is not None:
                pane.ask_about(fix.question)
        elif isinstance(pane, ContractsPane):
            pane.show_trouble(fix.trouble)
        elif isinstance(pane, EmailsPane):
            await pane.show_fix(fix)
        if fix.search:
            pane.search_bar.put(fix.search)
            pane.ask()

    async def _do(self, command: str) -> None:
        """Run one of the desk's commands by its id, or say why it is not allowed now."""
        method = command.replace(".", "_")
        reason = self.refusal(method)
        if reason is None:
            await self.run_action(method)
        else:
            self.tell(reason)

    # Everywhere

    def action_desk_search(self) -> None:
        """Into the search field; from a tab that has none, into that of the contracts."""
        if self.pane is not None and not self.pane.search_bar.is_attached:
            self.show_tab(FIRST_TAB)
        if self.pane is not None:
            self.pane.search_bar.start()

    def action_desk_back(self) -> None:
        """One layer away: help, page, search, filter, selection."""
        if self.query("HelpPanel"):
            self.app.action_hide_help_panel()
        elif self.pane is not None:
            self.pane.go_back()

    def action_desk_help(self) -> None:
        """Show what the keys do here, or hide it again."""
        if self.query("HelpPanel"):
            self.app.action_hide_help_panel()
        else:
            self.app.action_show_help_panel()

    def action_desk_redraw(self) -> None:
        """Draw everything anew."""
        self.refresh()

    @work(group="overview")
    async def action_desk_here(self) -> None:
        """Who else has the league open, for windows in which the header has no room for it."""
        if self.backend is None:
            return
        try:
            here = await self.backend.present()
        except BballError as error:
            self.tell(str(error))
            return
        self.tell(all_who_are_here(here.others, here.own_windows))

    def action_desk_quit(self) -> None:
        """Leave."""
        self.app.exit(0)

    @work(group="command")
    async def action_desk_import(self) -> None:
        """Choose a file, see the effect, import it."""
        from bball_tui.tui.importing import import_roster

        if self.backend is not None:
            await import_roster(self.app, self.backend)

    @work(group="command")
    async def action_desk_export(self) -> None:
        """Choose what, how and where, then write it."""
        from bball_tui.tui.exporting import export_file

        if self.backend is not None:
            await export_file(self.app, self.backend, self.tabs.active)

    @work(group="command")
    async def action_desk_league(self) -> None:
        """Change what the league says about itself."""
        from bball_tui.tui.app import BballApp
        from bball_tui.tui.editing import edit_league

        if self.backend is None:
            return
        saved = await edit_league(self.app, self.backend, lambda: self.call_later(self._do, "mail.setup"))
        if saved is None:
            return
        with suppress(BballError):  # the header reads it again by itself
            await self.backend.overview()
        if isinstance(self.app, BballApp):
            self.app.dress(self.backend)
        self._another_season()

    @work(group="command")
    async def action_mail_setup(self) -> None:
        """Where the league's mails go out; the program sends through the new account at once."""
        from bball_tui.tui.app import BballApp
        from bball_tui.tui.mail_setup import set_up_mail

        backend = self.backend
        if backend is None or not await set_up_mail(self.app, backend):
            return
        self.begin_day()
        self.look_at_day()
        self.tell("E-mail is set up.")
        if isinstance(self.app, BballApp):
            await self.app.send_anew(backend)
        self.heard(HEADER)

    @work(group="command")
    async def action_desk_seasons(self) -> None:
        """The seasons, and which of them the desk shows."""
        from bball_tui.tui.editing import edit_seasons

        if self.backend is not None and await edit_seasons(self.app, self.backend):
            self._another_season()

    def _another_season(self) -> None:
        """What the tabs list is of another season now, or written in another way."""
        for pane in self._panes.values():
            pane.watch_backend(self.backend)
        self.look_at_day()
        self.heard(HEADER)

    # What changes elsewhere

    def heard(self, table: str) -> None:
        """A table was written, here or on another machine."""
        self._changed.add(table)
        if self._settling is None:
            busy = monotonic() - self._settled < CALM
            self._settling = self.set_timer(CALM if busy else SETTLE, self._settle)

    def _settle(self) -> None:
        self._settling, self._settled = None, monotonic()
        changed, self._changed = self._changed, set()
        for pane in self._panes.values():
            if EVERYTHING in changed or changed & pane.watches:
                pane.changed()
        if EVERYTHING in changed or changed & DAY_TABLES:
            self.look_at_day()
        self._read_overview()

    @on(ListLoaded)
    def _list_loaded(self) -> None:
        self.rows_shown.set()

    @on(MomentCame)
    def _moment_came(self) -> None:
        self.heard("outbox")

    def reachable(self, up: bool) -> None:
        """The database answered again, or went away."""
        self._reachable = up
        if up:
            self.heard(EVERYTHING)
        else:
            self._say_database()

    def _say_database(self) -> None:
        embedded = self.backend is None or self.backend.settings.embedded
        self.header.facts = replace(self.header.facts, database=database_state(embedded, self._reachable))

    @work(group="overview", exclusive=True)
    async def _read_overview(self) -> None:
        backend = self.backend
        if backend is None:
            return
        season = backend.season
        try:
            found = await backend.overview()
            here = await backend.present()
        except BballError:
            self._reachable = False
            self._say_database()
            self._read_again(IMPATIENT)
            return
        self._reachable = True
        if season is not None and backend.season is not None and season.id != backend.season.id:
            self._another_season()
        self.header.facts = header_facts(
            found, here, backend.settings, sends_mail=backend.sends_mail, needs=self.need_count
        )
        self._read_again(IMPATIENT if backend.sends_mail and not found.workers else PULSE)

    def _read_again(self, seconds: float) -> None:
        if self._pulse is not None:
            self._pulse.stop()
        self._pulse = self.set_timer(seconds, self._read_overview)

    def tell(self, sentence: str) -> None:
        """A short message that goes away by itself."""
        self.app.notify(clean(sentence), markup=False)
