"""The main screen: header, tabs, the tab that is looked at, footer. It is painted before there is a database."""

import asyncio
from importlib import import_module
from time import monotonic
from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.timer import Timer

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.rights import Right
from bball_tui.tui.actions import action
from bball_tui.tui.main_screen.app_protocol import LeagueProgram
from bball_tui.tui.main_screen.go_to_fix import show_fix
from bball_tui.tui.main_screen.header import all_who_are_here
from bball_tui.tui.main_screen.header_reading import HeaderReadingScreen, goes_by
from bball_tui.tui.main_screen.season_commands import SEASON_COMMANDS, ready
from bball_tui.tui.main_screen.staff_commands import STAFF_COMMANDS
from bball_tui.tui.main_screen.tab_list import PANES, TABS
from bball_tui.tui.main_screen.tabs_as_left import TabsAsLeft
from bball_tui.tui.main_screen.today_reading import DAY_TABLES
from bball_tui.tui.main_screen.undo_toasts import UndoScreen, undo_caption
from bball_tui.tui.tab_events import FixWanted, HistoryWanted, MomentCame, TeamChosen
from bball_tui.tui.text import clean
from bball_tui.tui.widgets.action_footer import ActionFooter
from bball_tui.tui.widgets.list_messages import ListLoaded
from bball_tui.tui.widgets.tab_bar import TabBar, TabChosen

if TYPE_CHECKING:
    from textual.widget import AwaitMount

    from bball_tui.tui.connection import LeagueConnection
    from bball_tui.tui.main_screen.tab_list import TabPane

SETTLE = 0.12
"""Seconds in which changes are gathered: a burst of notifications is one reading."""
CALM = 0.8
"""Seconds between two readings while there is one change after the other, as when many mails go out."""
REMEMBERING = 5.0
"""Seconds between two looks whether the desk is left otherwise than before: a power cut loses no more."""
FIRST_TAB = "contracts"
ACTED_ON = DAY_TABLES | {"league"}
"""Tables on which one acts."""
EVERYTHING = ""
"""Stands for all tables in :meth:`MainScreen.heard`."""
HEADER = "league"
"""The table that only the header shows."""


def _can_set_up_mail(screen: "MainScreen") -> str | None:
    return _("This is the demo: its e-mails stay on this computer.") if screen.is_demo else ready(screen)


