"""The e-mails: what was sent and came of it, what would go wrong, what each kind says."""

from typing import TYPE_CHECKING, ClassVar

from bball_tui.language import _
from bball_tui.tui.tabs.views_pane import ViewsPane
from bball_tui.tui.widgets.tab_bar import TabSpec

if TYPE_CHECKING:
    from bball_tui.tui.tabs.today_items import Fix


class EmailsPane(ViewsPane):
    """Everything about mails that is not a decision; decisions are made in the outbox."""

    HELP = """
    ## E-mails
    `{view.next}` goes through the views. **Log**: every e-mail that was ever queued, and what became of it. **Check**:
    what would go wrong with the e-mails of all contracts that wait for a signature. **Kinds**: what each kind of e-mail
    says. **Blocked**: the addresses that get no e-mail. **Reminders**: who is reminded of an offer, and when.
    """
    VIEWS: ClassVar[tuple[TabSpec, ...]] = (
        TabSpec("log", "", _("Log")),
        TabSpec("check", "", _("Check")),
        TabSpec("kinds", "", _("Kinds")),
        TabSpec("blocked", "", _("Blocked")),
        TabSpec("reminders", "", _("Reminders")),
    )
    PARTS: ClassVar[dict[str, str]] = {
        "log": "bball_tui.tui.tabs.emails.log:MailLogPane",
        "check": "bball_tui.tui.tabs.emails.check:MailCheckPane",
        "kinds": "bball_tui.tui.tabs.emails.kinds:MailKindsPane",
        "reminders": "bball_tui.tui.tabs.emails.reminders:RemindersPane",
        "blocked": "bball_tui.tui.tabs.emails.blocked:BlockedPane",
    }

    async def show_fix(self, fix: "Fix") -> None:
        """Look at what somebody chose elsewhere."""
        from bball_tui.tui.tabs.emails.log import MailLogPane

        view = self.show_view(fix.view or self.VIEWS[0].id)
        if self.loading_view is not None:
            await self.loading_view
        if isinstance(view, MailLogPane):
            view.show_what(fix.what)
