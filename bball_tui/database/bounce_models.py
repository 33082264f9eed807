"""The table of returned mails. Same conventions as in `models.py`, which brings it into the common schema."""

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from bball_tui.database.base import Actor, Base, Key, Moment, Stamp, league, within


class Bounce(Base):
    """One report that a mail did not reach its mailbox, matched to the mail. It goes when the mail goes."""

    __tablename__ = "bounce"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    outbox_id: Mapped[int] = mapped_column(BigInteger)
    report_key: Mapped[str] = mapped_column(Text)
    """Names the report forever, so that reading it twice changes nothing."""
    recipient: Mapped[str] = mapped_column(Text)
    permanent: Mapped[bool]
    """Whether status and words say that there is no such mailbox; else this one mail was given up."""
    status: Mapped[str | None] = mapped_column(Text)
    """The enhanced code of RFC 3463, such as 5.1.1."""
    diagnostic: Mapped[str | None] = mapped_column(Text)
    reporter: Mapped[str | None] = mapped_column(Text)
    """The mail server that says so."""
    reported_at: Mapped[Moment | None]
    names_mail: Mapped[bool] = mapped_column(server_default=true())
    """It carries the mail's own Message-ID and is about the mail's own address; any other may be forged."""
    recorded_by: Mapped[Actor]
    recorded_at: Mapped[Stamp]
    __table_args__ = (
        within("bounce", "outbox_id", "outbox", ondelete="CASCADE"),
        UniqueConstraint("league_id", "report_key"),
        CheckConstraint("status ~ '^[245][.][0-9]{1,3}[.][0-9]{1,3}$'", name="status"),
        CheckConstraint("length(diagnostic) <= 1000 AND length(reporter) <= 255", name="lengths"),
        Index("ix_bounce_outbox_id", "outbox_id"),
    )
