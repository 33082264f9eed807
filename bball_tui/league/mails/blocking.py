"""Writing an address on the list that takes no mail, as staff type it; and whether that also happens by itself."""

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.models import League
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.values.cells import CellFault
from bball_tui.league.values.contact import email
from bball_tui.mail.safe_values import one_line, typed_line
from bball_tui.outbox.addresses import suppress


async def block_address(session: AsyncSession, league_id: int, address: str, reason: str) -> bool:
    """Write no more mail to ``address``. The caller commits.

    Returns:
        False when it is on the list already.

    Raises:
        BballError: it is no address, or there is no reason.
    """
    try:
        found = email(address.strip())
    except CellFault:
        found = None
    if not found:
        raise BballError(
            _("{address!r} isn't a valid e-mail address. Type one such as rosa@example.org.").format(
                address=one_line(address)[:80]
            )
        )
    return await suppress(session, league_id, found, typed_line(reason))


async def set_blocking(session: AsyncSession, league_id: int, blocks: bool) -> None:
    """Whether an address whose mailbox does not exist is blocked by itself. The caller commits."""
    changed = await session.scalar(
        update(League)
        .where(League.id == league_id, League.bounce_blocks != blocks)
        .values(bounce_blocks=blocks, version=League.version + 1)
        .returning(League.id)
    )
    if changed is not None:
        before, after = {"bounce_blocks": not blocks}, {"bounce_blocks": blocks}
        await record(session, league_id, [Entry("changed", "league", league_id, before=before, after=after)])
