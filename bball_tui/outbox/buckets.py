"""How many mails are where, counted in one statement: the left side of the outbox screen."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import Outbox
from bball_tui.database.states import OutboxState
from bball_tui.outbox.causes import cause_named
from bball_tui.outbox.history import BucketName, OutboxFilter, bucket_of, is_parked, item_cause, since

_LABELS: dict[BucketName, str] = {
    BucketName.QUEUED: "queued",
    BucketName.HELD: "held (undo)",
    BucketName.WAITING: "for the team chat",
    BucketName.SENDING: "on the wire",
    BucketName.IN_DOUBT: "in doubt",
    BucketName.FAILED: "failed",
    BucketName.BOUNCED: "came back",
    BucketName.PARKED: "put aside",
    BucketName.SENT: "sent",
    BucketName.IN_FOLDER: "in a folder",
    BucketName.CANCELLED: "cancelled",
    BucketName.SUPPRESSED: "suppressed",
}


@dataclass(frozen=True, slots=True)
class Bucket:
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
        Bucket(known.name, known.phrase, count, oldest, OutboxFilter(bucket=name, cause=known.name))
        for cause, count, oldest in groups
        if (known := cause_named(cause)) is not None
    ]
    return Bucket(
        name=str(name),
        label=_LABELS[name],
        count=sum(count for _, count, _ in groups),
        oldest=min((oldest for _, _, oldest in groups), default=None),
        wanted=OutboxFilter(bucket=name),
        children=tuple(sorted(children, key=lambda child: (-child.count, child.label))),
    )
