"""A mail that goes again: to the same address although it went out, or to the right one instead of a wrong one.

Either is a new promise, linked to the first in the audit: a new one and not the old row, so that the log keeps both,
and a report that one of them came back names the right one.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.listing import among
from bball_tui.database.models import League, Outbox
from bball_tui.database.states import OutboxState, WaitsFor
from bball_tui.language import stored
from bball_tui.mail.transports import stays_here
from bball_tui.outbox.mail_conditions import is_bounced
from bball_tui.outbox.provider_gates import wake_workers
from bball_tui.outbox.put_back import KEPT, kept_item
from bball_tui.outbox.queue import NewItem, enqueue
from bball_tui.outbox.staff_actions import AGAIN, CANCELLABLE, cancel
from bball_tui.outbox.waiting_for_chat import waiting_values

AGAIN_MARK = "again"
"""Begins the part of a dedupe key that counts how often a mail was sent again."""
_ON_ITS_WAY = (OutboxState.QUEUED, OutboxState.SENDING, OutboxState.IN_DOUBT)


def split_key(dedupe_key: str) -> tuple[int, str]:
    """The revision and the occasion in a dedupe key, without the count of how often the mail was sent again."""
    _, _, revision, _, *rest = dedupe_key.split(":", 4)
    occasion = rest[0] if rest else ""
    if occasion.startswith(f"{AGAIN_MARK}:"):
        return int(revision), ""
    return int(revision), occasion.partition(f":{AGAIN_MARK}:")[0]


async def resend(session: AsyncSession, league_id: int, outbox_id: int, *, reason: str | None = None) -> int | None:
    """Promise an accepted mail once more, to the same address, due at once. The caller checks and commits.

    Returns:
        The id of the new mail; None when this one was not accepted, or the last repetition is still on its way.
    """
    old = (
        await session.execute(
            select(Outbox.id, Outbox.kind, Outbox.contract_id, Outbox.recipient, Outbox.dedupe_key, Outbox.payload)
            .where(Outbox.league_id == league_id, Outbox.id == outbox_id, Outbox.state == OutboxState.SENT)
            .with_for_update()
        )
    ).one_or_none()
    if old is None:
        return None
    revision, occasion = split_key(old.dedupe_key)
    first = NewItem(old.kind, old.contract_id, revision, old.recipient, old.payload, occasion)
    repetitions = f"{first.dedupe_key}:{AGAIN_MARK}:"
    states: list[str] = list(
        await session.scalars(
            select(Outbox.state).where(
                Outbox.league_id == league_id,
                or_(Outbox.dedupe_key == first.dedupe_key, Outbox.dedupe_key.startswith(repetitions, autoescape=True)),
            )
        )
    )
    if any(state in _ON_ITS_WAY for state in states):
        return None
    count = f"{AGAIN_MARK}:{len(states)}"
    item = NewItem(
        old.kind,
        old.contract_id,
        revision,
        old.recipient,
        old.payload,
        f"{occasion}:{count}" if occasion else count,
    )
    made = await enqueue(session, league_id, [item], hold_seconds=0)
    if not made:
        return None
    await settle_bounces(session, league_id, [old.id])
    await record(
        session,
        league_id,
        [
            Entry("outbox_sent_again", "outbox", old.id, reason, after={"as": made[0]}),
            Entry("outbox_promised_once_more", "outbox", made[0], reason, after={"again_of": old.id}),
        ],
    )
    await wake_workers(session, league_id)
    return made[0]


async def release_suppressed(
    session: AsyncSession, league_id: int, ids: Collection[int], *, reason: str
) -> tuple[int, ...]:
    """Queue mails that were kept back because their address took none; others are left as they are.

    An address that is still on the list is looked at when a worker takes the mail. The caller commits.
    """
    rows = (
        await session.execute(
            select(Outbox.id, *KEPT)
            .where(Outbox.league_id == league_id, among(Outbox.id, ids), Outbox.state == OutboxState.SUPPRESSED)
            .order_by(Outbox.id)
            .with_for_update()
        )
    ).all()
    released = tuple(row.id for row in rows)
    if released:
        await session.execute(
            update(Outbox)
            .where(among(Outbox.id, released))
            .values(**AGAIN | {"error_class": None, "error_text": None})
            .execution_options(synchronize_session=False)
        )
        before, after = {row.id: kept_item(row) for row in rows}, {"state": OutboxState.QUEUED}
        entries = [Entry("outbox_released", "outbox", one, reason, before[one], after) for one in released]
        await record(session, league_id, entries)
        await wake_workers(session, league_id)
    return released


async def settle_bounces(session: AsyncSession, league_id: int, ids: Collection[int]) -> tuple[int, ...]:
    """Note that somebody dealt with these mails that came back; returns those that waited for it."""
    done: Any = await session.scalars(
        update(Outbox)
        .where(Outbox.league_id == league_id, among(Outbox.id, ids), is_bounced())
        .values(bounce_settled_at=func.now())
        .returning(Outbox.id)
        .execution_options(synchronize_session=False)
    )
    return tuple(sorted(done))


async def promise_again(
    session: AsyncSession, league_id: int, ids: Collection[int], *, occasion: str, reason: str
) -> tuple[int, ...]:
    """Promise queued and failed mails whose bytes are written once more, so that they can still say something else.

    What is written is never changed, so the old mail is canceled and a new one, with the same payload, waits or has
    failed as it did. The caller knows that nobody can have had the old one, and commits.

    Returns:
        The ids of the new mails.
    """
    columns = (Outbox.id, Outbox.kind, Outbox.contract_id, Outbox.recipient, Outbox.dedupe_key, Outbox.payload, *KEPT)
    olds = (
        await session.execute(
            select(*columns)
            .where(Outbox.league_id == league_id, among(Outbox.id, ids), Outbox.state.in_(CANCELLABLE))
            .order_by(Outbox.id)
            .with_for_update()
        )
    ).all()
    made: list[int] = []
    for old in olds:
        revision, _ = split_key(old.dedupe_key)
        item = NewItem(old.kind, old.contract_id, revision, old.recipient, old.payload, f"{occasion}:{old.id}")
        (new,) = await enqueue(session, league_id, [item], hold_seconds=0)
        failed = {} if old.state == OutboxState.QUEUED else {"state": OutboxState.DEAD, "finalized_at": func.now()}
        as_before = {name: getattr(old, name) for name in _AS_BEFORE}
        await session.execute(
            update(Outbox)
            .where(Outbox.id == new)
            .values(**as_before | failed)
            .execution_options(synchronize_session=False)
        )
        entry = Entry("outbox_promised_instead", "outbox", new, reason, after={"instead_of": old.id})
        await record(session, league_id, [entry])
        made.append(new)
    if made:
        await cancel(session, league_id, [old.id for old in olds], reason=reason)
    return tuple(made)


_AS_BEFORE = ("available_at", "waits_for", "error_class", "error_code", "error_text")
REDIRECTABLE = (OutboxState.QUEUED, OutboxState.DEAD, OutboxState.SUPPRESSED)
"""A mail that has not left and still could; of a canceled one staff said that it is not wanted."""


def may_go_elsewhere() -> ColumnElement[bool]:
    """Whether a mail can go to another address: it has not left, or it came back."""
    return Outbox.state.in_(REDIRECTABLE) | is_bounced()


_NEVER_LEFT = (OutboxState.DEAD, OutboxState.CANCELLED, OutboxState.SUPPRESSED)


class Redirected(Struct, frozen=True):
    """``old`` goes no more; ``new`` is for the other address. ``was`` is the state in which a mail to that
    address was found, None when there was none and ``new`` was made; ``sent_on`` the day on which it had been sent.
    """

    old: int
    new: int
    was: OutboxState | None
    sent_on: date | None = None

    @property
    def goes(self) -> bool:
        """Whether ``new`` is made or due because of this; else it was on its way, or sent, without it."""
        return self.was is None or self.was in _NEVER_LEFT

    def why(self, recipient: str) -> str:
        """Why ``old`` is canceled."""
        if self.goes:
            return stored("goes to {recipient} instead").format(recipient=recipient)
        if self.sent_on is None:
            told = stored("e-mail {number} to {recipient} says the same, so no new one goes out")
            return told.format(number=self.new, recipient=recipient)
        told = stored("{recipient} was sent the same on {day} (e-mail {number}), so no new one goes out")
        return told.format(recipient=recipient, day=self.sent_on.isoformat(), number=self.new)


async def redirect(
    session: AsyncSession, league_id: int, ids: Collection[int], recipient: str, *, reason: str | None = None
) -> tuple[Redirected, ...]:
    """Send these to ``recipient`` instead, those that have not left or came back; others are left as they are.

    A promise is named by its recipient too, so another address is another promise: a new item with the old one's
    contract, revision and payload, due after the league's undo time, or waiting for what the old one waited for. The
    old one is canceled (a suppressed or a returned one is over already). Where the contract already has a mail to that
    address, no second one is made: if it never left, it becomes due again, else it is all there is to do. The caller
    commits.
    """
    olds = (
        await session.execute(
            select(
                Outbox.id,
                Outbox.kind,
                Outbox.contract_id,
                Outbox.dedupe_key,
                Outbox.payload,
                Outbox.state,
                Outbox.waits_for,
            )
            .where(
                Outbox.league_id == league_id,
                among(Outbox.id, ids),
                may_go_elsewhere(),
                func.lower(Outbox.recipient) != recipient.lower(),
            )
            .order_by(Outbox.id)
            .with_for_update()
        )
    ).all()
    if not olds:
        return ()
    league = (await session.execute(select(League.hold_seconds, League.timezone).where(League.id == league_id))).one()
    done = [await _redirect(session, league_id, old, recipient, league) for old in olds]
    open_ones = {old.id for old in olds if old.state not in (OutboxState.SUPPRESSED, OutboxState.SENT)}
    await settle_bounces(session, league_id, [old.id for old in olds])
    reasons: dict[str, list[int]] = {}
    for one, _ in done:
        if one.old in open_ones:
            reasons.setdefault(one.why(recipient), []).append(one.old)
    for why, those in reasons.items():
        await cancel(session, league_id, those, reason=why)
    await record(session, league_id, [entry for one, kept in done for entry in _entries(one, kept, reason)])
    await wake_workers(session, league_id)
    return tuple(one for one, _ in done)


async def _redirect(
    session: AsyncSession, league_id: int, old: Any, recipient: str, league: Any
) -> tuple[Redirected, Mapping[str, object]]:
    """What became of it, and what the audit keeps of the mail that was found."""
    revision, occasion = split_key(old.dedupe_key)
    waits = None if old.waits_for is None else WaitsFor(old.waits_for)
    item = NewItem(old.kind, old.contract_id, revision, recipient, old.payload, occasion, waits)
    made = await enqueue(session, league_id, [item], hold_seconds=league.hold_seconds)
    if made:
        return Redirected(old.id, made[0], None), {}
    there = (
        await session.execute(
            select(Outbox.id, Outbox.provider, *KEPT)
            .where(Outbox.league_id == league_id, Outbox.dedupe_key == item.dedupe_key)
            .with_for_update()
        )
    ).one()
    if there.state in _NEVER_LEFT:
        held = {"available_at": func.now() + func.make_interval(0, 0, 0, 0, 0, 0, league.hold_seconds)}
        again = update(Outbox).where(Outbox.id == there.id).values(**AGAIN | held | waiting_values(waits))
        await session.execute(again.execution_options(synchronize_session=False))
    sent = there.state == OutboxState.SENT and there.finalized_at is not None and not stays_here(there.provider)
    sent_on = there.finalized_at.astimezone(ZoneInfo(league.timezone)).date() if sent else None
    return Redirected(old.id, there.id, OutboxState(there.state), sent_on), kept_item(there)


def _entries(one: Redirected, kept: Mapping[str, object], reason: str | None) -> tuple[Entry, ...]:
    if not one.goes:  # nothing was done to the other mail
        return (Entry("outbox_left_to_another", "outbox", one.old, reason, after={"to": one.new}),)
    was = None if one.was is None else {"state": one.was, **kept}
    return (
        Entry("outbox_redirected", "outbox", one.old, reason, after={"to": one.new}),
        Entry("outbox_promised_instead", "outbox", one.new, reason, before=was, after={"instead_of": one.old}),
    )
