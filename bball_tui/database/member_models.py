"""Who works in which league, and as what, and where its changes are told. Staff reach both through functions only."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import OID
from sqlalchemy.orm import Mapped, mapped_column

from bball_tui.database.base import Actor, Base, Key, Stamp, one_of, within
from bball_tui.database.states import StaffRole


class LeagueMember(Base):
    """A login's role in a league. Without a league it is valid in every league: the one person of an own database."""

    __tablename__ = "league_member"
    id: Mapped[Key]
    league_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("league.id"))
    login: Mapped[str] = mapped_column(Text)
    """The name of the role that logs in, which is `session_user` of all that it does."""
    login_oid: Mapped[int | None] = mapped_column(OID)
    """The server's number of that role when it was given; a later role of the same name has another one."""
    role: Mapped[str] = mapped_column(Text)
    team_id: Mapped[int | None] = mapped_column(BigInteger)
    """The team that a coordinator looks after, one row each."""
    granted_by: Mapped[Actor]
    granted_at: Mapped[Stamp]
    __table_args__ = (
        within("league_member", "team_id", "team", ondelete="CASCADE"),
        one_of("role", StaffRole, "role"),
        CheckConstraint("(role = 'coordinator') = (team_id IS NOT NULL)", name="team"),
        CheckConstraint("league_id IS NOT NULL OR role = 'admin'", name="everywhere"),
        CheckConstraint("length(login) BETWEEN 1 AND 63", name="login"),
        UniqueConstraint(
            "login", "league_id", "role", "team_id", name="uq_league_member_login", postgresql_nulls_not_distinct=True
        ),
    )


class LeagueChannel(Base):
    """The random name under which a league's changes are told; another one as soon as somebody loses a role."""

    __tablename__ = "league_channel"
    league_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("league.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    token: Mapped[UUID] = mapped_column(Uuid, server_default=text("gen_random_uuid()"))
