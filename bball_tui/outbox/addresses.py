"""What we know of an address before we write to it: whether it takes mail, and whether the last one came back.

The list of blocked addresses is honored when a worker takes a mail, so an address that was listed meanwhile gets
nothing.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ARRAY, ColumnElement, Row, Select, Subquery, Text, any_, case, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database import models
from bball_tui.database.audit import Entry, record
from bball_tui.database.engine import Database
from bball_tui.database.listing import Listing, ListingSource, Order
from bball_tui.database.models import Outbox, Suppression
from bball_tui.database.paging import Sort
from bball_tui.database.states import OutboxState
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.outbox.causes import cause_named
from bball_tui.outbox.mail_conditions import is_bounced
from bball_tui.outbox.mail_list import item_cause

NEWEST_FIRST = Sort("id", descending=True)
LONGEST_REASON = 300
BY_REPORT = "report"
"""Stands where a person's name would, when a mail server's report blocked an address: anyone who ran the command that
read the report decided nothing."""


class SuppressionRow(Struct, frozen=True):
    """One entry. ``people`` are the guardians with the address; ``kept_back`` counts the mails that were not sent
    because of it. ``recorded_by`` is :data:`BY_REPORT` where no person did it. ``lifted_at`` None: it is in force.
    """

    id: int
    email: str
    reason: str
    recorded_by: str
    recorded_at: datetime
    lifted_at: datetime | None
    lifted_by: str | None
    people: str
    kept_back: int


class SuppressionFilter(Struct, frozen=True):
    """Which entries a list has: those in force, or also the lifted ones. ``text`` is part of an address."""

    text: str = ""
    lifted: bool = False


class SuppressionListing(Listing[SuppressionRow]):
    """The entries of a league."""

    table = models.Suppression.__table__
    row_id = models.Suppression.__table__.c.id
    default = NEWEST_FIRST

    def __init__(self, league_id: int, wanted: SuppressionFilter) -> None:
        self.league_id = league_id
        self.wanted = wanted

    def conditions(self) -> Sequence[ColumnElement[bool]]:
        entry = models.Suppression
        conditions: list[ColumnElement[bool]] = [entry.league_id == self.league_id]
        if not self.wanted.lifted:
            conditions.append(entry.lifted_at.is_(None))
        if words := self.wanted.text.split():
            conditions += [entry.email.icontains(word, autoescape=True) for word in words]
        return conditions

    def orders(self) -> dict[str, Order]:
        return {
            "id": Order((), self.table),
            "email": Order((models.Suppression.address.expression,), self.table),
        }

    def columns_of(self, page: Subquery) -> Select[Any]:
        entry, guardian, outbox = models.Suppression, models.Guardian, models.Outbox
        name = func.concat_ws(" ", guardian.first_name, guardian.last_name)
        people = (
            select(func.string_agg(name, ", "))
            .where(guardian.league_id == entry.league_id, guardian.address == entry.address)
            .scalar_subquery()
        )
        kept_back = (
            select(func.count())
            .select_from(outbox)
            .where(
                outbox.league_id == entry.league_id,
                outbox.address == entry.address,
                outbox.state == OutboxState.SUPPRESSED,
            )
            .scalar_subquery()
        )
        return (
            select(
                entry.id,
                entry.email,
                entry.reason,
                case((entry.by_report, BY_REPORT), else_=entry.recorded_by).label("recorded_by"),
                entry.recorded_at,
                entry.lifted_at,
                entry.lifted_by,
                func.coalesce(people, "").label("people"),
                kept_back.label("kept_back"),
            )
            .select_from(page)
            .join(entry, entry.id == page.c.id)
        )

    def row(self, found: Row[Any]) -> SuppressionRow:
        return SuppressionRow(
            id=found.id,
            email=found.email,
            reason=found.reason,
            recorded_by=found.recorded_by,
            recorded_at=found.recorded_at,
            lifted_at=found.lifted_at,
            lifted_by=found.lifted_by,
            people=found.people,
            kept_back=found.kept_back,
        )


class SuppressionSource(ListingSource[SuppressionRow]):
    """The entries that match, for a list on the screen."""

    def __init__(self, database: Database, league_id: int, wanted: SuppressionFilter) -> None:
        super().__init__(database, SuppressionListing(league_id, wanted))


async def suppress(
    session: AsyncSession, league_id: int, address: str, reason: str, *, by_report: bool = False
) -> bool:
    """Write ``address`` (checked by the caller) on the list. The caller commits.

    ``by_report``: a mail server's report says so, and not anyone who reads it here.

    Returns:
        False when it is on the list already; then nothing changes, whatever the reason.

    Raises:
        BballError: there is no reason, or it is longer than :data:`LONGEST_REASON` characters.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise BballError(_("Say in a few words why the address gets no more e-mail."))
    if len(reason) > LONGEST_REASON:
        raise BballError(
            _("The reason has {number} characters; {longest_reason} is the limit. Shorten it.").format(
                number=len(reason), longest_reason=LONGEST_REASON
            )
        )
    entry = models.Suppression
    made = await session.scalar(
        insert(entry)
        .values(league_id=league_id, email=address, reason=reason, by_report=by_report)
        .on_conflict_do_nothing()
        .returning(entry.id)
    )
    if made is None:
        return False
    action = "address_blocked_by_report" if by_report else "address_blocked"
    await record(session, league_id, [Entry(action, "suppression", made, reason, after={"email": address})])
    return True


