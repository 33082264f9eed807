"""The rows of `provider_gate`: whether mail may go out through a provider, shared by all machines.

This file reads and writes them and holds what staff do; `delivery/gate_policy.py` decides.
"""

from datetime import date, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import case, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.models import ProviderGate
from bball_tui.database.states import AFTER_RESTORE, GateCause, GateState
from bball_tui.language import stored

ALL_PROVIDERS = "*"
"""The gate that staff close to pause everything."""


class Gate(Struct, frozen=True):
    """Whether mail may go out. In breaker language: closed lets mail pass, open holds it, half-open lets one probe.

    ``open_until`` None while open: until staff re-open it. While half-open it is when the probe counts as lost.
    ``now`` is the database's clock when the row was read; ``tokens`` were refilled at ``refilled_at``; the row was
    written last at ``since``.
    """

    provider: str
    state: GateState
    now: datetime
    cause: GateCause | None = None
    reason: str | None = None
    open_until: datetime | None = None
    failures: int = 0
    tokens: float = 0.0
    refilled_at: datetime | None = None
    sent_today: int = 0
    day: date | None = None
    since: datetime | None = None

    @property
    def pauses(self) -> bool:
        """Whether it is the gate that staff close to pause everything."""
        return self.provider == ALL_PROVIDERS

    @property
    def after_restore(self) -> bool:
        """Whether it holds what waited in a backup that was restored, and may have gone out since it was made."""
        return self.pauses and self.state is not GateState.CLOSED and (self.reason or "").startswith(AFTER_RESTORE)


def gate_columns() -> tuple[Any, ...]:
    """What :func:`gate_of` reads."""
    return (
        ProviderGate.provider,
        ProviderGate.state,
        func.clock_timestamp().label("now"),
        ProviderGate.cause,
        ProviderGate.reason,
        ProviderGate.open_until,
        ProviderGate.failures,
        ProviderGate.tokens,
        ProviderGate.refilled_at,
        ProviderGate.sent_today,
        ProviderGate.day,
        ProviderGate.updated_at,
    )


def gate_of(row: Any) -> Gate:
    """The gate in a row of :func:`gate_columns`."""
    return Gate(
        provider=row.provider,
        state=GateState(row.state),
        now=row.now,
        cause=None if row.cause is None else GateCause(row.cause),
        reason=row.reason,
        open_until=row.open_until,
        failures=row.failures,
        tokens=float(row.tokens),
        refilled_at=row.refilled_at,
        sent_today=row.sent_today,
        day=row.day,
        since=row.updated_at,
    )


async def look(session: AsyncSession, league_id: int, provider: str) -> dict[str, Gate]:
    """The gates that a mail through ``provider`` has to pass, without a lock. No row: closed."""
    query = select(*gate_columns()).where(
        ProviderGate.league_id == league_id, ProviderGate.provider.in_((provider, ALL_PROVIDERS))
    )
    return {row.provider: gate_of(row) for row in await session.execute(query)}


async def lock(session: AsyncSession, league_id: int, provider: str) -> Gate:
    """The gate of ``provider``, made if it was not there, locked until the transaction ends."""
    await session.execute(upsert(ProviderGate).values(league_id=league_id, provider=provider).on_conflict_do_nothing())
    query = (
        select(*gate_columns())
        .where(ProviderGate.league_id == league_id, ProviderGate.provider == provider)
        .with_for_update()
    )
    return gate_of((await session.execute(query)).one())


async def store(session: AsyncSession, league_id: int, gate: Gate) -> None:
    """Write a gate that :func:`lock` returned, as changed."""
    await session.execute(
        update(ProviderGate)
        .where(ProviderGate.league_id == league_id, ProviderGate.provider == gate.provider)
        .values(
            state=gate.state,
            cause=gate.cause,
            reason=gate.reason,
            open_until=gate.open_until,
            failures=gate.failures,
            tokens=gate.tokens,
            refilled_at=gate.refilled_at,
            sent_today=gate.sent_today,
            day=gate.day,
            updated_at=func.now(),
        )
    )


_WAKE = text(
    "SELECT pg_notify('bball_outbox_' || token, '') FROM bball_channel(:league_id) AS token WHERE token IS NOT NULL"
)


async def wake_workers(session: AsyncSession, league_id: int) -> None:
    """At the commit, tell every worker of the league to look at the queue."""
    await session.execute(_WAKE, {"league_id": league_id})


async def gates(session: AsyncSession, league_id: int) -> tuple[Gate, ...]:
    """Every gate of the league, for display."""
    query = select(*gate_columns()).where(ProviderGate.league_id == league_id).order_by(ProviderGate.provider)
    return tuple(gate_of(row) for row in await session.execute(query))


async def pause(session: AsyncSession, league_id: int, *, reason: str | None = None) -> None:
    """Hold all mail of the league until :func:`resume`. Mails that are on the wire finish.

    A pause that holds what waited in a backup keeps its reason: whoever resumes must read it.
    """
    before = await lock(session, league_id, ALL_PROVIDERS)
    if before.after_restore:
        return
    await session.execute(
        update(ProviderGate)
        .where(ProviderGate.league_id == league_id, ProviderGate.provider == ALL_PROVIDERS)
        .values(
            state=GateState.OPEN,
            cause=GateCause.PAUSED,
            reason=func.concat(stored("paused by {who}").format(who=""), text("session_user")),
            open_until=None,
            updated_at=func.now(),
        )
    )
    await _audit(session, league_id, "sending_paused", reason, before, GateState.OPEN)


async def resume(session: AsyncSession, league_id: int, *, reason: str | None = None) -> None:
    """Let mail go out again after :func:`pause`; workers hear of it at once."""
    await reopen_gate(session, league_id, ALL_PROVIDERS, reason=reason, action="sending_resumed")


async def reopen_gate(
    session: AsyncSession, league_id: int, provider: str, *, reason: str | None = None, action: str = "gate_reopened"
) -> None:
    """Let mail go out through ``provider`` again, after a password was fixed or a limit raised.

    Anyone who opens a gate that our own daily count closed knows better, so the count starts over.
    """
    before = await lock(session, league_id, provider)
    await session.execute(
        update(ProviderGate)
        .where(ProviderGate.league_id == league_id, ProviderGate.provider == provider)
        .values(
            state=GateState.CLOSED,
            cause=None,
            reason=None,
            open_until=None,
            failures=0,
            sent_today=case((ProviderGate.cause == GateCause.QUOTA, 0), else_=ProviderGate.sent_today),
            updated_at=func.now(),
        )
    )
    await _audit(session, league_id, action, reason, before, GateState.CLOSED)
    await wake_workers(session, league_id)


async def reopen_refused(session: AsyncSession, league_id: int, provider: str) -> bool:
    """Let mail go out through ``provider`` again if nothing held it but a refused login; True when that was so."""
    gate = (await look(session, league_id, provider)).get(provider)
    if gate is None or gate.state is GateState.CLOSED or gate.cause is not GateCause.AUTH:
        return False
    await reopen_gate(session, league_id, provider, reason=stored("e-mail was set up again"))
    return True


async def _audit(
    session: AsyncSession, league_id: int, action: str, reason: str | None, before: Gate, after: GateState
) -> None:
    entry = Entry(
        action,
        "provider_gate",
        league_id,
        reason,
        before={"provider": before.provider, "state": before.state, "reason": before.reason},
        after={"provider": before.provider, "state": after},
    )
    await record(session, league_id, [entry])
