"""What people do with items: every act is fenced by the item's state, answered per item, and written to the audit."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from msgspec import Struct
from sqlalchemy import ColumnElement, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.listing import among
from bball_tui.database.models import Audit, Outbox
from bball_tui.database.states import OutboxState
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.mail.kinds import KINDS
from bball_tui.outbox.mail_conditions import PARKED, can_be_taken, is_claimed, is_held, is_parked
from bball_tui.outbox.provider_gates import wake_workers
from bball_tui.outbox.put_back import KEPT, kept_item
from bball_tui.outbox.state_words import MAIL_GONE
from bball_tui.outbox.timeline_words import taken_by

_Rows: TypeAlias = Sequence[Any]
CANCELLABLE = (OutboxState.QUEUED, OutboxState.DEAD)
"""The states of a mail that has not left and can still be taken back."""
ABOUT_CONTRACT = frozenset(kind for kind, mail in KINDS.items() if mail.about_contract)
"""The kinds of mails that mean nothing without their contract; a message of one's own goes on."""
_NEVER_LEAVES = (OutboxState.CANCELLED, OutboxState.SUPPRESSED)


class NotDone(Struct, frozen=True):
    """An item that was left as it is, and why, in a sentence."""

    id: int
    reason: str


class Acted(Struct, frozen=True):
    """What became of each item: ``done`` are the ids that were changed, the others say why they were not."""

    done: tuple[int, ...]
    refused: tuple[NotDone, ...]


class Settled(Struct, frozen=True):
    """How ``who`` ended a doubt about a mail: it ``arrived``, or was to be sent again."""

    who: str
    arrived: bool

    def taken(self, provider: str | None) -> str:
        """What became of a mail that counts as sent through ``provider``."""
        return _("found by {who} to have arrived").format(who=self.who) if self.arrived else taken_by(provider)


class NotCancelled(Struct, frozen=True):
    """A mail that may have left: when it was sent, put on the wire or claimed, in that order of preference."""

    id: int
    recipient: str
    state: OutboxState
    at: datetime | None
    contract_id: int
    kind: str


class Cancelled(Struct, frozen=True):
    """What :func:`cancel_unsent` could take back, and what not."""

    cancelled: tuple[int, ...]
    not_cancelled: tuple[NotCancelled, ...]


class Held(Struct, frozen=True):
    """How many e-mails are kept back on purpose, so that whoever sends them now says so."""

    undo_time: int
    """They can still be taken back."""
    set_aside: int
    """Staff put them aside."""

    @property
    def sentences(self) -> list[str]:
        """How many of each; none where there are none."""
        said = []
        if self.undo_time:
            one = _("{number:,} e-mail is held and can still be undone; once it is sent, it can't be.")
            many = _("{number:,} e-mails are held and can still be undone; once they are sent, they can't be.")
            said.append((one if self.undo_time == 1 else many).format(number=self.undo_time))
        if self.set_aside:
            one, many = _("{number:,} e-mail was set aside by staff."), _("{number:,} e-mails were set aside by staff.")
            said.append((one if self.set_aside == 1 else many).format(number=self.set_aside))
        return said


async def held_among(session: AsyncSession, league_id: int, ids: Collection[int]) -> Held:
    """How many of these :func:`retry` would send though the undo time or staff hold them. Locks nothing."""
    held = func.count().filter((Outbox.state == OutboxState.QUEUED) & is_held())
    aside = func.count().filter((Outbox.state == OutboxState.DEAD) & is_parked())
    among_them = (Outbox.league_id == league_id, among(Outbox.id, ids))
    return Held(*(await session.execute(select(held, aside).where(*among_them))).one())


async def retry(session: AsyncSession, league_id: int, ids: Collection[int], *, reason: str | None = None) -> Acted:
    """Send failed items once more, and queued ones that wait for a later moment now.

    Tries that were made stay counted; when they are used up, one more is allowed. A mail that was written before
    goes out with the same bytes. Workers hear of it at the commit.
    """
    waits = (Outbox.state == OutboxState.QUEUED) & (Outbox.available_at > func.now())
    rows = await _locked(session, league_id, ids, or_(Outbox.state == OutboxState.DEAD, waits))
    if rows:
        await _update(session, rows, **AGAIN)
        await _record(session, league_id, "outbox_retried", OutboxState.QUEUED, reason, rows)
        await wake_workers(session, league_id)
    return await _answer(session, league_id, ids, rows, _WHY_NOT_RETRIED)


