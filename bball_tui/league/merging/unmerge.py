"""A merge taken back: what was moved goes back row by row, as long as no later merge has to do with the same people.

What came after the merge stays with the one who stays: contracts that were made, fields and links that were changed. A
contract that the merge made void is what it was, unless there is another one of the season by now. What was promised
while the two were one, and has not left, does not go to the other family.
"""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import ColumnElement, exists, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bball_tui.database.audit import Entry, record
from bball_tui.database.listing import among
from bball_tui.database.models import Audit, Contract, Guardian, MergedPerson, Outbox, PlayerGuardian
from bball_tui.database.states import ContractStatus, OutboxState
from bball_tui.errors import BballError
from bball_tui.language import _, plural, stored
from bball_tui.league.editing.family_mails import follow_address, withdraw_strays
from bball_tui.league.importing.apply import hold_league
from bball_tui.league.merging.merge import REASON
from bball_tui.league.merging.people import Person, StandingMerge, merged_as, read_rows, why_missing
from bball_tui.outbox.provider_gates import wake_workers


class Unmerged(Struct, frozen=True):
    """What happened: ``gone`` is there again beside ``kept``; ``notes`` are sentences worth reading."""

    kind: Person
    kept_id: int
    gone_id: int
    gone: str
    restored: tuple[int, ...]
    """Contracts that are what they were before the merge made them void."""
    promised: tuple[int, ...]
    """Their e-mails that wait again."""
    canceled: tuple[int, ...] = ()
    """E-mails that would have gone to guardians who are not the player's anymore."""
    notes: tuple[str, ...] = ()


async def preview_unmerge(session: AsyncSession, league_id: int, kind: Person, gone_id: int) -> Unmerged:
    """What :func:`unmerge_people` would do: it is done, and rolled back.

    Raises:
        BballError: as :func:`unmerge_people` says.
    """
    trial = await session.begin_nested()
    try:
        return await unmerge_people(session, league_id, kind, gone_id)
    finally:
        await trial.rollback()
        session.expire_all()


async def unmerge_people(session: AsyncSession, league_id: int, kind: Person, gone_id: int) -> Unmerged:
    """Take the merge of ``gone_id`` back. The caller commits.

    Raises:
        BballError: it is not merged, the one who stays is gone, or a later merge comes first.
    """
    await hold_league(session, league_id)
    merge = await merged_as(session, league_id, kind, gone_id)
    if merge is None:
        raise BballError(
            _("That {kind} isn't merged into another one, so there is nothing to take back.").format(kind=_(kind))
        )
    if obstacle := await _obstacle(session, league_id, merge):
        raise BballError(obstacle)
    moved = await session.scalar(select(MergedPerson.moved).where(MergedPerson.id == merge.id))
    assert moved is not None  # noqa: S101 - it was read a moment ago
    (before,) = await read_rows(session, league_id, kind, [merge.kept_id])
    address = getattr(before, "email", None)
    restored = await session.scalar(_UNMERGE, {"league_id": league_id, "merge": merge.id}) or []
    session.expire_all()
    if kind is Person.PLAYER:
        moved_back, promised = 0, await _promise_again(session, merge, among(Outbox.contract_id, restored))
    else:
        moved_back, promised = await _addresses(session, league_id, merge, address)
    strays = await withdraw_strays(
        session, league_id, await _children(session, merge), since=merge.at, why=stored("the merge was taken back")
    )
    promised = tuple(one for one in promised if one not in strays.canceled)
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
    left = [one["id"] for one in moved["ended"] if one["id"] not in restored]
    still = select(Contract.status_reason).where(among(Contract.id, left), Contract.status == ContractStatus.VOID)
    reasons = [one == REASON for one in await session.scalars(still)]
    for number, why in (
        (sum(reasons), _("there is another one of the season")),
        (len(reasons) - sum(reasons), _("what made it was taken back meanwhile")),
    ):
        if number:
            stay = plural("{number:,} contract stays void: {why}.", "{number:,} contracts stay void: {why}.", number)
            notes.append(stay.format(number=number, why=why))
    if back := moved_back + (len(promised) if kind is Person.GUARDIAN else 0):
        notes.append(
            plural(
                "{number:,} e-mail that had not left goes where they went before.",
                "{number:,} e-mails that had not left go where they went before.",
                back,
            ).format(number=back)
        )
    notes += strays.notes
    return Unmerged(kind, merge.kept_id, gone_id, merge.name, tuple(restored), promised, strays.canceled, tuple(notes))


