"""The mails of contracts that an import moves to another team: what still waits names the old one."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.listing import among
from bball_tui.database.models import Outbox
from bball_tui.language import stored
from bball_tui.league.importing.diff_model import Diff
from bball_tui.outbox.staff_actions import CANCELLABLE, cancel_unsent

_REASON = stored("the contract moves to another team")
"""One for all, so that the number of statements does not grow with the number of teams."""


async def count_unsent(session: AsyncSession, diff: Diff) -> int:
    """How many mails :func:`take_back` would cancel now. Writes nothing."""
    moved = _moved(diff)
    if not moved:
        return 0
    query = (
        select(func.count()).select_from(Outbox).where(among(Outbox.contract_id, moved), Outbox.state.in_(CANCELLABLE))
    )
    return await session.scalar(query) or 0


async def take_back(session: AsyncSession, diff: Diff) -> int:
    """Cancel what has not left, in the caller's transaction; how many mails those were."""
    moved = _moved(diff)
    return len((await cancel_unsent(session, moved, reason=_REASON)).cancelled) if moved else 0


def _moved(diff: Diff) -> list[int]:
    return [one.id for one in diff.contracts.moved]
