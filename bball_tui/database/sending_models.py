"""The tables that sending needs besides the queue: what was written, what was tried, by whom, and whether mails may go.

Same conventions as in `models.py`, which brings these tables into the common schema.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import BYTEA
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from bball_tui.database.base import (
    Base,
    Key,
    Moment,
    Stamp,
    league,
    one_of,
    within,
)
from bball_tui.database.states import (
    GateCause,
    GateState,
)


class OutboxMessage(Base):
    __tablename__ = "outbox_message"
    outbox_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    league_id: Mapped[int] = league(key=True)
    subject: Mapped[str] = mapped_column(Text)
    mime: Mapped[bytes] = mapped_column(BYTEA)
    sha256: Mapped[bytes] = mapped_column(BYTEA)
    rendered_at: Mapped[Stamp]
    notice: Mapped[str | None] = mapped_column(Text)
    """What staff should know of how it was written, such as that the league's own template could not be used."""
    __table_args__ = (
        within("outbox_message", "outbox_id", "outbox", ondelete="CASCADE"),
        CheckConstraint("octet_length(sha256) = 32", name="sha256"),
        Index("ix_outbox_message_notice", "league_id", "rendered_at", postgresql_where=text("notice IS NOT NULL")),
    )


class OutboxAttempt(Base):
    __tablename__ = "outbox_attempt"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    outbox_id: Mapped[int] = mapped_column(BigInteger)
    n: Mapped[int]
    """The claim it belongs to: 1 for the first."""
    worker: Mapped[str] = mapped_column(Text)
    started_at: Mapped[Moment]
    wire_started_at: Mapped[Moment | None]
    finished_at: Mapped[Stamp]
    outcome: Mapped[str] = mapped_column(Text)
    phase: Mapped[str | None] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(Text)
    detail: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        within("outbox_attempt", "outbox_id", "outbox", ondelete="CASCADE"),
        Index("ix_outbox_attempt_outbox_id", "outbox_id", "n"),
    )


class ProviderGate(Base):
    __tablename__ = "provider_gate"
    league_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("league.id"), primary_key=True)
    provider: Mapped[str] = mapped_column(Text, primary_key=True)
    state: Mapped[str] = mapped_column(Text, server_default="closed")
    open_until: Mapped[Moment | None]
    """None while open: until staff re-open it (a wrong password)."""
    cause: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    failures: Mapped[int] = mapped_column(server_default="0")
    tokens: Mapped[Decimal] = mapped_column(server_default="0")
    refilled_at: Mapped[Stamp]
    sent_today: Mapped[int] = mapped_column(server_default="0")
    day: Mapped[date] = mapped_column(server_default=text("CURRENT_DATE"))
    updated_at: Mapped[Stamp]
    __table_args__ = (
        one_of("state", GateState, "state"),
        one_of("cause", GateCause, "cause"),
        CheckConstraint("state = 'closed' OR (cause IS NOT NULL AND reason IS NOT NULL)", name="reason"),
        CheckConstraint("tokens >= 0 AND sent_today >= 0 AND failures >= 0", name="counts"),
    )


class Worker(Base):
    __tablename__ = "worker"
    id: Mapped[UUID] = mapped_column(PG_UUID(as_uuid=True), primary_key=True)
    league_id: Mapped[int] = league(key=True)
    name: Mapped[str] = mapped_column(Text)
    """What people read: the host and where it runs."""
    host: Mapped[str] = mapped_column(Text)
    pid: Mapped[int]
    version: Mapped[str] = mapped_column(Text)
    provider: Mapped[str] = mapped_column(Text)
    started_at: Mapped[Stamp]
    heartbeat_at: Mapped[Stamp]
    __table_args__ = (Index("ix_worker_heartbeat_at", "league_id", "heartbeat_at"),)
