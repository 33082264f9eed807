"""How many mails are where: for the list's left side, for the day's page, for a worker that drains the queue."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Text,
    case,
    cast,
    func,
    literal,
    null,
    select,
    text,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.kept_plans import KEEPS_PLAN, spelled, spelled_among
from bball_tui.database.models import League, Outbox, OutboxMessage
from bball_tui.database.states import OutboxState
from bball_tui.language import _
from bball_tui.mail.from_address import Outgoing
from bball_tui.outbox.causes import Cause, cause_named
from bball_tui.outbox.mail_conditions import PARKED, is_bounced, is_in_folder, is_parked, is_waiting
from bball_tui.outbox.mail_list import BucketName, OutboxFilter, bucket_of, item_cause, since
from bball_tui.outbox.sending_status import SendingStatus, read_sending_status


class Backlog(Struct, frozen=True):
    """Unfinished items: ``held`` were never tried and wait for the end of their hold; ``due`` of the ``queued`` could
    go now. Times are in seconds from now, None when there is none: the end of the next hold, and of the next lease
    of a claimed mail that is not on the wire.
    """

    queued: int
    due: int
    held: int
    sending: int
    hold_ends: float | None
    lease_ends: float | None


_BACKLOG = text(
    """
    SELECT
        count(*) FILTER (WHERE state = 'queued' AND NOT (available_at > now() AND claims = 0)) AS queued,
        count(*) FILTER (WHERE state = 'queued' AND available_at <= now()) AS due,
        count(*) FILTER (WHERE state = 'queued' AND available_at > now() AND claims = 0) AS held,
        count(*) FILTER (WHERE state = 'sending') AS sending,
        extract(epoch FROM min(available_at)
            FILTER (WHERE state = 'queued' AND available_at > now() AND claims = 0) - now()) AS hold_ends,
        extract(epoch FROM min(lease_until)
            FILTER (WHERE state = 'sending' AND wire_started_at IS NULL) - now()) AS lease_ends
    FROM (
        SELECT state, available_at, claims, lease_until, wire_started_at FROM outbox
        WHERE league_id = :league_id AND state = 'queued'
        UNION ALL
        SELECT state, available_at, claims, lease_until, wire_started_at FROM outbox
        WHERE league_id = :league_id AND state = 'sending'
    ) AS unfinished
    """
)


async def backlog(session: AsyncSession, league_id: int) -> Backlog:
    """Count what is queued, held and being sent."""
    row = (await session.execute(_BACKLOG, {"league_id": league_id})).one()
    return Backlog(
        queued=row.queued,
        due=row.due,
        held=row.held,
        sending=row.sending,
        hold_ends=None if row.hold_ends is None else float(row.hold_ends),
        lease_ends=None if row.lease_ends is None else float(row.lease_ends),
    )


class OverrideTrouble(Struct, frozen=True):
    """The mails of one kind that went out in the standard text since ``since``; ``notice`` is the latest reason."""

    kind: str
    notice: str
    mails: int
    since: datetime
    latest: datetime


# The partial index is empty as long as all is well, so that Today may ask at every change.
_TROUBLE = text(
    """
    SELECT told.kind, told.mails, told.since, told.latest, message.notice
    FROM (
        SELECT outbox.kind, count(*) AS mails, min(rendered_at) AS since, max(rendered_at) AS latest,
               max(outbox.id) AS last_id
        FROM outbox_message JOIN outbox ON outbox.id = outbox_id
        WHERE outbox_message.league_id = :league_id AND notice IS NOT NULL
            AND rendered_at > now() - make_interval(days => :days)
        GROUP BY outbox.kind
    ) AS told
    JOIN outbox_message AS message ON message.outbox_id = told.last_id
    WHERE NOT EXISTS (
        SELECT FROM outbox JOIN outbox_message AS later ON later.outbox_id = outbox.id
        WHERE outbox.league_id = :league_id AND outbox.kind = told.kind AND outbox.id > told.last_id
            AND later.notice IS NULL
    )
    ORDER BY told.latest DESC
    """
)


async def override_trouble(session: AsyncSession, league_id: int, *, days: int = 14) -> tuple[OverrideTrouble, ...]:
    """The kinds of mail whose own template could not be used in the last ``days``, the latest first.

    A kind is left out as soon as a later mail of it was written as the league wants it.
    """
    rows = await session.execute(_TROUBLE, {"league_id": league_id, "days": days})
    return tuple(OverrideTrouble(row.kind, row.notice, row.mails, row.since, row.latest) for row in rows)


class Bucket(Struct, frozen=True):
    """Mails of one kind: how many, and since when the oldest is there (None: it is empty).

    ``wanted`` is the filter that lists exactly these. Only ``failed`` has ``children``, one for each cause.
    """

    name: str
    label: str
    count: int
    oldest: datetime | None
    wanted: OutboxFilter
    children: tuple["Bucket", ...] = ()


async def buckets(session: AsyncSession, league_id: int) -> tuple[Bucket, ...]:
    """Every bucket in the order of a mail's life, the empty ones too; failed mails grouped by cause."""
    failed = case(((Outbox.state == OutboxState.DEAD) & ~is_parked(), item_cause()), else_=cast(None, Text))
    query = (
        select(
            bucket_of().label("bucket"),
            failed.label("cause"),
            func.count().label("count"),
            func.min(since()).label("oldest"),
        )
        .where(Outbox.league_id == league_id)
        .group_by("bucket", "cause")
    )
    found: dict[BucketName, list[tuple[str | None, int, datetime]]] = {}
    for bucket, cause, count, oldest in await session.execute(query):
        found.setdefault(BucketName(bucket), []).append((cause, count, oldest))
    return tuple(_bucket(name, found.get(name, [])) for name in BucketName)


