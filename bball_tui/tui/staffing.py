"""The staff list as a dialog. Call it from a worker."""

from typing import TYPE_CHECKING, Any

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

    from bball_tui.groupme.staff.staff import StaffRow
    from bball_tui.groupme.staff.staff_form import StaffDraft
    from bball_tui.tui.backend import Backend
    from bball_tui.tui.dialogs.forms.form import Form


async def edit_staff(app: "App[Any]", backend: "Backend", zone: "tzinfo", now: "datetime") -> bool:
    """The adults who belong into every group: edit, add, take off. True when something was changed."""

    async def load() -> "Sequence[Entry]":
        return [_entry(one, zone, now) for one in await backend.list_staff()]

    async def edit(staff_id: int | None) -> bool:
        async def make() -> "Form[StaffDraft]":
            from bball_tui.groupme.staff.staff_form import StaffDraft

            base = None if staff_id is None else await backend.load_staff(staff_id)
            draft = StaffDraft() if base is None else base.draft
            return staff_form(draft, lambda mine, known, _: backend.save_staff(mine, known), base)

        return await ask_form(app, make) is not None

    async def remove(staff_id: int | None) -> bool:
        found = next((one for one in await backend.list_staff() if one.id == staff_id), None)
        if found is None:
            return False
        lines = [
            f"{found.name} is forgotten here, with number, address and account.",
            "They stay in the groups that they are in. Take them out in the GroupMe app.",
        ]
        if not await app.push_screen_wait(Confirm("Take off the staff list", lines, "Take off", danger=True)):
            return False
        await backend.take_off_staff(found.id)
        return True

    empty = "Nobody yet. Press n to add an adult who belongs into every group."
    changed: bool = await app.push_screen_wait(
        PickRecord("Staff for every group", load, edit, empty=empty, remove=remove)
    )
    return changed


def _entry(one: "StaffRow", zone: "tzinfo", now: "datetime") -> Entry:
    ways = [way for way in (one.email, one.phone) if way]
    if one.user_id:
        ways.append(f"GroupMe id {one.user_id}")
    if one.consent_at is None:
        return Entry(one.id, one.name, " · ".join([*ways, "! has not agreed: not added to groups"]), Tone.WARN)
    noted = f"agreed: {one.consent_note} (noted {short_time(one.consent_at, zone, now)}"
    return Entry(one.id, one.name, " · ".join([*ways, f"{noted} by {one.consent_by or 'somebody'})"]))
