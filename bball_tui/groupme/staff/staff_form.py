"""Somebody of the staff list as a form has them: every field checked at once, and nobody overwritten unseen."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.models import Audit, GroupStaff
from bball_tui.errors import BballError
from bball_tui.groupme.staff.staff_list import account_id, consent_words, mail_address, phone_number, staff_name
from bball_tui.language import _


@dataclass(frozen=True, slots=True)
class StaffDraft:
    """The fields as texts; empty is none. ``consent`` says how they agreed; without it nobody adds them."""

    name: str = ""
    user_id: str = ""
    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    consent: str = ""


class StaffSaved(Struct, frozen=True):
    """It is written. ``changed`` is False when there was nothing to write."""

    id: int
    changed: bool = True


class StaffWrong(Struct, frozen=True):
    """Nothing is written: a sentence for each field that is wrong."""

    problems: tuple[tuple[str, str], ...]


class StaffOvertaken(Struct, frozen=True):
    """Nothing is written: ``by`` changed the entry since the form was opened, to ``now``."""

    by: str | None
    at: datetime | None
    now: StaffDraft


StaffOutcome: TypeAlias = StaffSaved | StaffWrong | StaffOvertaken

_COLUMNS = {"name": "name", "user_id": "groupme_user_id", "phone": "phone", "email": "email", "consent": "consent_note"}
_READ: dict[str, Callable[[str], str]] = {
    "name": staff_name,
    "user_id": account_id,
    "phone": phone_number,
    "email": mail_address,
    "consent": consent_words,
}
_TAKEN = {
    "user_id": (GroupStaff.groupme_user_id, _("this account")),
    "phone": (GroupStaff.phone, _("this number")),
    "email": (GroupStaff.email, _("this address")),
}


async def load_staff(session: AsyncSession, league_id: int, staff_id: int) -> StaffDraft:
    """Somebody of the list as they are now; the row is locked until the caller commits.

    Raises:
        BballError: they are not on the list anymore.
    """
    row = await session.scalar(
        select(GroupStaff)
        .where(GroupStaff.id == staff_id, GroupStaff.league_id == league_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise BballError(_("This person is not on the staff list anymore."))
    return StaffDraft(**{name: getattr(row, column) or "" for name, column in _COLUMNS.items()})


async def save_staff(
    session: AsyncSession, league_id: int, draft: StaffDraft, staff_id: int | None, base: StaffDraft | None
) -> StaffOutcome:
    """Write somebody new (``staff_id`` None), or what changed since ``base``. The caller commits.

    Raises:
        BballError: they are not on the list anymore.
    """
    problems: list[tuple[str, str]] = []
    values: dict[str, str] = {}
    for name, read in _READ.items():
        given: str = getattr(draft, name)
        try:
            values[name] = read(given) if given.strip() or name == "name" else ""
        except BballError as error:
            problems.append((name, str(error)))
    if not problems and not (values["user_id"] or values["phone"] or values["email"]):
        problems.append(
            ("email", _("Give an e-mail address, a phone number or an account: GroupMe finds no one else."))
        )
    # Two desks that add one person wait for each other here.
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("bball group staff", league_id))))
    for name, (column, what) in _TAKEN.items():
        if values.get(name):
            same = (GroupStaff.league_id == league_id) & (func.lower(column) == values[name].lower())
            other = GroupStaff.id != staff_id if staff_id is not None else GroupStaff.id.is_not(None)
            owner = await session.scalar(select(GroupStaff.name).where(same, other))
            if owner is not None:
                problems.append((name, _("{owner} has {what} already.").format(owner=owner, what=what)))
    if problems:
        return StaffWrong(tuple(problems))
    clean = StaffDraft(**values)
    if staff_id is None:
        return StaffSaved(await _add(session, league_id, clean))
    now = await load_staff(session, league_id, staff_id)
    if now == clean:
        return StaffSaved(staff_id, changed=False)
    if base is not None and _unseen(base, now, clean):
        last = (
            await session.execute(
                select(Audit.recorded_by, Audit.recorded_at)
                .where(Audit.league_id == league_id, Audit.entity == "group_staff", Audit.entity_id == staff_id)
                .order_by(Audit.id.desc())
                .limit(1)
            )
        ).one_or_none()
        by, at = (None, None) if last is None else (last.recorded_by, last.recorded_at)
        return StaffOvertaken(by, at, now)
    await _change(session, league_id, staff_id, now, clean)
    return StaffSaved(staff_id)


def _unseen(base: StaffDraft, now: StaffDraft, clean: StaffDraft) -> bool:
    """Whether somebody changed a field that this save would change back."""
    return any(getattr(now, name) not in (getattr(base, name), getattr(clean, name)) for name in _COLUMNS)


async def _add(session: AsyncSession, league_id: int, clean: StaffDraft) -> int:
    values = {column: getattr(clean, name) or None for name, column in _COLUMNS.items()}
    staff_id: int | None = await session.scalar(
        insert(GroupStaff)
        .values(league_id=league_id, **values, consent_at=func.now() if clean.consent else None)
        .returning(GroupStaff.id)
    )
    assert staff_id is not None  # noqa: S101 - the statement returns a row or raises
    after = {"name": clean.name, "consent": clean.consent or None}
    await record(session, league_id, [Entry("added to staff", "group_staff", staff_id, after=after)])
    return staff_id


async def _change(session: AsyncSession, league_id: int, staff_id: int, now: StaffDraft, clean: StaffDraft) -> None:
    names = [name for name in _COLUMNS if getattr(now, name) != getattr(clean, name)]
    values: dict[str, object] = {_COLUMNS[name]: getattr(clean, name) or None for name in names}
    entries = []
    if "consent" in names:
        values["consent_at"] = func.now() if clean.consent else None
        action = "consent noted" if clean.consent else "consent withdrawn"
        entries.append(Entry(action, "group_staff", staff_id, reason=clean.consent or None))
    fields = [name for name in names if name != "consent"]
    if fields:
        # The names of the fields only: the audit never holds a number or an address.
        entries.insert(0, Entry("changed", "group_staff", staff_id, after={"name": clean.name, "fields": fields}))
    await session.execute(update(GroupStaff).where(GroupStaff.id == staff_id).values(**values))
    await record(session, league_id, entries)
