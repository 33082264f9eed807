"""What the timeline of a contract is told from: the contract, its mails, the tries to send them, rows of the audit."""

from collections.abc import Mapping
from datetime import date, datetime

from msgspec import Struct

from bball_tui.database.states import ContractStatus, OutboxState


class ContractState(Struct, frozen=True):
    """What the next step depends on."""

    status: ContractStatus
    revision: int
    offered_on: date | None
    due_on: date | None
    reason: str | None
    undo_until: datetime | None = None
    """Until when undo of the latest signing is offered to whoever looks."""


class Mail(Struct, frozen=True):
    """One mail; ``at`` is when it was finished, put on the wire or claimed, in that order of preference."""

    id: int
    revision: int
    recipient: str
    state: OutboxState
    claims: int
    attempts: int
    max_attempts: int
    available_at: datetime
    at: datetime | None
    error_text: str | None
    for_chat: bool = False
    """It waits for the link of the team chat."""
    came_back: bool = False
    """After it was accepted; and nobody dealt with that yet."""
    in_folder: bool = False
    """It only went to a folder: no mail server had it."""
    message: str = ""
    """The subject of what staff wrote themselves; empty for every other mail."""
    queued_at: datetime | None = None
    queued_by: str = ""

    @property
    def named(self) -> str:
        """To whom, and for a message what it is about."""
        return f"{self.recipient} (“{self.message}”)" if self.message else self.recipient

    @property
    def untouched(self) -> bool:
        return self.state is OutboxState.QUEUED and self.claims == 0


class Attempt(Struct, frozen=True):
    """One try to send a mail."""

    outbox_id: int
    at: datetime
    worker: str
    outcome: str
    phase: str | None
    detail: str | None


class AuditFacts(Struct, frozen=True):
    """One row of the audit."""

    entity: str
    entity_id: int
    action: str
    at: datetime
    who: str
    reason: str | None
    before: Mapping[str, object]
    after: Mapping[str, object]
