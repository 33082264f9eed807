"""Every command of the screen: for the user's own keys, and for the key table of the documentation."""

from bball_tui.tui.actions import ActionSet
from bball_tui.tui.screens.blocked_actions import BLOCKED_ACTIONS
from bball_tui.tui.screens.check_actions import CHECK_ACTIONS
from bball_tui.tui.screens.desk_actions import DESK_ACTIONS
from bball_tui.tui.screens.emails_kinds import KIND_ACTIONS
from bball_tui.tui.screens.emails_reminders import REMINDER_ACTIONS
from bball_tui.tui.screens.log_actions import LOG_ACTIONS
from bball_tui.tui.screens.views_pane import VIEW_ACTIONS
from bball_tui.tui.tabs.contracts import ContractsPane
from bball_tui.tui.tabs.groupme import GroupMePane
from bball_tui.tui.tabs.outbox import OutboxPane
from bball_tui.tui.tabs.players import PlayersPane
from bball_tui.tui.tabs.roster_pane import ListTools
from bball_tui.tui.tabs.teams import TeamsPane
from bball_tui.tui.widgets.list_actions import LIST_ACTIONS

ACTION_SETS: tuple[ActionSet, ...] = (
    DESK_ACTIONS,
    LIST_ACTIONS,
    ListTools.ACTIONS,
    ContractsPane.ACTIONS,
    TeamsPane.ACTIONS,
    PlayersPane.ACTIONS,
    OutboxPane.ACTIONS,
    VIEW_ACTIONS,
    LOG_ACTIONS,
    GroupMePane.ACTIONS,
    CHECK_ACTIONS,
    BLOCKED_ACTIONS,
    KIND_ACTIONS,
    REMINDER_ACTIONS,
)
