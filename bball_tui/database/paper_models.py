"""The table of scans: papers as pictures or PDF files, each kept with the signature that it proves.

Same conventions as in `models.py`, which brings this table into the common schema.
"""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from bball_tui.database.base import Actor, Base, Key, Moment, Stamp, league, one_of, within
from bball_tui.database.states import LARGEST_SCAN, ScanKind


class Scan(Base):
    """The picture of a signed paper. Written once; anyone who takes it off says why, and its bytes go."""

    __tablename__ = "scan"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    contract_id: Mapped[int] = mapped_column(BigInteger)
    signature_id: Mapped[int] = mapped_column(BigInteger)
    """The signature that was in force when it came in."""
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    """What the file was called; nothing is decided by it."""
    size: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(BYTEA)
    content: Mapped[bytes | None] = mapped_column(BYTEA)
    recorded_by: Mapped[Actor]
    recorded_at: Mapped[Stamp]
    removed_at: Mapped[Moment | None]
    removed_by: Mapped[str | None] = mapped_column(Text)
    removed_reason: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        within("scan", "contract_id", "contract"),
        ForeignKeyConstraint(
            ["league_id", "contract_id", "signature_id"],
            ["signature.league_id", "signature.contract_id", "signature.id"],
            name="fk_scan_signature_id",
        ),
        one_of("kind", ScanKind, "kind"),
        CheckConstraint("length(name) BETWEEN 1 AND 200", name="name"),
        CheckConstraint(f"size BETWEEN 1 AND {LARGEST_SCAN}", name="size"),
        CheckConstraint("octet_length(sha256) = 32", name="sha256"),
        CheckConstraint("sha256(content) = sha256 AND octet_length(content) = size", name="content"),
        CheckConstraint("(content IS NULL) = (removed_at IS NOT NULL)", name="removed"),
        CheckConstraint(
            "(removed_at IS NULL) = (removed_by IS NULL) AND (removed_at IS NULL) = (removed_reason IS NULL)",
            name="removed_why",
        ),
        Index(
            "uq_scan_contract_id",
            "league_id",
            "contract_id",
            "sha256",
            unique=True,
            postgresql_where=text("removed_at IS NULL"),
        ),
        Index("ix_scan_sha256", "league_id", "sha256", postgresql_where=text("removed_at IS NULL")),
    )