def _bucket(name: BucketName, groups: list[tuple[str | None, int, datetime]]) -> Bucket:
    children = [
        Bucket(known.name, _(known.phrase), count, oldest, OutboxFilter(bucket=name, cause=known.name))
        for cause, count, oldest in groups
        if (known := cause_named(cause)) is not None
    ]
    return Bucket(
        name=str(name),
        label=name.words,
        count=sum(count for _, count, _ in groups),
        oldest=min((oldest for _, _, oldest in groups), default=None),
        wanted=OutboxFilter(bucket=name),
        children=tuple(sorted(children, key=lambda child: (-child.count, child.label))),
    )


LATE = timedelta(minutes=5)
"""A due mail that waits longer than this should have gone out."""
STANDSTILL = timedelta(minutes=2)
"""Unless another one went out within this time: then they go one after another, as fast as the provider takes them."""


class Heap(Struct, frozen=True):
    """Mails that wait for the same decision: how many, and since when the oldest."""

    cause: Cause
    count: int
    oldest: datetime


class MailDay(Struct, frozen=True):
    """One look at the mails. The day is that of the league's time zone.

    ``failed`` are grouped by cause, the largest heap first, and so are the ``bounced``, which were accepted and came
    back; ``parked`` were put aside by staff. ``late_since``: the
    first of the ``due`` ones waits since then, longer than :data:`LATE`, although nothing holds it and nothing else
    goes out; None when all is well. ``for_chat`` wait for the link of their team's chat. ``sent`` were accepted by a
    mail server today, ``in_folder`` only written to a folder. ``hours`` has the mails accepted in each of the day's 24
    hours. ``overrides`` are the league's own templates that could not be used.
    """

    sending: SendingStatus
    failed: tuple[Heap, ...]
    bounced: tuple[Heap, ...]
    in_doubt: Heap | None
    parked: int
    late_since: datetime | None
    due: int
    held: int
    later: int
    for_chat: int
    sent: int
    in_folder: int
    suppressed: int
    cancelled: int
    last_sent: datetime | None
    hours: tuple[int, ...]
    overrides: tuple[OverrideTrouble, ...]

    @property
    def waiting(self) -> int:
        """Every mail that has not left and still will by itself."""
        return self.due + self.held + self.later


async def read_mail_day(session: AsyncSession, league_id: int, outgoing: Outgoing) -> MailDay:
    """Look at the mails once.

    Raises:
        BballError: the league is gone, or its time zone is none.
    """
    sending = await read_sending_status(session, league_id, outgoing)
    counts = _Counts((await session.execute(_today(league_id))).all())
    last_sent = counts.moment("last")
    return MailDay(
        sending=sending,
        failed=_largest_first(counts.heaps(OutboxState.DEAD)),
        bounced=_largest_first(counts.heaps("bounced")),
        in_doubt=next(iter(counts.heaps(OutboxState.IN_DOUBT)), None),
        parked=counts.number("parked"),
        late_since=_late(counts.moment("due"), sending, last_sent),
        due=counts.number("due"),
        held=counts.number("held"),
        for_chat=counts.number("waiting"),
        later=counts.number("later"),
        sent=counts.number(OutboxState.SENT),
        in_folder=counts.number("in_folder"),
        suppressed=counts.number(OutboxState.SUPPRESSED),
        cancelled=counts.number(OutboxState.CANCELLED),
        last_sent=last_sent,
        hours=counts.hours(),
        overrides=await override_trouble(session, league_id) if counts.number("noticed") else (),
    )


