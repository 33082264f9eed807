"""A mail's timeline: what happened to it, who did what, and what is next, each in a sentence.

Facts are read at the end of the file; above them all is pure: facts in, sentences out.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database import models
from bball_tui.database.states import Capacity, OutboxState, SigningMethod, WaitsFor
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.mail.from_address import Outgoing
from bball_tui.mail.transports import provider_name, scheme_of, stays_here
from bball_tui.outbox.bounces import BounceLine, bounces_of
from bball_tui.outbox.causes import PARKED, Cause, cause_named, cause_of
from bball_tui.outbox.mail_list import OutboxFilter, OutboxListing, OutboxRow, item_cause
from bball_tui.outbox.sending_status import SendingStatus, read_sending_status
from bball_tui.wording import counted

_SWEPT_WITHIN = timedelta(seconds=20)
_LONG_HOLD = timedelta(minutes=2)

_PLACES = {
    "connect": _("connecting"),
    "tls": "TLS",
    "hello": "EHLO",
    "auth": _("login"),
    "dot": _("end of the e-mail"),
    "access": _("login at Google"),
    "http": "Gmail",
    "http_send": "Gmail",
    "file": _("mail folder"),
    "render": _("writing the e-mail"),
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try that is over; ``phase`` says how far it came, ``code`` and ``detail`` what the provider answered."""

    n: int
    worker: str
    started_at: datetime
    wire_started_at: datetime | None
    finished_at: datetime
    outcome: str
    cause: Cause | None
    phase: str | None
    code: str | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class Act:
    """What a person did with the mail."""

    at: datetime
    who: str
    action: str
    reason: str | None
    other: int | None = None
    """The mail that this one repeats, or that goes instead of it."""


@dataclass(frozen=True, slots=True)
class Present:
    """Where the mail is now: what the next step depends on."""

    state: OutboxState
    recipient: str
    held: bool
    waits_for: WaitsFor | None
    available_at: datetime
    attempts: int
    max_attempts: int
    cause: Cause | None
    error_text: str | None
    provider: str | None
    claimed_by: str | None
    claimed_at: datetime | None
    wire_started_at: datetime | None
    lease_until: datetime | None
    finalized_at: datetime | None
    bounced: bool
    """It came back, and nobody dealt with that yet."""


def taken_by(provider: str | None) -> str:
    """What became of a mail that counts as sent through ``provider``: ``accepted by the mail server``."""
    return _("only written to a folder") if stays_here(provider) else _("accepted by the mail server")


def attempt_text(attempt: Attempt) -> str:
    """How an attempt ended: ``RCPT → 452 4.2.2 mailbox full``."""
    place = "" if attempt.phase is None else _PLACES.get(attempt.phase, attempt.phase.upper()) + " → "
    if attempt.outcome == "accepted" and attempt.phase == "file":
        return _("written to a folder")
    if attempt.outcome == "accepted":
        return f"{place}{_joined(attempt.code, attempt.detail) or _('accepted')}"
    phrase = _(attempt.cause.phrase) if attempt.cause is not None else _(attempt.outcome.replace("_", " "))
    said = _joined(attempt.code, attempt.detail)
    return f"{place}{said} ({phrase})" if said else f"{place}{phrase}"


def _joined(code: str | None, detail: str | None) -> str:
    return " ".join(part for part in (code, detail) if part)


def bounce_text(line: BounceLine) -> str:
    """What came back: ``came back: 550 5.1.1 No such user (says mx.example)``."""
    said = line.diagnostic or line.status or _("no reason given")
    by = _(" (says {reporter})").format(reporter=line.reporter) if line.reporter else ""
    doubt = "" if line.names_mail else _("; the report does not carry this e-mail's Message-ID, so it proves nothing")
    return _("came back: {said}{by}{doubt}").format(said=said, by=by, doubt=doubt)


