"""A family of two parents, one of whom signed, and who is right after all."""

from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import Outbox
from bball_tui.database.states import OutboxState
from bball_tui.league.contracts.correcting import CorrectionRequest
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.signing_rules import NamedGuardian
from tests.support.factory import Club, Family, Parent, make_club, make_family

ROSA = Parent("Rosa", "Hamilton", "rosa@families.test", relation="mother")
DAN = Parent("Dan", "Hamilton", "dan@families.test", relation="father")
SENT: dict[str, Any] = {"state": OutboxState.SENT, "attempts": 1, "claims": 1, "finalized_at": func.now()}


async def signed(session: AsyncSession, **more: Any) -> tuple[Club, Family]:
    club = await make_club(session)
    family = await make_family(session, club, parents=(ROSA, DAN), **more)
    await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),), signed_on=date(2026, 3, 1)))
    return club, family


def dan(family: Family, **more: Any) -> CorrectionRequest:
    """Not Rosa signed but Dan."""
    return CorrectionRequest(
        ((family.contract_id, None),), "the other parent", NamedGuardian(family.guardian_ids[1]), **more
    )


async def mails(session: AsyncSession) -> list[tuple[str, str, str]]:
    rows = await session.execute(select(Outbox.kind, Outbox.recipient, Outbox.state).order_by(Outbox.id))
    return [(row.kind, row.recipient.partition("@")[0], row.state) for row in rows]
