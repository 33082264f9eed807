"""What is imported while staff look at the first rows, so that no key waits for it. See `connection.py`."""

from importlib import import_module

AHEAD = (
    "bball_tui.league.facets",
    "bball_tui.league.roster.lists",
    "bball_tui.outbox.history",
    "bball_tui.delivery.worker",
    "bball_tui.groupme.plan.team_list",
    "bball_tui.league.acting",
    "bball_tui.league.addresses",
    "bball_tui.league.blocking",
    "bball_tui.league.contracts",
    "bball_tui.league.due",
    "bball_tui.league.editing.addressing",
    "bball_tui.league.for_real",
    "bball_tui.league.mail_check",
    "bball_tui.league.mail_kinds",
    "bball_tui.league.mail_preview",
    "bball_tui.league.paper_stack",
    "bball_tui.league.papers",
    "bball_tui.league.preview",
    "bball_tui.league.reminders",
    "bball_tui.league.saved_filters",
    "bball_tui.league.sending_again",
    "bball_tui.league.sheets",
    "bball_tui.league.signing",
    "bball_tui.league.timeline.read",
    "bball_tui.league.today",
    "bball_tui.mail.template_guard",
    "bball_tui.mail.transports",
    "bball_tui.outbox.addresses",
    "bball_tui.outbox.counts",
    "bball_tui.outbox.gates",
    "bball_tui.outbox.sending_status",
    "bball_tui.outbox.staff",
    "bball_tui.outbox.timeline",
    "bball_tui.tui.editing",
    "bball_tui.tui.exporting",
    "bball_tui.tui.importing",
    "bball_tui.tui.mail_reading",
    "bball_tui.tui.mail_setup",
    "bball_tui.tui.commands",  # for the palette: every tab
)
"""What commands import when they are called, but for the asking of GroupMe: who does that waits for the network."""


def import_ahead() -> None:
    """Import what the first rows did not need. For a thread."""
    for name in AHEAD:
        import_module(name)
