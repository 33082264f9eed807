"""What each state of an e-mail is called, wherever people read it: in lists, beside them, in files and by options."""

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


def state_name(state: str) -> str:
    """The name of a state."""
    return _(STATE_NAMES[state])
