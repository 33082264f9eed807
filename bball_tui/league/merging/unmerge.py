"""A merge taken back: what was moved goes back row by row, as long as no later merge has to do with the same people.

What came after the merge stays with the one who stays: contracts that were made, fields and links that were changed. A
contract that the merge made void is what it was, unless there is another one of the season by now.
"""

from dataclasses import dataclass

from sqlalchemy import exists, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bball_tui.database.audit import Entry, record
from bball_tui.database.listing import among
from bball_tui.database.models import Audit, Contract, MergedPerson, Outbox
from bball_tui.database.states import ContractStatus, OutboxState
from bball_tui.errors import BballError
from bball_tui.league.editing.family_mails import follow_address
from bball_tui.league.importing.apply import hold_league
from bball_tui.league.merging.merge import REASON
from bball_tui.league.merging.people import Person, StandingMerge, merged_as, read_rows, why_missing
from bball_tui.outbox.provider_gates import wake_workers
from bball_tui.wording import counted


@dataclass(frozen=True, slots=True)
class Unmerged:
    """What happened: ``gone`` is there again beside ``kept``; ``notes`` are sentences worth reading."""

    kind: Person
    kept_id: int
    gone_id: int
    gone: str
    restored: tuple[int, ...]
    """Contracts that are what they were before the merge made them void."""
    promised: tuple[int, ...]
    """Their e-mails that wait again."""
    notes: tuple[str, ...] = ()


async def unmerge_people(session: AsyncSession, league_id: int, kind: Person, gone_id: int) -> Unmerged:
    """Take the merge of ``gone_id`` back. The caller commits.

    Raises:
        BballError: it is not merged, the one who stays is gone, or a later merge comes first.
    """
    await hold_league(session, league_id)
    merge = await merged_as(session, league_id, kind, gone_id)
    if merge is None:
        raise BballError(f"No {kind} {gone_id} was merged into another one, so there is nothing to take back.")
    if obstacle := await _obstacle(session, league_id, merge):
        raise BballError(obstacle)
    moved = await session.scalar(select(MergedPerson.moved).where(MergedPerson.id == merge.id))
    was = await session.scalar(select(MergedPerson.was).where(MergedPerson.id == merge.id))
    assert moved is not None and was is not None  # noqa: S101, PT018 - it was read a moment ago
    restored = await session.scalar(_UNMERGE, {"league_id": league_id, "merge": merge.id}) or []
    session.expire_all()
    promised = await _promise_again(session, league_id, restored)
    entries = [
        *(
            Entry("unmerged", "contract", one["id"], before={"status": "void"}, after={"status": one["status"]})
            for one in moved["ended"]
            if one["id"] in restored
        ),
        Entry("unmerged", kind, merge.kept_id, after={f"was_{kind}": gone_id, "was_called": merge.name}),
        Entry("restored", kind, gone_id, after={f"was_in_{kind}": merge.kept_id}),
    ]
    await record(session, league_id, entries)
    notes = []
    stay = len(moved["ended"]) - len(restored)
    if stay:
        notes.append(
            f"{counted(stay, 'contract')} {'stays' if stay == 1 else 'stay'} void: there is another one of the season."
        )
    if kind is Person.GUARDIAN and was["email"]:
        (kept,) = await read_rows(session, league_id, kind, [merge.kept_id])
        address = getattr(kept, "email", None)
        back = await follow_address(session, league_id, gone_id, address, was["email"]) if address else 0
        if back:
            notes.append(
                f"{counted(back, 'e-mail')} that had not left {'goes' if back == 1 else 'go'} to {was['email']}."
            )
    return Unmerged(kind, merge.kept_id, gone_id, merge.name, tuple(restored), promised, tuple(notes))


_UNMERGE = text("SELECT bball_unmerge_people(:league_id, :merge)")
_LATER = text("SELECT bball_merged_later(:league_id, :merge)")


async def _obstacle(session: AsyncSession, league_id: int, merge: StandingMerge) -> str | None:
    later = await session.scalar(_LATER, {"league_id": league_id, "merge": merge.id})
    if later is not None:
        row = await session.get_one(MergedPerson, later, populate_existing=True)
        return (
            f"After {merge.name}, {row.name} ({row.kind} {row.gone_id}) was merged, too, and the two have to do with "
            f"each other. Take that merge back first, then this one."
        )
    if not await read_rows(session, league_id, merge.kind, [merge.kept_id]):
        why = await why_missing(session, league_id, merge.kind, merge.kept_id)
        return f"{merge.name} cannot be taken out again: {why}"
    return None


async def _promise_again(session: AsyncSession, league_id: int, contracts: list[int]) -> tuple[int, ...]:
    """The e-mails of these contracts that waited when the merge canceled them wait again, for what they waited for."""
    cancelled, later = Audit, aliased(Audit)
    waited = exists().where(
        cancelled.league_id == league_id,
        cancelled.entity == "outbox",
        cancelled.entity_id == Outbox.id,
        cancelled.action == "outbox_cancelled",
        cancelled.reason == REASON,
        cancelled.before["state"].astext == OutboxState.QUEUED,
        ~exists().where(later.entity == "outbox", later.entity_id == Outbox.id, later.id > cancelled.id),
    )
    live = exists().where(Contract.id == Outbox.contract_id, Contract.status != ContractStatus.VOID)
    again = list(
        await session.scalars(
            update(Outbox)
            .where(
                Outbox.league_id == league_id,
                among(Outbox.contract_id, contracts),
                Outbox.state == OutboxState.CANCELLED,
                waited,
                live,
            )
            .values(state=OutboxState.QUEUED, finalized_at=None, error_text=None)
            .returning(Outbox.id)
            .execution_options(synchronize_session=False)
        )
    )
    before, after = {"state": OutboxState.CANCELLED}, {"state": OutboxState.QUEUED}
    await record(
        session, league_id, [Entry("outbox_promised_again", "outbox", one, before=before, after=after) for one in again]
    )
    if again:
        await wake_workers(session)
    return tuple(sorted(again))
