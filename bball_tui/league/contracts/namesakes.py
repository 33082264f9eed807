"""Who is called like whom: what tells a child from another one of the same name when its paper is on the desk."""

from collections.abc import Collection
from datetime import date
from functools import cache

from msgspec import Struct
from sqlalchemy import ARRAY, BigInteger, Select, any_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bball_tui.database.models import Contract, Player, Team
from bball_tui.database.states import ContractStatus


class Namesake(Struct, frozen=True):
    """Another child of the same name with a contract in the season."""

    team: str
    birthdate: date | None
    jersey: str | None
    status: ContractStatus


async def read_namesakes(
    session: AsyncSession, league_id: int, contract_ids: Collection[int]
) -> dict[int, tuple[Namesake, ...]]:
    """For each contract whose player has namesakes in its season: who they are. Case and accents make no difference."""
    rows = await session.execute(_namesakes(), {"league_id": league_id, "contracts": list(contract_ids)})
    found: dict[int, tuple[Namesake, ...]] = {}
    for row in rows:
        one = Namesake(row.name, row.birthdate, row.jersey, ContractStatus(row.status))
        found[row.id] = (*found.get(row.id, ()), one)
    return found


@cache  # building it takes longer than the database needs to answer it
def _namesakes() -> Select[int, str, date | None, str | None, str]:
    mine, other, theirs = aliased(Contract), aliased(Player), aliased(Contract)
    asked = bindparam("contracts", type_=ARRAY(BigInteger))
    return (
        select(mine.id, Team.name, other.birthdate, other.jersey, theirs.status)
        .join(Player, Player.id == mine.player_id)
        .join(
            other,
            (other.league_id == Player.league_id) & (other.name_key == Player.name_key) & (other.id != Player.id),
        )
        .join(theirs, (theirs.player_id == other.id) & (theirs.season_id == mine.season_id))
        .join(Team, Team.id == theirs.team_id)
        .where(mine.league_id == bindparam("league_id"), mine.id == any_(asked))
        .order_by(mine.id, theirs.id)
    )
