"""When a command of the Outbox is allowed, and what the footer calls it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from bball_tui.database.states import OutboxState
from bball_tui.language import _
from bball_tui.settings import WITHOUT_SERVER
from bball_tui.tui.tabs.guards import Guard, on_some

if TYPE_CHECKING:
    from bball_tui.outbox.mail_list import OutboxRow
    from bball_tui.outbox.provider_gates import Gate
    from bball_tui.tui.connection import LeagueConnection
    from bball_tui.tui.tabs.counts_panel import Kind
    from bball_tui.tui.widgets.record_list import RecordList


class MailsPane(Protocol):
    """What is asked of the Outbox."""

    in_folder: int
    kind: "Kind | None"
    records: "RecordList[OutboxRow]"

    @property
    def connection(self) -> "LeagueConnection | None": ...

    @property
    def holding(self) -> "Sequence[Gate]": ...

    @property
    def number_meant(self) -> int: ...

    @property
    def meant_rows(self) -> "list[OutboxRow]": ...

    def not_ready(self) -> str | None: ...


UNSENT = (OutboxState.DEAD, OutboxState.QUEUED)
"""Can be tried again, put aside, or canceled."""
RETRYABLE_KINDS = ("failed", "parked", "queued")

_some = on_some("e-mail")


def has_state(states: tuple[OutboxState, ...], otherwise: str) -> Guard:
    """One of the mails is in one of these states, or none is in memory: those are judged when they are reached."""

    def when(pane: MailsPane) -> str | None:
        if (reason := _some(pane)) is not None:
            return reason
        found = {row.state for row in pane.meant_rows}
        return None if not found or found & set(states) else _(otherwise)

    return when


def one_in_state(states: tuple[OutboxState, ...], otherwise: str) -> Guard:
    several = has_state(states, otherwise)

    def when(pane: MailsPane) -> str | None:
        return _("One e-mail at a time: select none, or one.") if pane.number_meant > 1 else several(pane)

    return when


_other_address = one_in_state(
    (*UNSENT, OutboxState.SUPPRESSED), _("Only an e-mail that didn't arrive can go to another address.")
)


def can_fix_address(pane: MailsPane) -> str | None:
    came_back = pane.number_meant == 1 and any(row.bounced for row in pane.meant_rows)
    return None if came_back else _other_address(pane)


def whole_kind(pane: MailsPane) -> str | None:
    if (reason := pane.not_ready()) is not None:
        return reason
    shown = None if pane.kind is None else pane.kind.bucket
    if shown == "in_doubt":
        return _("E-mails in doubt are decided one by one: {mail.resolve}.")
    if shown not in RETRYABLE_KINDS:
        return _(
            "First show what is to be tried again: {mail.next-bucket} and {mail.previous-bucket} go through the kinds."
        )
    return None if pane.records.total else _("There is nothing to try again.")


def pause_caption(pane: MailsPane) -> str:
    return _("resume sending") if any(gate.pauses for gate in pane.holding) else _("pause sending")


def can_open_gate(pane: MailsPane) -> str | None:
    if (reason := pane.not_ready()) is not None:
        return reason
    shut = any(not gate.pauses for gate in pane.holding)
    if shut:
        return None
    if pane.connection is not None and pane.connection.not_set_up is WITHOUT_SERVER:
        return f"{_(WITHOUT_SERVER.sentence)}. {_(WITHOUT_SERVER.way_out)}"
    return _("No mail server is on hold: there is nothing to try.")


def can_send_for_real(pane: MailsPane) -> str | None:
    return pane.not_ready() or (None if pane.in_folder else _("No e-mail was only written to a folder."))


def for_real_caption(pane: MailsPane) -> str:
    return (
        _("send all {in_folder:,} for real").format(in_folder=pane.in_folder)
        if pane.in_folder
        else _("send all for real")
    )