async def cancel(session: AsyncSession, league_id: int, ids: Collection[int], *, reason: str) -> Acted:
    """Never send these: possible while an item is queued or failed, and of a worker's while it is not on the wire.

    Raises:
        BballError: the reason is empty.
    """
    if not reason.strip():
        raise BballError(_("The reason is empty. Say in a few words why the e-mail is not to be sent."))
    await take_from_workers(session, league_id, Outbox.id, ids)
    rows = await _locked(session, league_id, ids, Outbox.state.in_(CANCELLABLE))
    await _cancel(session, league_id, rows, reason)
    return await _answer(session, league_id, ids, rows, _WHY_NOT_CANCELLED)


async def take_from_workers(session: AsyncSession, league_id: int, column: Any, ids: Collection[int]) -> None:
    """Let the mails whose ``column`` is one of ``ids`` wait again as if no worker had taken them, unless they are on
    the wire: the worker finds its claim gone when it wants to put one there. The caller commits.
    """
    taken = (
        await session.scalars(
            select(Outbox.id)
            .where(Outbox.league_id == league_id, among(column, ids), can_be_taken())
            .order_by(Outbox.id)
            .with_for_update()
        )
    ).all()
    if taken:
        values = {"state": OutboxState.QUEUED, "claims": Outbox.claims - 1, "claim_token": None, "claimed_by": None,
                  "lease_until": None}  # fmt: skip
        statement = update(Outbox).where(among(Outbox.id, taken)).values(**values)
        await session.execute(statement.execution_options(synchronize_session=False))


async def park(session: AsyncSession, league_id: int, ids: Collection[int], *, reason: str) -> Acted:
    """Put these aside until somebody retries or cancels them: possible while an item can be canceled.

    Raises:
        BballError: the reason is empty.
    """
    if not reason.strip():
        raise BballError(_("The reason is empty. Say in a few words what the e-mail waits for."))
    await take_from_workers(session, league_id, Outbox.id, ids)
    parked = Outbox.error_class.is_not_distinct_from(PARKED)
    free = (Outbox.state == OutboxState.QUEUED) | ((Outbox.state == OutboxState.DEAD) & ~parked)
    rows = await _locked(session, league_id, ids, free)
    if rows:
        await _update(
            session,
            rows,
            state=OutboxState.DEAD,
            finalized_at=func.now(),
            claim_token=None,
            error_class=PARKED,
            error_code=None,
            error_text=reason,
        )
        await _record(session, league_id, "outbox_put_aside", OutboxState.DEAD, reason, rows)
    return await _answer(session, league_id, ids, rows, _WHY_NOT_PARKED)


async def resolve(
    session: AsyncSession, league_id: int, outbox_id: int, *, arrived: bool, reason: str | None = None
) -> Acted:
    """End a doubt by what a person found out: the mail ``arrived``, or it is to be sent again.

    Sent again, the same bytes with the same Message-ID go out. A late answer of the worker that was on it changes
    nothing anymore.
    """
    rows = await _locked(session, league_id, [outbox_id], Outbox.state == OutboxState.IN_DOUBT)
    if rows and arrived:
        await _update(
            session,
            rows,
            state=OutboxState.SENT,
            finalized_at=func.now(),
            claim_token=None,
            error_class=None,
            error_code=None,
            error_text=None,
        )
        await _record(session, league_id, _ARRIVED, OutboxState.SENT, reason, rows)
    elif rows:
        await _update(session, rows, **AGAIN)
        await _record(session, league_id, _TO_SEND_AGAIN, OutboxState.QUEUED, reason, rows)
        await wake_workers(session, league_id)
    return await _answer(session, league_id, [outbox_id], rows, _WHY_NOT_RESOLVED)


async def why_no_doubt(session: AsyncSession, league_id: int, outbox_id: int) -> Acted:
    """What became of a mail that was in doubt and is not anymore, as :func:`resolve` refuses it."""
    return await _answer(session, league_id, [outbox_id], [], _WHY_NOT_RESOLVED)


async def how_settled(session: AsyncSession, league_id: int, ids: Collection[int]) -> dict[int, Settled]:
    """By mail, how staff ended the last doubt about it; nothing of one that was in none."""
    found = await session.execute(
        select(Audit.entity_id, Audit.action, Audit.recorded_by)
        .where(
            Audit.league_id == league_id,
            Audit.entity == "outbox",
            among(Audit.entity_id, ids),
            Audit.action.in_((_ARRIVED, _TO_SEND_AGAIN)),
        )
        .order_by(Audit.id)
    )
    return {row.entity_id: Settled(row.recorded_by, row.action == _ARRIVED) for row in found}


