"""Undo: a signature is taken back while nobody was told of it, and the contract is then what it was before.

After that only void is left (``transitions``), with a reason, and it says who was told already.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database import models
from bball_tui.database.audit import Entry, record
from bball_tui.database.listing import among
from bball_tui.database.states import ContractStatus, OutboxState
from bball_tui.language import _, stored
from bball_tui.league.contracts.facts import ContractFacts, Refused, lock_contracts, read_contracts
from bball_tui.league.contracts.lifecycle import ReasonNeed
from bball_tui.league.contracts.transitions import reason_for
from bball_tui.league.league_clock import LeagueClock, read_clock
from bball_tui.league.papers.scans import remove_undone
from bball_tui.mail.transports import stays_here
from bball_tui.outbox.mail_conditions import can_be_taken, is_claimed, may_have_left
from bball_tui.outbox.staff_actions import CLAIMED, cancel_unsent, take_from_workers


class UndoResult(Struct, frozen=True):
    """The contracts that are back to what they were, whose they are, the mails taken back with them, and those left
    signed.
    """

    undone: tuple[int, ...]
    refused: tuple[Refused, ...]
    cancelled: tuple[int, ...]
    players: tuple[str, ...]


async def signed_since(session: AsyncSession, league_id: int, since: datetime) -> list[int]:
    """The contracts that this person marked as signed since then, and that still are: what ``undo`` may be given."""
    contract, signature = models.Contract, models.Signature
    found = await session.scalars(
        select(contract.id)
        .join(signature, signature.id == contract.signature_id)
        .where(
            contract.league_id == league_id,
            signature.recorded_by == func.session_user(),
            signature.received_at >= since,
        )
        .order_by(contract.id)
    )
    return list(found)


# The status before is in the audit row that the latest signing wrote; a correction of the record wrote none of these.
_UNDO = text(
    """
    UPDATE contract
    SET status = coalesce(
            (SELECT before ->> 'status' FROM audit
             WHERE entity = 'contract' AND entity_id = contract.id AND action = 'signed'
             ORDER BY audit.id DESC LIMIT 1),
            'offered'),
        signature_id = NULL, version = version + 1
    WHERE id = ANY(CAST(:ids AS bigint[]))
    RETURNING id, status
    """
)


# When the paper came in: a correction of the record is a later row, and gives no more time to undo the signing.
_CAME_IN = text(
    """
    WITH RECURSIVE chain AS (
        SELECT contract.id AS contract_id, signature.supersedes_id, signature.received_at
        FROM contract JOIN signature ON signature.id = contract.signature_id
        WHERE contract.id = ANY(CAST(:ids AS bigint[]))
        UNION ALL
        SELECT chain.contract_id, earlier.supersedes_id, earlier.received_at
        FROM chain JOIN signature AS earlier ON earlier.id = chain.supersedes_id
    )
    SELECT contract_id, min(received_at) AS at FROM chain GROUP BY contract_id
    """
)


async def _came_in(session: AsyncSession, contract_ids: Iterable[int]) -> dict[int, datetime]:
    rows = await session.execute(_CAME_IN, {"ids": list(contract_ids)})
    return {row.contract_id: row.at for row in rows}


async def none_left(session: AsyncSession, league_id: int, contract_ids: Collection[int]) -> bool:
    """Whether :func:`undo` would take one of these back now. Locks nothing."""
    clock = await read_clock(session, league_id)
    found = await read_contracts(session, league_id, contract_ids)
    mails = await _read_mails(session, found.values())
    came = await _came_in(session, found)
    return any(_undo_obstacle(one, mails.get(one.id, ()), came.get(one.id), clock) is None for one in found.values())


async def undo(
    session: AsyncSession, league_id: int, what: Collection[int] | datetime, *, reason: str | None = None
) -> UndoResult:
    """Take signatures and their mails back together, as long as none of the mails may have left.

    Without e-mails it is as long as anything else that is undone (`LeagueClock.undo_seconds`). ``what`` are contract
    ids, or a moment: everything that this person signed since then. Each contract is decided by itself: one that
    cannot be undone stays signed and is returned with the reason.

    Raises:
        BballError: the reason is too long.
    """
    said = reason_for(ReasonNeed.OPTIONAL, reason)
    ids = await signed_since(session, league_id, what) if isinstance(what, datetime) else list(dict.fromkeys(what))
    await lock_contracts(session, league_id, ids)
    clock = await read_clock(session, league_id)
    found = await read_contracts(session, league_id, ids)
    mails = await _read_mails(session, found.values(), held=True)
    came = await _came_in(session, found)
    refused = _missing(ids, found)
    going: dict[int, ContractFacts] = {}
    for contract in found.values():
        obstacle = _undo_obstacle(contract, mails.get(contract.id, ()), came.get(contract.id), clock)
        if obstacle is None:
            going[contract.id] = contract
        else:
            refused.append(Refused(contract.id, obstacle))
    if not going:
        return UndoResult((), tuple(refused), (), ())
    revisions = {contract.id: contract.revision for contract in going.values()}
    await take_from_workers(session, league_id, models.Outbox.contract_id, list(going))
    taken = await cancel_unsent(session, list(going), reason=stored("undone"), revisions=revisions)
    back = {row.id: row.status for row in await session.execute(_UNDO, {"ids": list(going)})}
    await remove_undone(session, league_id, list(going))
    await record(
        session,
        league_id,
        [
            Entry(
                "undone",
                "contract",
                contract.id,
                reason=said or stored("undone"),
                before={
                    "status": ContractStatus.SIGNED,
                    "signature_id": contract.signature.id if contract.signature else None,
                },
                after={"status": back[contract.id]},
            )
            for contract in going.values()
        ],
    )
    players = tuple(contract.player for contract in going.values())
    return UndoResult(tuple(going), tuple(refused), taken.cancelled, players)


class _Mail(Struct, frozen=True):
    recipient: str
    state: OutboxState
    provider: str | None
    claimed: bool
    """A worker has it in hand, and it is not on the wire."""
    can_be_taken: bool
    """From that worker, by whoever asks."""
    may_have_left: bool
    at: datetime | None

    @property
    def is_here(self) -> bool:
        """It can still be canceled before anybody is told."""
        return self.can_be_taken or self.state is OutboxState.QUEUED


async def _read_mails(
    session: AsyncSession, contracts: Iterable[ContractFacts], *, held: bool = False
) -> dict[int, list[_Mail]]:
    """The mails of each contract's latest signing. ``held``: until the transaction ends no worker takes one."""
    revisions = {contract.id: contract.revision for contract in contracts}
    outbox = models.Outbox
    query = (
        select(
            outbox.contract_id,
            outbox.recipient,
            outbox.state,
            outbox.provider,
            is_claimed().label("claimed"),
            can_be_taken().label("can_be_taken"),
            ((outbox.state == OutboxState.IN_DOUBT) | may_have_left()).label("may_have_left"),
            func.coalesce(outbox.finalized_at, outbox.wire_started_at, outbox.claimed_at).label("at"),
            func.split_part(outbox.dedupe_key, ":", 3).label("revision"),
        )
        .where(among(outbox.contract_id, list(revisions)))
        .order_by(outbox.id)
    )
    rows = await session.execute(query.with_for_update() if held else query)
    found: dict[int, list[_Mail]] = {}
    for row in rows:
        if row.revision == str(revisions[row.contract_id]):
            mail = _Mail(
                row.recipient, OutboxState(row.state), row.provider, row.claimed, row.can_be_taken, row.may_have_left,
                row.at,
            )  # fmt: skip
            found.setdefault(row.contract_id, []).append(mail)
    return found


