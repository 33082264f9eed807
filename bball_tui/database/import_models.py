"""The table of the import: what staff said of the columns of a file.

Same conventions as in `models.py`, which brings the table into the common schema.
"""

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.dialects.postgresql import BYTEA, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from bball_tui.database.base import Actor, Base, Stamp


class ImportMapping(Base):
    """Which columns of files with one header hold what. Headings only, no cell of any file."""

    __tablename__ = "import_mapping"
    league_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("league.id"), primary_key=True)
    signature: Mapped[bytes] = mapped_column(BYTEA, primary_key=True)
    """SHA-256 of the folded headings, in their order."""
    mapping: Mapped[Any] = mapped_column(JSONB)
    updated_at: Mapped[Stamp]
    updated_by: Mapped[Actor]
    __table_args__ = (CheckConstraint("octet_length(signature) = 32", name="signature"),)
