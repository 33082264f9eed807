"""The contracts of this day: what needs a person, and how many were signed."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, any_, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import Contract, Signature
from bball_tui.database.states import WAITING_STATUSES, ContractStatus
from bball_tui.league.roster.attention_conditions import league_timezone, today_in, unreachable_players


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
    found = (await session.execute(_day(league_id, season_id))).one()
    return ContractDay(found.overdue, found.since, found.unreachable, found.signed)


@lru_cache(maxsize=16)  # building it takes longer than the database needs to answer it
def _day(league_id: int, season_id: int | None) -> Select[Any]:
    season = (Contract.league_id == league_id) & (Contract.season_id == season_id)
    # Spelled as the index on the contracts that wait is.
    waits = season & Contract.status.in_([literal_column(f"'{status}'") for status in WAITING_STATUSES])
    late = (
        select(func.count().label("overdue"), func.min(Contract.due_on).label("since"))
        .where(waits, Contract.due_on < today_in(league_id))
        .subquery()
    )
    unreachable = (
        select(func.count()).where(waits, Contract.player_id.in_(unreachable_players(league_id))).scalar_subquery()
    )
    zone = league_timezone(league_id)
    midnight = func.timezone(zone, func.date_trunc("day", func.timezone(zone, func.now())))
    # The few contracts first, by the moment: how few the planner cannot know.
    lately = (
        select(Signature.contract_id)
        .where(Signature.league_id == league_id, Signature.received_at >= midnight)
        .scalar_subquery()
    )
    signed = (
        select(func.count())
        .select_from(Contract)
        .join(Signature, Signature.id == Contract.signature_id)
        .where(
            season,
            Contract.id == any_(func.array(lately)),
            Contract.status == ContractStatus.SIGNED,
            Signature.received_at >= midnight,
        )
        .scalar_subquery()
    )
    return select(late.c.overdue, late.c.since, unreachable.label("unreachable"), signed.label("signed"))
