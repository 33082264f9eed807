"""The commands about who works in the league, who of them is told what goes wrong, and which league it is."""

from typing import TYPE_CHECKING

from bball_tui.language import _
from bball_tui.league.rights import OWN_DATABASE, Right
from bball_tui.tui.actions import Commands, action
from bball_tui.tui.main_screen.app_protocol import LeagueProgram
from bball_tui.tui.main_screen.season_commands import ready

if TYPE_CHECKING:
    from bball_tui.tui.main_screen.undo_toasts import UndoScreen

_HEADER = "league"


def _shared(screen: "UndoScreen") -> str | None:
    if screen.connection is not None and screen.connection.settings.embedded:
        return OWN_DATABASE
    return ready(screen)


@action(
    "ampersand", "staff", when=_shared, needs=Right.STAFF, also="users permissions rights access people login account"
)
async def action_desk_staff(screen: "UndoScreen") -> None:
    """Who works in this league, and in which role: give and take roles."""
    from bball_tui.tui.members import edit_members

    if screen.connection is not None and await edit_members(screen.app, screen.connection):
        screen.heard(_HEADER)


def _really_sends(screen: "UndoScreen") -> str | None:
    if screen.connection is not None and screen.connection.is_demo:
        return _("This is the demo: nothing is sent from it.")
    return ready(screen)


@action(
    "asterisk",
    "alerts",
    when=_really_sends,
    needs=Right.ACCOUNT,
    also="webhook slack discord ntfy notify warn trouble monitoring settings",
)
async def action_desk_alerts(screen: "UndoScreen") -> None:
    """Who of the staff is told when e-mails fail or are held, by e-mail and by a webhook; with a test."""
    from bball_tui.tui.alerting import edit_alerts

    connection = screen.connection
    if connection is None:
        return
    before = connection.settings
    if not await edit_alerts(screen.app, connection):
        return
    screen.app.notify(_("The alerts are saved."), markup=False)
    if connection.settings is not before and isinstance(screen.app, LeagueProgram):
        await screen.app.send_again_now(connection)
    screen.heard(_HEADER)


@action("number_sign", "another league", when=ready, also="open change club")
async def action_desk_switch(screen: "UndoScreen") -> None:
    """Open another league of this database."""
    from bball_tui.tui.members import choose_league

    connection = screen.connection
    if connection is None or not isinstance(screen.app, LeagueProgram):
        return
    slug = await choose_league(screen.app, connection)
    if slug is not None and slug != connection.league.slug:
        screen.app.open_league(slug)


STAFF_COMMANDS = Commands((action_desk_staff, action_desk_alerts, action_desk_switch))
