"""`bball-tui groupme staff list|add|consent|remove`."""

from collections.abc import Sequence
from datetime import datetime

import click
from msgspec import UNSET, Struct

from bball_tui.cli.context import CliContext, in_transaction, needs
from bball_tui.cli.output import Answer, Did, listed
from bball_tui.database.engine import Session
from bball_tui.database.masked_views import Hidden
from bball_tui.errors import BballError
from bball_tui.groupme.staff.staff_list import StaffRow, add_to_list, list_staff, note_consent, take_off_list
from bball_tui.league.rights import Right
from bball_tui.wording import or_hidden

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, on a terminal too.")
id_argument = click.argument("staff_id", metavar="ID", type=click.IntRange(min=1))


class StaffLine(Struct, frozen=True):
    """One of the staff in the JSON of `groupme staff list`."""

    id: int
    name: str
    user_id: str | None
    phone: str | None
    email: str | None
    consent_at: datetime | None
    consent_note: str | None
    phone_hidden: Hidden = UNSET


class StaffChange(Struct, frozen=True):
    """The JSON of `groupme staff add`, `consent` and `remove`."""

    id: int
    name: str
    what: str


@click.group("staff")
def groupme_staff() -> None:
    """The adults in every group."""


@groupme_staff.command("list")
@json_option
@in_transaction
async def staff_list(context: CliContext, session: Session) -> Answer:
    """List the staff by name."""
    headers = ("ID", "Name", "Account", "Phone", "E-mail", "Consent")
    return listed(headers, await list_staff(session, context.league.id), _cells, _line)


def _cells(one: StaffRow) -> Sequence[str]:
    return (
        str(one.id),
        one.name,
        one.user_id or "",
        or_hidden(one.phone, one.phone_hidden, ""),
        one.email or "",
        one.consent_note or "not noted",
    )


def _line(one: StaffRow) -> StaffLine:
    return StaffLine(
        one.id, one.name, one.user_id, one.phone, one.email, one.consent_at, one.consent_note, one.phone_hidden
    )


@groupme_staff.command("add")
@needs(Right.ROSTER)
@click.argument("name")
@click.option("--user-id", metavar="DIGITS", help="Their GroupMe user id.")
@click.option("--phone", metavar="NUMBER", help="Such as +1 2125550100.")
@click.option("--email", metavar="ADDRESS", help="The e-mail address of their GroupMe account.")
@click.option("--consent", metavar="TEXT", help="How they agreed; without it no one adds them to a group.")
@json_option
@in_transaction
async def staff_add(
    context: CliContext,
    session: Session,
    name: str,
    user_id: str | None,
    phone: str | None,
    email: str | None,
    consent: str | None,
) -> Answer:
    """Put someone on the list. GroupMe is told nothing yet."""
    staff_id = await add_to_list(
        session, context.league.id, name, user_id=user_id, phone=phone, email=email, consent=consent
    )
    return _changed(staff_id, name, "added")


@groupme_staff.command("consent")
@needs(Right.ROSTER)
@id_argument
@click.option("--note", metavar="TEXT", help="How they agreed, such as 'by e-mail on 3 March'.")
@click.option("--withdrawn", is_flag=True, help="They do not agree anymore.")
@json_option
def staff_consent(staff_id: int, note: str | None, withdrawn: bool, as_json: bool) -> int:
    """Note that someone agreed to be added, and how, or that they do not anymore."""
    if (note is None) != withdrawn:
        raise BballError("Say either how they agreed (--note TEXT) or that they do not anymore (--withdrawn).")

    return _consent(staff_id, note, as_json=as_json)


@in_transaction
async def _consent(context: CliContext, session: Session, staff_id: int, note: str | None) -> Answer:
    name = await note_consent(session, context.league.id, staff_id, note)
    return _changed(staff_id, name, "consent withdrawn" if note is None else "consent noted")


@groupme_staff.command("remove")
@needs(Right.ROSTER)
@id_argument
@json_option
@in_transaction
async def staff_remove(context: CliContext, session: Session, staff_id: int) -> Answer:
    """Forget someone, contact data included. They stay in the groups that they are in."""
    return _changed(staff_id, await take_off_list(session, context.league.id, staff_id), "removed")


def _changed(staff_id: int, name: str, what: str) -> Did:
    return Did([f"{name}: {what}."], StaffChange(staff_id, name, what))