_UNMERGE = text("SELECT bball_unmerge_people(:league_id, :merge)")
_LATER = text("SELECT bball_merged_later(:league_id, :merge)")


async def _obstacle(session: AsyncSession, league_id: int, merge: StandingMerge) -> str | None:
    later = await session.scalar(_LATER, {"league_id": league_id, "merge": merge.id})
    if later is not None:
        row = await session.get_one(MergedPerson, later, populate_existing=True)
        return _(
            "After {merge}, {row} ({kind} {gone_id}) was merged, too, and the two have to do with "
            "each other. Take that merge back first, then this one."
        ).format(merge=merge.name, row=row.name, kind=_(row.kind), gone_id=row.gone_id)
    if not await read_rows(session, league_id, merge.kind, [merge.kept_id]):
        why = await why_missing(session, league_id, merge.kind, merge.kept_id)
        return _("{merge} cannot be taken out again: {why}").format(merge=merge.name, why=why)
    return None


async def _children(session: AsyncSession, merge: StandingMerge) -> Sequence[int]:
    """The players whose families are others now: the two, or the children of the two guardians."""
    two = (merge.kept_id, merge.gone_id)
    if merge.kind is Person.PLAYER:
        return two
    query = select(PlayerGuardian.player_id).where(PlayerGuardian.guardian_id.in_(two))
    return (await session.scalars(query)).all()


async def _addresses(
    session: AsyncSession, league_id: int, merge: StandingMerge, merged: str | None
) -> tuple[int, tuple[int, ...]]:
    """Two guardians again: what has not left goes from the address that both had (``merged``) to that of each.

    Returns:
        How many went to another address, and which e-mails wait again that the merge had taken back.
    """
    two = await read_rows(session, league_id, Person.GUARDIAN, [merge.kept_id, merge.gone_id])
    theirs = {one.id: one.email for one in two if isinstance(one, Guardian) and one.email}
    moved = 0
    for guardian_id, address in theirs.items():
        if merged:
            moved += await follow_address(session, league_id, guardian_id, merged, address)
    addresses = {address.lower() for address in theirs.values()}
    return moved, await _promise_again(session, merge, Outbox.league_id == league_id, Outbox.address.in_(addresses))


async def _promise_again(session: AsyncSession, merge: StandingMerge, *which: ColumnElement[bool]) -> tuple[int, ...]:
    """Of these e-mails, those that waited when the merge canceled them wait again, for what they waited for."""
    cancelled, later = Audit, aliased(Audit)
    # One transaction has one time.
    waited = exists().where(
        cancelled.league_id == Outbox.league_id,
        cancelled.entity == "outbox",
        cancelled.entity_id == Outbox.id,
        cancelled.action == "outbox_cancelled",
        cancelled.recorded_at == merge.at,
        cancelled.before["state"].astext == OutboxState.QUEUED,
        ~exists()
        .where(
            later.league_id == cancelled.league_id,
            later.entity == "outbox",
            later.entity_id == cancelled.entity_id,
            later.recorded_at > merge.at,
        )
        .correlate(cancelled),
    )
    live = exists().where(Contract.id == Outbox.contract_id, Contract.status != ContractStatus.VOID)
    query = select(Outbox.id, Outbox.league_id).where(*which, Outbox.state == OutboxState.CANCELLED, waited, live)
    rows = (await session.execute(query.order_by(Outbox.id).with_for_update())).all()
    again = [row.id for row in rows]
    if again:
        await session.execute(
            update(Outbox)
            .where(among(Outbox.id, again))
            .values(state=OutboxState.QUEUED, finalized_at=None, error_text=None)
            .execution_options(synchronize_session=False)
        )
        before, after = {"state": OutboxState.CANCELLED}, {"state": OutboxState.QUEUED}
        entries = [Entry("outbox_promised_again", "outbox", one, before=before, after=after) for one in again]
        await record(session, rows[0].league_id, entries)
        await wake_workers(session, rows[0].league_id)
    return tuple(again)
