"""A mail's story in words: what happened, and what is next in one sentence. Pure: facts in, sentences out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bball_tui.database.states import OutboxState, WaitsFor
from bball_tui.mail.transports import provider_name, scheme_of, stays_here
from bball_tui.outbox.bounces import BounceLine
from bball_tui.outbox.causes import PARKED, Cause
from bball_tui.outbox.sending_status import SendingStatus
from bball_tui.wording import counted

_SWEPT_WITHIN = timedelta(seconds=20)
_LONG_HOLD = timedelta(minutes=2)

_PLACES = {
    "connect": "connecting",
    "tls": "TLS",
    "hello": "EHLO",
    "auth": "login",
    "dot": "end of the mail",
    "access": "login at Google",
    "http": "Gmail",
    "http_send": "Gmail",
    "file": "mail folder",
    "render": "writing the mail",
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
    return "only written to a folder" if stays_here(provider) else "accepted by the mail server"


def attempt_text(attempt: Attempt) -> str:
    """How an attempt ended: ``RCPT → 452 4.2.2 mailbox full``."""
    place = "" if attempt.phase is None else _PLACES.get(attempt.phase, attempt.phase.upper()) + " → "
    if attempt.outcome == "accepted" and attempt.phase == "file":
        return "written to a folder"
    if attempt.outcome == "accepted":
        return f"{place}{_joined(attempt.code, attempt.detail) or 'accepted'}"
    phrase = attempt.cause.phrase if attempt.cause is not None else attempt.outcome.replace("_", " ")
    said = _joined(attempt.code, attempt.detail)
    return f"{place}{said} ({phrase})" if said else f"{place}{phrase}"


def _joined(code: str | None, detail: str | None) -> str:
    return " ".join(part for part in (code, detail) if part)


def bounce_text(line: BounceLine) -> str:
    """What came back: ``came back: 550 5.1.1 No such user (says mx.example)``."""
    said = line.diagnostic or line.status or "no reason given"
    by = f" (says {line.reporter})" if line.reporter else ""
    doubt = "" if line.names_mail else "; the report does not carry this mail's Message-ID, so it proves nothing"
    return f"came back: {said}{by}{doubt}"


def act_text(act: Act) -> str:
    """What a person did: ``retried by maria: the family cleared the mailbox``."""
    done = act.action.removeprefix("outbox_").replace("_", " ")
    other = "" if act.other is None else f" (mail {act.other})"
    return f"{done}{other} by {act.who}" + (f": {act.reason}" if act.reason else "")


def next_step(mail: Present, acts: tuple[Act, ...], now: SendingStatus) -> str:
    """What happens next, and when, in one sentence."""
    match mail.state:
        case OutboxState.QUEUED:
            return _queued(mail, now)
        case OutboxState.SENDING:
            return _sending(mail, now)
        case OutboxState.SENT if mail.bounced:
            phrase = mail.cause.phrase if mail.cause is not None else "it could not be delivered"
            return f"It came back: {phrase}. {mail.cause.way_out if mail.cause is not None else 'Read why above.'}"
        case OutboxState.SENT:
            by_staff = [act for act in acts if act.action == "outbox_resolved_as_arrived"]
            if by_staff:
                return f"Nothing: {by_staff[-1].who} found out that it arrived."
            done = "it was written to a folder" if stays_here(mail.provider) else "the mail server accepted it"
            return f"Nothing: {done}{_at(mail.finalized_at, now)}."
        case OutboxState.IN_DOUBT if mail.provider is not None and scheme_of(mail.provider).ends_doubts:
            name = provider_name(mail.provider)
            return f"A worker asks {name} by itself whether it was sent, as soon as {name} can be reached."
        case OutboxState.IN_DOUBT:
            return (
                "It may have arrived or not: ask the family or look into the mailbox, then say that it arrived "
                "or have it sent again."
            )
        case OutboxState.DEAD if mail.cause is not None and PARKED in mail.cause.classes:
            parked = [act for act in acts if act.action == "outbox_put_aside"]
            who = parked[-1].who if parked else "staff"
            return f"Nothing by itself: {who} put it aside ({mail.error_text}). {mail.cause.way_out}"
        case OutboxState.DEAD:
            phrase = mail.cause.phrase if mail.cause is not None else "it failed"
            way_out = mail.cause.way_out if mail.cause is not None else "Retry it, or cancel it."
            return f"Nothing by itself, because of: {phrase}. {way_out}"
        case OutboxState.CANCELLED:
            cancelled = [act for act in acts if act.action == "outbox_cancelled"]
            who = f" by {cancelled[-1].who}" if cancelled else ""
            why = f" ({mail.error_text})" if mail.error_text else ""
            return f"Nothing: it was cancelled{who}{_at(mail.finalized_at, now)}{why}."
        case OutboxState.SUPPRESSED:
            why = f" ({mail.error_text})" if mail.error_text else ""
            return f"Nothing: {mail.recipient} takes no more mail{why}."


def _queued(mail: Present, now: SendingStatus) -> str:
    if mail.waits_for is not None:
        return "Waits for the link of the team chat. Linking the team's group sends it, and so does trying it again."
    left = mail.available_at - now.now
    if mail.held:
        if left > _LONG_HOLD:
            return f"Waits until {now.clock(mail.available_at)} so that it can be taken back."
        seconds = max(round(left.total_seconds()), 1)
        return f"Waits {counted(seconds, 'more second', 'more seconds')} so that it can be taken back."
    if (obstacle := now.obstacle(mail.provider)) is not None:
        return obstacle
    which = f"try {mail.attempts + 1} of {mail.max_attempts}"
    if left > timedelta():
        why = f", because of: {mail.cause.phrase}" if mail.cause is not None else ""
        return f"{which[0].upper()}{which[1:]} at {now.clock(mail.available_at)}{why}."
    return f"Due since {now.to_the_second(mail.available_at)}: the next free worker takes it ({which})."


def _sending(mail: Present, now: SendingStatus) -> str:
    who = mail.claimed_by or "a worker"
    when = "" if mail.claimed_at is None else f" at {now.to_the_second(mail.claimed_at)}"
    if mail.lease_until is not None and mail.lease_until <= now.now:
        then = "counts as in doubt" if mail.wire_started_at is not None else "goes to another worker"
        return (
            f"{who} took it{when} and has not been heard of since; it {then} within "
            f"{_SWEPT_WITHIN.total_seconds():.0f} seconds, if a worker runs."
        )
    if mail.wire_started_at is None:
        return f"Being prepared: {who} took it{when}."
    return f"On its way: {who} took it{when}; the mail server has not answered yet."


def _at(moment: datetime | None, now: SendingStatus) -> str:
    return "" if moment is None else f" at {now.clock(moment)}"