async def cancel_unsent(
    session: AsyncSession,
    contract_ids: Collection[int],
    *,
    reason: str,
    revisions: Mapping[int, int] | None = None,
    kinds: Collection[str] | None = None,
) -> Cancelled:
    """Take back every mail of ``contract_ids`` that has not left, inside the caller's transaction.

    Queued and failed items become canceled. Items that a worker holds, that are in doubt or sent stay as they
    are and are returned, so the caller can refuse or tell. The rows are locked until the transaction ends: no
    worker takes one meanwhile. With ``revisions`` (contract id to revision) only that signing's mails count,
    with ``kinds`` only mails of these kinds, else those that are about the contract alone.
    """
    at = func.coalesce(Outbox.finalized_at, Outbox.wire_started_at, Outbox.claimed_at).label("at")
    rows: _Rows = (
        await session.execute(
            select(*_COLUMNS, Outbox.league_id, Outbox.contract_id, Outbox.kind, Outbox.dedupe_key, at)
            .where(among(Outbox.contract_id, contract_ids))
            .order_by(Outbox.id)
            .with_for_update()
        )
    ).all()
    wanted = ABOUT_CONTRACT if kinds is None else kinds
    rows = [row for row in rows if row.kind in wanted]
    if revisions is not None:
        rows = [row for row in rows if int(row.dedupe_key.split(":", 3)[2]) == revisions.get(row.contract_id)]
    going = [row for row in rows if row.state in CANCELLABLE]
    left = tuple(
        NotCancelled(row.id, row.recipient, OutboxState(row.state), row.at, row.contract_id, row.kind)
        for row in rows
        if row.state not in (*CANCELLABLE, *_NEVER_LEAVES)
    )
    for league_id in {row.league_id for row in going}:
        await _cancel(session, league_id, [row for row in going if row.league_id == league_id], reason)
    return Cancelled(tuple(row.id for row in going), left)


_COLUMNS = (Outbox.id, Outbox.recipient, Outbox.attempts, *KEPT)

# Without the token no worker can write about the item anymore, whatever it still has to say.
AGAIN: dict[str, Any] = {
    "state": OutboxState.QUEUED,
    "available_at": func.now(),
    "waits_for": None,
    "max_attempts": func.greatest(Outbox.max_attempts, Outbox.attempts + 1),
    "finalized_at": None,
    "claim_token": None,
    "claimed_by": None,
    "wire_started_at": None,
    # Why staff put it aside says nothing about the mail anymore; what a mail server answered still does.
    "error_class": case((Outbox.error_class == PARKED, None), else_=Outbox.error_class),
    "error_text": case((Outbox.error_class == PARKED, None), else_=Outbox.error_text),
}
"""What makes an item due once more."""

_ARRIVED = "outbox_resolved_as_arrived"
_TO_SEND_AGAIN = "outbox_resolved_to_send_again"
_SENT = _("The e-mail to {recipient} was {taken}; it cannot be {done}.")
_CANCELLED = _("The e-mail to {recipient} was canceled; sign the contract again to queue a new one.")
_SUPPRESSED = _("{recipient} gets no more e-mail, so this one was not sent.")
DOUBT = _(
    "It is not known whether the e-mail to {recipient} arrived. Settle that first ({{mail.resolve}}): it arrived, or "
    "send it again."
)
"""Why a mail in doubt is neither sent again, redirected, canceled nor set aside."""

CLAIMED = _("A worker has the e-mail to {recipient} in hand: it goes out in a moment, or waits again. Look at it then.")
"""Of a mail that is taken and not on the wire, where it cannot be taken back."""
_CHANGED = _("The e-mail to {recipient} has just changed. Look at it again.")

