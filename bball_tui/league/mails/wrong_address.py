"""A mail went to a wrong address: correct the guardian and send the promised mails there, as one act."""

from typing import Any

from msgspec import Struct
from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.listing import among
from bball_tui.database.models import Contract, Guardian, Outbox, Player, PlayerGuardian, Suppression
from bball_tui.database.states import OutboxState
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.contracts.facts import lock_contracts
from bball_tui.league.editing.family_kept_for_undo import kept_family
from bball_tui.league.editing.whose_address import refuse_others_address
from bball_tui.league.mails.still_applies import still_applies
from bball_tui.league.values.cells import CellFault
from bball_tui.league.values.contact import email
from bball_tui.mail.safe_values import one_line
from bball_tui.outbox.resending import Redirected, may_go_elsewhere, redirect
from bball_tui.outbox.staff_actions import DOUBT, how_settled
from bball_tui.outbox.state_words import MAIL_GONE
from bball_tui.outbox.timeline_words import taken_by

_WHY_NOT = {
    OutboxState.SENDING: _("The e-mail to {recipient} is being sent right now. Look again in a moment."),
    OutboxState.SENT: _("The e-mail to {recipient} was {taken}; it cannot go to another address too."),
    OutboxState.IN_DOUBT: DOUBT,
    OutboxState.CANCELLED: _("The e-mail to {recipient} was canceled; sign the contract again to queue a new one."),
}


class AddressFacts(Struct, frozen=True):
    """What a corrected address would change: these guardians, and so many mails that have not left.

    ``guardians`` are names; empty when nobody has the old address anymore.
    """

    recipient: str
    player: str
    guardians: tuple[str, ...]
    mails: int


class AddressFixed(Struct, frozen=True):
    """What was changed. ``redirected`` names the old mail and the one that goes out instead, for each mail."""

    address: str
    guardians: tuple[str, ...]
    redirected: tuple[Redirected, ...]


class _Case(Struct, frozen=True):
    recipient: str
    player: str
    player_id: int
    guardians: tuple[Any, ...]
    """Of the player, all of them."""
    mails: tuple[Any, ...]
    """Those to the old address that can go to another one, of all children of the person who has the address."""

    @property
    def wrong(self) -> list[Any]:
        return [one for one in self.guardians if _same(one.email, self.recipient)]


async def address_facts(session: AsyncSession, league_id: int, outbox_id: int) -> AddressFacts:
    """What :func:`fix_address` would change.

    Raises:
        BballError: there is no such mail, or it cannot go to another address; the sentence says why.
    """
    case = await _read(session, league_id, outbox_id)
    return AddressFacts(case.recipient, case.player, tuple(_name(one) for one in case.wrong), len(case.mails))


async def fix_address(
    session: AsyncSession,
    league_id: int,
    outbox_id: int,
    address: str,
    *,
    reason: str | None = None,
    anyway: bool = False,
) -> AddressFixed:
    """Write the guardian's right address, and send there what was promised to the wrong one.

    All mails to the old address that have not left go along, also those about brothers and sisters. The caller
    commits, and with that everything happens or nothing.

    Raises:
        OthersAddress: it is another family's, and nobody said to write it ``anyway``.
        BballError: as :func:`address_facts` says; ``address`` is none, is the old one or takes no mail; or no
            guardian has the old or the new address.
    """
    new = _checked(address)
    before = await _read(session, league_id, outbox_id)
    await lock_contracts(session, league_id, {mail.contract_id for mail in before.mails})
    case = await _read(session, league_id, outbox_id)
    if _same(new, case.recipient):
        raise BballError(
            _("{new} is the address that the e-mail has already. Type the right one, or retry the e-mail.").format(
                new=new
            )
        )
    await _check_open(session, league_id, new)
    wrong = case.wrong
    if not wrong and not any(_same(one.email, new) for one in case.guardians):
        known = ", ".join(f"{_name(one)}: {one.email or 'no address'}" for one in case.guardians) or _("there are none")
        raise BballError(
            _(
                "No guardian of {player} has the address {recipient} anymore ({known}). Type one of "
                "these addresses, or correct the roster first."
            ).format(player=case.player, recipient=case.recipient, known=known)
        )
    if wrong:
        if not anyway:
            await refuse_others_address(session, league_id, new, case.player_id, [one.id for one in wrong])
        kept = {one.id: await kept_family(session, guardian_id=one.id) for one in wrong}
        await session.execute(
            update(Guardian)
            .where(among(Guardian.id, [one.id for one in wrong]))
            .values(email=new, version=Guardian.version + 1)
            .execution_options(synchronize_session=False)
        )
        entries = [
            Entry("address_corrected", "guardian", one.id, reason, {"email": one.email, **kept[one.id]}, {"email": new})
            for one in wrong
        ]
        await record(session, league_id, entries)
    redirected = await redirect(session, league_id, [mail.id for mail in case.mails], new, reason=reason)
    return AddressFixed(new, tuple(_name(one) for one in wrong), redirected)


