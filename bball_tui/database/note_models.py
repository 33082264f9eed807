"""The table of what staff heard from families.

Same conventions as in `models.py`, which brings this table into the common schema.
"""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from bball_tui.database.base import Actor, Base, Key, Moment, Stamp, league, one_of, within
from bball_tui.database.states import LONGEST_NOTE, NoteKind


class FamilyNote(Base):
    """A note or a call on a player's family. What was said is never changed; it can be struck, with a reason.

    ``follow_up``: the day on which somebody should ask again, until it is ``done``. A new day opens it again.
    """

    __tablename__ = "family_note"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    player_id: Mapped[int | None] = mapped_column(BigInteger)
    guardian_id: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    follow_up: Mapped[date | None]
    created_by: Mapped[Actor]
    created_at: Mapped[Stamp]
    done_at: Mapped[Moment | None]
    done_by: Mapped[str | None] = mapped_column(Text)
    struck_at: Mapped[Moment | None]
    struck_by: Mapped[str | None] = mapped_column(Text)
    struck_reason: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        within("family_note", "player_id", "player", ondelete="CASCADE"),
        within("family_note", "guardian_id", "guardian", ondelete="CASCADE"),
        one_of("kind", NoteKind, "kind"),
        CheckConstraint(f"length(body) BETWEEN 1 AND {LONGEST_NOTE}", name="body"),
        CheckConstraint("num_nonnulls(player_id, guardian_id) > 0", name="whose"),
        CheckConstraint(
            "(done_at IS NULL) = (done_by IS NULL) AND (done_at IS NULL OR follow_up IS NOT NULL)", name="done"
        ),
        CheckConstraint(
            "(struck_at IS NULL) = (struck_by IS NULL) AND (struck_at IS NULL) = (struck_reason IS NULL)"
            " AND length(struck_reason) <= 500",
            name="struck",
        ),
        Index("ix_family_note_player_id", "league_id", "player_id", "id"),
        Index("ix_family_note_guardian_id", "league_id", "guardian_id", "id"),
        Index(
            "ix_family_note_follow_up",
            "league_id",
            "follow_up",
            postgresql_where=text("follow_up IS NOT NULL AND done_at IS NULL AND struck_at IS NULL"),
        ),
    )
