"""What becomes of e-mails that have not left when their team's chat is unlinked: none goes out with the old link."""

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.models import Contract, League, Outbox
from bball_tui.database.states import OutboxState, WaitsFor
from bball_tui.language import stored
from bball_tui.mail.kinds.team_chat import TeamChatMail
from bball_tui.mail.kinds.welcome import WelcomeMail
from bball_tui.outbox.mail_conditions import MAY_HAVE_LEFT, is_waiting
from bball_tui.outbox.resending import promise_again
from bball_tui.outbox.staff_actions import cancel
from bball_tui.outbox.waiting_for_chat import waiting_values

_WHY = stored("the team chat was unlinked")
# Turned away at every try: nobody can have read what is written, and another can go in its place.
_WRITTEN = text(
    f"""
    SELECT outbox.id
    FROM outbox
    JOIN contract ON contract.id = outbox.contract_id
    JOIN outbox_message AS message ON message.outbox_id = outbox.id
    WHERE outbox.league_id = :league_id AND contract.team_id = :team_id AND outbox.kind = :kind
        AND outbox.state IN ('queued', 'dead')
        AND NOT {MAY_HAVE_LEFT}
    ORDER BY outbox.id
    """  # noqa: S608 - the inserted text is a constant
)


async def cancel_news_of_link(session: AsyncSession, league_id: int, team_id: int) -> int:
    """Cancel the e-mails that only tell of the link; how many."""
    found = await session.scalars(
        select(Outbox.id)
        .join(Contract, Contract.id == Outbox.contract_id)
        .where(
            Outbox.league_id == league_id,
            Contract.team_id == team_id,
            Outbox.kind == TeamChatMail.kind,
            Outbox.state == OutboxState.QUEUED,
        )
    )
    if not (ids := found.all()):
        return 0
    return len((await cancel(session, league_id, ids, reason=_WHY)).done)


async def hold_welcomes(session: AsyncSession, league_id: int, team_id: int, version: int) -> int:
    """Let welcome e-mails wait for the next link, where the league has them wait for one; how many.

    One that is written already has the old link: another goes in its place. ``version`` is the team's by now.
    """
    asked = {"league_id": league_id, "team_id": team_id, "kind": WelcomeMail.kind}
    if written := list(await session.scalars(_WRITTEN, asked)):
        await promise_again(session, league_id, written, occasion=f"unlinked:{version}", reason=_WHY)
    of_team = select(Contract.id).where(Contract.league_id == league_id, Contract.team_id == team_id)
    waiting_league = select(League.id).where(League.id == league_id, League.wait_for_chat).exists()
    held = await session.scalars(
        update(Outbox)
        .where(
            Outbox.league_id == league_id,
            Outbox.contract_id.in_(of_team),
            Outbox.kind == WelcomeMail.kind,
            Outbox.state == OutboxState.QUEUED,
            Outbox.claims == 0,
            ~is_waiting(),
            waiting_league,
        )
        .values(**waiting_values(WaitsFor.TEAM_CHAT), error_class=None, error_code=None, error_text=None)
        .returning(Outbox.id)
        .execution_options(synchronize_session=False)
    )
    ids = sorted(held)
    await record(
        session,
        league_id,
        [Entry("outbox_held_again", "outbox", one, _WHY, after={"state": OutboxState.QUEUED}) for one in ids],
    )
    return len(ids)
