"""The tables of contracts and the signatures under them.

Same conventions as in `models.py`, which brings these tables into the common schema.
"""

from datetime import date

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from bball_tui.database.base import (
    Actor,
    Base,
    Key,
    Stamp,
    in_words,
    league,
    one_of,
    ranked,
    within,
)
from bball_tui.database.states import (
    LIVE_STATUSES,
    WAITING_STATUSES,
    Capacity,
    ContractStatus,
    SigningMethod,
)


class Contract(Base):
    __tablename__ = "contract"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    season_id: Mapped[int] = mapped_column(BigInteger)
    team_id: Mapped[int] = mapped_column(BigInteger)
    player_id: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(Text, server_default="draft")
    offered_on: Mapped[date | None]
    due_on: Mapped[date | None]
    signature_id: Mapped[int | None] = mapped_column(BigInteger)
    """The signature in force. Undo and void clear it; the signature's row stays."""
    revision: Mapped[int] = mapped_column(server_default="0")
    """Counts signings, so that signing again after a void is a new promise of a mail."""
    status_reason: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[Stamp]
    updated_at: Mapped[Stamp]
    updated_by: Mapped[Actor]
    player_key: Mapped[str] = mapped_column(Text(collation="C"), server_default="")
    """The player's ``name_key``, kept by triggers: a list of contracts is sorted without looking at the players."""
    signer_key: Mapped[str] = mapped_column(Text(collation="C"), server_default="~")
    """The folded name of who signed, kept by a trigger; after all letters while nobody has."""
    status_rank: Mapped[int] = mapped_column(SmallInteger, ranked("status", ContractStatus))
    """The status as its place in a contract's life."""
    due_key: Mapped[date] = mapped_column(Computed("COALESCE(due_on, '9999-12-31'::date)", persisted=True))
    __table_args__ = (
        within("contract", "season_id", "season"),
        within("contract", "team_id", "team"),
        within("contract", "player_id", "player"),
        ForeignKeyConstraint(
            ["league_id", "id", "signature_id"],
            ["signature.league_id", "signature.contract_id", "signature.id"],
            name="fk_contract_signature_id",
            use_alter=True,
        ),
        UniqueConstraint("league_id", "id"),
        one_of("status", ContractStatus, "status"),
        CheckConstraint("(status = 'signed') = (signature_id IS NOT NULL)", name="signature"),
        CheckConstraint("status NOT IN ('void', 'released') OR status_reason IS NOT NULL", name="void_reason"),
        CheckConstraint("status IN ('draft', 'void') OR offered_on IS NOT NULL", name="offered_on"),
        CheckConstraint("due_on >= offered_on", name="due_on"),
        Index(
            "uq_contract_live",
            "league_id",
            "season_id",
            "player_id",
            unique=True,
            postgresql_where=text(f"status IN {in_words(LIVE_STATUSES)}"),
        ),
        Index("ix_contract_player_id", "player_id", "season_id"),
        Index("ix_contract_team_id", "team_id", "player_key", "id"),
        Index("ix_contract_season", "league_id", "season_id"),
        # With the team, which the walls look at: so a count reads the index alone.
        Index("ix_contract_status", "league_id", "season_id", "status", postgresql_include=["team_id"]),
        Index(
            "ix_contract_waiting",
            "league_id",
            "season_id",
            "due_on",
            postgresql_include=["player_id"],
            postgresql_where=text(f"status IN {in_words(WAITING_STATUSES)}"),
        ),
        Index("ix_contract_player_key", "league_id", "season_id", "player_key", "id"),
        *(
            Index(f"ix_contract_{key}", "league_id", "season_id", key, "player_key", "id")
            for key in ("status_rank", "due_key", "signer_key")
        ),
    )


class Signature(Base):
    __tablename__ = "signature"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    contract_id: Mapped[int] = mapped_column(BigInteger)
    guardian_id: Mapped[int | None] = mapped_column(BigInteger)
    signer: Mapped[str] = mapped_column(Text)
    capacity: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(Text)
    signed_on: Mapped[date]
    received_at: Mapped[Stamp]
    recorded_by: Mapped[Actor]
    evidence_sha256: Mapped[bytes | None] = mapped_column(BYTEA)
    note: Mapped[str | None] = mapped_column(Text)
    supersedes_id: Mapped[int | None] = mapped_column(BigInteger)
    """The row that this one corrects. It stays as it was written."""
    correction_reason: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        within("signature", "contract_id", "contract"),
        within("signature", "guardian_id", "guardian"),
        ForeignKeyConstraint(
            ["league_id", "contract_id", "supersedes_id"],
            ["signature.league_id", "signature.contract_id", "signature.id"],
            name="fk_signature_supersedes_id",
        ),
        UniqueConstraint("league_id", "contract_id", "id"),
        CheckConstraint("(supersedes_id IS NULL) = (correction_reason IS NULL)", name="correction_reason"),
        one_of("capacity", Capacity, "capacity"),
        one_of("method", SigningMethod, "method"),
        CheckConstraint("length(signer) BETWEEN 1 AND 200", name="signer"),
        CheckConstraint("octet_length(evidence_sha256) = 32", name="evidence_sha256"),
        Index("ix_signature_contract_id", "contract_id"),
        Index("ix_signature_received_at", "league_id", "received_at"),
    )