class MainScreen(HeaderReadingScreen, commands="Everywhere", everywhere=True, place=1):
    """Shows one tab at a time and hears what changes elsewhere."""

    HELP = """
    ## The desk
    `{tab.today}` to `{tab.activity}` change the tab, `{desk.search}` searches, `{desk.palette}` or `ctrl+p` finds
    every command. Enter only opens; it never changes anything. Capital letters are for what cannot be taken back. Esc
    goes back one layer. Keys that are typed ahead wait until what they are meant for is there. `ctrl+z` gives
    the terminal back to the shell until `fg`; no e-mail leaves meanwhile.
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - Textual declares it so

    def __init__(self) -> None:
        super().__init__()
        self.tabs = TabBar(TABS, active=FIRST_TAB)
        self._panes: dict[str, TabPane] = {}
        self.rows_shown = asyncio.Event()
        self.mounting: AwaitMount | None = None
        """The tab that is being made."""
        self._changed: set[str] = set()
        self._settling: Timer | None = None
        self._settled = 0.0
        self._as_left: TabsAsLeft | None = None
        self.is_demo = False
        """Whether it is the demo, whose mails stay on this computer."""

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

    @property
    def pane(self) -> "TabPane | None":
        """What the present tab shows; None in the first moment."""
        return self._panes.get(self.tabs.active)

    def watch_connection(self, connection: "LeagueConnection | None") -> None:
        """A league was opened or closed: every tab that was looked at hears of it."""
        self.remember()
        self.give_up_reading()
        self.begin_day()
        self._as_left = None if connection is None else TabsAsLeft(connection.settings, connection.league.slug)
        self.is_demo = connection is not None and connection.is_demo
        self.listed = goes_by(connection)
        for name, pane in self._panes.items():
            if self._as_left is not None:
                self._as_left.restore(name, pane)
            pane.connection = connection
        if self._as_left is not None and self._as_left.tab in PANES and self.tabs.active == FIRST_TAB:
            self.show_tab(self._as_left.tab)

    def show_day(self) -> None:
        """The header counts what needs a person, and the tab lists it."""
        self.header.facts = replace(self.header.facts, needs=self.need_count)
        if "today" in self._panes:
            from bball_tui.tui.tabs.today import TodayPane  # not before somebody looks at it: first rows do without

            pane = self._panes["today"]
            assert isinstance(pane, TodayPane)  # noqa: S101 - the table of panes is ours
            pane.day, pane.trouble = self.day, self.day_trouble

    def remember(self) -> None:
        """Keep how the desk looks for the next start."""
        if self._as_left is not None:
            self._as_left.keep(self.tabs.active, self._panes)

    def on_unmount(self) -> None:
        """The program ends."""
        self.remember()

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
            if self._as_left is not None:
                self._as_left.restore(name, pane)
            pane.connection = self.connection
            self.mounting = self.query_one("#panes").mount(pane)
            self.show_day()
        return self._panes[name]

    @on(TabChosen)
    def _tab_chosen(self, event: TabChosen) -> None:
        self.show_tab(event.tab_id)

    @action("1", "today")
    def action_tab_today(self) -> None:
        """Show the tab Today."""
        self.show_tab("today")

    @action("2", "teams")
    def action_tab_teams(self) -> None:
        """Show the tab Teams."""
        self.show_tab("teams")

    @action("3", "players")
    def action_tab_players(self) -> None:
        """Show the tab Players."""
        self.show_tab("players")

    @action("4", "contracts")
    def action_tab_contracts(self) -> None:
        """Show the tab Contracts."""
        self.show_tab("contracts")

    @action("5", "outbox")
    def action_tab_outbox(self) -> None:
        """Show the tab Outbox."""
        self.show_tab("outbox")

    @action("6", "e-mails")
    def action_tab_emails(self) -> None:
        """Show the tab E-mails."""
        self.show_tab("emails")

    @action("7", "groupMe")
    def action_tab_groupme(self) -> None:
        """Show the tab GroupMe."""
        self.show_tab("groupme")

    @action("8", "activity")
    def action_tab_activity(self) -> None:
        """Show who did what, and what was before."""
        self.show_tab("activity")

    @on(HistoryWanted)
    def _history_wanted(self, event: HistoryWanted) -> None:
        from bball_tui.tui.tabs.activity import ActivityPane

        self.show_tab("activity")
        activity = self.open_tab("activity")
        assert isinstance(activity, ActivityPane)  # noqa: S101 - the table above is ours
        activity.show_record(event.entity, event.entity_id, event.called)

    @on(TeamChosen)
    def _team_chosen(self, event: TeamChosen) -> None:
        from bball_tui.tui.tabs.contracts import ContractsPane

        self.show_tab("contracts")
        contracts = self.open_tab("contracts")
        assert isinstance(contracts, ContractsPane)  # noqa: S101 - the table above is ours
        contracts.show_team(event.team_id, event.name)

    @on(FixWanted)
    async def _fix_wanted(self, event: FixWanted) -> None:
        await show_fix(self, event.fix)

    async def do(self, command: str) -> None:
        """Run one of the desk's commands by its id, or say why it is not allowed now."""
        method = command.replace(".", "_")
        reason = self.refusal(method)
        if reason is None:
            await self.run_action(method)
        else:
            self.tell(reason)

    # Everywhere

    @action(
        "u",
        "undo",
        when=UndoScreen.undo_obstacle,
        needs=Right.OWN_ACTS,
        footer=True,
        lasts=True,
        caption=undo_caption,
        group="undo",
        also="take back oops mistake revert",
    )
    async def action_desk_undo(self) -> None:
        """Take back what was done last: a signing with its e-mails as long as they wait, a correction, an import. Of
        another act, such as a release or an edited guardian, you see first what would be as before."""
        await self.take_back()

    @action("ctrl+y", "what you did", when=ready, needs=Right.OWN_ACTS, also="undo list history take back oops revert")
    async def action_desk_undo_list(self) -> None:
        """List what you did in the last minutes, with what undoing each of it would put back, or why it cannot."""
        await self.undo_from_list()

    @action("slash", "search", when=ready, footer=True, also="find look for")
    def action_desk_search(self) -> None:
        """Find by name, team, parent or address."""
        if self.pane is not None and not self.pane.search_bar.is_attached:
            self.show_tab(FIRST_TAB)
        if self.pane is not None:
            self.pane.search_bar.start()

    @action("i", "import a roster", when=ready, needs=Right.ROSTER, also="upload csv excel spreadsheet load players")
    async def action_desk_import(self) -> None:
        """Bring a CSV file or an Excel workbook in. You see what it would change before anything is written."""
        from bball_tui.tui.importing import import_roster

        if self.connection is not None:
            await import_roster(self.app, self.connection, self.offer_import)

    @action("ctrl+e", "export", when=ready, also="download save csv excel spreadsheet report list backup")
    async def action_desk_export(self) -> None:
        """Write contracts, players, guardians or e-mails to a file that a spreadsheet, or this program, reads."""
        from bball_tui.tui.exporting import export_file

        if self.connection is not None:
            await export_file(self.app, self.connection, self.tabs.active)

    @action("comma", "the league", when=ready, needs=Right.LEAGUE, also="settings options sender logo time zone delay")
    async def action_desk_league(self) -> None:
        """Name, color, addresses of the e-mails, clock, dates, undo time."""
        from bball_tui.tui.editing import edit_league

        if self.connection is None:
            return
        wanted: list[bool] = []
        saved = await edit_league(self.app, self.connection, lambda: wanted.append(True))
        if saved is not None:
            self.read_header()
        if wanted:
            reason = _can_set_up_mail(self)
            if reason is None:
                await self._set_up_mail()
            else:
                self.tell(reason)

    @action(
        "semicolon", "set up e-mail", when=_can_set_up_mail, needs=Right.ACCOUNT, also="settings smtp sender change"
    )
    async def action_mail_setup(self) -> None:
        """Provider, login, password and From address of the league's e-mails, tried before they are saved."""
        await self._set_up_mail()

    async def _set_up_mail(self) -> None:
        from bball_tui.tui.mail_setup import set_up_mail

        connection = self.connection
        if connection is None or not await set_up_mail(self.app, connection):
            return
        self.begin_day()
        self.look_at_day()
        self.tell(_("E-mail is set up."))
        if isinstance(self.app, LeagueProgram):
            await self.app.send_again_now(connection)
        self.heard(HEADER)

    season_commands = SEASON_COMMANDS
    staff_commands = STAFF_COMMANDS

    @action("at", "who is here", when=ready, group="here", also="users online colleagues")
    async def action_desk_here(self) -> None:
        """Say who else has this league open now."""
        from bball_tui.database.presence import present
        from bball_tui.league.members import named_with_roles

        if self.connection is None:
            return
        try:
            here = await self.connection.call(present)
            others = await self.connection.call(named_with_roles, here.others)
        except BballError as error:
            self.tell(str(error))
            return
        self.tell(all_who_are_here(others, here.own_windows))

    @action("escape", "back", palette=False)
    def action_desk_back(self) -> None:
        """Close the panel, clear the search, the filter or the selection: one layer at a time."""
        from bball_tui.tui.widgets.key_help import close_help

        if not close_help(self) and self.pane is not None:
            self.pane.go_back()

    @action("question_mark,f1", "help", footer=True, also="keys shortcuts manual")
    def action_desk_help(self) -> None:
        """What the keys do here."""
        from bball_tui.tui.widgets.key_help import close_help, show_help

        if not close_help(self):
            show_help(self)

    @action("colon", "everything by name", palette=False)
    def action_desk_palette(self) -> None:
        """Find any command by its name, by another word for it, or by what it does; so does ctrl+p, everywhere."""
        self.app.action_command_palette()

    @action("ctrl+l", "redraw", also="refresh screen garbled repaint")
    def action_desk_redraw(self) -> None:
        """Redraw the whole screen, when something else has written over it."""
        self.refresh()

    @action("q", "quit", also="log out logout sign exit close end")
    def action_desk_quit(self) -> None:
        """Leave. E-mails on the wire are finished first."""
        self.app.exit(0)

    def refresh_tabs(self) -> None:
        """What the tabs go by is another now: season, clock, or what the person may see."""
        self.listed = goes_by(self.connection)
        if self.connection is not None and isinstance(self.app, LeagueProgram):
            self.app.dress(self.connection)
        for pane in self._panes.values():
            pane.watch_connection(self.connection)
        self.look_at_day()
        self.heard(HEADER)

    # What changes elsewhere

    def heard(self, table: str) -> None:
        """A table was written, here or on another machine."""
        self._changed.add(table)
        if self._settling is None:
            busy = monotonic() - self._settled < CALM
            self._settling = self.set_timer(CALM if busy else SETTLE, self._settle)

    def on_screen_resume(self) -> None:
        """What was hidden is seen again."""
        if self._changed and self._settling is None:
            self._settle()

    def _settle(self) -> None:
        self._settling, self._settled = None, monotonic()
        if self.is_hidden():
            return
        changed, self._changed = self._changed, set()
        for pane in self._panes.values():
            if EVERYTHING in changed:
                pane.changed()
            else:
                pane.heard(changed)
        if EVERYTHING in changed or changed & DAY_TABLES:
            self.look_at_day()
        if EVERYTHING in changed or changed & ACTED_ON:
            self.look_for_acts()
        if EVERYTHING in changed or "outbox" in changed:
            self.look_at_retried()
        self.read_header()

    @on(ListLoaded)
    def _list_loaded(self) -> None:
        self.rows_shown.set()

    @on(MomentCame)
    def _moment_came(self) -> None:
        self.heard("outbox")

    def reachable(self, up: bool) -> None:
        """What listens for changes was connected, or lost its connection; why it did, reading the header tells."""
        if up:
            self.heard(EVERYTHING)
        else:
            self.give_up_reading()
            self.read_header()

    def tell(self, sentence: str) -> None:
        """A short message that goes away by itself."""
        self.app.notify(clean(sentence), markup=False)
