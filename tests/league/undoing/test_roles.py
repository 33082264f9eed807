"""Whoever may do something may undo it, also where PostgreSQL keeps the roles apart."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import select

from bball_tui.database import embedded
from bball_tui.database.engine import Database
from bball_tui.database.models import Outbox
from bball_tui.database.states import NoteKind, OutboxState
from bball_tui.league.mails.audience import Audience
from bball_tui.league.mails.messages import Message, send_message
from bball_tui.league.roster.notes import NewNote, add_note, finish_follow_up, read_note, strike_note
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.league.undoing.take_back import latest_act, list_undoable, undo_act
from bball_tui.outbox.staff_actions import cancel, park, retry
from tests.conftest import Server
from tests.support.factory import make_club, make_family
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


async def test_a_coordinator_opens_a_follow_up_again(
    server: Server, database: Database, database_name: str, marias_database: Database
) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
    with psycopg.connect(server.embedded.url(embedded.OWNER, database_name).reveal()) as owner:
        owner.execute("DELETE FROM league_member WHERE login = 'maria'")
        owner.execute(
            "INSERT INTO league_member (league_id, login, role, team_id) VALUES (%s, 'maria', 'coordinator', %s)",
            [club.league_id, club.team_id],
        )
    day = datetime.now(UTC).date() + timedelta(days=3)
    await marias_database.mask(masked=True)
    notes = []
    for said in ("promises Friday", "on vacation"):
        async with marias_database.session() as session:
            note = NewNote(family.player_id, None, NoteKind.CALL, said, day)
            notes.append(await add_note(session, club.league_id, note))
    for one in notes:
        async with marias_database.session() as session:
            await finish_follow_up(session, club.league_id, one)
    async with marias_database.session() as session:
        newest, older, *rest = await list_undoable(session, club.league_id)
        assert [one.words for one in (newest, older)] == ["Amara Hamilton: follow-up done"] * 2
        assert "is open again" in older.back[0]
        assert "A note stays in the history" in rest[0].kept[0]
        await undo_act(session, club.league_id, older.id, shown=older)
    async with marias_database.session() as session:
        assert [(await read_note(session, club.league_id, one)).open for one in notes] == [True, False]
        left = await list_undoable(session, club.league_id)
        assert [one.id for one in left] == [newest.id, *(one.id for one in rest)]
        await strike_note(session, club.league_id, notes[1], "the wrong family")
    async with marias_database.session() as session:
        assert "struck since" in (await list_undoable(session, club.league_id))[1].kept[0]
