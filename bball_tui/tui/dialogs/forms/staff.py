"""The form of a staff member: who it is, how GroupMe finds them, and how they agreed."""

from typing import TYPE_CHECKING

from bball_tui.language import _
from bball_tui.tui.dialogs.forms.fields import TextSpec
from bball_tui.tui.dialogs.forms.form import Form, Save
from bball_tui.tui.key_hints import key_of

if TYPE_CHECKING:
    from bball_tui.groupme.staff.staff_form import StaffDraft
    from bball_tui.league.editing.outcome import Loaded


def staff_form(draft: "StaffDraft", save: Save, base: "Loaded[StaffDraft] | None" = None) -> "Form[StaffDraft]":
    """One of e-mail, phone or account is enough."""
    specs = (
        TextSpec(name="name", label=_("Name"), help=_("As the group shows them.")),
        TextSpec(
            name="email",
            label=_("E-mail"),
            help=_("Of their GroupMe account. One way is enough."),
            placeholder=_("optional"),
        ),
        TextSpec(
            name="phone",
            label=_("Phone"),
            help=_("With the country code: +1 2125550100. One way is enough."),
            placeholder=_("optional"),
        ),
        TextSpec(
            name="user_id",
            label=_("GroupMe id"),
            help=_("The number of their account. One way is enough."),
            placeholder=_("optional"),
        ),
        TextSpec(
            name="consent",
            label=_("Agreed"),
            help=_("How; the day and your name are noted. Empty: not added to groups."),
            placeholder=_("such as by e-mail on 3 March"),
        ),
    )
    lines = [
        _(
            "Saving tells GroupMe nothing. Only a step of the plan ({key}) that you tick adds someone to a group."
        ).format(key=key_of("chat.plan"))
    ]
    title = _("New staff member") if base is None else _("Edit {name}").format(name=base.draft.name)
    return Form(title, specs, draft, save, base=base, lines=lines)