_WHY_NOT_RETRIED: dict[OutboxState, str] = {
    OutboxState.QUEUED: _("The e-mail to {recipient} is due already and goes out as soon as a worker takes it."),
    OutboxState.SENDING: _("The e-mail to {recipient} is being sent right now."),
    OutboxState.SENT: _SENT.replace("{done}", _("sent again")),
    OutboxState.IN_DOUBT: DOUBT,
    OutboxState.CANCELLED: _CANCELLED,
    OutboxState.SUPPRESSED: _SUPPRESSED,
}
_WHY_NOT_CANCELLED: dict[OutboxState, str] = {
    OutboxState.SENDING: _("The e-mail to {recipient} is being sent right now and cannot be stopped anymore."),
    OutboxState.SENT: _SENT.replace("{done}", _("canceled anymore")),
    OutboxState.IN_DOUBT: DOUBT,
    OutboxState.CANCELLED: _("The e-mail to {recipient} was canceled before."),
    OutboxState.SUPPRESSED: _SUPPRESSED,
}
_WHY_NOT_PARKED: dict[OutboxState, str] = {
    OutboxState.SENDING: _("The e-mail to {recipient} is being sent right now and cannot be stopped anymore."),
    OutboxState.SENT: _SENT.replace("{done}", _("set aside anymore")),
    OutboxState.IN_DOUBT: DOUBT,
    OutboxState.DEAD: _("The e-mail to {recipient} was set aside before."),
    OutboxState.CANCELLED: _("The e-mail to {recipient} was canceled before."),
    OutboxState.SUPPRESSED: _SUPPRESSED,
}
_WHY_NOT_RESOLVED: dict[OutboxState, str] = {
    OutboxState.QUEUED: _("There is no doubt about the e-mail to {recipient}: it was not sent yet."),
    OutboxState.SENDING: _("The e-mail to {recipient} is being sent right now; wait for the answer."),
    OutboxState.SENT: _("There is no doubt about the e-mail to {recipient}: it was {taken}."),
    OutboxState.DEAD: _("There is no doubt about the e-mail to {recipient}: it failed. Retry it instead."),
    OutboxState.CANCELLED: _("There is no doubt about the e-mail to {recipient}: it was canceled."),
    OutboxState.SUPPRESSED: _SUPPRESSED,
}


async def _locked(session: AsyncSession, league_id: int, ids: Collection[int], wanted: ColumnElement[bool]) -> _Rows:
    # Only what may be changed is locked, in the order of ids: an act never waits for a mail on the wire.
    return (
        await session.execute(
            select(*_COLUMNS)
            .where(Outbox.league_id == league_id, among(Outbox.id, ids), wanted)
            .order_by(Outbox.id)
            .with_for_update()
        )
    ).all()


async def _update(session: AsyncSession, rows: _Rows, **values: Any) -> None:
    statement = update(Outbox).where(among(Outbox.id, [row.id for row in rows])).values(**values)
    await session.execute(statement.execution_options(synchronize_session=False))


async def _cancel(session: AsyncSession, league_id: int, rows: _Rows, reason: str) -> None:
    if rows:
        await _update(
            session,
            rows,
            state=OutboxState.CANCELLED,
            finalized_at=func.now(),
            claim_token=None,
            error_class=None,
            error_code=None,
            error_text=reason,
        )
        await _record(session, league_id, "outbox_cancelled", OutboxState.CANCELLED, reason, rows)


async def _record(
    session: AsyncSession, league_id: int, action: str, after: OutboxState, reason: str | None, rows: _Rows
) -> None:
    await record(
        session,
        league_id,
        [Entry(action, "outbox", row.id, reason, before=_before(row), after={"state": after}) for row in rows],
    )


def _before(row: Any) -> dict[str, object]:
    before: dict[str, object] = {"state": row.state, "attempts": row.attempts}
    if row.error_class is not None:
        before |= {"error_class": row.error_class, "error_code": row.error_code, "error_text": row.error_text}
    return before | kept_item(row)


async def _answer(
    session: AsyncSession,
    league_id: int,
    ids: Collection[int],
    rows: _Rows,
    why_not: Mapping[OutboxState, str],
) -> Acted:
    done = {row.id for row in rows}
    left = [id_ for id_ in dict.fromkeys(ids) if id_ not in done]
    if not left:
        return Acted(tuple(sorted(done)), ())
    query = select(Outbox.id, Outbox.recipient, Outbox.state, Outbox.provider, is_claimed().label("claimed")).where(
        Outbox.league_id == league_id, among(Outbox.id, left)
    )
    found = {row.id: row for row in await session.execute(query)}
    settled = await how_settled(session, league_id, left)
    refused = []
    for id_ in left:
        row = found.get(id_)
        # A state without a sentence was reached between the two statements: somebody else was quicker.
        sentence = MAIL_GONE if row is None else why_not.get(OutboxState(row.state), _CHANGED)
        words = {} if row is None else {"recipient": row.recipient, "taken": taken_by(row.provider)}
        if row is not None and row.claimed:
            sentence = CLAIMED
        if row is not None and (by := settled.get(id_)) is not None:
            words["taken"] = by.taken(row.provider)
            if why_not is _WHY_NOT_RESOLVED and not by.arrived:
                again = _("{who} had the e-mail to {recipient} sent again.")
                sentence = again if row.state == OutboxState.QUEUED else f"{again} {sentence}"
                words["who"] = by.who
        refused.append(NotDone(id_, sentence.format(**words)))
    return Acted(tuple(sorted(done)), tuple(refused))
