"""The tables of the leagues and their seasons.

Same conventions as in `models.py`, which brings these tables into the common schema.
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from bball_tui.database.base import (
    LANGUAGE_TAG,
    Base,
    Key,
    Moment,
    Stamp,
    league,
    one_of,
)
from bball_tui.database.states import (
    DateOrder,
    TeamChange,
)


class League(Base):
    __tablename__ = "league"
    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    brand_color: Mapped[str] = mapped_column(Text, server_default="#c2410c")
    logo_url: Mapped[str | None] = mapped_column(Text)
    from_name: Mapped[str | None] = mapped_column(Text)
    from_email: Mapped[str | None] = mapped_column(Text)
    reply_to: Mapped[str | None] = mapped_column(Text)
    timezone: Mapped[str] = mapped_column(Text, server_default="UTC")
    hold_seconds: Mapped[int] = mapped_column(server_default="10")
    date_order: Mapped[str] = mapped_column(Text, server_default="ymd")
    language: Mapped[str] = mapped_column(Text, server_default="en")
    """Of the mails to families who did not name one: a tag such as `en`, `es` or `es-mx`."""
    bounce_blocks: Mapped[bool] = mapped_column(server_default=text("true"))
    """Whether an address whose mailbox does not exist takes no more mail by itself."""
    reminder_days: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger), server_default="{}")
    """How many days before a contract is due its families are reminded; empty: never."""
    reminder_cap: Mapped[int] = mapped_column(SmallInteger, server_default="2")
    """At most so many reminders for one offer."""
    team_change: Mapped[str] = mapped_column(Text, server_default="ask")
    """What another team means for a signature."""
    alert_emails: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """The staff who are told by e-mail of what goes wrong while nobody looks."""
    alert_minutes: Mapped[int] = mapped_column(SmallInteger, server_default="15")
    """For so long mails may be held, or a worker be silent, before they are told."""
    current_season_id: Mapped[int | None] = mapped_column(BigInteger)
    """The season that the desk shows; None is the newest."""
    mail_offers: Mapped[bool] = mapped_column(server_default=text("false"))
    wait_for_chat: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether welcome mails wait until the team's chat has a share link."""
    """Whether an offer is told by mail."""
    unsubscribe: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether messages of one's own say how one gets no more of them."""
    rules: Mapped[Any] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    """What the league asks of its teams (`league/rules/team_check.py`); empty: nothing."""
    mail_salt: Mapped[UUID] = mapped_column(PG_UUID(as_uuid=True), server_default=text("gen_random_uuid()"))
    """Goes into every Message-ID: receivers drop repeated ones, and a trial database knows the same families."""
    version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[Stamp]
    __table_args__ = (
        ForeignKeyConstraint(
            ["id", "current_season_id"],
            ["season.league_id", "season.id"],
            name="fk_league_current_season_id",
            use_alter=True,
        ),
        one_of("date_order", DateOrder, "date_order"),
        one_of("team_change", TeamChange, "team_change"),
        CheckConstraint("brand_color ~ '^#[0-9a-fA-F]{6}$'", name="brand_color"),
        CheckConstraint("slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'", name="slug"),
        CheckConstraint("length(name) BETWEEN 1 AND 200", name="name"),
        CheckConstraint("hold_seconds BETWEEN 0 AND 86400", name="hold_seconds"),
        CheckConstraint("jsonb_typeof(rules) = 'object'", name="rules"),
        CheckConstraint("logo_url IS NULL OR logo_url ~ '^https://'", name="logo_url"),
        CheckConstraint(f"language ~ {LANGUAGE_TAG}", name="language"),
        CheckConstraint(
            "cardinality(reminder_days) <= 5 AND 0 <= ALL (reminder_days) AND 90 >= ALL (reminder_days) "
            "AND reminder_cap BETWEEN 1 AND 5",
            name="reminders",
        ),
        CheckConstraint("cardinality(alert_emails) <= 20 AND alert_minutes BETWEEN 1 AND 1440", name="alerts"),
    )


class Season(Base):
    __tablename__ = "season"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    name: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    archived_at: Mapped[Moment | None]
    """Since when it is left out of the lists; stamped by a trigger, like ``archived_by``."""
    archived_by: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[Stamp]
    __table_args__ = (
        UniqueConstraint("league_id", "id"),
        UniqueConstraint("league_id", "name"),
        Index("uq_season_name_lower", "league_id", text("lower(name)"), unique=True),
        CheckConstraint("(archived_at IS NULL) = (archived_by IS NULL)", name="archived"),
        CheckConstraint("length(name) BETWEEN 1 AND 100", name="name"),
        CheckConstraint("ends_on >= starts_on", name="dates"),
    )
