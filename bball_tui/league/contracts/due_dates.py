"""Another due date for one or many offers: one transaction of the caller, its effect readable before.

Only an offer that waits for its signature has a due date. A reminder that has not left yet names the old day, so it is
canceled in the same transaction; the schedule promises one for the new day. Mails that left are not taken back: how
many families were told the old day is part of the effect.
"""

from collections.abc import Collection, Sequence
from datetime import date

from msgspec import Struct
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.listing import among
from bball_tui.database.models import Contract, Outbox
from bball_tui.database.states import WAITING_STATUSES, ContractStatus, OutboxState
from bball_tui.errors import BballError
from bball_tui.language import _, stored
from bball_tui.league.contracts.facts import ContractFacts, Refused, lock_contracts, read_contracts
from bball_tui.league.contracts.kept_for_undo import kept_contracts
from bball_tui.league.contracts.transitions import changed_since
from bball_tui.league.league_clock import LeagueClock, read_clock
from bball_tui.mail.kinds.offer import OfferMail
from bball_tui.mail.kinds.reminder import ReminderMail
from bball_tui.outbox.staff_actions import cancel_unsent

_UNSENT = (OutboxState.QUEUED, OutboxState.DEAD)
_LEFT = (OutboxState.SENDING, OutboxState.SENT, OutboxState.IN_DOUBT)


class DuePreview(Struct, frozen=True):
    """What another due date would touch. ``possible`` are ids with the version that was read.

    ``unsent`` reminders would be canceled; ``told`` addresses had a mail that names the day of now.
    """

    possible: tuple[tuple[int, int], ...]
    players: tuple[str, ...]
    refused: tuple[Refused, ...]
    unsent: int
    told: tuple[str, ...]
    today: date


class DueResult(Struct, frozen=True):
    """The contracts that changed, those left as they were and why, the reminders taken back."""

    done: tuple[int, ...]
    refused: tuple[Refused, ...]
    cancelled: tuple[int, ...] = ()


async def preview_due(session: AsyncSession, league_id: int, contract_ids: Collection[int]) -> DuePreview:
    """Which of the contracts have a due date to change. Writes nothing."""
    clock = await read_clock(session, league_id)
    ids = list(dict.fromkeys(contract_ids))
    going, refused = await _judge(session, league_id, ids, {}, clock)
    mails = (
        await session.execute(
            select(Outbox.recipient, Outbox.state, Outbox.kind)
            .where(
                among(Outbox.contract_id, [one.id for one in going]),
                Outbox.kind.in_((OfferMail.kind, ReminderMail.kind)),
            )
            .order_by(Outbox.id)
        )
    ).all()
    return DuePreview(
        possible=tuple((one.id, one.version) for one in going),
        players=tuple(one.player for one in going),
        refused=refused,
        unsent=sum(row.state in _UNSENT and row.kind == ReminderMail.kind for row in mails),
        told=tuple(dict.fromkeys(row.recipient for row in mails if row.state in _LEFT)),
        today=clock.today,
    )


async def change_due(
    session: AsyncSession, league_id: int, contracts: Sequence[tuple[int, int | None]], due_on: date | None
) -> DueResult:
    """Set the due date of each contract that has one, or take it away (None). The caller commits.

    ``contracts`` are ids with the version that was on the screen (None: whatever it is).

    Raises:
        BballError: the day has passed.
    """
    expected = dict(reversed(contracts))
    ids = list(dict.fromkeys(one for one, __ in contracts))
    await lock_contracts(session, league_id, ids)
    clock = await read_clock(session, league_id)
    if due_on is not None and due_on < clock.today:
        raise BballError(
            _("Due on {due_on} has passed: today is {today}. Choose a day to come. Nothing was changed.").format(
                due_on=due_on, today=clock.today
            )
        )
    going, refused = await _judge(session, league_id, ids, expected, clock)
    days = await _days(session, [one.id for one in going])
    changing: list[ContractFacts] = []
    more: list[Refused] = []
    for one in going:
        offered_on, before = days[one.id]
        if before == due_on:
            now = _("has no due date") if due_on is None else _("is due on {due_on}").format(due_on=due_on)
            more.append(Refused(one.id, _("{player}'s contract {now} already.").format(player=one.player, now=now)))
        elif due_on is not None and offered_on is not None and due_on < offered_on:
            more.append(
                Refused(
                    one.id,
                    _("{player}'s contract was offered on {offered_on}, after {due_on}.").format(
                        player=one.player, offered_on=offered_on, due_on=due_on
                    ),
                )
            )
        else:
            changing.append(one)
    refused = (*refused, *more)
    if not changing:
        return DueResult((), refused)
    changed = [one.id for one in changing]
    taken = await cancel_unsent(
        session, changed, reason=stored("the contract has another due date"), kinds=(ReminderMail.kind,)
    )
    kept = await kept_contracts(session, changed)
    await session.execute(
        update(Contract)
        .where(among(Contract.id, changed))
        .values(due_on=due_on, version=Contract.version + 1)
        .execution_options(synchronize_session=False)
    )
    entries = [
        Entry("days_changed", "contract", one, before=_due(days[one][1]) | kept[one], after=_due(due_on))
        for one in changed
    ]
    await record(session, league_id, entries)
    return DueResult(tuple(changed), refused, taken.cancelled)


def _due(day: date | None) -> dict[str, object]:
    return {"due_on": None if day is None else day.isoformat()}


async def _days(session: AsyncSession, ids: Sequence[int]) -> dict[int, tuple[date | None, date | None]]:
    rows = await session.execute(
        select(Contract.id, Contract.offered_on, Contract.due_on).where(among(Contract.id, ids))
    )
    return {row.id: (row.offered_on, row.due_on) for row in rows}


async def _judge(
    session: AsyncSession, league_id: int, ids: Sequence[int], expected: dict[int, int | None], clock: LeagueClock
) -> tuple[list[ContractFacts], tuple[Refused, ...]]:
    found = await read_contracts(session, league_id, ids)
    going: list[ContractFacts] = []
    refused: list[Refused] = []
    for one in ids:
        contract = found.get(one)
        if contract is None:
            problem: str | None = _("That contract isn't in this league.")
        else:
            problem = changed_since(contract, expected.get(one), clock) or no_due_date(
                contract.status, _("{player}'s contract").format(player=contract.player)
            )
        if problem is not None:
            refused.append(Refused(one, problem))
        elif contract is not None:
            going.append(contract)
    return going, tuple(refused)


def no_due_date(status: ContractStatus, whose: str | None = None) -> str | None:
    """Why a contract in ``status`` has no due date to change, in a sentence; None when it has."""
    if status in WAITING_STATUSES:
        return None
    whose = whose or _("This contract")
    if status is ContractStatus.DRAFT:
        return _("{whose} is still a draft. It gets a due date when it is offered.").format(whose=whose)
    if status is ContractStatus.SIGNED:
        return _("{whose} is signed; its days do not change anymore.").format(whose=whose)
    return _("{whose} is {status}, so it is over.").format(whose=whose, status=_(status))
