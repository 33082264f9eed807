"""The league's staff list: the adults in every group, how GroupMe finds them, and their consent.

Adding somebody gives GroupMe their contact data and invites them at once, so nobody is added without a consent that
was noted. The audit names who was changed and never holds a number or an address.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime

from msgspec import UNSET
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.masked_views import Hidden, masked
from bball_tui.database.models import Audit, GroupStaff
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.mail.safe_values import RenderError, address, one_line, typed_line

NOT_ON_LIST = _("They aren't on the staff list. Someone may have removed them. Staff ({chat.staff}) shows who is.")
_USER_ID = re.compile(r"[0-9]{1,20}")
_PHONE = re.compile(r"\+([0-9]{1,3}) ([0-9]{4,14})")


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One of the staff. ``consent_note`` says how the consent was given, ``consent_by`` who noted that."""

    id: int
    name: str
    user_id: str | None
    phone: str | None = field(repr=False)
    email: str | None = field(repr=False)
    consent_at: datetime | None
    consent_note: str | None
    consent_by: str | None = None
    phone_hidden: Hidden = UNSET


async def list_staff(session: AsyncSession, league_id: int) -> list[StaffRow]:
    """The staff of the league by name."""
    noted_by = (
        select(Audit.recorded_by)
        .where(
            Audit.entity == "group_staff",
            Audit.entity_id == GroupStaff.id,
            # At a change of the list `consent noted` is a row of its own.
            Audit.action.in_(("added to staff", "consent noted")),
        )
        .order_by(Audit.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(GroupStaff, noted_by.label("noted_by"), masked())
        .where(GroupStaff.league_id == league_id)
        .order_by(func.bball_fold(GroupStaff.name), GroupStaff.id)
    )
    return [
        StaffRow(
            id=row.id,
            name=row.name,
            user_id=row.groupme_user_id,
            phone=row.phone,
            email=row.email,
            consent_at=row.consent_at,
            consent_note=row.consent_note,
            consent_by=None if row.consent_at is None else by,
            phone_hidden=hidden or UNSET,
        )
        for row, by, hidden in rows
    ]


async def add_to_list(
    session: AsyncSession,
    league_id: int,
    name: str,
    *,
    user_id: str | None = None,
    phone: str | None = None,
    email: str | None = None,
    consent: str | None = None,
) -> int:
    """Put somebody on the list; the id. ``consent`` says how it was given, None: not yet. The caller commits.

    Raises:
        BballError: a value is not usable, nothing says how to reach them, or somebody on the list has the same.
    """
    name = staff_name(name)
    values = {
        "name": name,
        "groupme_user_id": None if user_id is None else account_id(user_id),
        "phone": None if phone is None else phone_number(phone),
        "email": None if email is None else mail_address(email),
    }
    if not (values["groupme_user_id"] or values["phone"] or values["email"]):
        raise BballError(
            _("Nothing says how GroupMe finds {name}. Give a phone number, an e-mail address or a user id.").format(
                name=name
            )
        )
    note = None if consent is None else consent_words(consent)
    staff_id: int | None = await session.scalar(
        insert(GroupStaff)
        .values(league_id=league_id, **values, consent_note=note, consent_at=None if note is None else func.now())
        .on_conflict_do_nothing()
        .returning(GroupStaff.id)
    )
    if staff_id is None:
        raise BballError(
            _("Someone on the list has the same number, address or user id, so {name} was not added.").format(name=name)
        )
    after = {"name": name, "consent": note}
    await record(session, league_id, [Entry("added to staff", "group_staff", staff_id, after=after)])
    return staff_id


async def note_consent(session: AsyncSession, league_id: int, staff_id: int, consent: str | None) -> str:
    """Note that they agreed, and how, or (None) that they do not; the name. The caller commits.

    Raises:
        BballError: nobody of that number is on the list, or nothing says how they agreed.
    """
    note = None if consent is None else consent_words(consent)
    name: str | None = await session.scalar(
        update(GroupStaff)
        .where(GroupStaff.id == staff_id, GroupStaff.league_id == league_id)
        .values(consent_note=note, consent_at=None if note is None else func.now())
        .returning(GroupStaff.name)
    )
    if name is None:
        raise BballError(NOT_ON_LIST)
    action = "consent withdrawn" if note is None else "consent noted"
    await record(session, league_id, [Entry(action, "group_staff", staff_id, reason=note)])
    return name


async def take_off_list(session: AsyncSession, league_id: int, staff_id: int) -> str:
    """Forget somebody, contact data included; the name. They stay in the groups they are in. The caller commits.

    Raises:
        BballError: nobody of that number is on the list.
    """
    name: str | None = await session.scalar(
        delete(GroupStaff)
        .where(GroupStaff.id == staff_id, GroupStaff.league_id == league_id)
        .returning(GroupStaff.name)
    )
    if name is None:
        raise BballError(NOT_ON_LIST)
    await record(session, league_id, [Entry("taken off staff", "group_staff", staff_id, before={"name": name})])
    return name


def phone_number(text: str) -> str:
    """``text`` as GroupMe writes a number: plus, country code, a space, the rest. Ten digits alone are North American.

    Raises:
        BballError: it is no number, or where its country code ends cannot be told.
    """
    cleaned = one_line(text)
    digits = re.sub(r"[\s().\-/]", "", cleaned)
    if re.fullmatch(r"\+?1[0-9]{10}", digits):
        return f"+1 {digits[-10:]}"
    if re.fullmatch(r"[2-9][0-9]{9}", digits):
        return f"+1 {digits}"
    code, _space, rest = cleaned.partition(" ")
    spelled = f"{code} {re.sub(r'[^0-9]', '', rest)}"
    if re.fullmatch(r"\+[0-9]+", digits) and _PHONE.fullmatch(spelled):
        return spelled
    raise BballError(
        _(
            "The phone number {cleaned!r} is not usable. Write it with its country code and a space "
            "behind that, such as +1 2125550100 or +49 1701234567."
        ).format(cleaned=cleaned[:40])
    )


def staff_name(text: str) -> str:
    """``text`` as the name of a staff member.

    Raises:
        BballError: it is empty or too long.
    """
    name = typed_line(text)
    if not 1 <= len(name) <= 100:
        raise BballError(_("The name of a staff member has 1 to 100 characters."))
    return name


def account_id(text: str) -> str:
    """``text`` as the number of a GroupMe account.

    Raises:
        BballError: it has something besides digits.
    """
    if not _USER_ID.fullmatch(text.strip()):
        raise BballError(
            _("The GroupMe user id {text!r} is not one: it has only digits.").format(text=one_line(text)[:40])
        )
    return text.strip()


def mail_address(text: str) -> str:
    """``text`` as an e-mail address.

    Raises:
        BballError: it is none.
    """
    cleaned = one_line(text)
    try:
        return address(cleaned, cleaned)
    except RenderError:
        raise BballError(
            _("{cleaned!r} is not a usable e-mail address. Correct it.").format(cleaned=cleaned[:80])
        ) from None


def consent_words(text: str) -> str:
    """How somebody agreed, as one line.

    Raises:
        BballError: it says nothing, or too much.
    """
    note = typed_line(text)
    if not 1 <= len(note) <= 500:
        raise BballError(_("Say in a few words how they agreed, such as 'by e-mail on 3 March'."))
    return note