def act_text(act: Act) -> str:
    """What a person did: ``retried by maria: the family cleared the mailbox``."""
    done = _(act.action.removeprefix("outbox_").replace("_", " "))
    other = "" if act.other is None else _(" (e-mail {other})").format(other=act.other)
    return _("{done}{other} by {who}").format(done=done, other=other, who=act.who) + (
        f": {act.reason}" if act.reason else ""
    )


def next_step(mail: Present, acts: tuple[Act, ...], now: SendingStatus) -> str:
    """What happens next, and when, in one sentence."""
    match mail.state:
        case OutboxState.QUEUED:
            return _queued(mail, now)
        case OutboxState.SENDING:
            return _sending(mail, now)
        case OutboxState.SENT if mail.bounced:
            phrase = _(mail.cause.phrase) if mail.cause is not None else _("it could not be delivered")
            return _("It came back: {phrase}. {way_out}").format(
                phrase=phrase, way_out=_(mail.cause.way_out) if mail.cause is not None else _("Read why above.")
            )
        case OutboxState.SENT:
            by_staff = [act for act in acts if act.action == "outbox_resolved_as_arrived"]
            if by_staff:
                return _("Nothing: {who} found out that it arrived.").format(who=by_staff[-1].who)
            done = _("it was written to a folder") if stays_here(mail.provider) else _("the mail server accepted it")
            return _("Nothing: {done}{at}.").format(done=done, at=_at(mail.finalized_at, now))
        case OutboxState.IN_DOUBT if mail.provider is not None and scheme_of(mail.provider).ends_doubts:
            name = provider_name(mail.provider)
            return _("A worker asks {name} by itself whether it was sent, as soon as {name} can be reached.").format(
                name=name
            )
        case OutboxState.IN_DOUBT:
            return _(
                "It may have arrived or not: ask the family or look into the mailbox, then say that it arrived "
                "or have it sent again."
            )
        case OutboxState.DEAD if mail.cause is not None and PARKED in mail.cause.classes:
            parked = [act for act in acts if act.action == "outbox_put_aside"]
            who = parked[-1].who if parked else "staff"
            return _("Nothing by itself: {who} put it aside ({error_text}). {way_out}").format(
                who=who, error_text=mail.error_text, way_out=_(mail.cause.way_out)
            )
        case OutboxState.DEAD:
            phrase = _(mail.cause.phrase) if mail.cause is not None else _("it failed")
            way_out = _(mail.cause.way_out) if mail.cause is not None else _("Retry it, or cancel it.")
            return _("Nothing by itself, because of: {phrase}. {way_out}").format(phrase=phrase, way_out=way_out)
        case OutboxState.CANCELLED:
            cancelled = [act for act in acts if act.action == "outbox_cancelled"]
            who = _(" by {who}").format(who=cancelled[-1].who) if cancelled else ""
            why = f" ({mail.error_text})" if mail.error_text else ""
            return _("Nothing: it was canceled{who}{at}{why}.").format(who=who, at=_at(mail.finalized_at, now), why=why)
        case OutboxState.SUPPRESSED:
            why = f" ({mail.error_text})" if mail.error_text else ""
            return _("Nothing: {recipient} gets no more e-mail{why}.").format(recipient=mail.recipient, why=why)


def _queued(mail: Present, now: SendingStatus) -> str:
    if mail.waits_for is not None:
        return _("Waits for the link of the team chat. Linking the team's group sends it, and so does trying it again.")
    left = mail.available_at - now.now
    if mail.held:
        if left > _LONG_HOLD:
            return _("Waits until {clock} so that it can be taken back.").format(clock=now.clock(mail.available_at))
        seconds = max(round(left.total_seconds()), 1)
        return _("Waits {more_second} so that it can be taken back.").format(
            more_second=counted(seconds, "more second", "more seconds")
        )
    if (obstacle := now.obstacle(mail.provider)) is not None:
        return obstacle
    which = _("try {attempts} of {max_attempts}").format(attempts=mail.attempts + 1, max_attempts=mail.max_attempts)
    if left > timedelta():
        why = _(", because of: {phrase}").format(phrase=_(mail.cause.phrase)) if mail.cause is not None else ""
        return _("{upper}{which} at {clock}{why}.").format(
            upper=which[0].upper(), which=which[1:], clock=now.clock(mail.available_at), why=why
        )
    return _("Due since {to_the_second}: the next free worker takes it ({which}).").format(
        to_the_second=now.to_the_second(mail.available_at), which=which
    )


