"""What is imported while staff look at the first rows, so that no key waits for it. See `connection.py`."""

from importlib import import_module

AHEAD = (
    "bball_tui.league.filters.facets",
    "bball_tui.league.roster.lists",
    "bball_tui.league.roster.notes",
    "bball_tui.outbox.mail_list",
    "bball_tui.delivery.bounce_mailbox",
    "bball_tui.delivery.worker",
    "bball_tui.groupme.plan.team_list",
    "bball_tui.league.contracts.transitions",
    "bball_tui.league.contracts.correcting",
    "bball_tui.league.contracts.chasing",
    "bball_tui.league.mails.wrong_address",
    "bball_tui.league.mails.blocking",
    "bball_tui.league.contracts.undo",
    "bball_tui.league.contracts.undo_correction",
    "bball_tui.league.contracts.due_dates",
    "bball_tui.league.importing.undo",
    "bball_tui.league.undoing.take_back",
    "bball_tui.league.undoing.own_acts",
    "bball_tui.league.editing.archiving",
    "bball_tui.league.editing.deleting",
    "bball_tui.league.editing.set_address",
    "bball_tui.league.mails.send_for_real",
    "bball_tui.league.mails.check",
    "bball_tui.league.mails.kinds",
    "bball_tui.league.mails.preview",
    "bball_tui.league.mails.messages",
    "bball_tui.league.contracts.batch_signing",
    "bball_tui.league.contracts.signing_rules",
    "bball_tui.league.contracts.signing_preview",
    "bball_tui.league.mails.reminders",
    "bball_tui.league.filters.saved",
    "bball_tui.league.mails.send_again",
    "bball_tui.league.exporting.list_sheet",
    "bball_tui.league.contracts.signing",
    "bball_tui.league.timeline.read",
    "bball_tui.league.header_numbers",
    "bball_tui.league.season_picture",
    "bball_tui.league.today",
    "bball_tui.league.families_to_ask",
    "bball_tui.mail.template_guard",
    "bball_tui.mail.transports",
    "bball_tui.outbox.addresses",
    "bball_tui.outbox.counts",
    "bball_tui.outbox.provider_gates",
    "bball_tui.outbox.retried",
    "bball_tui.outbox.sending_status",
    "bball_tui.outbox.staff_actions",
    "bball_tui.outbox.timeline",
    "bball_tui.tui.alerting",
    "bball_tui.tui.browser",
    "bball_tui.tui.editing",
    "bball_tui.tui.exporting",
    "bball_tui.tui.importing",
    "bball_tui.tui.mail_reading",
    "bball_tui.tui.mail_setup",
    "bball_tui.tui.merging",
    "bball_tui.tui.signing",
    "bball_tui.tui.papers",
    "bball_tui.tui.season_roll",
    "bball_tui.tui.writing",
    "bball_tui.tui.all_commands",  # for the palette: every tab
)
"""What commands import when they are called, but for the asking of GroupMe: who does that waits for the network."""


def declare_ahead() -> None:
    """Declare the tables that the first rows did not need. Not for a thread: see :func:`declare_all`."""
    from bball_tui.database.models import declare_all

    declare_all()


def import_ahead() -> None:
    """Import what the first rows did not need. For a thread."""
    for name in AHEAD:
        import_module(name)