def _checked(address: str) -> str:
    try:
        found = email(address.strip())
    except CellFault:
        found = None
    if not found:
        raise BballError(
            _("{address!r} isn't a valid e-mail address. Type one like rosa@x.org. Nothing was changed.").format(
                address=one_line(address)[:80]
            )
        )
    return found


def _same(one: str | None, other: str) -> bool:
    return one is not None and one.lower() == other.lower()


def _name(guardian: Any) -> str:
    return f"{guardian.first_name} {guardian.last_name}"


async def _check_open(session: AsyncSession, league_id: int, address: str) -> None:
    reason = await session.scalar(
        select(Suppression.reason).where(
            Suppression.league_id == league_id,
            Suppression.lifted_at.is_(None),
            func.lower(Suppression.email) == address.lower(),
        )
    )
    if reason is not None:
        raise BballError(
            _("{address} gets no more e-mail ({reason}). Ask the family for another address.").format(
                address=address, reason=reason
            )
        )


async def _read(session: AsyncSession, league_id: int, outbox_id: int) -> _Case:
    found = (
        await session.execute(
            select(
                Outbox.recipient,
                Outbox.state,
                Outbox.provider,
                Contract.player_id,
                Player.first_name,
                Player.last_name,
                may_go_elsewhere().label("open"),
                func.coalesce(still_applies(), False).label("in_force"),
            )
            .outerjoin(Contract, Contract.id == Outbox.contract_id)
            .outerjoin(Player, Player.id == Contract.player_id)
            .where(Outbox.league_id == league_id, Outbox.id == outbox_id)
        )
    ).one_or_none()
    if found is None:
        raise BballError(MAIL_GONE.format())
    if not found.open:
        by = (await how_settled(session, league_id, [outbox_id])).get(outbox_id)
        taken = taken_by(found.provider) if by is None else by.taken(found.provider)
        words = {"recipient": found.recipient, "taken": taken}
        raise BballError(_WHY_NOT[OutboxState(found.state)].format(**words))
    if not found.in_force:
        raise BballError(
            _(
                "What the e-mail to {recipient} says is no longer true: the contract has changed. So it "
                "is not sent to another address."
            ).format(recipient=found.recipient)
        )
    if found.player_id is None:
        raise BballError(
            _(
                "The e-mail to {recipient} is about no contract. Correct the address with the player's "
                "guardians, and write to the family again."
            ).format(recipient=found.recipient)
        )
    player = f"{found.first_name} {found.last_name}"
    guardians = await _guardians(session, found.player_id)
    shared = [one.id for one in guardians if _same(one.email, found.recipient)]
    mails = await _mails(session, league_id, found.recipient, found.player_id, shared)
    return _Case(found.recipient, player, found.player_id, guardians, mails)


async def _guardians(session: AsyncSession, player_id: int) -> tuple[Any, ...]:
    query = (
        select(Guardian.id, Guardian.first_name, Guardian.last_name, Guardian.email)
        .join(PlayerGuardian, PlayerGuardian.guardian_id == Guardian.id)
        .where(PlayerGuardian.player_id == player_id)
        .order_by(PlayerGuardian.position, Guardian.id)
    )
    return tuple((await session.execute(query)).all())


async def _mails(
    session: AsyncSession, league_id: int, recipient: str, player_id: int, guardian_ids: list[int]
) -> tuple[Any, ...]:
    children = select(PlayerGuardian.player_id).where(among(PlayerGuardian.guardian_id, guardian_ids))
    query = (
        select(Outbox.id, Outbox.contract_id)
        .join(Contract, Contract.id == Outbox.contract_id)
        .where(
            Outbox.league_id == league_id,
            func.lower(Outbox.recipient) == recipient.lower(),
            may_go_elsewhere(),
            still_applies(),
            or_(Contract.player_id == player_id, Contract.player_id.in_(children)),
        )
        .order_by(Outbox.id)
    )
    return tuple((await session.execute(query)).all())
