"""Taking a correction of the record back: what it said before counts again, as long as no family read it."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.listing import among
from bball_tui.database.models import Contract, Outbox, Signature
from bball_tui.database.states import OutboxState
from bball_tui.language import _, stored
from bball_tui.league.contracts.correcting import SignatureRecord
from bball_tui.league.contracts.facts import ContractFacts, Refused, lock_contracts, read_contracts
from bball_tui.league.contracts.undo import UndoResult, not_signed
from bball_tui.league.league_clock import LeagueClock, read_clock
from bball_tui.league.mails.corrected_mails import read_as_corrected, rewrite_welcomes
from bball_tui.mail.kinds.correction import CorrectionMail
from bball_tui.mail.transports import stays_here
from bball_tui.outbox.mail_conditions import can_be_taken, may_have_left
from bball_tui.outbox.provider_gates import wake_workers
from bball_tui.outbox.staff_actions import AGAIN, CANCELLABLE, cancel

_WHY = stored("the correction was undone")
_BACK = text(
    """
    UPDATE contract SET signature_id = signature.supersedes_id, version = version + 1
    FROM signature
    WHERE signature.id = contract.signature_id AND contract.id = ANY(CAST(:ids AS bigint[]))
    """
)


async def undo_correction(session: AsyncSession, league_id: int, contract_ids: Collection[int]) -> UndoResult:
    """Let the record of each contract say what it said before its latest correction. The caller commits.

    The e-mails of the correction are canceled, and those that it had overtaken wait again. A contract whose correction
    somebody may have read stays as it is and is returned with the reason.
    """
    ids = list(dict.fromkeys(contract_ids))
    await lock_contracts(session, league_id, ids)
    clock = await read_clock(session, league_id)
    found = await read_contracts(session, league_id, ids)
    mails = await _mails_of_corrections(session, league_id, ids)
    read = await read_as_corrected(session, league_id, ids)
    going: dict[int, tuple[int, int]] = {}
    refused: list[Refused] = []
    for one in ids:
        contract = found.get(one)
        signature = None if contract is None else contract.signature
        before = None if signature is None else await _superseded(session, signature.id)
        left = [mail for mail in mails if mail.contract_id == one and not mail.held and mail.promised]
        if contract is None:
            refused.append(Refused(one, _("That contract isn't in this league.")))
        elif signature is None:
            refused.append(Refused(one, not_signed(contract)))
        elif before is None:
            refused.append(
                Refused(one, _("{player}'s record was not corrected: nothing to undo.").format(player=contract.player))
            )
        elif left:
            why = _("The correction to {recipient} may have gone out. Correct the record once more instead.").format(
                recipient=left[0].recipient
            )
            refused.append(Refused(one, why))
        elif one in read:
            refused.append(Refused(one, _read_already(read[one], clock)))
        else:
            going[one] = (signature.id, before)
    if not going:
        return UndoResult((), tuple(refused), (), ())
    promised = [mail.id for mail in mails if mail.contract_id in going and mail.held and mail.promised]
    overtaken = [mail.id for mail in mails if mail.contract_id in going and not mail.promised]
    await session.execute(_BACK, {"ids": list(going)})
    taken = (await cancel(session, league_id, promised, reason=_WHY)).done if promised else ()
    if overtaken:
        again = AGAIN | {"available_at": func.now() + func.make_interval(0, 0, 0, 0, 0, 0, clock.hold_seconds)}
        await session.execute(
            update(Outbox)
            .where(among(Outbox.id, overtaken), Outbox.state == OutboxState.CANCELLED)
            .values(**again)
            .execution_options(synchronize_session=False)
        )
        await record(session, league_id, [Entry("outbox_promised_again", "outbox", one, _WHY) for one in overtaken])
        await wake_workers(session, league_id)
    await rewrite_welcomes(session, league_id, list(going), why=_WHY)
    back = await read_contracts(session, league_id, going)
    await record(session, league_id, [_entry(found[one], back[one]) for one in going])
    return UndoResult(tuple(going), tuple(refused), taken, tuple(back[one].player for one in going))


def _entry(was: ContractFacts, contract: ContractFacts) -> Entry:
    assert was.signature is not None  # noqa: S101 - only signed ones go back
    assert contract.signature is not None  # noqa: S101 - a correction has a signature before it
    before, after = SignatureRecord.of(was.signature).differing(SignatureRecord.of(contract.signature))
    return Entry(
        "correction_undone",
        "contract",
        contract.id,
        before={"signature_id": was.signature.id, **before},
        after={"signature_id": contract.signature.id, **after},
    )


def _read_already(mail: Any, clock: LeagueClock) -> str:
    when = "" if mail.at is None else _(" at {when}").format(when=clock.at(mail.at))
    match OutboxState(mail.state):
        case OutboxState.SENT if stays_here(mail.provider):
            said = _("The e-mail to {recipient} was written to a folder{when}.")
        case OutboxState.SENT:
            said = _("The e-mail to {recipient} went out{when}.")
        case OutboxState.SENDING:
            said = _("The e-mail to {recipient} is being sent right now.")
        case _:
            said = _("The e-mail to {recipient} may have gone out{when}.")
    why = said.format(recipient=mail.recipient, when=when)
    return _(
        "{why} It says what was corrected. Correct the record once more instead: that can also notify the family."
    ).format(why=why)


async def _superseded(session: AsyncSession, signature_id: int) -> int | None:
    before: int | None = await session.scalar(select(Signature.supersedes_id).where(Signature.id == signature_id))
    return before


async def _mails_of_corrections(session: AsyncSession, league_id: int, contract_ids: Collection[int]) -> list[Any]:
    """The correction e-mails that the latest correction promised, or overtook: one transaction has one time."""
    waits = (Outbox.state.in_(CANCELLABLE) & ~may_have_left()) | can_be_taken()
    over = Outbox.state.in_((OutboxState.CANCELLED, OutboxState.SUPPRESSED))
    promised = Outbox.created_at == Signature.received_at
    overtaken = (Outbox.state == OutboxState.CANCELLED) & (Outbox.finalized_at == Signature.received_at)
    rows = await session.execute(
        select(
            Outbox.id,
            Outbox.contract_id,
            Outbox.recipient,
            (waits | over).label("held"),
            promised.label("promised"),
        )
        .join(Contract, Contract.id == Outbox.contract_id)
        .join(Signature, Signature.id == Contract.signature_id)
        .where(
            Outbox.league_id == league_id,
            among(Outbox.contract_id, contract_ids),
            Outbox.kind == CorrectionMail.kind,
            promised | overtaken,
        )
        .order_by(Outbox.id)
        .with_for_update(of=Outbox)
    )
    return list(rows.all())