class Lifted(Struct, frozen=True):
    """An address that takes mail again. ``kept_back`` are the mails that were not sent to it meanwhile."""

    email: str
    reason: str
    kept_back: tuple[int, ...]


async def lift(session: AsyncSession, league_id: int, address: str, *, reason: str | None = None) -> Lifted:
    """Take ``address`` off the list. What was kept back stays so until somebody tries it again. The caller commits.

    Raises:
        BballError: it is not on the list.
    """
    entry, outbox = models.Suppression, models.Outbox
    found = (
        await session.execute(
            update(entry)
            .where(
                entry.league_id == league_id,
                entry.address == address.strip().lower(),
                entry.lifted_at.is_(None),
            )
            .values(lifted_at=func.now(), lifted_by=func.session_user())
            .returning(entry.id, entry.email, entry.reason)
            .execution_options(synchronize_session=False)
        )
    ).one_or_none()
    if found is None:
        raise BballError(
            _("{split} is not on the list: it takes e-mail already.").format(split=" ".join(address.split())[:254])
        )
    await record(
        session,
        league_id,
        [Entry("address_lifted", "suppression", found.id, reason, before={"email": found.email})],
    )
    kept_back = await session.scalars(
        select(outbox.id)
        .where(
            outbox.league_id == league_id,
            outbox.address == found.email.lower(),
            outbox.state == OutboxState.SUPPRESSED,
        )
        .order_by(outbox.id)
    )
    return Lifted(found.email, found.reason, tuple(kept_back))


async def read_suppression(session: AsyncSession, league_id: int, row_id: int) -> SuppressionRow | None:
    """One entry as it is now, lifted or not; None when there is no such entry."""
    return await SuppressionListing(league_id, SuppressionFilter(lifted=True)).one(session, row_id)


async def list_suppressions(session: AsyncSession, league_id: int, wanted: SuppressionFilter) -> list[SuppressionRow]:
    """The entries that match, the newest first."""
    return await SuppressionListing(league_id, wanted).all(session)


class AddressHealth(Struct, frozen=True):
    """``blocked`` is the reason on the list; ``came_back`` when a mail last did, and ``why`` in a short phrase."""

    blocked: str | None = None
    came_back: datetime | None = None
    why: str = ""


HEALTHY = AddressHealth()


async def address_health(session: AsyncSession, league_id: int, addresses: Collection[str]) -> dict[str, AddressHealth]:
    """The health of each address that has one, by its lower-case spelling; nobody knows ill of the others."""
    wanted = any_(literal(sorted({one.lower() for one in addresses}), ARRAY(Text)))
    blocked = select(Suppression.address, Suppression.reason).where(
        Suppression.league_id == league_id, Suppression.lifted_at.is_(None), Suppression.address == wanted
    )
    returned = (
        select(Outbox.address, Outbox.bounced_at, item_cause().label("cause"))
        .where(Outbox.league_id == league_id, Outbox.address == wanted, is_bounced())
        .order_by(Outbox.bounced_at)
    )
    reasons = {row.address: row.reason for row in await session.execute(blocked)}
    found = {address: AddressHealth(blocked=reason) for address, reason in reasons.items()}
    for address, at, name in await session.execute(returned):
        cause = cause_named(name)
        found[address] = AddressHealth(reasons.get(address), at, "" if cause is None else _(cause.phrase))
    return found
