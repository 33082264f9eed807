"""Reminding families of offers that are due: so many days before, at most so often, and off until a league wants it.

Whether a reminder is due follows from what was promised before, never from when a worker last looked: looking twice, on
two machines or after a week without a worker, promises each one once.
"""

import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.engine import Database
from bball_tui.database.listing import among
from bball_tui.database.models import Contract, League, Outbox
from bball_tui.database.states import WAITING_STATUSES, OutboxState
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.contracts.facts import ContractFacts, read_contracts, read_guardians
from bball_tui.league.contracts.signing_rules import Recipient, family_facts, recipients_of
from bball_tui.league.editing.save_checks import upon
from bball_tui.league.league_clock import LeagueClock, read_clock
from bball_tui.mail.kinds.reminder import ReminderMail
from bball_tui.outbox.queue import NewItem, enqueue

log = logging.getLogger(__name__)

MOST_DAYS_BEFORE = 90
MOST_DAYS = 5
MOST_REMINDERS = 5
WAKING = range(9, 20)
"""The hours of the league's clock in which reminders are promised by themselves; nobody wants one at night."""


class Schedule(Struct, frozen=True):
    """``days`` before an offer is due, the largest first; empty: nobody is reminded. ``cap`` reminders at most for one
    offer and address.
    """

    days: tuple[int, ...]
    cap: int


class PlannedReminder(Struct, frozen=True):
    """The next reminder of one offer: when, which number, and to whom. ``today``: it is due now.

    ``id`` is the contract's. ``recipients`` are addresses; empty when no mail can reach the family.
    """

    id: int
    player: str
    team: str
    due_on: date
    on: date
    number: int
    recipients: tuple[str, ...]
    sent: int
    today: bool


async def read_schedule(session: AsyncSession, league_id: int) -> Schedule:
    """When the league reminds."""
    found = (
        await session.execute(select(League.reminder_days, League.reminder_cap).where(League.id == league_id))
    ).one_or_none()
    if found is None:
        raise BballError(_("This league is not in the database anymore. Choose another one."))
    return Schedule(tuple(sorted(set(found.reminder_days), reverse=True)), found.reminder_cap)


async def set_schedule(
    session: AsyncSession, league_id: int, days: Sequence[int], cap: int, *, seen: Schedule | None = None
) -> Schedule:
    """Change it, and nothing that is as it was ``seen``; no ``days`` switch reminders off. The caller commits.

    Raises:
        BballError: a number of days or of reminders that cannot be, or somebody else changed the same meanwhile.
    """
    after = Schedule(usable_days(days), usable_cap(cap))
    before = await read_schedule(session, league_id)
    if seen is not None:
        after = upon(before, seen, after)
    if after != before:
        await session.execute(
            update(League)
            .where(League.id == league_id)
            .values(reminder_days=list(after.days), reminder_cap=after.cap, version=League.version + 1)
        )
        entry = Entry(
            "reminders_changed",
            "league",
            league_id,
            before={"days": list(before.days), "cap": before.cap},
            after={"days": list(after.days), "cap": after.cap},
        )
        await record(session, league_id, [entry])
    return after


def usable_days(days: Sequence[int]) -> tuple[int, ...]:
    """``days`` as a schedule has them: each once, the first reminder first.

    Raises:
        BballError: too many of them, or one that cannot be.
    """
    wanted = tuple(sorted(set(days), reverse=True))
    if any(not 0 <= day <= MOST_DAYS_BEFORE for day in wanted) or len(wanted) > MOST_DAYS:
        raise BballError(
            _("Say up to {most_days} numbers of days from 0 to {longest}, such as 7,2. Nothing was changed.").format(
                most_days=MOST_DAYS, longest=MOST_DAYS_BEFORE
            )
        )
    return wanted


def usable_cap(cap: int) -> int:
    """How many reminders of one offer a family gets at most.

    Raises:
        BballError: it cannot be.
    """
    if not 1 <= cap <= MOST_REMINDERS:
        raise BballError(
            _(
                "A family gets 1 to {most_reminders} reminders of one offer, so write such a number. "
                "Nothing was changed."
            ).format(most_reminders=MOST_REMINDERS)
        )
    return cap


async def planned_reminders(session: AsyncSession, league_id: int) -> tuple[PlannedReminder, ...]:
    """The next reminder of every offer that will have one, the soonest first. Writes nothing."""
    clock, found = await _plan(session, league_id)
    plans = []
    for contract, due_on, on, mails in found:
        first = mails[0] if mails else None
        plans.append(
            PlannedReminder(
                id=contract.id,
                player=contract.player,
                team=contract.team,
                due_on=due_on,
                on=on,
                number=1 if first is None else first.number,
                recipients=tuple(one.recipient.address for one in mails),
                sent=0 if first is None else first.number - 1,
                today=on <= clock.today,
            )
        )
    return tuple(sorted(plans, key=lambda one: (one.on, one.player)))


async def remind(session: AsyncSession, league_id: int) -> tuple[int, ...]:
    """Promise every reminder that is due today; the ids of the new mails. The caller commits."""
    clock, found = await _plan(session, league_id)
    items = [
        _item(contract, due_on, mail)
        for contract, due_on, on, mails in found
        if on <= clock.today
        for mail in mails
        if mail.on <= clock.today
    ]
    return tuple(await enqueue(session, league_id, items, hold_seconds=0))


