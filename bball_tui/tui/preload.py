"""What is imported while staff look at the first rows, so that no key waits for it. See `connection.py`."""

from importlib import import_module

SERVICES = (
    "bball_tui.delivery.worker",
    "bball_tui.league.acting",
    "bball_tui.groupme.plan.team_list",
    "bball_tui.league.addresses",
    "bball_tui.league.contracts",
    "bball_tui.league.editing.contracts",
    "bball_tui.league.editing.guardians",
    "bball_tui.league.editing.profile",
    "bball_tui.league.editing.seasons",
    "bball_tui.league.editing.teams",
    "bball_tui.league.importing.plan",
    "bball_tui.league.importing.service",
    "bball_tui.league.mail_preview",
    "bball_tui.league.papers",
    "bball_tui.league.preview",
    "bball_tui.league.signing",
    "bball_tui.league.timeline.read",
    "bball_tui.league.today",
    "bball_tui.mail.template_guard",
    "bball_tui.mail.transports",
    "bball_tui.outbox.counts",
    "bball_tui.outbox.gates",
    "bball_tui.outbox.sending_status",
    "bball_tui.outbox.staff",
    "bball_tui.outbox.timeline",
    "bball_tui.tui.commands",  # for the palette: every tab
)


def import_ahead() -> None:
    """Import what the first rows did not need. For a thread."""
    for name in SERVICES:
        import_module(name)
