"""The tables of the team chats: what was asked of GroupMe, the league's staff, and who of them is where.

Same conventions as in `models.py`, which brings these tables into the common schema.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from bball_tui.database.base import Actor, Base, Key, Moment, Stamp, in_words, league, one_of, within
from bball_tui.database.states import OPEN_INTENTS, IntentKind, IntentState, MemberState, TeamState


class GroupIntent(Base):
    """One write to GroupMe, kept before it is sent, so that no crash can lose the knowledge of it."""

    __tablename__ = "group_intent"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    team_id: Mapped[int] = mapped_column(BigInteger)
    op_id: Mapped[UUID] = mapped_column(PG_UUID(as_uuid=True))
    kind: Mapped[str] = mapped_column(Text)
    group_id: Mapped[str | None] = mapped_column(Text)
    payload: Mapped[Any] = mapped_column(JSONB)
    tag: Mapped[str | None] = mapped_column(Text)
    """What a new group carries in its description, so that it can be told from others of its name."""
    state: Mapped[str] = mapped_column(Text, server_default="open")
    created_by: Mapped[Actor]
    created_at: Mapped[Stamp]
    resolved_at: Mapped[Moment | None]
    result: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))
    __table_args__ = (
        within("group_intent", "team_id", "team"),
        one_of("kind", IntentKind, "kind"),
        one_of("state", IntentState, "state"),
        CheckConstraint(f"(state IN {in_words(OPEN_INTENTS)}) = (resolved_at IS NULL)", name="resolved_at"),
        CheckConstraint("kind <> 'create' OR tag IS NOT NULL", name="tag"),
        CheckConstraint("kind = 'create' OR group_id IS NOT NULL", name="group_id"),
        # Nobody, on no machine, asks for a second group while the fate of the first is not known.
        Index(
            "uq_group_intent_open",
            "league_id",
            "team_id",
            "kind",
            unique=True,
            postgresql_where=text(f"state IN {in_words(OPEN_INTENTS)}"),
        ),
        UniqueConstraint("league_id", "op_id"),
        Index("ix_group_intent_newest", "league_id", "kind", "id"),
    )


class GroupStaff(Base):
    """An adult who belongs in the league's groups. Consent is noted with the moment and how it was given."""

    __tablename__ = "group_staff"
    id: Mapped[Key]
    league_id: Mapped[int] = league()
    name: Mapped[str] = mapped_column(Text)
    groupme_user_id: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    consent_at: Mapped[Moment | None]
    consent_note: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[Actor]
    created_at: Mapped[Stamp]
    __table_args__ = (
        UniqueConstraint("league_id", "id"),
        CheckConstraint("length(name) BETWEEN 1 AND 100", name="name"),
        CheckConstraint("groupme_user_id ~ '^[0-9]{1,20}$'", name="groupme_user_id"),
        CheckConstraint("phone ~ '^[+][0-9]{1,3} [0-9]{4,14}$'", name="phone"),
        CheckConstraint("email ~ '^[^\\s@<>,;:]+@[^\\s@<>,;:]+$' AND length(email) <= 254", name="email"),
        CheckConstraint("(consent_at IS NULL) = (consent_note IS NULL)", name="consent"),
        CheckConstraint("length(consent_note) BETWEEN 1 AND 500", name="consent_note"),
        UniqueConstraint("league_id", "groupme_user_id"),
        Index("uq_group_staff_email", "league_id", text("lower(email)"), unique=True),
        UniqueConstraint("league_id", "phone"),
    )


class GroupMember(Base):
    """How far the addition of one staff member to one team's group has come."""

    __tablename__ = "group_member"
    team_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    staff_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    league_id: Mapped[int] = league(key=True)
    group_id: Mapped[str] = mapped_column(Text)
    guid: Mapped[str] = mapped_column(Text)
    """Sent with the request and repeated in its result."""
    membership_id: Mapped[str | None] = mapped_column(Text)
    user_id: Mapped[str | None] = mapped_column(Text)
    results_id: Mapped[str | None] = mapped_column(Text)
    """Where GroupMe tells, for an hour, what became of the request."""
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    since: Mapped[Stamp]
    __table_args__ = (
        within("group_member", "team_id", "team"),
        within("group_member", "staff_id", "group_staff", ondelete="CASCADE"),
        one_of("state", MemberState, "state"),
        CheckConstraint("state <> 'failed' OR reason IS NOT NULL", name="reason"),
        Index("ix_group_member_staff_id", "staff_id"),
    )


class GroupDismissal(Base):
    """Somebody said that this group is not this team's."""

    __tablename__ = "group_dismissal"
    team_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    group_id: Mapped[str] = mapped_column(Text, primary_key=True)
    league_id: Mapped[int] = league(key=True)
    created_by: Mapped[Actor]
    created_at: Mapped[Stamp]
    __table_args__ = (within("group_dismissal", "team_id", "team"),)


class GroupLook(Base):
    """How a team's chat stood when GroupMe was last asked. It counts as long as the team has the same group."""

    __tablename__ = "group_look"
    team_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    league_id: Mapped[int] = league(key=True)
    state: Mapped[str] = mapped_column(Text)
    group_id: Mapped[str | None] = mapped_column(Text)
    """The team's group at that moment, None when it had none."""
    found: Mapped[Any] = mapped_column(JSONB)
    """The names of the groups that may be the team's, as long as it has none."""
    why: Mapped[str] = mapped_column(Text)
    warnings: Mapped[Any] = mapped_column(JSONB)
    members: Mapped[int | None]
    account: Mapped[str] = mapped_column(Text)
    """Whose token it was."""
    looked_at: Mapped[Stamp]
    __table_args__ = (
        within("group_look", "team_id", "team", ondelete="CASCADE"),
        one_of("state", TeamState, "state"),
    )