def _sending(mail: Present, now: SendingStatus) -> str:
    who = mail.claimed_by or _("a worker")
    when = (
        ""
        if mail.claimed_at is None
        else _(" at {to_the_second}").format(to_the_second=now.to_the_second(mail.claimed_at))
    )
    if mail.lease_until is not None and mail.lease_until <= now.now:
        then = _("counts as in doubt") if mail.wire_started_at is not None else _("goes to another worker")
        return _(
            "{who} took it{when} and has not been heard of since; it {then} within {total_seconds:.0f} "
            "seconds, if a worker runs."
        ).format(who=who, when=when, then=then, total_seconds=_SWEPT_WITHIN.total_seconds())
    if mail.wire_started_at is None:
        return _("Being prepared: {who} took it{when}.").format(who=who, when=when)
    return _("On its way: {who} took it{when}; the mail server has not answered yet.").format(who=who, when=when)


def _at(moment: datetime | None, now: SendingStatus) -> str:
    return "" if moment is None else _(" at {clock}").format(clock=now.clock(moment))


@dataclass(frozen=True, slots=True)
class SignedBy:
    """The signature that promised the mail."""

    signer: str
    capacity: Capacity
    method: SigningMethod
    signed_on: date
    received_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True)
class FrozenMail:
    """The mail as it was written, before its first send; ``size`` in bytes, ``notice`` is for staff."""

    subject: str
    size: int
    sha256: str
    rendered_at: datetime
    notice: str | None


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """Something that happened. ``clock`` is ``at`` in the league's time zone, to the second: ``14:02:08``."""

    at: datetime
    clock: str
    text: str


@dataclass(frozen=True, slots=True)
class ItemTimeline:
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
        raise BballError(
            _("There is no e-mail {outbox_id} in this league. 'bball-tui outbox list' shows them all.").format(
                outbox_id=outbox_id
            )
        )
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
    # Signature and mail are written in one transaction, so they carry the same moment.
    signature = models.Signature
    query = (
        select(
            signature.signer,
            signature.capacity,
            signature.method,
            signature.signed_on,
            signature.received_at,
            signature.recorded_by,
        )
        .where(signature.contract_id == contract_id, signature.received_at <= promised_at)
        .order_by(signature.received_at.desc())
        .limit(1)
    )
    row = (await session.execute(query)).one_or_none()
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


async def _attempts(session: AsyncSession, outbox_id: int) -> tuple[Attempt, ...]:
    attempt = models.OutboxAttempt
    cause = cause_of(attempt.outcome, attempt.code, attempt.detail).label("cause")
    query = select(attempt, cause).where(attempt.outbox_id == outbox_id).order_by(attempt.id)
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
        told.append((attempt.started_at, _("taken by {worker}").format(worker=attempt.worker)))
        if attempt.wire_started_at is not None:
            told.append((attempt.wire_started_at, _("being sent")))
        told.append((attempt.finished_at, attempt_text(attempt)))
    if item.state is OutboxState.SENDING:
        if found.claimed_at is not None:
            told.append((found.claimed_at, _("taken by {claimed_by}").format(claimed_by=item.claimed_by)))
        if found.wire_started_at is not None:
            told.append((found.wire_started_at, _("being sent")))
    told += [(act.at, act_text(act)) for act in acts]
    told += [(bounce.recorded_at, bounce_text(bounce)) for bounce in bounces]
    told.sort(key=lambda one: one[0])
    return tuple(TimelineEvent(at, now.to_the_second(at), text) for at, text in told)
