"""What an export says: the names of a record's values, in their order. They are those of the columns, so that an import
knows them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeAlias

from bball_tui.language import _
from bball_tui.league.roster import guardian, player

Record: TypeAlias = Mapping[str, Any]


class What(StrEnum):
    """What can be exported."""

    CONTRACTS = "contracts"
    PLAYERS = "players"
    GUARDIANS = "guardians"
    OUTBOX = "outbox"


FAMILY = "guardians"
"""The value of a player's record that is itself a list of records, of :data:`GUARDIAN`."""
GUARDIAN = tuple(field.export_name for field in guardian.FILED)
"""A guardian of one player, with what he or she is and may do for this player."""
PLAYER = (
    "team",
    "division",
    "season",
    *(field.export_name for field in player.FIELDS),
    "contract_status",
    "player_id",
    FAMILY,
)
"""A player, with the contract in force in the season (or the last one that was not), and all guardians."""
CONTRACT = (*PLAYER, "contract_id", "offered_on", "due_on", "signed_on", "signer", "capacity", "method")
"""A contract of the season, whatever became of it, with its player and the signature in force."""
GUARDIAN_LINE = (
    *(f"guardian_{name}" for name in GUARDIAN),
    "guardian_id",
    "player_first_name",
    "player_last_name",
    "date_of_birth",
    "player_id",
)
"""A guardian of one player: a guardian of three has three lines."""
MAIL = (
    "outbox_id",
    "kind",
    "state",
    "recipient",
    "player",
    "contract_id",
    "attempts",
    "created_at",
    "created_by",
    "available_at",
    "finalized_at",
    "error_class",
    "error_text",
    "message_id",
)
"""A mail of the outbox. It is a record of what happened, and is never imported."""
NAMES: Mapping[What, tuple[str, ...]] = {
    What.PLAYERS: PLAYER,
    What.CONTRACTS: CONTRACT,
    What.GUARDIANS: GUARDIAN_LINE,
    What.OUTBOX: MAIL,
}


def hidden_note(what: What) -> str:
    """What whoever sees neither birthdates nor phone numbers is told of such an export; empty: it has none anyway."""
    if what is What.OUTBOX:
        return ""
    return _("Birthdates and phone numbers are hidden for your role: they are left empty, be there some or not.")
