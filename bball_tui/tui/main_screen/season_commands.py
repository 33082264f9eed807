"""The commands about seasons: which one is shown, what is asked of its teams, the next one made from it, and back."""

from typing import TYPE_CHECKING

from bball_tui.language import _
from bball_tui.league.rights import Right
from bball_tui.tui.actions import Commands, action

if TYPE_CHECKING:
    from bball_tui.tui.main_screen.undo_toasts import UndoScreen


def ready(screen: "UndoScreen") -> str | None:
    """Whether there is a league."""
    return None if screen.connection is not None else _("The league is not open yet.")


@action("full_stop", "seasons", when=ready, needs=Right.ROSTER, also="year spring fall switch")
async def action_desk_seasons(screen: "UndoScreen") -> None:
    """Add a season, change one, or choose the one that the desk shows."""
    from bball_tui.tui.editing import edit_seasons

    if screen.connection is not None and await edit_seasons(screen.app, screen.connection):
        screen.refresh_tabs()


@action(
    "percent_sign", "rules of the league", when=ready, needs=Right.LEAGUE, also="settings age limit roster size jersey"
)
async def action_desk_rules(screen: "UndoScreen") -> None:
    """What the league asks of its teams: ages by a cut-off day, size, numbers; each warns or refuses."""
    from bball_tui.tui.editing import edit_rules

    if screen.connection is not None and await edit_rules(screen.app, screen.connection):
        screen.heard("contract")


@action(
    "greater_than_sign", "new season", when=ready, needs=Right.ROSTER, also="next year rollover returning copy start"
)
async def action_desk_roll(screen: "UndoScreen") -> None:
    """Make the next season from the last one: who comes back where. You see the plan before anything is made."""
    from bball_tui.tui.season_roll import roll_season

    if screen.connection is not None and await roll_season(screen.app, screen.connection):
        screen.refresh_tabs()


@action("Z", "take the new season back", when=ready, needs=Right.ROSTER, dangerous=True)
async def action_desk_roll_undo(screen: "UndoScreen") -> None:
    """Take back what was made of the newest season from another one, while no one has signed. You see it first."""
    from bball_tui.tui.season_roll import take_season_back

    if screen.connection is not None and await take_season_back(screen.app, screen.connection):
        screen.refresh_tabs()


SEASON_COMMANDS = Commands((action_desk_seasons, action_desk_rules, action_desk_roll, action_desk_roll_undo))
