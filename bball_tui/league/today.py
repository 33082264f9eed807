"""The contracts of this day: what needs a person, and how many were signed."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import Contract, League, Signature
from bball_tui.database.states import WAITING_STATUSES, ContractStatus
from bball_tui.league.rows import Trouble
from bball_tui.league.troubles import troubled


@dataclass(frozen=True, slots=True)
class ContractDay:
    """One look at the season's contracts. The day is that of the league's time zone.

    ``overdue`` are offered or accepted and should have been signed by now, the first by ``overdue_since``;
    ``unreachable`` are offered or accepted, for players without a guardian whom a mail can reach; ``signed`` were
    recorded today and are in force.
    """

    overdue: int
    overdue_since: date | None
    unreachable: int
    signed: int


async def read_contract_day(session: AsyncSession, league_id: int, season_id: int | None) -> ContractDay:
    """Look at the contracts once, with one statement."""
    season = (Contract.league_id == league_id) & (Contract.season_id == season_id)
    late = troubled(Trouble.OVERDUE)
    waiting = (
        select(
            func.count().filter(late).label("overdue"),
            func.min(Contract.due_on).filter(late).label("since"),
            func.count().filter(troubled(Trouble.UNREACHABLE)).label("unreachable"),
        )
        .where(season, Contract.status.in_(WAITING_STATUSES))
        .subquery()
    )
    zone = select(League.timezone).where(League.id == league_id).scalar_subquery()
    midnight = func.timezone(zone, func.date_trunc("day", func.timezone(zone, func.now())))
    signed = (
        select(func.count())
        .select_from(Contract)
        .join(Signature, Signature.id == Contract.signature_id)
        .where(season, Contract.status == ContractStatus.SIGNED, Signature.received_at >= midnight)
        .scalar_subquery()
    )
    query = select(waiting.c.overdue, waiting.c.since, waiting.c.unreachable, signed.label("signed"))
    found = (await session.execute(query)).one()
    return ContractDay(found.overdue, found.since, found.unreachable, found.signed)
