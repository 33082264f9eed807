"""Who works in the league, as a dialog; and which league, where there are several. Call these from a worker.

Imported by the command that needs it: SQLAlchemy comes with it.
"""

from typing import TYPE_CHECKING, Any

from bball_tui.database.states import StaffRole
from bball_tui.language import _
from bball_tui.league.editing.contracts import TeamChoice, team_choices
from bball_tui.league.editing.members import MemberDraft, draft_of, remove_all, save_member
from bball_tui.league.editing.outcome import Loaded
from bball_tui.league.leagues import list_leagues
from bball_tui.league.members import list_members, my_roles, roles_in_words
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.forms.member import member_form
from bball_tui.tui.dialogs.pick_record import Entry, PickRecord
from bball_tui.tui.editing import ask_form
from bball_tui.tui.theme import Tone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import App

    from bball_tui.league.members import Member
    from bball_tui.tui.connection import LeagueConnection
    from bball_tui.tui.dialogs.forms.form import Form


async def edit_members(app: "App[Any]", connection: "LeagueConnection") -> bool:
    """Everybody with a role in the league: edit, add, take away. True when something was changed."""
    logins: list[str] = []

    async def load() -> "Sequence[Entry]":
        members = await connection.call(list_members)
        logins[:] = dict.fromkeys(one.login for one in members)
        return [_entry(at, [one for one in members if one.login == login]) for at, login in enumerate(logins)]

    async def edit(at: int | None) -> bool:
        async def make() -> "Form[MemberDraft]":
            teams: Sequence[TeamChoice] = ()
            if connection.season is not None:
                teams = await connection.call(team_choices, connection.season.id)
            if at is None:
                return member_form(MemberDraft(), lambda mine, *__: connection.call(save_member, mine, None), teams)
            members = await connection.call(list_members)
            before = draft_of(logins[at], members)
            mine = [one.team for one in members if one.login == logins[at] and one.team is not None]
            return member_form(
                before,
                lambda draft, *__: connection.call(save_member, draft, before),
                teams,
                Loaded(0, 0, before),
                mine,
            )

        return await ask_form(app, make) is not None

    async def remove(at: int | None) -> bool:
        if at is None:
            return False
        lines = [
            _("{login} loses every role in this league and no longer sees it.").format(login=logins[at]),
            _("What was done under this name stays in the history. The login itself stays, too."),
        ]
        if not await app.push_screen_wait(Confirm(_("Take all roles away"), lines, _("Take away"), danger=True)):
            return False
        return await connection.call(remove_all, logins[at]) > 0

    empty = _("No one has a role here yet.")
    changed: bool = await app.push_screen_wait(PickRecord(_("Staff"), load, edit, empty=empty, remove=remove))
    return changed


def _entry(at: int, roles: "Sequence[Member]") -> Entry:
    said = [roles_in_words(frozenset(one.role for one in roles))]
    teams = [one.team for one in roles if one.team is not None]
    if teams:
        said.append(_("coordinator of {teams}").format(teams=", ".join(teams)))
    if not all(one.same_login for one in roles):
        return Entry(
            at, roles[0].login, " · ".join([*said, _("! a new login of this name: give the roles again")]), Tone.WARN
        )
    if not roles[0].may_log_in:
        return Entry(at, roles[0].login, " · ".join([*said, _("! cannot log in")]), Tone.WARN)
    return Entry(at, roles[0].login, " · ".join(said))


async def choose_league(app: "App[Any]", connection: "LeagueConnection") -> str | None:
    """The short name of the league that somebody chose among theirs; None: none."""
    chosen: list[str] = []
    slugs: list[str] = []

    async def load() -> "Sequence[Entry]":
        async with connection.session() as session:
            leagues = await list_leagues(session)
            slugs[:] = [one.slug for one in leagues]
            roles = [await my_roles(session, one.id) for one in leagues]
        return [
            Entry(at, league.name, f"{league.slug} · {_as(mine)}")
            for at, (league, mine) in enumerate(zip(leagues, roles, strict=True))
        ]

    async def choose(at: int | None) -> bool:
        if at is not None:
            chosen[:] = [slugs[at]]
            dialog.cancel()
        return False

    dialog = PickRecord(
        _("Which league?"), load, choose, empty=_("There is no league for you here."), opens=_("Open"), adds=""
    )
    await app.push_screen_wait(dialog)
    return chosen[0] if chosen else None


def _as(roles: frozenset[StaffRole]) -> str:
    return _("you are {roles_in_words}").format(roles_in_words=roles_in_words(roles))
