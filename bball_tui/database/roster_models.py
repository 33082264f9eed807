"""The tables of the roster: teams, players, guardians and what they are to each other.

Same conventions as in `models.py`, which brings these tables into the common schema.
"""

from datetime import date

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from bball_tui.database.base import (
    LANGUAGE_TAG,
    Base,
    Key,
    Moment,
    Stamp,
    folded,
    league,
    lowered,
    one_of,
    searchable,
    within,
)


class Team(Base):
    __tablename__ = "team"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    season_id: Mapped[int] = mapped_column(BigInteger)
    division: Mapped[str] = mapped_column(Text, server_default="")
    name: Mapped[str] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(Text(collation="C"), folded("name"))
    search: Mapped[str] = mapped_column(TSVECTOR, searchable("name || ' '::text || division"))
    groupme_group_id: Mapped[str | None] = mapped_column(Text)
    groupme_share_url: Mapped[str | None] = mapped_column(Text)
    groupme_seen_name: Mapped[str | None] = mapped_column(Text)
    """What the group was called when it was last looked at."""
    groupme_linked_name: Mapped[str | None] = mapped_column(Text)
    """What the team was called then."""
    groupme_linked_at: Mapped[Moment | None]
    """Since when the present group and share link stand."""
    archived_at: Mapped[Moment | None]
    """Since when it is left out of the lists; stamped by a trigger, like ``archived_by``."""
    archived_by: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[Stamp]
    __table_args__ = (
        within("team", "season_id", "season"),
        UniqueConstraint("league_id", "id"),
        UniqueConstraint("league_id", "season_id", "division", "name_key"),
        CheckConstraint("(archived_at IS NULL) = (archived_by IS NULL)", name="archived"),
        CheckConstraint("length(name) BETWEEN 1 AND 200", name="name"),
        CheckConstraint("length(division) <= 100", name="division"),
        CheckConstraint("groupme_share_url IS NULL OR groupme_share_url ~ '^https://'", name="groupme_share_url"),
        CheckConstraint("groupme_linked_at IS NULL OR groupme_group_id IS NOT NULL", name="groupme_linked_at"),
        Index("ix_team_name_key", "league_id", "season_id", "name_key", "id"),
        Index("ix_team_league_name_key", "league_id", "name_key", "id"),
        Index("ix_team_search", "search", postgresql_using="gin"),
        Index(
            "uq_team_groupme_group_id",
            "league_id",
            "groupme_group_id",
            unique=True,
            postgresql_where=text("groupme_group_id IS NOT NULL"),
        ),
    )


class Player(Base):
    __tablename__ = "player"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    first_name: Mapped[str] = mapped_column(Text)
    last_name: Mapped[str] = mapped_column(Text)
    birthdate: Mapped[date | None]
    jersey: Mapped[str | None] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(Text(collation="C"), folded("last_name || ', '::text || first_name"))
    search: Mapped[str] = mapped_column(
        TSVECTOR,
        searchable(
            "first_name || ' '::text || last_name || ' '::text || COALESCE(jersey, ''::text)"
            " || ' '::text || merged_names"
        ),
    )
    reach: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    """Kept by triggers. 0: no guardian; 1: none whom a mail can reach; 2: a mail can reach the family."""
    merged_names: Mapped[str] = mapped_column(Text, server_default=text("''"))
    """What else the player was called in rows that were merged into this one."""
    archived_at: Mapped[Moment | None]
    """Since when it is left out of the lists; stamped by a trigger, like ``archived_by``."""
    archived_by: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[Stamp]
    __table_args__ = (
        UniqueConstraint("league_id", "id"),
        CheckConstraint("(archived_at IS NULL) = (archived_by IS NULL)", name="archived"),
        CheckConstraint("length(first_name) BETWEEN 1 AND 100", name="first_name"),
        CheckConstraint("length(last_name) BETWEEN 1 AND 100", name="last_name"),
        CheckConstraint("birthdate > '1900-01-01'", name="birthdate"),
        CheckConstraint("jersey ~ '^[0-9]{1,3}$'", name="jersey"),
        CheckConstraint("reach BETWEEN 0 AND 2", name="reach"),
        Index("ix_player_name_key", "league_id", "name_key", "id"),
        Index("ix_player_kept", "league_id", postgresql_where=text("archived_at IS NULL")),
        Index("ix_player_reach", "league_id", "reach", "name_key", "id"),
        Index("ix_player_birthdate", "league_id", text("COALESCE(birthdate, '9999-12-31'::date)"), "name_key", "id"),
        Index("ix_player_search", "search", postgresql_using="gin"),
    )


class Guardian(Base):
    __tablename__ = "guardian"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    first_name: Mapped[str] = mapped_column(Text)
    last_name: Mapped[str] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text(collation="C"), lowered("email"))
    phone: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text, server_default="")
    """Empty: the league's."""
    merged_names: Mapped[str] = mapped_column(Text, server_default=text("''"))
    """What else the guardian was called in rows that were merged into this one."""
    name_key: Mapped[str] = mapped_column(Text(collation="C"), folded("last_name || ', '::text || first_name"))
    search: Mapped[str] = mapped_column(
        TSVECTOR,
        searchable(
            "first_name || ' '::text || last_name || ' '::text || COALESCE(email, ''::text)"
            " || ' '::text || merged_names"
        ),
    )
    version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[Stamp]
    __table_args__ = (
        UniqueConstraint("league_id", "id"),
        CheckConstraint("length(first_name) BETWEEN 1 AND 100", name="first_name"),
        CheckConstraint("length(last_name) BETWEEN 1 AND 100", name="last_name"),
        # A last line of defense against header injection; the reader gives the friendly message.
        CheckConstraint("email ~ '^[^\\s@<>,;:]+@[^\\s@<>,;:]+$' AND length(email) <= 254", name="email"),
        CheckConstraint("length(phone) <= 40", name="phone"),
        CheckConstraint(f"language = '' OR language ~ {LANGUAGE_TAG}", name="language"),
        Index("ix_guardian_name_key", "league_id", "name_key", "id"),
        # Finds whole addresses and their beginnings.
        Index("ix_guardian_email", "league_id", "address"),
        Index("ix_guardian_search", "search", postgresql_using="gin"),
    )


class PlayerGuardian(Base):
    __tablename__ = "player_guardian"
    player_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    guardian_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    league_id: Mapped[int] = league(key=True)
    position: Mapped[int] = mapped_column(server_default="1")
    """1 is the guardian asked first."""
    relation: Mapped[str] = mapped_column(Text, server_default="guardian")
    receives_email: Mapped[bool] = mapped_column(server_default=text("true"))
    may_sign: Mapped[bool] = mapped_column(server_default=text("true"))
    household: Mapped[int | None]
    """Which of the player's homes, where staff said so; else it is guessed for the eye."""
    __table_args__ = (
        within("player_guardian", "player_id", "player", ondelete="CASCADE"),
        within("player_guardian", "guardian_id", "guardian", ondelete="CASCADE"),
        CheckConstraint("household BETWEEN 1 AND 9", name="household"),
        one_of("relation", ("mother", "father", "guardian", "other"), "relation"),
        Index("ix_player_guardian_guardian_id", "guardian_id"),
    )
