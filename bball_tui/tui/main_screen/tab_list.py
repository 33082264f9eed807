"""The tabs: what they are called, and what each shows."""

from typing import TYPE_CHECKING, Any, TypeAlias

from bball_tui.language import _
from bball_tui.tui.widgets.tab_bar import TabSpec

if TYPE_CHECKING:
    from bball_tui.tui.tabs.record_pane import RecordPane
    from bball_tui.tui.tabs.views_pane import ViewsPane

    TabPane: TypeAlias = RecordPane[Any] | ViewsPane

TABS = (
    TabSpec("today", "1", _("Today")),
    TabSpec("teams", "2", _("Teams")),
    TabSpec("players", "3", _("Players")),
    TabSpec("contracts", "4", _("Contracts")),
    TabSpec("outbox", "5", _("Outbox")),
    TabSpec("emails", "6", _("E-mails")),
    TabSpec("groupme", "7", "GroupMe"),
    TabSpec("activity", "8", _("Activity"), aside=True),
)
PANES = {
    "today": "bball_tui.tui.tabs.today:TodayPane",
    "teams": "bball_tui.tui.tabs.teams:TeamsPane",
    "players": "bball_tui.tui.tabs.players:PlayersPane",
    "contracts": "bball_tui.tui.tabs.contracts:ContractsPane",
    "outbox": "bball_tui.tui.tabs.outbox:OutboxPane",
    "emails": "bball_tui.tui.tabs.emails.tab:EmailsPane",
    "groupme": "bball_tui.tui.tabs.groupme:GroupMePane",
    "activity": "bball_tui.tui.tabs.activity:ActivityPane",
}
"""What each tab shows. Loaded when it is first looked at: the frame is on the screen before any of them."""
