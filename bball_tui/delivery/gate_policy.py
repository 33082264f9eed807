"""Whether mail may go out now: circuit breaker, token bucket and daily count of a provider, shared by all machines.

The functions on :class:`Gate` are pure: state in, state out. A fault of the provider opens the gate once, however
many mails meet it; when its time is over one mail goes out as a probe, and its answer closes the gate or opens it
for longer. In staff's words an open gate is "sending is held".
"""

import math
import random
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.states import GateCause, GateState
from bball_tui.language import stored
from bball_tui.mail.transports import Limits, scheme_of
from bball_tui.outbox.provider_gates import ALL_PROVIDERS, Gate, lock, look, store, wake_workers

FIRST_OUTAGE = timedelta(seconds=5)
LONGEST_OUTAGE = timedelta(minutes=5)
QUOTA_WAIT = timedelta(hours=1)
_FIXABLE = (GateCause.OUTAGE, GateCause.AUTH, GateCause.REFUSED)
PROBE_TIMEOUT = timedelta(minutes=2)
"""After this a probe without a report counts as lost, and another mail may try."""


def limits_for(provider: str, rate: float | None) -> Limits:
    """The limits of a transport's provider, such as ``gmail:...`` or ``smtp:mail.example.org:587``.

    ``rate`` is what the settings say of it, in mails a second; then no more than a second's worth goes at once.
    """
    known = scheme_of(provider).limits
    return known if rate is None else replace(known, per_second=rate, burst=math.ceil(rate))


class Permit(Struct, frozen=True):
    """Up to ``n`` mails may be claimed now. A ``probe`` is one mail whose answer decides about the gate."""

    n: int
    probe: bool = False


class Wait(Struct, frozen=True):
    """No mail may be claimed for ``seconds`` (None: until somebody opens the gate)."""

    seconds: float | None
    cause: GateCause | None
    reason: str


def admit(gate: Gate, wanted: int, limits: Limits, *, fresh: bool = False) -> tuple[Gate, Permit | Wait]:
    """Ask ``gate`` to let ``wanted`` mails pass; returns the gate afterwards and the answer.

    ``fresh`` is a worker that has just started, perhaps with a fixed password or network: once, it need not wait
    for the end of an outage, a refused login or a refused sender.
    """
    if gate.state is not GateState.CLOSED:
        impatient = fresh and gate.state is GateState.OPEN and gate.cause in _FIXABLE
        over = gate.open_until is not None and gate.open_until <= gate.now
        if not (impatient or over):
            left = None if gate.open_until is None else (gate.open_until - gate.now).total_seconds()
            return gate, Wait(left, gate.cause, gate.reason or "")
        probing = replace(gate, state=GateState.HALF_OPEN, open_until=gate.now + PROBE_TIMEOUT)
        after, answer = _take(probing, 1, limits, probe=True)
        if isinstance(answer, Wait) and answer.cause is None:
            # No probe without a token: half-open now, the gate would wait for one that nobody has sent.
            return gate, answer
        return after, answer
    return _take(gate, wanted, limits, probe=False)


def _take(gate: Gate, wanted: int, limits: Limits, *, probe: bool) -> tuple[Gate, Permit | Wait]:
    today = gate.now.date()
    if gate.day != today:
        gate = replace(gate, day=today, sent_today=0)
    allowed = wanted
    if limits.per_day is not None:
        allowed = min(allowed, limits.per_day - gate.sent_today)
        if allowed <= 0:
            # Opened, not just refused, so that every screen can say what holds the mails and until when.
            midnight = gate.now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            reason = stored("the day's {per_day} e-mails are used up").format(per_day=limits.per_day)
            full = replace(gate, state=GateState.OPEN, cause=GateCause.QUOTA, reason=reason, open_until=midnight)
            return full, Wait((midnight - gate.now).total_seconds(), GateCause.QUOTA, reason)
    if limits.per_second is not None:
        since = (gate.now - gate.refilled_at).total_seconds() if gate.refilled_at else math.inf
        tokens = min(float(limits.burst), gate.tokens + max(since, 0.0) * limits.per_second)
        gate = replace(gate, tokens=tokens, refilled_at=gate.now)
        allowed = min(allowed, math.floor(tokens))
        if allowed < 1:
            return gate, Wait(
                (1 - tokens) / limits.per_second, None, stored("the provider takes so many e-mails a second")
            )
        gate = replace(gate, tokens=tokens - allowed)
    return replace(gate, sent_today=gate.sent_today + allowed), Permit(allowed, probe)


