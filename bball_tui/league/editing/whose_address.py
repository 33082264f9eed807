"""Whose address it is already: one that is typed for a guardian may be another family's."""

from collections.abc import Collection, Iterable

from sqlalchemy import ARRAY, Text, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bball_tui.database.listing import among
from bball_tui.database.models import Guardian, Player, PlayerGuardian
from bball_tui.language import _
from bball_tui.league.editing.outcome import OthersAddress


async def refuse_others_address(
    session: AsyncSession, league_id: int, address: str, player_id: int, guardian_ids: Collection[int]
) -> None:
    """Refuse an address that only guardians of other children have; ``guardian_ids`` are to have it.

    Within a family one address is normal: of parents, of one person who was entered twice, and of guardians who share
    a child with anybody here.

    Raises:
        OthersAddress: it is another family's; the sentence says whose.
    """
    theirs, ours = aliased(PlayerGuardian), aliased(PlayerGuardian)
    mine = aliased(Guardian)
    family = select(ours.player_id).where(or_(ours.player_id == player_id, among(ours.guardian_id, guardian_ids)))
    shares = exists().where(theirs.guardian_id == Guardian.id, theirs.player_id.in_(family))
    same_name = exists().where(among(mine.id, guardian_ids), mine.name_key == Guardian.name_key)
    child = Player.first_name + " " + Player.last_name
    children = (
        select(func.array_agg(aggregate_order_by(child, Player.name_key)))
        .join(PlayerGuardian, PlayerGuardian.player_id == Player.id)
        .where(PlayerGuardian.guardian_id == Guardian.id)
        .scalar_subquery()
    )
    rows = (
        await session.execute(
            select(
                (Guardian.first_name + " " + Guardian.last_name).label("name"),
                func.coalesce(children, literal([], ARRAY(Text))).label("children"),
                or_(among(Guardian.id, guardian_ids), shares, same_name).label("family"),
            )
            .where(Guardian.league_id == league_id, Guardian.address == address.lower())
            .order_by(Guardian.id)
        )
    ).all()
    if not rows or any(row.family for row in rows):
        return
    raise OthersAddress(f"{whose(address, rows[0].name, rows[0].children)} {_('Nothing was changed.')}")


def whose(address: str, who: str, children: Iterable[str]) -> str:
    """Whose address it is already, in a sentence."""
    of = ", ".join(children)
    told = (
        _("{address} is the address of {who}, guardian of {of}, not of this family.")
        if of
        else _("{address} is the address of {who}, not of this family.")
    )
    return told.format(address=address, who=who, of=of)
