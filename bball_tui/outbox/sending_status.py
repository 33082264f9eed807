"""Whether mails go out now, and if not, why: the gates, the workers that run, and how many mails wait.

The next step of every mail depends on it. The table of workers is for display only: correctness rests on leases and
tokens.
"""

import re
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import ColumnElement, ScalarSelect, Select, delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bball_tui import wording
from bball_tui.database.kept_plans import KEEPS_PLAN, spelled, spelled_among
from bball_tui.database.models import League, Outbox, ProviderGate
from bball_tui.database.models import Worker as WorkerRow
from bball_tui.database.states import GateCause, GateState, OutboxState
from bball_tui.errors import BballError
from bball_tui.language import _, later, retold
from bball_tui.mail.answer_patterns import asks_to_slow_down
from bball_tui.mail.from_address import Outgoing
from bball_tui.mail.transports import provider_name, scheme_of
from bball_tui.outbox.mail_conditions import is_waiting
from bball_tui.outbox.provider_gates import ALL_PROVIDERS, Gate, gate_columns, gate_of
from bball_tui.settings import WITHOUT_SENDER, WITHOUT_SERVER, NotSetUp
from bball_tui.time_format import zone_for

HEARTBEAT_SECONDS = 15.0
SILENT_SECONDS = 40
"""A worker that was silent for longer is not shown as running."""
_OF_WORKER = ("id", "name", "host", "pid", "version", "provider", "started_at", "heartbeat_at")
WORKER_PLACE = "worker"
"""Where a worker runs that is to run forever, in its name; others run in a screen."""


FOR_OTHERS = later(
    "A worker runs on {machine}, but not for this league: no e-mail account is set up for it there, or the worker's "
    "login is not a mailer here."
)

_PROCESS = re.compile(r" \(\w+ \d+\)$")


def machine_of(worker: str) -> str:
    """Of a worker's name what tells people something, who know no processes: ``desk-2 (screen 8)`` is ``desk-2``."""
    return _PROCESS.sub("", worker)


class WorkerInfo(Struct, frozen=True):
    """One running worker program. ``name`` is what people read: the host and where it runs."""

    id: UUID
    name: str
    host: str
    pid: int
    version: str
    provider: str
    started_at: datetime | None = None
    heartbeat_at: datetime | None = None


async def beat(session: AsyncSession, league_id: int, worker: WorkerInfo) -> None:
    """Say that ``worker`` is alive."""
    await session.execute(
        upsert(WorkerRow)
        .values(
            id=worker.id,
            league_id=league_id,
            name=worker.name,
            host=worker.host,
            pid=worker.pid,
            version=worker.version,
            provider=worker.provider,
        )
        .on_conflict_do_update(index_elements=[WorkerRow.id, WorkerRow.league_id], set_={"heartbeat_at": func.now()})
    )


async def sign_off(session: AsyncSession, league_id: int, worker: WorkerInfo) -> None:
    """Take ``worker`` off the list, and with it all that have been silent for a day, or that it replaced."""
    replaced = (WorkerRow.host == worker.host) & (WorkerRow.heartbeat_at < _ago(SILENT_SECONDS))
    await session.execute(
        delete(WorkerRow).where(
            WorkerRow.league_id == league_id,
            (WorkerRow.id == worker.id) | (WorkerRow.heartbeat_at < _ago(86_400)) | replaced,
        )
    )


async def lost_workers(session: AsyncSession, league_id: int) -> tuple[WorkerInfo, ...]:
    """The workers that fell silent without a word and that no other one on their computer replaced, the latest first.

    Only those that were to run forever: a screen is closed with the lid of its computer.
    """
    newer = aliased(WorkerRow)
    replaced = exists().where(
        newer.league_id == league_id, newer.host == WorkerRow.host, newer.heartbeat_at > _ago(SILENT_SECONDS)
    )
    query = (
        select(WorkerRow)
        .where(
            WorkerRow.league_id == league_id,
            WorkerRow.heartbeat_at <= _ago(SILENT_SECONDS),
            WorkerRow.name.contains(f" ({WORKER_PLACE} "),
            ~replaced,
        )
        .order_by(WorkerRow.heartbeat_at.desc(), WorkerRow.id)
    )
    return tuple(_info(row) for row in await session.scalars(query))


def _ago(seconds: int) -> ColumnElement[datetime]:
    return func.now() - func.make_interval(0, 0, 0, 0, 0, 0, seconds)


def _info(row: WorkerRow) -> WorkerInfo:
    return WorkerInfo(row.id, row.name, row.host, row.pid, row.version, row.provider, row.started_at, row.heartbeat_at)


async def nowhere_to_send(session: AsyncSession, league_id: int, *, mail_server: bool) -> bool:
    """Whether no mail can leave: no worker runs anywhere, and none can run here (`Settings.may_send`)."""
    return not mail_server and not await running(session, league_id)


