"""Follow-ups that were done, and are open again."""

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.listing import among
from bball_tui.database.models import FamilyNote, Guardian, Player
from bball_tui.language import _
from bball_tui.league.league_clock import LeagueClock
from bball_tui.league.undoing.outcome import Going
from bball_tui.league.undoing.own_acts import REOPENED, OwnAct, Row


async def undo_notes(
    session: AsyncSession, league_id: int, act: OwnAct, rows: Sequence[Row], clock: LeagueClock, going: Going
) -> None:
    """Open the follow-ups that the act closed; the caller commits. Which these are the database knows: it wrote down
    at which moment they were done, and by whom.
    """
    note = FamilyNote
    query = (
        select(note.id, note.follow_up, note.player_id, note.guardian_id, note.struck_at)
        .where(note.league_id == league_id, note.done_at == act.at, note.done_by == func.session_user())
        .order_by(note.id)
        .with_for_update()
    )
    found = (await session.execute(query)).all()
    open_again = [one for one in found if one.struck_at is None and one.follow_up is not None]
    if len(open_again) < len(rows):
        going.kept.append(_("The follow-up was moved or its note was struck since."))
    if not open_again:
        return
    await session.execute(
        update(note)
        .where(note.league_id == league_id, among(note.id, [one.id for one in open_again]))
        .values(done_at=None)
        .execution_options(synchronize_session=False)
    )
    entries = []
    for one in open_again:
        entity, of = ("player", one.player_id) if one.player_id is not None else ("guardian", one.guardian_id)
        entries.append(Entry(REOPENED, entity, of, after={"act": act.id}))
        model = Player if entity == "player" else Guardian
        name = await session.scalar(select(model.first_name + " " + model.last_name).where(model.id == of))
        told = _("The follow-up on {name} for {day} is open again.")
        going.back.append(told.format(name=name, day=clock.on(one.follow_up)))
    await record(session, league_id, entries)
