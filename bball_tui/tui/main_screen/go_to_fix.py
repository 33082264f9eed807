"""The way from a line of what needs a person to the place where it is dealt with."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from textual.widget import AwaitMount

    from bball_tui.tui.main_screen.tab_list import TabPane
    from bball_tui.tui.tabs.today_items import Fix


class Tabs(Protocol):
    """The main screen: its commands and its tabs."""

    mounting: "AwaitMount | None"

    async def do(self, command: str) -> None:
        """Run a command by its id."""

    def show_tab(self, name: str) -> None:
        """Look at a tab."""

    def open_tab(self, name: str) -> "TabPane":
        """What the tab shows."""


async def show_fix(screen: Tabs, fix: "Fix") -> None:
    """Run the command of ``fix``, or show its tab, already narrowed to what it is about."""
    from bball_tui.database.states import TeamState
    from bball_tui.league.filters.choices import Facet, choice
    from bball_tui.tui.tabs.contracts import ContractsPane
    from bball_tui.tui.tabs.emails.tab import EmailsPane
    from bball_tui.tui.tabs.groupme import GroupMePane
    from bball_tui.tui.tabs.outbox import OutboxPane

    if fix.command:
        await screen.do(fix.command)
        return
    screen.show_tab(fix.tab)
    pane = screen.open_tab(fix.tab)
    if screen.mounting is not None:
        await screen.mounting
    pane.search_bar.clear()
    if isinstance(pane, OutboxPane):
        pane.show_kind(fix.kind)
        if fix.question is not None:
            pane.ask_about(fix.question)
    elif isinstance(pane, ContractsPane):
        if fix.status:
            pane.narrow([choice(Facet.STATUS, fix.status)], "")
        else:
            pane.show_trouble(fix.trouble)
    elif isinstance(pane, GroupMePane):
        pane.show_state(TeamState(fix.status) if fix.status else None)
    elif isinstance(pane, EmailsPane):
        await pane.show_fix(fix)
    if fix.search:
        pane.search_bar.put(fix.search)
        pane.ask()
