"""A mail's timeline: what happened to it, who did what, and what is next; :mod:`.timeline_words` has the sentences."""

from datetime import date, datetime
from functools import cache
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Integer, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database import models
from bball_tui.database.signature_in_force import last_in_force
from bball_tui.database.states import Capacity, OutboxState, SigningMethod
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.mail.from_address import Outgoing
from bball_tui.outbox.bounces import BounceLine, bounces_of
from bball_tui.outbox.causes import cause_named, cause_of
from bball_tui.outbox.mail_list import OutboxFilter, OutboxListing, OutboxRow, item_cause
from bball_tui.outbox.sending_status import SendingStatus, machine_of, read_sending_status
from bball_tui.outbox.state_words import MAIL_GONE
from bball_tui.outbox.timeline_words import Act, Attempt, Present, act_text, attempt_text, bounce_text, next_step


class SignedBy(Struct, frozen=True):
    """The signature that promised the mail."""

    signer: str
    capacity: Capacity
    method: SigningMethod
    signed_on: date
    received_at: datetime
    recorded_by: str


class FrozenMail(Struct, frozen=True):
    """The mail as it was written, before its first send; ``size`` in bytes, ``notice`` is for staff."""

    subject: str
    size: int
    sha256: str
    rendered_at: datetime
    notice: str | None


class TimelineEvent(Struct, frozen=True):
    """Something that happened. ``clock`` is ``at`` in the league's time zone, to the second: ``14:02:08``."""

    at: datetime
    clock: str
    text: str


class ItemTimeline(Struct, frozen=True):
    """One mail whole. ``events`` are the oldest first; ``next`` is one sentence."""

    item: OutboxRow
    signature: SignedBy | None
    promised_by: str
    promised_at: datetime
    mail: FrozenMail | None
    attempts: tuple[Attempt, ...]
    acts: tuple[Act, ...]
    events: tuple[TimelineEvent, ...]
    next: str
    bounces: tuple[BounceLine, ...] = ()


async def item_timeline(session: AsyncSession, league_id: int, outbox_id: int, outgoing: Outgoing) -> ItemTimeline:
    """Everything that is known about one mail.

    Raises:
        BballError: there is no such mail in the league.
    """
    item = await OutboxListing(league_id, OutboxFilter()).one(session, outbox_id)
    if item is None:
        raise BballError(MAIL_GONE.format())
    now = await read_sending_status(session, league_id, outgoing)
    outbox, message = models.Outbox, models.OutboxMessage
    found = (
        await session.execute(
            select(
                outbox.created_by,
                outbox.created_at,
                outbox.provider,
                outbox.claimed_at,
                outbox.wire_started_at,
                outbox.lease_until,
                outbox.finalized_at,
                item_cause().label("cause"),
                message.subject,
                message.rendered_at,
                message.notice,
                cast(func.octet_length(message.mime), Integer).label("size"),
                func.encode(message.sha256, "hex").label("sha256"),
            )
            .outerjoin(message, message.outbox_id == outbox.id)
            .where(outbox.id == outbox_id)
        )
    ).one()
    mail = (
        None
        if found.subject is None
        else FrozenMail(found.subject, found.size, found.sha256, found.rendered_at, found.notice)
    )
    signature = await _signature(session, item.contract_id, found.created_at)
    attempts = await _attempts(session, outbox_id)
    acts = await _acts(session, outbox_id)
    bounces = tuple(await bounces_of(session, outbox_id))
    present = _present(item, found)
    return ItemTimeline(
        item=item,
        signature=signature,
        promised_by=found.created_by,
        promised_at=found.created_at,
        mail=mail,
        attempts=attempts,
        acts=acts,
        events=_events(item, found, signature, mail, attempts, acts, bounces, now),
        next=next_step(present, acts, now),
        bounces=bounces,
    )


def _present(item: OutboxRow, found: Any) -> Present:
    return Present(
        state=item.state,
        recipient=item.recipient,
        held=item.held,
        waits_for=item.waits_for,
        available_at=item.available_at,
        attempts=item.attempts,
        max_attempts=item.max_attempts,
        cause=cause_named(found.cause),
        error_text=item.error_text,
        provider=found.provider,
        claimed_by=item.claimed_by,
        claimed_at=found.claimed_at,
        wire_started_at=found.wire_started_at,
        lease_until=found.lease_until,
        finalized_at=found.finalized_at,
        bounced=item.bounced,
    )


