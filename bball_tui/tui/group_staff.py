"""The adults in every chat as a dialog; who works in the league is `members.py`. Call it from a worker.

Imported by the command that needs it: SQLAlchemy comes with it. GroupMe is told nothing by any of these.
"""

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from bball_tui.groupme.staff.staff_form import (
    StaffDraft,
    StaffOvertaken,
    StaffSaved,
    StaffWrong,
    load_staff,
    save_staff,
)
from bball_tui.groupme.staff.staff_list import list_staff, take_off_list
from bball_tui.language import _
from bball_tui.league.editing.outcome import Difference, Loaded, Outcome, Overtaken, Problem, Saved, Wrong
from bball_tui.league.league_clock import read_clock
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.forms.staff import staff_form
from bball_tui.tui.dialogs.pick_record import Entry, PickRecord
from bball_tui.tui.editing import ask_form
from bball_tui.tui.text import short_time
from bball_tui.tui.theme import Tone

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

    from textual.app import App

    from bball_tui.groupme.staff.staff_list import StaffRow
    from bball_tui.tui.connection import LeagueConnection
    from bball_tui.tui.dialogs.forms.form import Form


async def edit_staff(app: "App[Any]", connection: "LeagueConnection", zone: "tzinfo", now: "datetime") -> bool:
    """The adults in every group: edit, add, take off. True when something was changed."""

    async def load() -> "Sequence[Entry]":
        return [_entry(one, zone, now) for one in await connection.call(list_staff)]

    async def edit(staff_id: int | None) -> bool:
        async def make() -> "Form[StaffDraft]":
            base = None if staff_id is None else Loaded(staff_id, 0, await connection.call(load_staff, staff_id))
            draft = StaffDraft() if base is None else base.draft
            return staff_form(draft, lambda mine, known, __: _save(connection, mine, known), base)

        return await ask_form(app, make) is not None

    async def remove(staff_id: int | None) -> bool:
        found = next((one for one in await connection.call(list_staff) if one.id == staff_id), None)
        if found is None:
            return False
        lines = [
            _("{name} is forgotten here, with number, address and account.").format(name=found.name),
            _("They stay in the groups that they are in. Take them out in the GroupMe app."),
        ]
        if not await app.push_screen_wait(Confirm(_("Take off the staff list"), lines, _("Take off"), danger=True)):
            return False
        await connection.call(take_off_list, found.id)
        return True

    empty = _("No one yet. Press n to add an adult to every group.")
    changed: bool = await app.push_screen_wait(
        PickRecord(_("Staff for every group"), load, edit, empty=empty, remove=remove)
    )
    return changed


async def _save(connection: "LeagueConnection", draft: StaffDraft, base: Loaded[StaffDraft] | None) -> Outcome:
    """Add somebody (no ``base``), or write what changed, in the form's own words."""
    staff_id, before = (None, None) if base is None else (base.id, base.draft)
    match await connection.call(save_staff, draft, staff_id, before):
        case StaffWrong(problems):
            return Wrong(tuple(Problem(name, text) for name, text in problems))
        case StaffOvertaken(by, at, now) if base is not None:
            differences = tuple(
                Difference(name, getattr(base.draft, name), getattr(now, name), getattr(draft, name))
                for name in (field.name for field in fields(now))
                if getattr(now, name) not in (getattr(base.draft, name), getattr(draft, name))
            )
            when = _("an unknown time") if at is None else (await connection.call(read_clock)).at(at)
            return Overtaken(by or _("someone else"), when, differences, Loaded(base.id, 0, now))
        case StaffSaved(saved_id, changed):
            return Saved(saved_id, changed)
    raise AssertionError("no one can be quicker with someone new")


def _entry(one: "StaffRow", zone: "tzinfo", now: "datetime") -> Entry:
    phone = one.phone or (_("phone hidden for your role") if one.phone_hidden else None)
    ways = [way for way in (one.email, phone) if way]
    if one.user_id:
        ways.append(_("GroupMe id {user_id}").format(user_id=one.user_id))
    if one.consent_at is None:
        return Entry(one.id, one.name, " · ".join([*ways, _("! has not agreed: not added to groups")]), Tone.WARN)
    noted = _("agreed: {note} (noted {when} by {who})").format(
        note=one.consent_note, when=short_time(one.consent_at, zone, now), who=one.consent_by or _("someone")
    )
    return Entry(one.id, one.name, " · ".join([*ways, noted]))
