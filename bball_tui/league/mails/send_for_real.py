"""Sending for real what was only written to a folder: each promise once, and only where it still holds."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bball_tui.database.models import Contract, Guardian, Outbox, PlayerGuardian, Suppression
from bball_tui.database.states import OutboxState
from bball_tui.language import _
from bball_tui.league.contracts.facts import lock_contracts
from bball_tui.league.mails.still_applies import still_applies
from bball_tui.mail.kinds import KINDS
from bball_tui.mail.kinds.correction import CorrectionMail
from bball_tui.mail.kinds.offer import OfferMail
from bball_tui.mail.kinds.reminder import ReminderMail
from bball_tui.mail.kinds.team_chat import TeamChatMail
from bball_tui.mail.kinds.welcome import WelcomeMail
from bball_tui.mail.transports import stays_here
from bball_tui.outbox.mail_conditions import through_a_folder
from bball_tui.outbox.requeue_from_folder import never_delivered, queue_for_real, repeated
from bball_tui.outbox.sending_status import SendingStatus
from bball_tui.settings import WITHOUT_SENDER, WITHOUT_SERVER, Settings


class LeftOut(StrEnum):
    """Why a mail stays in its folder: ``12 mails stay in the folder: ...``."""

    CHANGED = "the contract has changed since"
    BLOCKED = "the address is blocked"
    NOBODY = "no guardian of the player has this address anymore"
    REPEATED = "it was sent again already"
    NEWER = "another e-mail that goes out now says it"
    NEVER_HAD = "it corrects an e-mail that the family never had"


class ForReal(Struct, frozen=True):
    """What would go out: the mails by id, how many of each kind, and how many stay and why.

    ``oldest``: when the first of them was written to a folder; None when there is none.
    """

    ids: tuple[int, ...]
    kinds: tuple[tuple[str, int], ...]
    left_out: tuple[tuple[LeftOut, int], ...]
    oldest: datetime | None


def for_real_obstacle(now: SendingStatus, settings: Settings) -> str | None:
    """Why nothing can go out for real yet, in a sentence or two; None when it can."""
    here = settings.may_send and not settings.into_folder
    if not here and all(stays_here(worker.provider) for worker in now.workers):
        return _("{sentence}, so no e-mail can go out for real. {way_out}").format(
            sentence=WITHOUT_SERVER.sentence, way_out=WITHOUT_SERVER.way_out
        )
    if now.no_sender:
        return _("{sentence}, so no e-mail can go out for real. {way_out}").format(
            sentence=WITHOUT_SENDER.sentence, way_out=WITHOUT_SENDER.way_out
        )
    writers = [worker.name for worker in now.workers if stays_here(worker.provider)]
    if writers:
        return _("{writers} still writes e-mails to a folder, so they could end up there again. Stop it first.").format(
            writers=writers[0]
        )
    return None


async def plan_for_real(session: AsyncSession, league_id: int) -> ForReal:
    """Look at every mail that only a folder has. Nothing is changed."""
    return _judge(await _read(session, league_id, lock=False))


async def send_for_real(
    session: AsyncSession, league_id: int, ids: Collection[int] | None = None, *, reason: str | None = None
) -> tuple[tuple[int, ...], ForReal]:
    """Queue what still may go out, of ``ids`` if given. The caller commits.

    Returns:
        The ids that are queued now, and what was found when it was looked at once more: somebody else may have
        been quicker, or a contract may have changed.
    """
    query = select(Outbox.contract_id).where(
        Outbox.league_id == league_id, never_delivered(), Outbox.contract_id.is_not(None)
    )
    # Contracts first, like everybody: who voids one now waits, and then finds its mail in the queue.
    await lock_contracts(session, league_id, [one for one in await session.scalars(query) if one is not None])
    found = _judge(await _read(session, league_id, lock=True))
    wanted = set(found.ids) if ids is None else set(found.ids) & set(ids)
    return await queue_for_real(session, league_id, sorted(wanted), reason=reason), found


async def _read(session: AsyncSession, league_id: int, *, lock: bool) -> Sequence[Any]:
    query = (
        select(
            Outbox.id,
            Outbox.kind,
            Outbox.contract_id,
            Outbox.address,
            Outbox.finalized_at,
            func.coalesce(still_applies(), False).label("true"),
            _blocked().label("blocked"),
            _of_the_family().label("family"),
            repeated().label("repeated"),
            _had_the_welcome().label("had"),
        )
        .outerjoin(Contract, Contract.id == Outbox.contract_id)
        .where(Outbox.league_id == league_id, never_delivered())
        .order_by(Outbox.id)
    )
    return (await session.execute(query.with_for_update(of=Outbox) if lock else query)).all()


def _judge(rows: Sequence[Any]) -> ForReal:
    left: Counter[LeftOut] = Counter()
    going: dict[tuple[int, str, str], list[Any]] = {}
    for row in rows:
        if (why := _why_not(row)) is not None:
            left[why] += 1
        else:
            going.setdefault((row.contract_id, row.address, row.kind), []).append(row)
    sent: list[Any] = []
    for (contract_id, address, kind), mails in going.items():
        says_it = _SAID_BY.get(kind)
        if says_it is None:
            sent += mails
        elif (contract_id, address, says_it) in going:
            left[LeftOut.NEWER] += len(mails)
        else:
            # Several of them would come at once, and the newest says what all the others said.
            sent.append(mails[-1])
            left[LeftOut.NEWER] += len(mails) - 1
    kinds = Counter(row.kind for row in sent)
    return ForReal(
        ids=tuple(sorted(row.id for row in sent)),
        kinds=tuple((kind, kinds[kind]) for kind in KINDS if kinds[kind]),
        left_out=tuple((why, left[why]) for why in LeftOut if left[why]),
        oldest=min((row.finalized_at for row in sent), default=None),
    )


_SAID_BY: dict[str, str] = {
    ReminderMail.kind: OfferMail.kind,
    TeamChatMail.kind: WelcomeMail.kind,
}
"""A mail that is written now has the present link and asks for the signature, so the other one is not needed."""


def _why_not(row: Any) -> LeftOut | None:
    if row.repeated:
        return LeftOut.REPEATED
    if not row.true:
        return LeftOut.CHANGED
    if row.kind == CorrectionMail.kind and not row.had:
        return LeftOut.NEVER_HAD
    if row.blocked:
        return LeftOut.BLOCKED
    return None if row.family else LeftOut.NOBODY


def _blocked() -> ColumnElement[bool]:
    return (
        select(Suppression.id)
        .where(
            Suppression.league_id == Outbox.league_id,
            Suppression.lifted_at.is_(None),
            Suppression.address == Outbox.address,
        )
        .correlate(Outbox)
        .exists()
    )


def _of_the_family() -> ColumnElement[bool]:
    return (
        select(Guardian.id)
        .join(PlayerGuardian, PlayerGuardian.guardian_id == Guardian.id)
        .where(
            PlayerGuardian.player_id == Contract.player_id,
            PlayerGuardian.receives_email,
            Guardian.address == Outbox.address,
        )
        .correlate(Outbox, Contract)
        .exists()
    )


def _had_the_welcome() -> ColumnElement[bool]:
    welcome = aliased(Outbox)
    return (
        select(welcome.id)
        .where(
            welcome.contract_id == Outbox.contract_id,
            welcome.kind == WelcomeMail.kind,
            welcome.address == Outbox.address,
            welcome.state.in_((OutboxState.SENT, OutboxState.IN_DOUBT)),
            ~through_a_folder(welcome.provider),
        )
        .correlate(Outbox)
        .exists()
    )