async def not_set_up(session: AsyncSession, league_id: int, outgoing: Outgoing) -> NotSetUp | None:
    """What is not set up, so that no mail can leave; None when nothing is missing."""
    if await nowhere_to_send(session, league_id, mail_server=outgoing.mail_server):
        return WITHOUT_SERVER
    known = not outgoing.mail_server or outgoing.sender
    if known or await session.scalar(select(League.from_email).where(League.id == league_id)):
        return None
    return WITHOUT_SENDER


def _for_others(league_id: Any) -> ScalarSelect[str]:
    """The name of a worker that was heard of lately, is to run forever, and serves other leagues."""
    return (
        select(func.max(WorkerRow.name))
        .where(
            WorkerRow.league_id != league_id,
            WorkerRow.heartbeat_at > _ago(SILENT_SECONDS),
            WorkerRow.name.contains(f" ({WORKER_PLACE} "),
        )
        .scalar_subquery()
    )


async def why_not_served(session: AsyncSession, league_id: int) -> str | None:
    """Why a worker that runs does not serve the league; None: as far as this login can see none runs."""
    found = await session.scalar(select(_for_others(league_id)))
    return None if found is None else _(FOR_OTHERS).format(machine=machine_of(found))


async def running(session: AsyncSession, league_id: int) -> tuple[WorkerInfo, ...]:
    """The workers that were heard of lately, the oldest first."""
    query = (
        select(WorkerRow)
        .where(
            WorkerRow.league_id == league_id,
            WorkerRow.heartbeat_at > _ago(SILENT_SECONDS),
        )
        .order_by(WorkerRow.started_at, WorkerRow.id)
    )
    return tuple(_info(row) for row in await session.scalars(query))


class SendingStatus(Struct, frozen=True):
    """One look at the sending of a league. ``waiting`` counts queued mails that leave by themselves; ``mail_server``:
    one is set up where this program runs.
    """

    now: datetime
    zone: ZoneInfo
    gates: tuple[Gate, ...]
    workers: tuple[WorkerInfo, ...]
    waiting: int
    mail_server: bool
    sender: bool = True
    """It is known in whose name mails go out, as far as is seen here."""
    for_others: str | None = None
    """The machine of a worker that serves other leagues."""

    @property
    def not_served(self) -> str | None:
        """Why a worker that runs does not serve this league."""
        return None if self.for_others is None else _(FOR_OTHERS).format(machine=self.for_others)

    @property
    def nowhere_to_send(self) -> bool:
        """No mail can leave: no worker runs anywhere, and none can run here, as no mail server is set up."""
        return not self.workers and not self.mail_server

    @property
    def no_sender(self) -> bool:
        """A mail server is set up here, and no mail is claimed because nobody said in whose name they go out."""
        return self.mail_server and not self.sender

    @property
    def not_set_up(self) -> NotSetUp | None:
        """What is not set up, so that no mail can leave."""
        if self.nowhere_to_send:
            return WITHOUT_SERVER
        return WITHOUT_SENDER if self.no_sender else None

    def clock(self, moment: datetime) -> str:
        """``14:02`` for a moment of today in the league's time zone, else ``12 May, 14:02``."""
        return wording.at(moment, self.now, self.zone)

    def to_the_second(self, moment: datetime) -> str:
        """``14:02:08`` for a moment of today in the league's time zone, else ``12 May, 14:02:08``."""
        return wording.at(moment, self.now, self.zone, seconds=True)

    def obstacle(self, provider: str | None, *, mine: bool = False) -> str | None:
        """What holds the mails that go through ``provider``, in one sentence; None when nothing does.

        ``provider`` None: the mail was never taken, so the providers of the running workers count. ``mine``: whoever
        asks sends mail itself, or is about to, so that no other worker need run.
        """
        shut = {gate.provider: gate for gate in self.gates if gate.state is not GateState.CLOSED}
        if (paused := shut.get(ALL_PROVIDERS)) is not None:
            return self.hold(paused)
        if (missing := self.not_set_up) is not None:
            return _("{sentence}, so nothing goes out; {wait}. {way_out}").format(
                sentence=_(missing.sentence), wait=self._wait(), way_out=_(missing.way_out)
            )
        used = [worker.provider for worker in self.workers] or ([provider] if provider is not None else [])
        held = [shut[name] for name in used if name in shut]
        if held and all(name in shut for name in used):
            return self.hold(held[0])
        if not self.workers and not mine:
            if (why := self.not_served) is not None:
                return _("No worker sends for this league, so nothing goes out; {wait}. {why}").format(
                    wait=self._wait(), why=why
                )
            return _("No worker is running, so nothing goes out; {wait}. Start one with 'bball-tui worker'.").format(
                wait=self._wait()
            )
        return None

    def holding(self) -> tuple[Gate, ...]:
        """The gates that hold mail now: a pause, and those of the providers in use (of all, while no worker runs).

        A gate whose time is up holds nothing while no mail waits: the next mail is its probe. Without a mail server
        no gate of one is what holds the mails.
        """
        used = {worker.provider for worker in self.workers}
        return tuple(
            gate
            for gate in self.gates
            if gate.state is not GateState.CLOSED
            and (gate.pauses or ((not used or gate.provider in used) and not self.nowhere_to_send))
            and (self.waiting or gate.open_until is None or gate.open_until > self.now)
        )

    def hold(self, gate: Gate) -> str:
        """What ``gate``, which is not closed, holds and until when, in one sentence; in another where a pace is set."""
        if gate.pauses:
            since = "" if gate.since is None else _(" since {clock}").format(clock=self.clock(gate.since))
            if gate.after_restore:
                return _("Sending has been paused{since} because {reason}; {wait} until it is resumed.").format(
                    since=since, reason=retold(gate.reason or ""), wait=self._wait()
                )
            return _("Sending is {reason}{since}; {wait} until it is resumed.").format(
                reason=retold(gate.reason or "") or _("paused"), since=since, wait=self._wait()
            )
        pace = _(scheme_of(gate.provider).pace) if _too_fast(gate) else ""
        return f"{self._gate(gate)}; {self._wait()}{self._next_try(gate)}. {pace}".rstrip()

    def _wait(self) -> str:
        return wording.counted(self.waiting, "e-mail waits", "e-mails wait")

    def _gate(self, gate: Gate) -> str:
        name = provider_name(gate.provider)
        match gate.cause:
            case GateCause.QUOTA:
                return (
                    _("{name}'s daily limit is used up").format(name=name)
                    if scheme_of(gate.provider).limits.per_day
                    else _("The sending limit of {name} is used up").format(name=name)
                )
            case GateCause.AUTH:
                return _("{name} rejected the password").format(name=f"{name[0].upper()}{name[1:]}")
            case GateCause.REFUSED:
                return _("{name} refuses to send for this league").format(name=f"{name[0].upper()}{name[1:]}")
            case _ if _too_fast(gate):
                return _("{name} asks to send more slowly").format(name=f"{name[0].upper()}{name[1:]}")
            case _:
                return _("{name} cannot be reached or has trouble").format(name=f"{name[0].upper()}{name[1:]}")

    def _next_try(self, gate: Gate) -> str:
        if gate.state is GateState.HALF_OPEN:
            return _(", trying one e-mail now")
        if gate.open_until is None:
            return _(": see Set up e-mail")
        if gate.open_until <= self.now:
            return _(", next try at once")
        return _(", next try {clock}").format(clock=self.clock(gate.open_until))