async def remind_by_itself(database: Database, league_id: int) -> tuple[int, ...]:
    """What a worker does now and then: promise what is due, at a decent hour."""
    async with database.session() as session:
        schedule = await read_schedule(session, league_id)
        if not schedule.days:
            return ()
        clock = await read_clock(session, league_id)
        if clock.now.astimezone(clock.zone).hour not in WAKING:
            return ()
        return await remind(session, league_id)


def reminder_chores(database: Database, league_id: int) -> tuple[Callable[[], Awaitable[None]], ...]:
    """What a worker does now and then for the reminders."""

    async def remind_now() -> None:
        if made := await remind_by_itself(database, league_id):
            log.info("%s reminders queued", len(made))

    return (remind_now,)


class _Mail(Struct, frozen=True):
    recipient: Recipient
    number: int
    cancelled: int
    on: date


class _Earlier(Struct, frozen=True):
    """A reminder that was promised before: when, what it says, and whether it was canceled unsent."""

    at: datetime
    due_on: date
    team: str
    cancelled: bool


async def _plan(
    session: AsyncSession, league_id: int
) -> tuple[LeagueClock, list[tuple[ContractFacts, date, date, tuple[_Mail, ...]]]]:
    """Contracts with their due date, the day of the next reminder, and its mails."""
    clock = await read_clock(session, league_id)
    schedule = await read_schedule(session, league_id)
    if not schedule.days:
        return clock, []
    rows = (
        await session.execute(
            select(Contract.id, Contract.due_on, Contract.offered_on).where(
                Contract.league_id == league_id, Contract.status.in_(WAITING_STATUSES), Contract.due_on >= clock.today
            )
        )
    ).all()
    contracts = await read_contracts(session, league_id, [row.id for row in rows])
    families = await read_guardians(session, league_id, {one.player_id for one in contracts.values()})
    earlier = await _earlier(session, [row.id for row in rows])
    found = []
    for row in rows:
        contract = contracts.get(row.id)
        if contract is None:
            continue
        mails = []
        for recipient in recipients_of(families.get(contract.player_id, ())):
            promised = earlier[row.id, contract.revision, recipient.address.lower()]
            number = sum(not one.cancelled for one in promised) + 1
            if number > schedule.cap:
                continue
            # What staff canceled is not promised again at once; what a move or another due date canceled is.
            now = row.due_on, contract.team
            told = [_day(clock, one.at) for one in promised if not one.cancelled or (one.due_on, one.team) == now]
            day = _next(schedule, row.due_on, row.offered_on, told, clock.today)
            if day is not None:
                mails.append(_Mail(recipient, number, len(promised) + 1 - number, day))
        if mails:
            first = min(mail.on for mail in mails)
            found.append((contract, row.due_on, first, tuple(mails)))
    return clock, found


def _day(clock: LeagueClock, moment: datetime) -> date:
    """The day of ``moment`` on the league's clock."""
    return moment.astimezone(clock.zone).date()


def _next(schedule: Schedule, due_on: date, offered_on: date | None, told: Sequence[date], today: date) -> date | None:
    """The day of the next reminder, today for one that is due or late; None when there is none anymore."""
    for number, days in enumerate(schedule.days):
        opens = due_on - timedelta(days=days)
        following = schedule.days[number + 1 :]
        closes = due_on - timedelta(days=following[0]) if following else due_on + timedelta(days=1)
        # The one between the two days was promised, or its time is over: then the next one counts.
        if any(opens <= day < closes for day in told) or closes <= today:
            continue
        # Nobody is reminded on the day on which the offer was made.
        earliest = opens if offered_on is None else max(opens, offered_on + timedelta(days=1))
        if earliest < closes:
            return max(earliest, today)
    return None


async def _earlier(session: AsyncSession, contract_ids: Sequence[int]) -> dict[tuple[int, int, str], list[_Earlier]]:
    """Every reminder that was promised: by contract, revision and address."""
    revision = func.split_part(Outbox.dedupe_key, ":", 3)
    says = Outbox.payload["due_on"].astext, Outbox.payload["team"].astext
    rows = await session.execute(
        select(Outbox.contract_id, revision, Outbox.address, Outbox.created_at, *says, Outbox.state)
        .where(among(Outbox.contract_id, contract_ids), Outbox.kind == ReminderMail.kind)
        .order_by(Outbox.id)
    )
    found: dict[tuple[int, int, str], list[_Earlier]] = defaultdict(list)
    for contract_id, number, address, at, due_on, team, state in rows:
        earlier = _Earlier(at, date.fromisoformat(due_on), team, state == OutboxState.CANCELLED)
        found[contract_id or 0, int(number), address].append(earlier)
    return found


def _item(contract: ContractFacts, due_on: date, mail: _Mail) -> NewItem:
    facts = ReminderMail(
        **family_facts(contract, mail.recipient),
        due_on=due_on,
        number=mail.number,
        cancelled=mail.cancelled,
    )
    return NewItem(facts.kind, contract.id, contract.revision, mail.recipient.address, facts, occasion=facts.occasion)


def parse_days(text: str) -> tuple[int, ...]:
    """``7, 2`` as numbers of days; empty text is none.

    Raises:
        BballError: something else than numbers and commas.
    """
    return tuple(_numbers(text))


def _numbers(text: str) -> Iterator[int]:
    for part in text.replace(";", ",").replace(" ", ",").split(","):
        if part and not part.isdecimal():
            raise BballError(
                _("{part!r} is no number of days. Write numbers such as 7,2. Nothing was changed.").format(
                    part=part[:20]
                )
            )
        if part:
            yield int(part[:4])
