"""Offers that nobody answered: whom to call first, at which number, and when the family last heard from the league.

First come families whose follow-up day has come, the longest since first. Then all others by the due date (overdue
ones first, those without one last), and of one day those whose last contact is longest ago, before them those who had
none. Last come families that said they would answer by a day still to come, by that day.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from msgspec import UNSET, Struct
from msgspec.structs import asdict, replace
from sqlalchemy import exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.listing import among
from bball_tui.database.masked_views import Hidden, masked
from bball_tui.database.models import (
    Contract,
    FamilyNote,
    Guardian,
    Outbox,
    Player,
    PlayerGuardian,
    Season,
    Suppression,
    Team,
)
from bball_tui.database.paging import PageRequest, Sort
from bball_tui.database.states import ContractStatus, OutboxState
from bball_tui.language import later
from bball_tui.league.contracts.contract_list import ContractListing
from bball_tui.league.league_clock import read_clock
from bball_tui.league.roster.rows import ContractRow, RosterFilter
from bball_tui.outbox.mail_conditions import is_bounced, through_a_folder

MOST = 2000
"""Offers that are looked at, those that are due first: nobody calls more."""
_NEVER = datetime.min.replace(tzinfo=UTC)


class Callee(Struct, frozen=True):
    """A guardian whom one can call. ``trouble`` says why no e-mail reaches them, empty where one does."""

    guardian_id: int
    name: str
    relation: str
    phone: str | None
    email: str | None
    trouble: str
    phone_hidden: Hidden = UNSET


class ChasingRow(ContractRow, frozen=True):
    """An offer without an answer. ``days_left`` till it is due, negative when it is overdue (None: no due date).

    ``last_contact`` is the later of the last e-mail that a mail server took and that did not come back, and the last
    note or call; ``last_how`` says which. ``ask_on`` is the first open follow-up day. ``trouble``: why e-mail does not
    reach the family.
    """

    days_left: int | None
    callees: tuple[Callee, ...]
    last_contact: datetime | None
    last_how: str
    ask_on: date | None
    trouble: str

    @property
    def first_callee(self) -> Callee | None:
        """Whom to call: the first guardian with a number, else the first one."""
        with_number = (one for one in self.callees if one.phone)
        return next(with_number, self.callees[0] if self.callees else None)


class _Contact(Struct, frozen=True):
    at: datetime = _NEVER
    how: str = ""
    ask_on: date | None = None

    def later(self, other: "_Contact") -> "_Contact":
        days = [one.ask_on for one in (self, other) if one.ask_on is not None]
        last = self if self.at >= other.at else other
        return _Contact(last.at, last.how, min(days, default=None))


async def read_chasing(session: AsyncSession, league_id: int, wanted: RosterFilter) -> tuple[ChasingRow, ...]:
    """The offers that ``wanted`` leaves and nobody answered, in the order in which to call the families."""
    today = (await read_clock(session, league_id)).today
    listing = ContractListing(league_id, replace(wanted, statuses=(ContractStatus.OFFERED,)))
    page = await listing.page(session, PageRequest(0, MOST, Sort("due")))
    archived = await _archived(session, [row.id for row in page.rows])
    families = await read_callees(session, league_id, [row.player_id for row in page.rows])
    mails, failed = await _mails(session, league_id, [row.id for row in page.rows])
    notes = await _notes(session, league_id, families)
    rows = []
    for row in page.rows:
        if row.id in archived:
            continue
        callees = families.get(row.player_id, ())
        contact = mails.get(row.id, _Contact()).later(notes.get(row.player_id, _Contact()))
        rows.append(
            ChasingRow(
                **asdict(row),
                days_left=None if row.due_on is None else (row.due_on - today).days,
                callees=callees,
                last_contact=None if contact.at == _NEVER else contact.at,
                last_how=contact.how,
                ask_on=contact.ask_on,
                trouble=_trouble(callees, failed=row.id in failed),
            )
        )
    return tuple(sorted(rows, key=lambda row: _turn(row, today)))


async def _archived(session: AsyncSession, contract_ids: Sequence[int]) -> set[int]:
    """The contracts of which the player, the team or the season is archived: nobody is called for those."""
    put_away = or_(Player.archived_at.is_not(None), Team.archived_at.is_not(None), Season.archived_at.is_not(None))
    found = await session.scalars(
        select(Contract.id)
        .join(Player, Player.id == Contract.player_id)
        .join(Team, Team.id == Contract.team_id)
        .join(Season, Season.id == Contract.season_id)
        .where(among(Contract.id, contract_ids), put_away)
    )
    return set(found)


def _turn(row: ChasingRow, today: date) -> tuple[object, ...]:
    # What is equal so far stays in the order of the database, which knows where Ł belongs.
    due = row.due_on or date.max
    contact = row.last_contact or _NEVER
    if row.ask_on is None:
        return 1, date.min, due, contact
    return (0 if row.ask_on <= today else 2), row.ask_on, due, contact


def _trouble(callees: Sequence[Callee], *, failed: bool) -> str:
    """Nothing where an e-mail reaches somebody."""
    if failed:
        return later("e-mail failed")
    if not callees:
        return later("no guardian")
    reached = any(not one.trouble for one in callees)
    return next((one.trouble for one in callees if one.trouble == "came back"), "" if reached else callees[0].trouble)


async def read_callees(
    session: AsyncSession, league_id: int, player_ids: Sequence[int]
) -> Mapping[int, tuple[Callee, ...]]:
    """The guardians of each player, the one who is asked first at the front."""
    blocked = exists().where(
        Suppression.league_id == league_id, Suppression.lifted_at.is_(None), Suppression.address == Guardian.address
    )
    came_back = exists().where(Outbox.league_id == league_id, Outbox.address == Guardian.address, is_bounced())
    rows = await session.execute(
        select(
            PlayerGuardian.player_id,
            Guardian.id,
            func.concat(Guardian.first_name, " ", Guardian.last_name).label("name"),
            PlayerGuardian.relation,
            Guardian.phone,
            Guardian.email,
            PlayerGuardian.receives_email,
            blocked.label("blocked"),
            came_back.label("came_back"),
            masked().label("hidden"),
        )
        .join(Guardian, Guardian.id == PlayerGuardian.guardian_id)
        .where(PlayerGuardian.league_id == league_id, among(PlayerGuardian.player_id, player_ids))
        .order_by(PlayerGuardian.position, Guardian.id)
    )
    found: dict[int, tuple[Callee, ...]] = defaultdict(tuple)
    for row in rows:
        trouble = later("no e-mail")
        if row.email is not None and row.receives_email:
            trouble = "came back" if row.came_back else "blocked" if row.blocked else ""
        callee = Callee(row.id, row.name, row.relation, row.phone, row.email, trouble, row.hidden or UNSET)
        found[row.player_id] += (callee,)
    return dict(found)


async def _mails(
    session: AsyncSession, league_id: int, contract_ids: Sequence[int]
) -> tuple[dict[int, _Contact], set[int]]:
    """The last e-mail of each contract that a mail server took, and the contracts of which one failed."""
    mine = (Outbox.league_id == league_id, among(Outbox.contract_id, contract_ids))
    sent = await session.execute(
        select(Outbox.contract_id, func.max(Outbox.finalized_at))
        .where(
            *mine,
            Outbox.state == OutboxState.SENT,
            Outbox.bounced_at.is_(None),
            through_a_folder(Outbox.provider).is_not(True),
        )
        .group_by(Outbox.contract_id)
    )
    failed = await session.scalars(select(Outbox.contract_id).where(*mine, Outbox.state == OutboxState.DEAD))
    contacts = {contract_id: _Contact(at, "e-mail") for contract_id, at in sent if contract_id and at}
    return contacts, {contract_id for contract_id in failed if contract_id is not None}


async def _notes(
    session: AsyncSession, league_id: int, families: Mapping[int, tuple[Callee, ...]]
) -> dict[int, _Contact]:
    """What each player's family said last, and until when it wants to answer."""
    players_of: dict[int, list[int]] = defaultdict(list)
    for player_id, callees in families.items():
        for one in callees:
            players_of[one.guardian_id].append(player_id)
    rows = await session.execute(
        select(
            FamilyNote.player_id, FamilyNote.guardian_id, FamilyNote.kind, FamilyNote.created_at,
            FamilyNote.follow_up, FamilyNote.done_at,
        ).where(
            FamilyNote.league_id == league_id,
            FamilyNote.struck_at.is_(None),
            or_(among(FamilyNote.player_id, list(families)), among(FamilyNote.guardian_id, list(players_of))),
        )
    )  # fmt: skip
    found: dict[int, _Contact] = {}
    for row in rows:
        contact = _Contact(row.created_at, row.kind, row.follow_up if row.done_at is None else None)
        for player_id in {*players_of.get(row.guardian_id, ()), *((row.player_id,) if row.player_id else ())}:
            found[player_id] = found.get(player_id, _Contact()).later(contact)
    return found
