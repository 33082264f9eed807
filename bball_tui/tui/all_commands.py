"""Every command of the screen: for the user's own keys, and for the key table of the documentation."""

from bball_tui.tui.actions import ActionSet
from bball_tui.tui.main_screen.screen import MainScreen
from bball_tui.tui.tabs.activity import ActivityPane
from bball_tui.tui.tabs.contracts import ContractsPane
from bball_tui.tui.tabs.emails.blocked import BlockedPane
from bball_tui.tui.tabs.emails.check import MailCheckPane
from bball_tui.tui.tabs.emails.kinds import MailKindsPane
from bball_tui.tui.tabs.emails.log import MailLogPane
from bball_tui.tui.tabs.emails.reminders import RemindersPane
from bball_tui.tui.tabs.groupme import GroupMePane
from bball_tui.tui.tabs.outbox import OutboxPane
from bball_tui.tui.tabs.players import PlayersPane
from bball_tui.tui.tabs.roster_pane import ListTools
from bball_tui.tui.tabs.teams import TeamsPane
from bball_tui.tui.tabs.today import TodayPane
from bball_tui.tui.tabs.views_pane import ViewsPane
from bball_tui.tui.widgets.record_list import RecordList

ACTION_SETS: tuple[ActionSet, ...] = (
    MainScreen.ACTIONS,
    RecordList.ACTIONS,
    ListTools.ACTIONS,
    TodayPane.ACTIONS,
    ContractsPane.ACTIONS,
    TeamsPane.ACTIONS,
    PlayersPane.ACTIONS,
    OutboxPane.ACTIONS,
    ViewsPane.ACTIONS,
    MailLogPane.ACTIONS,
    GroupMePane.ACTIONS,
    MailCheckPane.ACTIONS,
    BlockedPane.ACTIONS,
    MailKindsPane.ACTIONS,
    RemindersPane.ACTIONS,
    ActivityPane.ACTIONS,
)
