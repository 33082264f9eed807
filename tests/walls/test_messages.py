"""A registrar and a mailer write messages, in their own league alone."""

import pytest
from sqlalchemy import select

from bball_tui.database.engine import Database
from bball_tui.database.models import Audit, Outbox
from bball_tui.errors import BballError
from bball_tui.league.mails.audience import Audience
from bball_tui.league.mails.messages import Message, send_message
from bball_tui.league.roster.rows import RosterFilter
from tests.walls.conftest import ClubServer


@pytest.mark.parametrize("login", ["rita", "mia"])
async def test_who_may_write_one(walls: ClubServer, login: str) -> None:
    database = Database(walls.url(login))
    message = Message(Audience("everyone", wanted=RosterFilter()), f"From {login}", "Hello {{ player }}")
    try:
        async with database.session() as session:
            sent = await send_message(session, walls.a, message, hold_seconds=3600)
            assert sent.outbox_ids
            rows = (await session.scalars(select(Outbox).where(Outbox.id.in_(sent.outbox_ids)))).all()
            assert {(row.league_id, row.created_by) for row in rows} == {(walls.a, login)}
            act = (await session.scalars(select(Audit).where(Audit.action == "message_queued"))).one()
            assert act.after is not None
            assert (act.recorded_by, act.after["mails"]) == (login, len(rows))
            await session.rollback()
        with pytest.raises(BballError, match="This league is not in the database anymore"):
            async with database.session() as session:
                await send_message(session, walls.b, message)
    finally:
        await database.dispose()
