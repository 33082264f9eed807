"""What each state of an e-mail is called, and what is said of one that is gone, wherever people read it."""

from collections.abc import Mapping
from types import MappingProxyType

from bball_tui.language import _, later

STATE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "queued": later("queued"),
        "held": later("held"),
        "waiting": later("waits for chat"),
        "sending": later("being sent"),
        "in_doubt": later("in doubt"),
        "failed": later("failed"),
        "bounced": later("came back"),
        "came_back": later("came back"),
        "parked": later("set aside"),
        "sent": later("accepted"),
        "in_folder": later("in a folder"),
        "cancelled": later("canceled"),
        "suppressed": later("blocked"),
        "no_address": later("no e-mail address"),
        "none": later("none"),
    }
)
"""By the names of buckets and of the states of welcome e-mails."""

MAIL_GONE = _(
    "That e-mail isn't in this league. Someone may have deleted its contract, or it is too old to be kept. The Outbox "
    "({{tab.outbox}}) shows those that are there."
)
"""Of an e-mail that a colleague or time took away while somebody looked at it, or that never was."""


def state_name(state: str) -> str:
    """The name of a state."""
    return _(STATE_NAMES[state])
