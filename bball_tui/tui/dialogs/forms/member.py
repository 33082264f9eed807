"""The form of somebody who works in the league: the login, and what it may do."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bball_tui.database.states import StaffRole
from bball_tui.language import _
from bball_tui.tui.dialogs.forms.fields import PickSpec, Spec, TextSpec, TickSpec
from bball_tui.tui.dialogs.forms.form import Form, Save

if TYPE_CHECKING:
    from bball_tui.league.editing.contracts import TeamChoice
    from bball_tui.league.editing.members import MemberDraft
    from bball_tui.league.editing.outcome import Loaded

_QUESTIONS = {
    StaffRole.VIEWER: _("reads the league, without birthdates and phone numbers"),
    StaffRole.REGISTRAR: _("changes roster and contracts, signs"),
    StaffRole.MAILER: _("sends: outbox, returned e-mails, worker"),
    StaffRole.ADMIN: _("changes the league's settings and its staff"),
}


def member_form(
    draft: "MemberDraft",
    save: Save,
    teams: "Sequence[TeamChoice]",
    base: "Loaded[MemberDraft] | None" = None,
    coordinates: Sequence[str] = (),
) -> "Form[MemberDraft]":
    """``coordinates`` are the teams that the login looks after already."""
    login = TextSpec(
        name="login", label=_("Login"), help=_("The name with which they log in to the database, such as maria.")
    )
    specs: tuple[Spec, ...] = (
        *(() if base else (login,)),
        *(TickSpec(name=role, label=role.capitalize(), question=said) for role, said in _QUESTIONS.items()),
        PickSpec(
            name="team",
            label=_("Coordinator"),
            options=((_("of no further team"), ""), *((one.label, str(one.id)) for one in teams)),
            help=_("Reads this team, its players and its chat."),
        ),
    )
    lines = [_("Coordinator of {coordinates}.").format(coordinates=", ".join(coordinates))] if coordinates else []
    title = _("New staff member") if base is None else _("What {login} may do").format(login=draft.login)
    return Form(title, specs, draft, save, base=base, lines=lines)
