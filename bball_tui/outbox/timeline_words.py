"""What happened to a mail, what a person did with it, and what is next, each in a sentence. Facts in, sentences out."""

from datetime import datetime, timedelta

from msgspec import Struct

from bball_tui.database.states import OutboxState, WaitsFor
from bball_tui.language import _, retold
from bball_tui.mail.transports import provider_name, scheme_of, stays_here
from bball_tui.outbox.bounces import BounceLine
from bball_tui.outbox.causes import Cause
from bball_tui.outbox.mail_conditions import PARKED
from bball_tui.outbox.sending_status import SendingStatus, machine_of
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


class Attempt(Struct, frozen=True):
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


class Act(Struct, frozen=True):
    """What a person did with the mail."""

    at: datetime
    who: str
    action: str
    reason: str | None
    other: int | None = None
    """The mail that this one repeats, or that goes instead of it."""


class Present(Struct, frozen=True):
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
    """How an attempt ended: ``RCPT → 452 4.2.2 quota (mailbox full)``, without what the answer has said already."""
    place = "" if attempt.phase is None else _PLACES.get(attempt.phase, attempt.phase.upper()) + " → "
    if attempt.outcome == "accepted" and attempt.phase == "file":
        return _("written to a folder")
    if attempt.outcome == "accepted":
        return f"{place}{_joined(attempt.code, retold(attempt.detail or '')) or _('accepted')}"
    phrase = _(attempt.cause.phrase) if attempt.cause is not None else _(attempt.outcome.replace("_", " "))
    said = _joined(attempt.code, retold(attempt.detail or ""))
    if not said:
        return f"{place}{phrase}"
    told = set(phrase.lower().split()) <= set(said.lower().replace(".", " ").split())
    return f"{place}{said}" if told else f"{place}{said} ({phrase})"


def _joined(code: str | None, detail: str | None) -> str:
    return " ".join(part for part in (code, detail) if part)


def bounce_text(line: BounceLine) -> str:
    """What came back: ``came back: 550 5.1.1 No such user (says mx.example)``."""
    said = line.diagnostic or line.status or _("no reason given")
    by = _(" (says {reporter})").format(reporter=line.reporter) if line.reporter else ""
    doubt = "" if line.names_mail else _("; the report does not name this e-mail, so it proves nothing")
    return _("came back: {said}{by}{doubt}").format(said=said, by=by, doubt=doubt)


def act_text(act: Act) -> str:
    """What a person did: ``retried by maria: the family cleared the mailbox``."""
    done = _(act.action.removeprefix("outbox_").replace("_", " ").replace("cancelled", "canceled"))  # as America writes
    other = "" if act.other is None else _(" (e-mail {other})").format(other=act.other)
    return _("{done}{other} by {who}").format(done=done, other=other, who=act.who) + (
        f": {retold(act.reason)}" if act.reason else ""
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
            who = parked[-1].who if parked else _("staff")
            return _("Nothing by itself: {who} put it aside ({error_text}). {way_out}").format(
                who=who, error_text=retold(mail.error_text or ""), way_out=_(mail.cause.way_out)
            )
        case OutboxState.DEAD:
            phrase = _(mail.cause.phrase) if mail.cause is not None else _("it failed")
            way_out = _(mail.cause.way_out) if mail.cause is not None else _("Retry it, or cancel it.")
            return _("Nothing by itself, because of: {phrase}. {way_out}").format(phrase=phrase, way_out=way_out)
        case OutboxState.CANCELLED:
            cancelled = [act for act in acts if act.action == "outbox_cancelled"]
            who = _(" by {who}").format(who=cancelled[-1].who) if cancelled else ""
            why = f" ({retold(mail.error_text)})" if mail.error_text else ""
            return _("Nothing: it was canceled{who}{at}{why}.").format(who=who, at=_at(mail.finalized_at, now), why=why)
        case OutboxState.SUPPRESSED:
            why = f" ({retold(mail.error_text)})" if mail.error_text else ""
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
    who = machine_of(mail.claimed_by or "") or _("a worker")
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
    return _("Being sent: {who} took it{when}; the mail server has not answered yet.").format(who=who, when=when)


def _at(moment: datetime | None, now: SendingStatus) -> str:
    return "" if moment is None else _(" at {clock}").format(clock=now.clock(moment))
