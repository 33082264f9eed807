"""What is imported while staff look at the first rows, so that no key waits for it. See `connection.py`."""

from collections.abc import Iterator
from importlib import import_module
from inspect import isfunction, unwrap
from types import CodeType

BEHIND = (
    "bball_tui.delivery.bounce_mailbox",
    "bball_tui.delivery.worker",
    "bball_tui.groupme.plan.team_list",
    "bball_tui.league.contracts.chasing",
    "bball_tui.league.contracts.signing",
    "bball_tui.league.contracts.signing_preview",
    "bball_tui.league.contracts.signing_rules",
    "bball_tui.league.contracts.transitions",
    "bball_tui.league.contracts.undo",
    "bball_tui.league.contracts.undo_correction",
    "bball_tui.league.editing.archiving",
    "bball_tui.league.header_numbers",
    "bball_tui.league.importing.undo",
    "bball_tui.league.mails.messages",
    "bball_tui.league.mails.send_for_real",
    "bball_tui.league.mails.wrong_address",
    "bball_tui.league.today",
    "bball_tui.league.undoing.own_acts",
    "bball_tui.league.undoing.take_back",
    "bball_tui.mail.template_watcher",
    "bball_tui.mail.transports",
    "bball_tui.outbox.provider_gates",
    "bball_tui.outbox.retried",
    "bball_tui.outbox.timeline",
    "bball_tui.tui.browser",
)
"""What commands ask for by others, and the sending."""
_OURS = "bball_tui."
_LATER = ("bball_tui.groupme.", "bball_tui.tui.tabs.groupme", "bball_tui.tui.dialogs.")
"""Whoever asks GroupMe waits for the network, and a dialog is small and one of many."""


def declare_ahead() -> None:
    """Declare the tables that the first rows did not need. Not for a thread: see :func:`declare_all`."""
    from bball_tui.database.models import declare_all

    declare_all()


def import_ahead() -> None:
    """Import what the first rows did not need. For a thread."""
    from bball_tui.tui import all_commands  # for the palette: every tab

    hosts = [one for one in vars(all_commands).values() if isinstance(one, type)]
    methods = [one for host in hosts for one in vars(host).values() if isfunction(one)]
    named = dict.fromkeys(name for one in methods for name in _imported_by(unwrap(one).__code__))
    for name in (*BEHIND, *named):
        import_module(name)


def _imported_by(code: CodeType) -> Iterator[str]:
    """The modules that code of ours imports when it runs: no other name in it has a dot."""
    yield from (name for name in code.co_names if name.startswith(_OURS) and not name.startswith(_LATER))
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from _imported_by(part)
