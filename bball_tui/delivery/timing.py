"""How long a worker waits for what."""

from msgspec import Struct

from bball_tui.outbox.queue import LEASE
from bball_tui.outbox.sending_status import HEARTBEAT_SECONDS


class Timing(Struct, frozen=True):
    """Seconds, for tests to shorten. ``lease`` is kept alive while a mail is in hand."""

    lease: float = LEASE.total_seconds()
    sweep: float = 15.0
    heartbeat: float = HEARTBEAT_SECONDS
    poll: float = 15.0
    """The longest wait of a claimer that knows that something is queued."""
    stop: float = 30.0
    """How long a graceful stop waits for mails on the wire."""
    doubt: float = 15.0
    """How long a sending may still be under way at a provider that can be asked what became of it."""
    drain_hold: float = 60.0
    """A drain waits for holds and leases that end within this."""
    drain_gate: float = 20.0
    """How long a drain waits altogether while the provider is in trouble."""
    drain_database: float = 30.0
    """After this a drain without a database gives up."""
    forget: float = 3600.0
    chores: float = 60.0
    """Between two looks at returned mails and at offers that are due."""

    @property
    def pulse(self) -> float:
        """Between two signs of life; with them leases are renewed, well before they end, and lost mails looked for."""
        return min(self.heartbeat, self.sweep, self.lease / 4)
