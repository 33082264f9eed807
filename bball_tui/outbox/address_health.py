"""What we know of an address before we write to it: does it take mail, did the last one come back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ARRAY, Text, any_, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import Outbox, Suppression
from bball_tui.outbox.causes import cause_named
from bball_tui.outbox.history import is_bounced, item_cause


@dataclass(frozen=True, slots=True)
class AddressHealth:
    """``blocked`` is the reason on the list; ``came_back`` when a mail last did, and ``why`` in a short phrase."""

    blocked: str | None = None
    came_back: datetime | None = None
    why: str = ""


HEALTHY = AddressHealth()


async def address_health(session: AsyncSession, league_id: int, addresses: Collection[str]) -> dict[str, AddressHealth]:
    """The health of each address that has one, by its lower-case spelling; nobody knows ill of the others."""
    wanted = any_(literal(sorted({one.lower() for one in addresses}), ARRAY(Text)))
    blocked = select(func.lower(Suppression.email).label("address"), Suppression.reason).where(
        Suppression.league_id == league_id, Suppression.lifted_at.is_(None), func.lower(Suppression.email) == wanted
    )
    returned = (
        select(func.lower(Outbox.recipient).label("address"), Outbox.bounced_at, item_cause().label("cause"))
        .where(Outbox.league_id == league_id, func.lower(Outbox.recipient) == wanted, is_bounced())
        .order_by(Outbox.bounced_at)
    )
    reasons = {row.address: row.reason for row in await session.execute(blocked)}
    found = {address: AddressHealth(blocked=reason) for address, reason in reasons.items()}
    for address, at, name in await session.execute(returned):
        cause = cause_named(name)
        found[address] = AddressHealth(reasons.get(address), at, "" if cause is None else cause.phrase)
    return found
