"""What linking a group would do, found out by doing it in a transaction that is taken back."""

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.groupme.links.linking import Linked, link_by_hand
from bball_tui.groupme.links.resolve_group import Chosen
from bball_tui.groupme.notify.unaware_families import FamiliesToTell, families_to_tell


class LinkPreview(Struct, frozen=True):
    """The group that is meant, what linking it would change, and whom that leaves without the link."""

    chosen: Chosen
    how: str
    linked: Linked
    families: FamiliesToTell


async def preview_link(session: AsyncSession, league_id: int, team_id: int, chosen: Chosen, how: str) -> LinkPreview:
    """Link, look, and take it back. Nothing stays.

    Raises:
        BballError: it could not be linked; the message says why.
    """
    attempt = await session.begin_nested()
    try:
        linked = await link_by_hand(session, league_id, team_id, chosen.group, how=how)
        families = await families_to_tell(session, league_id, team_id)
    finally:
        await attempt.rollback()
    return LinkPreview(chosen, how, linked, families)