async def _signature(session: AsyncSession, contract_id: int | None, promised_at: datetime) -> SignedBy | None:
    if contract_id is None:
        return None
    # Signature and mail are written in one transaction, so they carry the same moment.
    received_at = models.Signature.received_at
    row = await last_in_force(session, contract_id, received_at <= promised_at, promise=received_at == promised_at)
    if row is None:
        return None
    return SignedBy(
        row.signer,
        Capacity(row.capacity),
        SigningMethod(row.method),
        row.signed_on,
        row.received_at,
        row.recorded_by,
    )


@cache
def _attempt_cause() -> ColumnElement[str | None]:
    attempt = models.OutboxAttempt
    return cause_of(attempt.outcome, attempt.code, attempt.detail)


async def _attempts(session: AsyncSession, outbox_id: int) -> tuple[Attempt, ...]:
    attempt = models.OutboxAttempt
    query = select(attempt, _attempt_cause().label("cause")).where(attempt.outbox_id == outbox_id).order_by(attempt.id)
    return tuple(
        Attempt(
            n=row.n,
            worker=row.worker,
            started_at=row.started_at,
            wire_started_at=row.wire_started_at,
            finished_at=row.finished_at,
            outcome=row.outcome,
            cause=cause_named(name),
            phase=row.phase,
            code=row.code,
            detail=row.detail,
        )
        for row, name in await session.execute(query)
    )


async def _acts(session: AsyncSession, outbox_id: int) -> tuple[Act, ...]:
    audit = models.Audit
    query = (
        select(audit.recorded_at, audit.recorded_by, audit.action, audit.reason, audit.after)
        .where(audit.entity == "outbox", audit.entity_id == outbox_id)
        .order_by(audit.id)
    )
    return tuple(
        Act(row.recorded_at, row.recorded_by, row.action, row.reason, _other(row.after))
        for row in await session.execute(query)
    )


def _other(after: Any) -> int | None:
    found = after if isinstance(after, dict) else {}
    others = (found.get(name) for name in ("to", "as", "again_of", "instead_of"))
    return next((other for other in others if isinstance(other, int)), None)


def _events(
    item: OutboxRow,
    found: Any,
    signature: SignedBy | None,
    mail: FrozenMail | None,
    attempts: tuple[Attempt, ...],
    acts: tuple[Act, ...],
    bounces: tuple[BounceLine, ...],
    now: SendingStatus,
) -> tuple[TimelineEvent, ...]:
    told: list[tuple[datetime, str]] = []
    if signature is not None:
        capacity = _(str(signature.capacity).replace("_", " "))
        told.append(
            (
                signature.received_at,
                _("signed by {signer} ({capacity}), recorded by {recorded_by}").format(
                    signer=signature.signer, capacity=capacity, recorded_by=signature.recorded_by
                ),
            )
        )
    told.append(
        (
            found.created_at,
            _("e-mail to {recipient} queued by {created_by}").format(
                recipient=item.recipient, created_by=found.created_by
            ),
        )
    )
    if mail is not None:
        told.append((mail.rendered_at, _("written and kept: {subject}").format(subject=mail.subject)))
        if mail.notice is not None:
            told.append((mail.rendered_at, mail.notice))
    for attempt in attempts:
        told.append((attempt.started_at, _("taken by {worker}").format(worker=machine_of(attempt.worker))))
        if attempt.wire_started_at is not None:
            told.append((attempt.wire_started_at, _("being sent")))
        told.append((attempt.finished_at, attempt_text(attempt)))
    if item.state is OutboxState.SENDING:
        if found.claimed_at is not None:
            told.append(
                (found.claimed_at, _("taken by {claimed_by}").format(claimed_by=machine_of(item.claimed_by or "")))
            )
        if found.wire_started_at is not None:
            told.append((found.wire_started_at, _("being sent")))
    told += [(act.at, act_text(act)) for act in acts]
    told += [(bounce.recorded_at, bounce_text(bounce)) for bounce in bounces]
    told.sort(key=lambda one: one[0])
    return tuple(TimelineEvent(at, now.to_the_second(at), text) for at, text in told)
