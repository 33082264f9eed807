"""Acts on contracts, one or a thousand: offer, accept by word, decline, expire, release, void.

Each act is one transaction of the caller with a fixed number of statements. What may be done is said by ``lifecycle``;
each contract is decided by itself, and one that cannot be acted on is returned with the reason. A contract that is
over never leaves a mail behind that says otherwise: what has not left is canceled in the same transaction, what has
left is returned as told. Signing and its undo are in ``signing`` and ``undo``.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database import models
from bball_tui.database.audit import Entry, record
from bball_tui.database.listing import among
from bball_tui.database.states import OutboxState
from bball_tui.errors import BballError
from bball_tui.language import _, stored
from bball_tui.league.contracts.facts import ContractFacts, Refused, lock_contracts, read_contracts
from bball_tui.league.contracts.kept_for_undo import kept_contracts
from bball_tui.league.contracts.lifecycle import RULES, ReasonNeed, Rule, Transition, why_not, why_not_due
from bball_tui.league.league_clock import LeagueClock, read_clock
from bball_tui.league.mails.enqueue import enqueue_corrections, enqueue_offers, wants_offer_mails
from bball_tui.mail.kinds.welcome import WelcomeMail
from bball_tui.mail.safe_values import typed_line
from bball_tui.outbox.staff_actions import cancel_unsent

LONGEST_REASON = 500
_LEFT = (OutboxState.SENDING, OutboxState.SENT, OutboxState.IN_DOUBT)


class TransitionRequest(Struct, frozen=True):
    """What staff asked for.

    ``contracts`` are ids with the version that was on the screen (None: whatever it is). The days are those of an
    offer: ``offered_on`` None is today in the league's time zone, ``due_on`` None sets no due date.
    """

    act: Transition
    contracts: tuple[tuple[int, int | None], ...]
    reason: str | None = None
    offered_on: date | None = None
    due_on: date | None = None
    correct: bool = False
    """Whether those who had the welcome mail of a contract that ends get a correcting one."""
    note: str = ""
    """What the correcting mail says besides; the reason is never shown to families."""


class AlreadyNotified(Struct, frozen=True):
    """A mail about the contract that left, or may have; ``at`` is when."""

    outbox_id: int
    recipient: str
    state: OutboxState
    at: datetime | None
    contract_id: int


class TransitionResult(Struct, frozen=True):
    """What happened: the contracts that changed, those left as they were, the mails taken back, the welcome mails
    that left, and the mails that were promised (of an offer, or a correction).
    """

    done: tuple[int, ...]
    refused: tuple[Refused, ...]
    cancelled: tuple[int, ...] = ()
    told: tuple[AlreadyNotified, ...] = ()
    promised: tuple[int, ...] = ()


class TransitionPreview(Struct, frozen=True):
    """What an act would do. ``unsent`` mails would be canceled; ``told`` addresses had the welcome mail already."""

    act: Transition
    possible: tuple[tuple[int, int], ...]
    players: tuple[str, ...]
    refused: tuple[Refused, ...]
    unsent: int
    told: tuple[str, ...]
    recorded_by: str
    today: date


async def apply_transition(session: AsyncSession, league_id: int, asked: TransitionRequest) -> TransitionResult:
    """Do it to each contract that allows it. The caller commits.

    Raises:
        BballError: the reason is missing or too long, or the days of an offer cannot be.
    """
    rule = RULES[asked.act]
    said = reason_for(rule.reason, asked.reason)
    expected = dict(reversed(asked.contracts))
    ids = list(dict.fromkeys(one for one, __ in asked.contracts))
    await lock_contracts(session, league_id, ids)
    clock = await read_clock(session, league_id)
    day = check_offer(asked.offered_on, asked.due_on, clock) if rule.offers else None
    going, refused = await _judge(session, league_id, rule, expected, ids, clock)
    if not going:
        return TransitionResult((), refused)
    taken: tuple[int, ...] = ()
    told: tuple[AlreadyNotified, ...] = ()
    if rule.ends:
        mails = await cancel_unsent(session, [one.id for one in going], reason=_why(rule, said))
        taken = mails.cancelled
        told = tuple(
            AlreadyNotified(one.id, one.recipient, one.state, one.at, one.contract_id)
            for one in mails.not_cancelled
            if one.kind == WelcomeMail.kind
        )
    kept = await kept_contracts(session, [one.id for one in going])
    await session.execute(
        _CHANGE,
        {
            "ids": [one.id for one in going],
            "target": str(rule.target),
            "reason": said,
            "ends": rule.ends,
            "offered_on": day,
            "due_on": asked.due_on,
        },
    )
    await record(session, league_id, [_entry(rule, one, kept[one.id], said, day, asked.due_on) for one in going])
    promised = await _promise(session, league_id, asked, going, told, day, clock.hold_seconds)
    return TransitionResult(tuple(one.id for one in going), refused, taken, told, promised)


async def _promise(
    session: AsyncSession,
    league_id: int,
    asked: TransitionRequest,
    going: Sequence[ContractFacts],
    told: Sequence[AlreadyNotified],
    day: date | None,
    hold_seconds: int,
) -> tuple[int, ...]:
    if day is not None and await wants_offer_mails(session, league_id):
        return await enqueue_offers(
            session, league_id, going, offered_on=day, due_on=asked.due_on, hold_seconds=hold_seconds
        )
    if asked.correct and told:
        return await enqueue_corrections(
            session,
            league_id,
            [(one.contract_id, one.recipient) for one in told],
            {one.id: one for one in going},
            note=typed_line(asked.note),
            hold_seconds=hold_seconds,
        )
    return ()


async def preview_transition(
    session: AsyncSession, league_id: int, which: Transition, contract_ids: Collection[int]
) -> TransitionPreview:
    """What :func:`apply_transition` would do. Writes nothing."""
    rule = RULES[which]
    ids = list(dict.fromkeys(contract_ids))
    clock = await read_clock(session, league_id)
    going, refused = await _judge(session, league_id, rule, {}, ids, clock)
    outbox = models.Outbox
    mails = await session.execute(
        select(outbox.recipient, outbox.state, outbox.kind)
        .where(among(outbox.contract_id, [one.id for one in going]))
        .order_by(outbox.id)
    )
    found = mails.all() if rule.ends else []
    return TransitionPreview(
        act=which,
        possible=tuple((one.id, one.version) for one in going),
        players=tuple(one.player for one in going),
        refused=refused,
        unsent=sum(row.state in (OutboxState.QUEUED, OutboxState.DEAD) for row in found),
        told=tuple(
            dict.fromkeys(row.recipient for row in found if row.state in _LEFT and row.kind == WelcomeMail.kind)
        ),
        recorded_by=clock.person,
        today=clock.today,
    )


# A statement that ends a contract drops the pointer to its signature; the signature's row stays as it is.
_CHANGE = text(
    """
    UPDATE contract
    SET status = :target, version = version + 1,
        status_reason = CAST(:reason AS text),
        signature_id = CASE WHEN :ends THEN NULL ELSE signature_id END,
        offered_on = coalesce(CAST(:offered_on AS date), offered_on),
        due_on = CASE WHEN CAST(:offered_on AS date) IS NULL THEN due_on ELSE CAST(:due_on AS date) END
    WHERE id = ANY(CAST(:ids AS bigint[]))
    """
)


async def _judge(
    session: AsyncSession,
    league_id: int,
    rule: Rule,
    expected: dict[int, int | None],
    ids: Sequence[int],
    clock: LeagueClock,
) -> tuple[list[ContractFacts], tuple[Refused, ...]]:
    found = await read_contracts(session, league_id, ids)
    overdue = await _due_days(session, ids) if rule.after_due else {}
    going: list[ContractFacts] = []
    refused: list[Refused] = []
    for one in ids:
        contract = found.get(one)
        if contract is None:
            refused.append(Refused(one, _("That contract isn't in this league.")))
            continue
        whose = _("{player}'s contract").format(player=contract.player)
        problem = changed_since(contract, expected.get(one), clock) or why_not(rule.act, contract.status, whose)
        if problem is None and rule.after_due:
            problem = why_not_due(overdue.get(one), clock.today, whose)
        if problem is None:
            going.append(contract)
        else:
            refused.append(Refused(one, problem))
    return going, tuple(refused)


async def _due_days(session: AsyncSession, ids: Sequence[int]) -> dict[int, date | None]:
    contract = models.Contract
    rows = await session.execute(select(contract.id, contract.due_on).where(among(contract.id, ids)))
    return {row.id: row.due_on for row in rows}


def changed_since(contract: ContractFacts, expected: int | None, clock: LeagueClock) -> str | None:
    """Who changed the contract after version ``expected`` was on the screen, in a sentence; None when nobody did."""
    if expected is None or expected == contract.version:
        return None
    return _("{player}'s contract was changed by {updated_by} at {when}. Look at it again, then decide.").format(
        player=contract.player, updated_by=contract.updated_by, when=clock.at(contract.updated_at)
    )


def check_offer(offered_on: date | None, due_on: date | None, clock: LeagueClock) -> date:
    """The day of an offer; None is today.

    Raises:
        BballError: the offer lies in the future, or is due before it is made.
    """
    day = offered_on or clock.today
    if day > clock.today:
        raise BballError(
            _("Offered on {day} is in the future: today is {today}. Correct the date.").format(
                day=day, today=clock.today
            )
        )
    if due_on is not None and due_on < day:
        raise BballError(
            _("Due on {due_on} lies before the day of the offer, {day}. Correct one of them.").format(
                due_on=due_on, day=day
            )
        )
    return day


def reason_for(need: ReasonNeed, reason: str | None) -> str | None:
    """The reason on one line, or None where none is due and none was given.

    Raises:
        BballError: it is due and empty, or too long.
    """
    said = typed_line(reason or "")
    if not said:
        if need is ReasonNeed.REQUIRED:
            raise BballError(_("The reason is empty. Say why, in a few words."))
        return None
    if len(said) > LONGEST_REASON:
        raise BballError(
            _("The reason has {said} characters; {longest_reason} is the limit. Shorten it.").format(
                said=len(said), longest_reason=LONGEST_REASON
            )
        )
    return said


def _entry(
    rule: Rule,
    contract: ContractFacts,
    kept: Mapping[str, object],
    said: str | None,
    day: date | None,
    due_on: date | None,
) -> Entry:
    before: dict[str, object] = {"status": contract.status, **kept}
    after: dict[str, object] = {"status": rule.target}
    if rule.ends:
        before["signature_id"] = contract.signature.id if contract.signature else None
    if day is not None:
        after["offered_on"] = day.isoformat()
        if due_on is not None:
            after["due_on"] = due_on.isoformat()
    return Entry(rule.done, "contract", contract.id, reason=said, before=before, after=after)


def _why(rule: "Rule", said: str | None) -> str:
    """Why the e-mails of such a contract are canceled."""
    reason = stored("contract {status}").format(status=rule.target)
    return f"{reason}: {said}" if said else reason
