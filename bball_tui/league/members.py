"""Who works in the league, and as what. PostgreSQL itself judges and writes it down; admins alone may look."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import BigInteger, cast, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.engine import Database
from bball_tui.database.states import StaffRole
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.rights import Right, hides_contacts, why_not_allowed
from bball_tui.mail.safe_values import one_line

MAY: dict[StaffRole, str] = {
    StaffRole.VIEWER: "reads everything of the league, but no birthdates and no phone numbers",
    StaffRole.COORDINATOR: "reads one team, its players, contracts and chat",
    StaffRole.REGISTRAR: "changes roster and contracts, signs, and decides about the e-mails of these",
    StaffRole.MAILER: "sends: outbox, returned e-mails, blocked addresses, and what a worker logs in with",
    StaffRole.ADMIN: "changes the league's settings and who works in it",
}
"""What each role may, as the continuation of its name."""


class Member(msgspec.Struct, frozen=True):
    """A login's role in the league; a coordinator has one for each team."""

    login: str
    role: StaffRole
    team_id: int | None
    team: str | None
    granted_by: str
    granted_at: datetime
    may_log_in: bool
    """False: the server knows no such login anymore, or lets it in no more."""
    same_login: bool
    """False: the login of that name is a new one, perhaps somebody else's; it has the role when it is given again."""


async def my_roles(session: AsyncSession, league_id: int) -> frozenset[StaffRole]:
    """The roles of whoever asks. Whose the whole database is, has all that there is to have."""
    found = await session.scalar(select(func.bball_roles(league_id)))
    return frozenset(StaffRole(role) for role in found or ())


async def require(session: AsyncSession, league_id: int, right: Right) -> None:
    """Go on only if whoever asks has the right: PostgreSQL would refuse as well, but does not know who may.

    Raises:
        BballError: they have not; it says which role has.
    """
    if lacking := why_not_allowed(right, await my_roles(session, league_id)):
        raise BballError(lacking)


async def take_place(database: Database, league_id: int) -> frozenset[StaffRole]:
    """Work in this league from now on, with the eyes that one's roles in it give; returns the roles."""
    async with database.session() as session:
        roles = await my_roles(session, league_id)
    await database.mask(masked=hides_contacts(roles))
    return roles


_COLLEAGUES = text("SELECT login, role FROM bball_colleagues(:league_id, CAST(:logins AS text[]))")


async def named_with_roles(session: AsyncSession, league_id: int, logins: Sequence[str]) -> tuple[str, ...]:
    """``logins``, each with the roles that it has in the league: ``maria (registrar)``."""
    roles: dict[str, set[StaffRole]] = {}
    for one in await session.execute(_COLLEAGUES, {"league_id": league_id, "logins": list(logins)}):
        roles.setdefault(one.login, set()).add(StaffRole(one.role))
    return tuple(f"{one} ({roles_in_words(frozenset(roles[one]))})" if one in roles else one for one in logins)


_MEMBERS = text("SELECT * FROM bball_members(:league_id)")


async def list_members(session: AsyncSession, league_id: int) -> list[Member]:
    """All of the league, by login.

    Raises:
        NotPermitted: at the end of the session; the caller is no admin.
    """
    rows = await session.execute(_MEMBERS, {"league_id": league_id})
    return [Member(**{**one._asdict(), "role": StaffRole(one.role)}) for one in rows]


async def add_member(
    session: AsyncSession, league_id: int, login: str, role: StaffRole, team_id: int | None = None
) -> bool:
    """Give ``login`` a role. False when it has it already. The caller commits.

    Raises:
        BballError: the server has no such login, or a coordinator's team is missing.
    """
    _check_team(role, team_id)
    match await _asked(session, "bball_add_member", league_id, login, role, team_id):
        case "unknown":
            raise BballError(
                _(
                    "The server has no login '{login}'. An administrator of the server makes one: bball-tui "
                    "database setup-sql LOGIN prints what to run."
                ).format(login=one_line(login)[:80])
            )
        case said:
            return said == "done"


async def remove_member(
    session: AsyncSession, league_id: int, login: str, role: StaffRole, team_id: int | None = None
) -> bool:
    """Take a role away. False when ``login`` does not have it. The caller commits.

    Raises:
        BballError: the league would be left without an admin who can log in.
    """
    _check_team(role, team_id)
    match await _asked(session, "bball_remove_member", league_id, login, role, team_id):
        case "last":
            raise BballError(
                _(
                    "{login} is the only admin of this league who can log in. Make someone else admin first; "
                    "nothing was changed."
                ).format(login=one_line(login)[:80])
            )
        case said:
            return said == "done"


async def _asked(
    session: AsyncSession, function: str, league_id: int, login: str, role: StaffRole, team_id: int | None
) -> str:
    call = getattr(func, function)(league_id, login, role.value, cast(team_id, BigInteger))
    return str(await session.scalar(select(call)))


def _check_team(role: StaffRole, team_id: int | None) -> None:
    if (role is StaffRole.COORDINATOR) != (team_id is not None):
        raise BballError(
            _("A coordinator looks after one team: say which one.")
            if team_id is None
            else _(
                "The role {role} is for the whole league: leave the team out. Only a coordinator has a team."
            ).format(role=role)
        )


def roles_in_words(roles: Sequence[StaffRole] | frozenset[StaffRole]) -> str:
    """The roles as people read them, those that may most first."""
    return ", ".join(_(role) for role in reversed(StaffRole) if role in roles)
