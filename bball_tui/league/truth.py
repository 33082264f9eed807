"""Whether what a mail says is still true of its contract, so that it may go out again or elsewhere."""

from sqlalchemy import ColumnElement, Text, case, cast, func, literal

from bball_tui.database.models import Contract, Outbox
from bball_tui.database.states import ContractStatus, MessageKind
from bball_tui.league.troubles import WAITING


def still_true() -> ColumnElement[bool]:
    """For a row of the outbox with its contract: it is about the contract as it stands."""
    current = func.split_part(Outbox.dedupe_key, ":", 3) == cast(Contract.revision, Text)
    signed = Contract.status == ContractStatus.SIGNED
    waits = Contract.status.in_(WAITING)
    return case(
        (Outbox.kind.in_((MessageKind.CONTRACT_SIGNED, MessageKind.TEAM_CHAT_READY)), signed & current),
        (Outbox.kind.in_((MessageKind.CONTRACT_OFFERED, MessageKind.CONTRACT_REMINDER)), waits & current),
        else_=literal(True),
    )