def give_back(gate: Gate, unused: int) -> Gate:
    """Fewer mails than allowed were due."""
    return replace(gate, tokens=gate.tokens + unused, sent_today=max(gate.sent_today - unused, 0))


def trip(
    gate: Gate, cause: GateCause, reason: str, *, probe: bool, retry_after: timedelta | None = None, jitter: float = 0
) -> Gate:
    """A mail met a fault of the provider. ``jitter`` (0 to 1) lengthens an outage by up to a quarter.

    Opens a closed gate, and a half-open one when the mail was its probe. A gate that is open already stays as it
    is, unless the new fault holds mail for longer.
    """
    if gate.cause is GateCause.PAUSED:
        return gate
    news = gate.state is GateState.CLOSED or (gate.state is GateState.HALF_OPEN and probe)
    failures = gate.failures + 1 if news else gate.failures
    match cause:
        case GateCause.AUTH | GateCause.REFUSED | GateCause.PAUSED:
            until: datetime | None = None
        case GateCause.QUOTA:
            until = gate.now + (retry_after or QUOTA_WAIT)
        case GateCause.OUTAGE:
            pause = min(FIRST_OUTAGE * 2 ** min(max(failures - 1, 0), 10), LONGEST_OUTAGE)
            until = gate.now + (retry_after or pause * (1 + jitter / 4))
    if not news and not _later(until, gate):
        return gate
    return replace(gate, state=GateState.OPEN, cause=cause, reason=reason, open_until=until, failures=failures)


def _later(until: datetime | None, gate: Gate) -> bool:
    if gate.state is GateState.HALF_OPEN or gate.open_until is None:
        return False
    return until is None or until > gate.open_until


def probed(gate: Gate, *, answered: bool) -> Gate:
    """The probe is back: the provider ``answered`` in earnest, or the mail never got as far as asking it."""
    if gate.state is not GateState.HALF_OPEN:
        return gate
    if answered:
        return replace(gate, state=GateState.CLOSED, cause=None, reason=None, open_until=None, failures=0)
    return replace(gate, state=GateState.OPEN, open_until=gate.now)


async def acquire(
    session: AsyncSession, league_id: int, provider: str, wanted: int, limits: Limits, *, fresh: bool = False
) -> Permit | Wait:
    """Ask to claim up to ``wanted`` mails, in the transaction that claims them."""
    gates = await look(session, league_id, provider)
    paused = gates.get(ALL_PROVIDERS)
    if paused is not None and paused.state is not GateState.CLOSED:
        return Wait(None, paused.cause, paused.reason or "")
    gate = gates.get(provider)
    if limits.unlimited and (gate is None or gate.state is GateState.CLOSED):
        return Permit(wanted)
    if gate is not None and gate.state is not GateState.CLOSED:
        answer = admit(gate, wanted, limits, fresh=fresh)[1]
        if isinstance(answer, Wait):
            return answer
    after, answer = admit(await lock(session, league_id, provider), wanted, limits, fresh=fresh)
    await store(session, league_id, after)
    return answer


async def release(
    session: AsyncSession, league_id: int, provider: str, permit: Permit, used: int, limits: Limits
) -> None:
    """Give back what was not used of ``permit``; the last thing in the transaction that acquired it.

    A probe without a mail to send is rolled back, as if nobody had asked.
    """
    if permit.probe and not used:
        await session.rollback()
    elif permit.n > used and not limits.unlimited:
        gate = await lock(session, league_id, provider)
        await store(session, league_id, give_back(gate, permit.n - used))


class Verdict(Struct, frozen=True):
    """What one mail says about the provider: a fault, an answer in earnest, or nothing (``answered`` False)."""

    cause: GateCause | None
    answered: bool
    reason: str = ""
    retry_after: timedelta | None = None
    probe: bool = False

    @property
    def matters(self) -> bool:
        """Whether the gate has to hear of it; an answer to an ordinary mail is no news."""
        return self.probe or self.cause is not None


async def report(session: AsyncSession, league_id: int, provider: str, verdict: Verdict) -> None:
    """Tell the gate what a mail met, in the transaction that settles the mail."""
    if not verdict.matters:
        return
    before = await lock(session, league_id, provider)
    if verdict.cause is None:
        after = probed(before, answered=verdict.answered)
    else:
        after = trip(
            before,
            verdict.cause,
            verdict.reason,
            probe=verdict.probe,
            retry_after=verdict.retry_after,
            jitter=random.random(),  # noqa: S311 - jitter, not a secret
        )
    if after == before:
        return
    await store(session, league_id, after)
    if after.state is GateState.CLOSED or (after.open_until is not None and after.open_until <= after.now):
        await wake_workers(session, league_id)