def _too_fast(gate: Gate) -> bool:
    """Whether the provider is well and only wants mails to come more slowly, as its answer says."""
    return gate.cause is GateCause.OUTAGE and asks_to_slow_down(gate.reason or "")


async def read_sending_status(session: AsyncSession, league_id: int, outgoing: Outgoing) -> SendingStatus:
    """Look at everything once.

    Raises:
        BballError: the league is gone, or its time zone is none.
    """
    rows = (await session.execute(_status(league_id))).all()
    if not rows:
        raise BballError(_("This league is not in the database anymore. Choose another one."))
    found = rows[0]
    try:
        zone = zone_for(found.timezone, found.date_order)
    except (KeyError, ValueError, OSError):
        raise BballError(
            _("The league's time zone {timezone!r} is not known. Use a name such as America/Chicago or UTC.").format(
                timezone=found.timezone
            )
        ) from None
    return SendingStatus(
        now=found.asked_at,
        zone=zone,
        gates=tuple({row.provider: gate_of(row) for row in rows if row.provider is not None}.values()),
        workers=tuple({row.worker_id: _worker_of(row) for row in rows if row.worker_id is not None}.values()),
        waiting=found.waiting,
        mail_server=outgoing.mail_server,
        sender=outgoing.sender or bool(found.from_email),
        for_others=None if found.for_others is None else machine_of(found.for_others),
    )


@lru_cache(maxsize=16)  # building it takes longer than the database needs to answer it
def _status(league_id: int) -> Select[Any]:
    """The league's row, once for each of its gates with each running worker: there are few of either."""
    ours = spelled(league_id)
    waiting = (
        select(func.count())
        .select_from(Outbox)
        .where(Outbox.league_id == ours, spelled_among(Outbox.state, [OutboxState.QUEUED]), ~is_waiting())
        .scalar_subquery()
    )
    worker = [getattr(WorkerRow, name).label(f"worker_{name}") for name in _OF_WORKER]
    return (
        select(
            func.now().label("asked_at"),
            League.timezone,
            League.date_order,
            League.from_email,
            waiting.label("waiting"),
            _for_others(ours).label("for_others"),
            *gate_columns(),
            *worker,
        )
        .select_from(League)
        .outerjoin(ProviderGate, ProviderGate.league_id == ours)
        .outerjoin(WorkerRow, (WorkerRow.league_id == ours) & (WorkerRow.heartbeat_at > _ago(SILENT_SECONDS)))
        .where(League.id == ours)
        .order_by(ProviderGate.provider, WorkerRow.started_at, WorkerRow.id)
        .execution_options(**KEEPS_PLAN)
    )


def _worker_of(row: Any) -> WorkerInfo:
    return WorkerInfo(**{name: getattr(row, f"worker_{name}") for name in _OF_WORKER})
