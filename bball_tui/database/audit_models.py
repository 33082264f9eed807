"""Who did what. Same conventions as in `models.py`, which brings this table into the common schema."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Index,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from bball_tui.database.base import (
    Actor,
    Base,
    Key,
    Stamp,
    league,
)


class Audit(Base):
    __tablename__ = "audit"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    recorded_at: Mapped[Stamp]
    recorded_by: Mapped[Actor]
    action: Mapped[str] = mapped_column(Text)
    entity: Mapped[str] = mapped_column(Text)
    entity_id: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str | None] = mapped_column(Text)
    before: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    __table_args__ = (
        Index("ix_audit_entity", "entity", "entity_id", "id"),
        Index("ix_audit_own", "league_id", "recorded_by", "recorded_at"),
    )