def _largest_first(heaps: Iterable[Heap]) -> tuple[Heap, ...]:
    return tuple(sorted(heaps, key=lambda heap: (-heap.count, heap.cause.phrase)))


class _Counts:
    """The rows of the statement below: (part, key, count, moment)."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._rows = tuple(rows)

    def number(self, part: str) -> int:
        return sum(row.number for row in self._rows if row.part == part)

    def moment(self, part: str) -> datetime | None:
        return min((row.moment for row in self._rows if row.part == part and row.moment is not None), default=None)

    def heaps(self, part: str) -> list[Heap]:
        found = [(cause_named(row.key), row) for row in self._rows if row.part == part]
        return [Heap(cause, row.number, row.moment) for cause, row in found if cause is not None]

    def hours(self) -> tuple[int, ...]:
        sent = {int(row.key): row.number for row in self._rows if row.part == OutboxState.SENT}
        return tuple(sent.get(hour, 0) for hour in range(24))


def _late(since: datetime | None, sending: SendingStatus, last_sent: datetime | None) -> datetime | None:
    held_up = bool(sending.holding()) or not sending.workers
    moving = last_sent is not None and sending.now - last_sent < STANDSTILL
    if since is None or sending.now - since < LATE or held_up or moving:
        return None
    return since


@lru_cache(maxsize=16)  # building it takes longer than the database needs to answer it
def _today(league_id: int) -> CompoundSelect[Any]:
    """One branch for each partial index: the mails of past seasons are never read."""
    league = spelled(league_id)
    ours = Outbox.league_id == league
    # Read once: each look at a table asks who somebody is.
    place = select(League.timezone).where(League.id == league).cte("place")
    zone = select(place.c.timezone).scalar_subquery()
    midnight = func.timezone(zone, func.date_trunc("day", func.timezone(zone, func.now())))
    parked = Outbox.error_class.is_not_distinct_from(PARKED)
    trouble = _part(
        case((parked, "parked"), else_=Outbox.state),
        item_cause(),
        func.min(func.coalesce(Outbox.finalized_at, Outbox.wire_started_at)),
    ).where(ours, _in_state(OutboxState.DEAD, OutboxState.IN_DOUBT))
    turn = case(
        (is_waiting(), "waiting"),
        (Outbox.available_at <= func.now(), "due"),
        (Outbox.claims == 0, "held"),
        else_="later",
    )
    queued = _part(turn, null(), func.min(Outbox.available_at)).where(ours, _in_state(OutboxState.QUEUED))
    # When the clock is put back, two hours have one number, and their mails one bar.
    hour = func.extract("hour", func.timezone(zone, Outbox.finalized_at)).cast(Integer).cast(Text)
    became = case((is_in_folder(), "in_folder"), else_=Outbox.state)
    finished = _part(became, hour, func.max(Outbox.finalized_at)).where(
        ours,
        _in_state(OutboxState.SENT, OutboxState.CANCELLED, OutboxState.SUPPRESSED),
        Outbox.finalized_at >= midnight,
    )
    last = select(
        literal("last").label("part"),
        cast(null(), Text).label("key"),
        literal(0).label("number"),
        func.max(Outbox.finalized_at).label("moment"),
    ).where(ours, _in_state(OutboxState.SENT))
    returned = _part(literal("bounced"), item_cause(), func.min(Outbox.bounced_at)).where(ours, is_bounced())
    grouped = [branch.group_by("part", "key") for branch in (trouble, queued, finished, returned)]
    # Few mails have one, if any: only then somebody asks which.
    noticed = _part(literal("noticed"), null(), func.max(OutboxMessage.rendered_at)).where(
        OutboxMessage.league_id == league, OutboxMessage.notice.is_not(None)
    )
    return union_all(*grouped, last, noticed).execution_options(**KEEPS_PLAN)


def _part(part: Any, key: Any, moment: Any) -> Any:
    return select(
        cast(part, Text).label("part"),
        cast(key, Text).label("key"),
        func.count().label("number"),
        moment.label("moment"),
    )


def _in_state(*states: OutboxState) -> ColumnElement[bool]:
    return spelled_among(Outbox.state, states)