def _undo_obstacle(
    contract: ContractFacts, mails: Collection[_Mail], came_in: datetime | None, clock: LeagueClock
) -> str | None:
    if came_in is None:
        return not_signed(contract)
    for mail in mails:
        when = "" if mail.at is None else _(" at {when}").format(when=clock.at(mail.at))
        match mail.state:
            case OutboxState.SENT if stays_here(mail.provider):
                return _("The e-mail to {recipient} was written to a folder{when}; void the contract instead.").format(
                    recipient=mail.recipient, when=when
                )
            case OutboxState.SENT:
                return _("The e-mail to {recipient} went out{when}; void the contract instead.").format(
                    recipient=mail.recipient, when=when
                )
            case OutboxState.SENDING if mail.can_be_taken:
                continue
            case OutboxState.SENDING if mail.claimed:
                return _(CLAIMED).format(recipient=mail.recipient)
            case OutboxState.SENDING:
                return _("The e-mail to {recipient} is being sent right now; void the contract instead.").format(
                    recipient=mail.recipient
                )
            case OutboxState.IN_DOUBT | OutboxState.QUEUED | OutboxState.DEAD if mail.may_have_left:
                return _("The e-mail to {recipient} may have gone out{when}; void the contract instead.").format(
                    recipient=mail.recipient, when=when
                )
            case OutboxState.QUEUED | OutboxState.DEAD | OutboxState.CANCELLED | OutboxState.SUPPRESSED:
                continue  # whoever tried it was turned away
    if any(mail.is_here for mail in mails):
        return None  # whatever keeps it here: nobody was told
    until = came_in + timedelta(seconds=clock.undo_seconds)
    if until <= clock.now:
        return _("The time to undo ended at {when}; void the contract instead.").format(when=clock.at(until))
    return None


def not_signed(contract: ContractFacts) -> str:
    """Why neither its signature nor a correction of that is taken back."""
    return _("{player}'s contract is {status}, not signed: there is nothing to undo.").format(
        player=contract.player, status=_(contract.status)
    )


def _missing(ids: Iterable[int], found: Mapping[int, ContractFacts]) -> list[Refused]:
    return [Refused(one, _("That contract isn't in this league.")) for one in ids if one not in found]
