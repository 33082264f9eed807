"""Somebody's roles as a form shows them: a tick for each role in the whole league, and a team to look after."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.states import StaffRole
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.editing.outcome import Outcome, Problem, Saved, Wrong
from bball_tui.league.members import Member, add_member, list_members, remove_member
from bball_tui.mail.safe_values import one_line

WHOLE_LEAGUE = tuple(role for role in StaffRole if role is not StaffRole.COORDINATOR)


@dataclass(frozen=True, slots=True)
class MemberDraft:
    """A login with its roles; ``team`` is the id of a further team that it coordinates, as text, or empty."""

    login: str = ""
    viewer: bool = False
    registrar: bool = False
    mailer: bool = False
    admin: bool = False
    team: str = ""

    def has(self, role: StaffRole) -> bool:
        """Whether the role in the whole league is ticked."""
        return bool(getattr(self, role))


def draft_of(login: str, members: Sequence[Member]) -> MemberDraft:
    """The roles of ``login`` among ``members``; those of an earlier login of that name are to be given again."""
    roles = {one.role for one in members if one.login == login and one.same_login}
    return MemberDraft(
        login,
        viewer=StaffRole.VIEWER in roles,
        registrar=StaffRole.REGISTRAR in roles,
        mailer=StaffRole.MAILER in roles,
        admin=StaffRole.ADMIN in roles,
    )


async def save_member(session: AsyncSession, league_id: int, draft: MemberDraft, before: MemberDraft | None) -> Outcome:
    """Give and take the roles in which ``draft`` differs from ``before`` (None: somebody new). The caller commits."""
    login = one_line(draft.login)
    if not login:
        return Wrong((Problem("login", _("Say which login: the name with which the person logs in to the database.")),))
    if not draft.team and not any(map(draft.has, WHOLE_LEAGUE)) and (before is None or before == draft):
        return Wrong((Problem("viewer", _("Tick at least one role, or choose a team.")),))
    had = MemberDraft(login) if before is None else before
    changed = False
    try:
        if draft.team:
            changed |= await add_member(session, league_id, login, StaffRole.COORDINATOR, int(draft.team))
        for role in WHOLE_LEAGUE:
            if draft.has(role) and not had.has(role):
                changed |= await add_member(session, league_id, login, role)
        for role in WHOLE_LEAGUE:
            if had.has(role) and not draft.has(role):
                changed |= await remove_member(session, league_id, login, role)
    except BballError as error:
        await session.rollback()
        return Wrong((Problem("login", str(error)),))
    return Saved(0, changed)


async def remove_all(session: AsyncSession, league_id: int, login: str) -> int:
    """Take all of somebody's roles in the league away; returns how many. The caller commits.

    Raises:
        BballError: the league would be left without an admin.
    """
    gone = [one for one in await list_members(session, league_id) if one.login == login]
    for one in gone:
        await remove_member(session, league_id, login, one.role, one.team_id)
    return len(gone)
