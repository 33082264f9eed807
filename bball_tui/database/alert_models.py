"""The table of what alerts told staff. Conventions as in `models.py`, which brings it into the common schema."""

from sqlalchemy import CheckConstraint, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from bball_tui.database.base import Base, Moment, league, one_of
from bball_tui.database.states import AlertCause, AlertChannel


class AlertNotice(Base):
    """What one channel said of one cause, so that all workers together say it once."""

    __tablename__ = "alert_notice"
    league_id: Mapped[int] = league(key=True)
    cause: Mapped[str] = mapped_column(Text, primary_key=True)
    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    since: Mapped[Moment | None]
    """Since when it is the case; None: it is not."""
    told_at: Mapped[Moment | None]
    """When it was told last that it is the case."""
    told: Mapped[bool] = mapped_column(server_default=false())
    """It was told, and not yet that it is over."""
    count: Mapped[int] = mapped_column(server_default="0")
    """How many staff know of."""
    detail: Mapped[str] = mapped_column(Text, server_default=text("''"))
    """What exactly staff know of."""
    try_after: Mapped[Moment | None]
    """Somebody is just telling it, or it could not be told: nobody else does until then."""
    problem: Mapped[str | None] = mapped_column(Text)
    """Why it could not be told."""
    __table_args__ = (
        one_of("cause", AlertCause, "cause"),
        one_of("channel", AlertChannel, "channel"),
        CheckConstraint("told_at IS NOT NULL OR NOT told", name="told"),
        CheckConstraint("count >= 0 AND length(detail) <= 1000 AND length(problem) <= 300", name="lengths"),
    )
