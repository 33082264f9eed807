"""The table of who was erased. Conventions as in `models.py`, which brings it into the common schema."""

from sqlalchemy import BigInteger, CheckConstraint, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from bball_tui.database.base import Actor, Base, Key, Stamp, league, one_of


class Erasure(Base):
    """A player or guardian of whom nothing is left but that there was one. Only the function that erases writes it."""

    __tablename__ = "erasure"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    entity: Mapped[str] = mapped_column(Text)
    entity_id: Mapped[int] = mapped_column(BigInteger)
    mark: Mapped[bytes] = mapped_column(BYTEA)
    """Whether a row of that id, in a database restored from an older backup, is the same record. It is made of ids and
    of the moment when the record was added: nothing about a person can be guessed from it."""
    erased_by: Mapped[Actor]
    erased_at: Mapped[Stamp]
    xact: Mapped[int] = mapped_column(BigInteger, server_default=text("((pg_current_xact_id())::text)::bigint"))
    """The transaction that erased, which the guards of what is written once let pass."""
    __table_args__ = (
        UniqueConstraint("league_id", "entity", "entity_id"),
        one_of("entity", ("player", "guardian"), "entity"),
        CheckConstraint("octet_length(mark) = 32", name="mark"),
    )
