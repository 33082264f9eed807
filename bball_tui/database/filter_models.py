"""The table of the filters that people saved."""

from typing import Any

from sqlalchemy import CheckConstraint, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from bball_tui.database.base import Actor, Base, Key, Stamp, league, one_of


class SavedFilter(Base):
    """A person's own name for a search and its filters, in one of the lists. ``choices`` is written by its reader."""

    __tablename__ = "saved_filter"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    list: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    choices: Mapped[Any] = mapped_column(JSONB)
    created_by: Mapped[Actor]
    created_at: Mapped[Stamp]
    __table_args__ = (
        UniqueConstraint("league_id", "created_by", "list", "name"),
        one_of("list", ("teams", "players", "contracts"), "list"),
        CheckConstraint("length(name) BETWEEN 1 AND 60", name="name"),
    )
