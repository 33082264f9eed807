"""The way from a line of what needs a person to the place where it is dealt with."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bball_tui.tui.main_screen.screen import MainScreen
    from bball_tui.tui.tabs.needs import Fix


async def show_fix(screen: "MainScreen", fix: "Fix") -> None:
    """Run the command of ``fix``, or show its tab, already narrowed to what it is about."""
    from bball_tui.tui.tabs.contracts import ContractsPane
    from bball_tui.tui.tabs.emails.tab import EmailsPane
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
        pane.show_trouble(fix.trouble)
    elif isinstance(pane, EmailsPane):
        await pane.show_fix(fix)
    if fix.search:
        pane.search_bar.put(fix.search)
        pane.ask()
