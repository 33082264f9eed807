"""Sending again what went out, and what was kept back: only while it is still true and the address takes mail."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.listing import among
from bball_tui.database.models import Contract, Outbox
from bball_tui.database.states import OutboxState
from bball_tui.errors import BballError
from bball_tui.language import _, retold, stored
from bball_tui.league.mails.still_applies import still_applies
from bball_tui.outbox.addresses import HEALTHY, Lifted, address_health, lift
from bball_tui.outbox.resending import release_suppressed, resend, settle_bounces
from bball_tui.outbox.staff_actions import DOUBT
from bball_tui.outbox.state_words import MAIL_GONE

_WHY_NOT = {
    OutboxState.QUEUED: _("The e-mail to {recipient} is not sent yet. It goes out by itself, or try it in the outbox."),
    OutboxState.SENDING: _("The e-mail to {recipient} is being sent right now. Look again in a moment."),
    OutboxState.IN_DOUBT: DOUBT,
    OutboxState.DEAD: _("The e-mail to {recipient} failed. Try it again in the outbox, or correct the address."),
    OutboxState.CANCELLED: _("The e-mail to {recipient} was canceled, so it is not sent again."),
    OutboxState.SUPPRESSED: _("{recipient} gets no more e-mail. Lift that first, in the view of blocked addresses."),
}


async def send_again(session: AsyncSession, league_id: int, outbox_id: int, *, reason: str | None = None) -> int:
    """Send an accepted mail once more to the same address, as a new mail linked to the first. The caller commits.

    Returns:
        The id of the new mail.

    Raises:
        BballError: there is no such mail, it was not accepted, what it says is not true anymore, the address takes
            no mail, or a repetition is still on its way.
    """
    found = (
        await session.execute(
            select(Outbox.recipient, Outbox.state, func.coalesce(still_applies(), False).label("true"))
            .outerjoin(Contract, Contract.id == Outbox.contract_id)
            .where(Outbox.league_id == league_id, Outbox.id == outbox_id)
        )
    ).one_or_none()
    if found is None:
        raise BballError(MAIL_GONE.format())
    if found.state != OutboxState.SENT:
        raise BballError(_WHY_NOT[OutboxState(found.state)].format(recipient=found.recipient))
    if not found.true:
        raise BballError(
            _(
                "What the e-mail to {recipient} says is not true anymore, because the contract has "
                "changed. So it is not sent again."
            ).format(recipient=found.recipient)
        )
    health = (await address_health(session, league_id, [found.recipient])).get(found.recipient.lower(), HEALTHY)
    if health.blocked is not None:
        raise BballError(
            _("{recipient} gets no more e-mail ({blocked}). Lift that first, or correct it.").format(
                recipient=found.recipient, blocked=retold(health.blocked)
            )
        )
    new = await resend(session, league_id, outbox_id, reason=reason)
    if new is None:
        raise BballError(
            _("The e-mail to {recipient} is being sent again already. Wait for that one.").format(
                recipient=found.recipient
            )
        )
    return new


async def lift_and_send(
    session: AsyncSession, league_id: int, address: str, *, send: bool, reason: str | None = None
) -> tuple[Lifted, tuple[int, ...]]:
    """Let ``address`` take mail again, and with ``send`` queue what was kept back and is still true.

    Returns:
        What was lifted, and the ids of the mails that go out now. The caller commits.
    """
    lifted = await lift(session, league_id, address, reason=reason)
    if not send or not lifted.kept_back:
        return lifted, ()
    wanted = await session.scalars(
        select(Outbox.id)
        .join(Contract, Contract.id == Outbox.contract_id)
        .where(among(Outbox.id, lifted.kept_back), still_applies())
    )
    return lifted, await release_suppressed(
        session, league_id, list(wanted), reason=stored("the address gets e-mail again")
    )


async def told_another_way(session: AsyncSession, league_id: int, ids: Collection[int]) -> tuple[int, ...]:
    """Settle mails that came back without sending anything; returns those that waited for it. The caller commits."""
    settled = await settle_bounces(session, league_id, ids)
    await record(session, league_id, [Entry("outbox_told_another_way", "outbox", one) for one in settled])
    return settled
