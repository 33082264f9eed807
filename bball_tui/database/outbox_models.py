"""The queue of mails, and to whom none may go.

Same conventions as in `models.py`, which brings these tables into the common schema.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Index,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from bball_tui.database.base import (
    Actor,
    Base,
    Key,
    Moment,
    Stamp,
    in_words,
    league,
    lowered,
    one_of,
    within,
)
from bball_tui.database.states import (
    FINAL_STATES,
    OutboxState,
    WaitsFor,
)


class Outbox(Base):
    __tablename__ = "outbox"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    kind: Mapped[str] = mapped_column(Text)
    contract_id: Mapped[int | None] = mapped_column(BigInteger)
    recipient: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text(collation="C"), lowered("recipient"))
    dedupe_key: Mapped[str] = mapped_column(Text)
    message_id: Mapped[str] = mapped_column(Text)
    payload: Mapped[Any] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text, server_default="queued")
    priority: Mapped[int] = mapped_column(server_default="2")
    """1 to 4, lower first."""
    available_at: Mapped[Stamp]
    waits_for: Mapped[str | None] = mapped_column(Text)
    """What it waits for besides its turn. Such a mail is not due for a hundred years: no claim need know of it."""
    attempts: Mapped[int] = mapped_column(server_default="0")
    """How often bytes went on the wire and the answer counted."""
    max_attempts: Mapped[int] = mapped_column(server_default="8")
    claims: Mapped[int] = mapped_column(server_default="0")
    """How often a worker took it; numbers the rows of `outbox_attempt`."""
    claim_token: Mapped[UUID | None] = mapped_column(PG_UUID(as_uuid=True))
    claimed_by: Mapped[str | None] = mapped_column(Text)
    claimed_at: Mapped[Moment | None]
    lease_until: Mapped[Moment | None]
    wire_started_at: Mapped[Moment | None]
    provider: Mapped[str | None] = mapped_column(Text)
    provider_ref: Mapped[str | None] = mapped_column(Text)
    error_class: Mapped[str | None] = mapped_column(Text)
    error_code: Mapped[str | None] = mapped_column(Text)
    error_text: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[Actor]
    created_at: Mapped[Stamp]
    finalized_at: Mapped[Moment | None]
    bounced_at: Mapped[Moment | None]
    """When we heard that an accepted mail came back; the table `bounce` has the report."""
    bounce_settled_at: Mapped[Moment | None]
    """When somebody dealt with that: another address, or told another way."""
    __table_args__ = (
        within("outbox", "contract_id", "contract"),
        UniqueConstraint("league_id", "id"),
        one_of("state", OutboxState, "state"),
        CheckConstraint("(state = 'sending') = (lease_until IS NOT NULL)", name="lease"),
        CheckConstraint("state <> 'sending' OR claim_token IS NOT NULL", name="claim_token"),
        CheckConstraint(f"(state IN {in_words(FINAL_STATES)}) = (finalized_at IS NOT NULL)", name="finalized_at"),
        CheckConstraint("state <> 'in_doubt' OR wire_started_at IS NOT NULL", name="in_doubt"),
        CheckConstraint("state NOT IN ('dead', 'in_doubt') OR error_class IS NOT NULL", name="error_class"),
        CheckConstraint("bounced_at IS NULL OR state = 'sent'", name="bounced_at"),
        CheckConstraint("bounce_settled_at IS NULL OR bounced_at IS NOT NULL", name="bounce_settled_at"),
        one_of("waits_for", WaitsFor, "waits_for"),
        CheckConstraint("waits_for IS NULL OR available_at > created_at + interval '50 years'", name="waiting"),
        CheckConstraint("waits_for IS NULL OR state NOT IN ('sending', 'sent', 'in_doubt')", name="waiting_state"),
        CheckConstraint("attempts BETWEEN 0 AND max_attempts", name="attempts"),
        CheckConstraint("claims >= attempts", name="claims"),
        CheckConstraint("priority BETWEEN 1 AND 4", name="priority"),
        CheckConstraint("length(recipient) BETWEEN 1 AND 254 AND recipient !~ '[[:cntrl:]]'", name="recipient"),
        CheckConstraint("message_id ~ '^<[^<>[:space:]]+@[^<>[:space:]]+>$'", name="message_id"),
        Index(
            "ix_outbox_claim",
            "league_id",
            "priority",
            "available_at",
            "id",
            postgresql_where=text("state = 'queued'"),
        ),
        Index("ix_outbox_lease", "lease_until", postgresql_where=text("state = 'sending'")),
        Index("ix_outbox_attention", "league_id", "id", postgresql_where=text("state IN ('dead', 'in_doubt')")),
        Index(
            "ix_outbox_bounced",
            "league_id",
            "id",
            postgresql_where=text("bounced_at IS NOT NULL AND bounce_settled_at IS NULL"),
        ),
        Index(
            "ix_outbox_retention",
            "league_id",
            "finalized_at",
            postgresql_where=text("state IN ('sent', 'cancelled', 'suppressed')"),
        ),
        Index("ix_outbox_waits_for", "league_id", "contract_id", postgresql_where=text("waits_for IS NOT NULL")),
        Index("ix_outbox_contract_id", "contract_id"),
        Index("ix_outbox_recipient", "league_id", "address"),
        UniqueConstraint("league_id", "dedupe_key"),
        UniqueConstraint("league_id", "message_id"),
        {"postgresql_with": {"fillfactor": "85", "autovacuum_vacuum_scale_factor": "0.02"}},
    )


class Suppression(Base):
    __tablename__ = "suppression"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    email: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text(collation="C"), lowered("email"))
    reason: Mapped[str] = mapped_column(Text)
    by_report: Mapped[bool] = mapped_column(server_default=false())
    """A report of a mail server did it, and not the person whose worker or command read the report."""
    recorded_by: Mapped[Actor]
    recorded_at: Mapped[Stamp]
    lifted_at: Mapped[Moment | None]
    lifted_by: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted"),
        Index(
            "uq_suppression_email",
            "league_id",
            "address",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )
