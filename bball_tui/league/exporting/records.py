"""What an export says: one frozen record a line. The names are those of the columns, so that an import knows them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class What(StrEnum):
    """What can be exported."""

    CONTRACTS = "contracts"
    PLAYERS = "players"
    GUARDIANS = "guardians"
    OUTBOX = "outbox"


@dataclass(frozen=True, slots=True)
class GuardianRecord:
    """A guardian of one player, with what he or she is and may do for this player."""

    first: str
    last: str
    email: str | None
    phone: str | None
    relation: str
    gets_email: bool
    may_sign: bool
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerRecord:
    """A player, with the contract in force in the season (or the last one that was not), and all guardians."""

    team: str | None
    division: str | None
    season: str | None
    player_first_name: str
    player_last_name: str
    date_of_birth: date | None
    jersey: str | None
    contract_status: str | None
    player_id: int
    guardians: tuple[GuardianRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractRecord(PlayerRecord):
    """A contract of the season, whatever became of it, with its player and the signature in force."""

    contract_id: int
    offered_on: date | None
    due_on: date | None
    signed_on: date | None
    signer: str | None
    capacity: str | None
    method: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardianLine:
    """A guardian of one player: a guardian of three has three lines."""

    guardian_first: str
    guardian_last: str
    guardian_email: str | None
    guardian_phone: str | None
    guardian_relation: str
    guardian_gets_email: bool
    guardian_may_sign: bool
    guardian_language: str
    guardian_id: int
    player_first_name: str
    player_last_name: str
    date_of_birth: date | None
    player_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRecord:
    """A mail of the outbox. It is a record of what happened, and is never imported."""

    outbox_id: int
    kind: str
    state: str
    recipient: str
    player: str | None
    contract_id: int | None
    attempts: int
    created_at: datetime
    created_by: str
    available_at: datetime
    finalized_at: datetime | None
    error_class: str | None
    error_text: str | None
    message_id: str
