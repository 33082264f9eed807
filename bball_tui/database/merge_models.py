"""Who turned out to be whom, and who did not. Same conventions as in `models.py`, which brings these tables into the
common schema.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    Index,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from bball_tui.database.base import (
    Actor,
    Base,
    Key,
    Moment,
    Stamp,
    league,
    one_of,
    within,
)


class DistinctPlayers(Base):
    """Staff said that these two are not one person; nobody asks again."""

    __tablename__ = "distinct_players"
    one_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    other_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    league_id: Mapped[int] = league(key=True)
    created_by: Mapped[Actor]
    created_at: Mapped[Stamp]
    __table_args__ = (
        within("distinct_players", "one_id", "player", ondelete="CASCADE"),
        within("distinct_players", "other_id", "player", ondelete="CASCADE"),
        CheckConstraint("one_id < other_id", name="order"),
    )


class MergedPerson(Base):
    """A player or a guardian who turned out to be another one. The row left its table and is kept here, with a note of
    what was moved to the one who stays, so that it can be moved back. Written by functions of the database alone.
    """

    __tablename__ = "merged_person"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    kind: Mapped[str] = mapped_column(Text)
    kept_id: Mapped[int] = mapped_column(BigInteger)
    gone_id: Mapped[int] = mapped_column(BigInteger)
    stays_id: Mapped[int] = mapped_column(BigInteger)
    """Who stays today: ``kept_id``, or whom that one was merged into since."""
    name: Mapped[str] = mapped_column(Text)
    """Of the one who is gone."""
    was: Mapped[Any] = mapped_column(JSONB)
    """The whole row."""
    moved: Mapped[Any] = mapped_column(JSONB)
    """What was moved, row by row: migration 0028 writes and reads it."""
    address: Mapped[str | None] = mapped_column(
        Text(collation="C"), Computed("lower(was ->> 'email'::text)", persisted=True)
    )
    created_by: Mapped[Actor]
    created_at: Mapped[Stamp]
    undone_by: Mapped[str | None] = mapped_column(Text)
    undone_at: Mapped[Moment | None]
    __table_args__ = (
        one_of("kind", ("player", "guardian"), "kind"),
        CheckConstraint("kept_id <> gone_id", name="two"),
        CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="undone"),
        Index(
            "uq_merged_person_gone",
            "league_id",
            "kind",
            "gone_id",
            unique=True,
            postgresql_where=text("undone_at IS NULL"),
        ),
        Index("ix_merged_person_stays", "league_id", "kind", "stays_id"),
        Index("ix_merged_person_address", "league_id", "address"),
    )
