"""Whoever may do something may undo it, also where PostgreSQL keeps the roles apart."""

import psycopg
import pytest
from sqlalchemy import select

from bball_tui.database import embedded
from bball_tui.database.engine import Database
from bball_tui.database.models import Outbox
from bball_tui.database.states import OutboxState
from bball_tui.league.mails.messages import Audience, Message, send_message
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.league.undoing.take_back import latest_act, list_undoable, undo_act
from bball_tui.outbox.staff_actions import cancel, park, retry
from tests.conftest import Server
from tests.support.mails import club_with_mails, fail


@pytest.mark.parametrize("role", ["mailer", "registrar"])
async def test_whoever_decides_about_an_e_mail_undoes_it(
    server: Server, database: Database, database_name: str, marias_database: Database, role: str
) -> None:
    club, ids = await club_with_mails(database, 3)
    await fail(database, ids[:2])
    with psycopg.connect(server.embedded.url(embedded.OWNER, database_name).reveal()) as owner:
        owner.execute("DELETE FROM league_member WHERE login = 'maria'")
        owner.execute(
            "INSERT INTO league_member (league_id, login, role) VALUES (%s, 'maria', %s)", [club.league_id, role]
        )
    message = Message(Audience("everyone", wanted=RosterFilter()), "News", "Hello {{ player }}")
    async with marias_database.session() as session:
        before = (await session.scalars(select(Outbox.state).order_by(Outbox.id))).all()
    async with marias_database.session() as session:
        assert len((await retry(session, club.league_id, ids[:2])).done) == 2
    async with marias_database.session() as session:
        assert (await cancel(session, club.league_id, ids[2:], reason="twice")).done
    async with marias_database.session() as session:
        assert (await park(session, club.league_id, ids[:1], reason="later")).done
    async with marias_database.session() as session:
        assert (await send_message(session, club.league_id, message, hold_seconds=60)).outbox_ids
    for done in (
        "Message sent",
        "E-mail to p0@families.test: set aside",
        "E-mail to p2@families.test: canceled",
        "2 e-mails: retried",
    ):
        async with marias_database.session() as session:
            newest = (await list_undoable(session, club.league_id))[0]
            assert (newest.words, newest.possible) == (done, True)
        async with marias_database.session() as session:
            latest = await latest_act(session, club.league_id)
            assert latest is not None
            assert (await undo_act(session, club.league_id, latest.id)).kept == ()
    async with marias_database.session() as session:
        after = (await session.scalars(select(Outbox.state).where(Outbox.id.in_(ids)).order_by(Outbox.id))).all()
    assert after == before == [OutboxState.DEAD, OutboxState.DEAD, OutboxState.QUEUED]
