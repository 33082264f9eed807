"""What is the case in a league that a person should hear of, in sentences that name no family."""

from collections.abc import Iterator, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.states import AlertCause
from bball_tui.delivery.alerts.rule import Finding
from bball_tui.mail.from_address import Outgoing
from bball_tui.outbox.counts import Heap, MailDay, read_mail_day
from bball_tui.outbox.sending_status import SendingStatus, WorkerInfo, lost_workers
from bball_tui.wording import counted

_SET_UP = "Set up e-mail in the program, or with: bball-tui mail setup"


async def read_findings(
    session: AsyncSession, league_id: int, outgoing: Outgoing
) -> tuple[SendingStatus, list[Finding]]:
    """How the sending is, with the moment of the database's clock, and what is the case.

    Raises:
        BballError: the league is gone, or its time zone is none.
    """
    day = await read_mail_day(session, league_id, outgoing)
    lost = await lost_workers(session, league_id)
    found = (_held(day), _failed(day), _in_doubt(day), _returned(day), _worker(day, lost))
    return day.sending, [one for one in found if one is not None]


def _held(day: MailDay) -> Finding | None:
    """Mails wait although a worker runs. Nobody is told of a pause while there is nothing to send."""
    status = day.sending
    gates = [gate for gate in status.holding() if status.waiting or not gate.pauses]
    lines = [status.hold(gate) for gate in gates]
    details = [f"{gate.provider}:{gate.cause}" for gate in gates]
    since = [gate.since for gate in gates if gate.since is not None]
    missing = status.not_set_up
    if missing is not None and status.waiting and status.workers:
        lines.append(f"{missing.sentence}, so nothing goes out. {_SET_UP}")
        details.append(missing.short)
    if day.late_since is not None:
        late = "e-mail that is due does" if day.due == 1 else "e-mails that are due do"
        lines.append(
            f"{day.due} {late} not go out since {status.clock(day.late_since)}, although nothing holds them. "
            "Restart the worker, and look into its log."
        )
        details.append("late")
        since.append(day.late_since)
    if not lines:
        return None
    return Finding(
        AlertCause.HELD,
        min(since, default=status.now),
        len(lines),
        f"sending is held, {counted(status.waiting, 'e-mail')} waiting",
        tuple(lines),
        " ".join(sorted(details))[:1000],
    )


def _failed(day: MailDay) -> Finding | None:
    ask = "See Today, or: bball-tui outbox list --state failed"
    return _heaps(AlertCause.FAILED, day.failed, "failed", ask)


def _returned(day: MailDay) -> Finding | None:
    return _heaps(
        AlertCause.RETURNED, day.bounced, "came back", "See Today, or: bball-tui outbox list --state came-back"
    )


def _heaps(cause: AlertCause, heaps: Sequence[Heap], verb: str, ask: str) -> Finding | None:
    if not heaps:
        return None
    number = sum(heap.count for heap in heaps)
    lines = (*(f"{counted(heap.count, 'e-mail')}: {heap.cause.phrase}." for heap in heaps), ask)
    return Finding(cause, min(heap.oldest for heap in heaps), number, f"{counted(number, 'e-mail')} {verb}", lines)


def _in_doubt(day: MailDay) -> Finding | None:
    if (heap := day.in_doubt) is None:
        return None
    lines = (
        "No one knows whether they arrived, so they are not sent again until staff say so.",
        "See Today, or: bball-tui outbox list --state in-doubt",
    )
    return Finding(AlertCause.IN_DOUBT, heap.oldest, heap.count, f"{counted(heap.count, 'e-mail')} in doubt", lines)


def _worker(day: MailDay, lost: Sequence[WorkerInfo]) -> Finding | None:
    status = day.sending
    alone = not status.workers and _due_long(day)
    if not lost and not alone:
        return None
    since = [worker.heartbeat_at for worker in lost if worker.heartbeat_at is not None]
    return Finding(
        AlertCause.WORKER,
        min(since, default=status.now),
        len(lost) + alone,
        "a worker is gone" if lost else "no worker is running",
        tuple(_of_workers(status, lost)),
        " ".join(sorted(str(worker.id) for worker in lost))[:1000],
    )


def _due_long(day: MailDay) -> bool:
    return day.due > 0 and not day.sending.holding()


def _of_workers(status: SendingStatus, lost: Sequence[WorkerInfo]) -> Iterator[str]:
    for worker in lost:
        heard = "" if worker.heartbeat_at is None else f" since {status.clock(worker.heartbeat_at)}"
        yield f"{worker.name} has said nothing{heard}. Look at that computer, and start it again: bball-tui worker"
    if status.workers:
        yield "Another worker runs, so e-mails go out."
    else:
        yield f"No worker runs, so nothing goes out; {counted(status.waiting, 'e-mail')} waiting."
