"""What was only written to a folder goes out for real: once, by a mail server, and only where it still holds."""

import asyncio

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bball_tui.database.engine import Database
from bball_tui.database.states import OutboxState
from bball_tui.errors import BballError
from bball_tui.league.contracts.lifecycle import Transition
from bball_tui.league.contracts.transitions import TransitionRequest, apply_transition
from bball_tui.league.mails.send_again import send_again
from bball_tui.league.mails.send_for_real import ForReal, LeftOut, for_real_obstacle, plan_for_real, send_for_real
from bball_tui.league.timeline.read import contract_detail
from bball_tui.mail.from_address import Outgoing
from bball_tui.mail.kinds.welcome import WelcomeMail
from bball_tui.outbox.addresses import suppress
from bball_tui.outbox.message_ids import UNADDRESSED
from bball_tui.outbox.sending_status import read_sending_status
from bball_tui.outbox.timeline import item_timeline
from bball_tui.settings import SecretUrl, Settings
from tests.delivery.test_folder import drain, in_a_folder
from tests.outbox.support import history, stored
from tests.support.mails import club_with_mails
from tests.support.smtp import SmtpServer


async def plan(database: Database, league_id: int) -> ForReal:
    async with database.session() as session:
        return await plan_for_real(session, league_id)


async def for_real(database: Database, league_id: int, ids: list[int] | None = None) -> tuple[int, ...]:
    async with database.session() as session:
        return (await send_for_real(session, league_id, ids))[0]


async def contract_of(database: Database, outbox_id: int) -> int:
    contract_id = (await stored(database, outbox_id)).contract_id
    assert contract_id is not None
    return contract_id


@pytest.mark.slow
async def test_each_goes_once_written_again_under_its_message_id(database: Database, settings: Settings) -> None:
    club, ids = await in_a_folder(database, settings, 3)
    before = await stored(database, ids[0])
    async with database.session() as session:
        await session.execute(text("UPDATE league SET from_email = 'office@westside.example'"))
        # This one was promised before the league had a From address.
        bare = text("UPDATE outbox SET message_id = split_part(message_id, '@', 1) || :rest WHERE id = :id")
        await session.execute(bare, {"rest": f"@{UNADDRESSED}>", "id": ids[1]})
    found = await plan(database, club.league_id)
    assert (found.ids, found.kinds, found.left_out) == (tuple(ids), ((WelcomeMail.kind, 3),), ())
    assert found.oldest is not None
    assert await for_real(database, club.league_id) == tuple(ids)
    assert await for_real(database, club.league_id) == (), "a second time there is nothing to do"
    async with SmtpServer() as server:
        real = msgspec.structs.replace(settings, mail_url=SecretUrl(server.url))
        assert await drain(database, club.league_id, real) == 3
        assert await drain(database, club.league_id, real) == 0
        sent = {mail.recipient: mail.data for mail in server.messages}
    assert sorted(sent) == [f"p{n}@families.test" for n in range(3)]
    assert b"From: " in sent["p0@families.test"]
    assert b"office@westside.example" in sent["p0@families.test"]
    after = await stored(database, ids[0])
    assert after.message_id == before.message_id
    assert (await stored(database, ids[1])).message_id.endswith("@westside.example>")
    assert after.message_id.encode() in sent["p0@families.test"]
    assert (after.state, after.attempts) == (OutboxState.SENT, 1)
    assert [one.phase for one in await history(database, ids[0])] == ["file", "dot"], "what was tried stays written"
    assert (await plan(database, club.league_id)).ids == ()
    async with database.session() as session:
        story = await item_timeline(session, club.league_id, ids[0], Outgoing(mail_server=True))
        contract = await contract_detail(session, club.league_id, before.contract_id or 0, Outgoing(True))
    assert any(event.text.startswith("queued for real by ") for event in story.events)
    assert story.next.startswith("Nothing: the mail server accepted it")
    assert contract.next == "Nothing more to do: 1 welcome e-mail accepted by the mail server."


@pytest.mark.slow
async def test_what_does_not_hold_anymore_stays_and_is_counted(
    database: Database, settings: Settings, marias_database: Database
) -> None:
    club, ids = await in_a_folder(database, settings, 6)
    league = club.league_id
    voided, _, moved, again, family = ids[:5]
    contracts = {one: await contract_of(database, one) for one in ids}
    async with database.session() as session:
        await apply_transition(
            session, league, TransitionRequest(Transition.VOID, ((contracts[voided], None),), "wrong child")
        )
        await suppress(session, league, "p1@families.test", "asked us to stop")
        await session.execute(text("UPDATE guardian SET email = 'new@families.test' WHERE email = 'p2@families.test'"))
        await send_again(session, league, again)
        await session.execute(
            text(
                "UPDATE player_guardian SET receives_email = false WHERE player_id = "
                "(SELECT player_id FROM contract WHERE id = :id)"
            ),
            {"id": contracts[family]},
        )
    found = await plan(database, league)
    assert found.ids == (ids[5],)
    assert dict(found.left_out) == {
        LeftOut.CHANGED: 1,
        LeftOut.BLOCKED: 1,
        LeftOut.NOBODY: 2,
        LeftOut.REPEATED: 1,
    }
    assert moved not in found.ids
    # Between the look and the yes the last one is voided by somebody else.
    async with marias_database.session() as session:
        await apply_transition(
            session, league, TransitionRequest(Transition.VOID, ((contracts[ids[5]], None),), "wrong child")
        )
    assert await for_real(database, league, list(found.ids)) == ()


@pytest.mark.slow
async def test_what_another_mail_says_does_not_go_as_well(database: Database, settings: Settings) -> None:
    club, ids = await in_a_folder(database, settings, 2)
    async with database.session() as session:
        await session.execute(
            text(
                "INSERT INTO outbox (league_id, kind, contract_id, recipient, dedupe_key, message_id, payload, state, "
                "available_at, finalized_at, attempts, claims, provider) "
                "SELECT league_id, kinds.kind, contract_id, recipient, "
                "replace(dedupe_key, 'contract_signed', kinds.kind), "
                "'<' || kinds.kind || id || '@x.test>', payload, state, now(), now(), 1, 1, provider "
                "FROM outbox, unnest(CAST(:kinds AS text[])) AS kinds (kind) WHERE id = :id"
            ),
            {"id": ids[0], "kinds": ["team_chat_ready", "signature_corrected"]},
        )
    found = await plan(database, club.league_id)
    assert found.ids == tuple(ids)
    assert dict(found.left_out) == {LeftOut.NEWER: 1, LeftOut.NEVER_HAD: 1}


@pytest.mark.slow
async def test_two_people_at_once_queue_each_mail_once(
    database: Database, settings: Settings, marias_database: Database
) -> None:
    club, ids = await in_a_folder(database, settings, 4)
    done = await asyncio.gather(for_real(database, club.league_id), for_real(marias_database, club.league_id))
    assert sorted(one for part in done for one in part) == ids
    async with SmtpServer() as server:
        real = msgspec.structs.replace(settings, mail_url=SecretUrl(server.url))
        assert await drain(database, club.league_id, real) == 4
        assert len(server.messages) == 4


@pytest.mark.slow
async def test_whoever_is_cut_off_in_between_has_changed_nothing(database: Database, settings: Settings) -> None:
    club, ids = await in_a_folder(database, settings, 2)
    with pytest.raises(BballError, match="cut off"):
        async with database.session() as session:
            assert (await send_for_real(session, club.league_id))[0] == tuple(ids)
            raise BballError("cut off before the commit")
    assert (await plan(database, club.league_id)).ids == tuple(ids)
    assert [(await stored(database, one)).state for one in ids] == [OutboxState.SENT] * 2
    async with database.session() as session:
        frozen = await session.scalar(text("SELECT count(*) FROM outbox_message"))
    assert frozen == 2


async def test_the_database_lets_no_other_frozen_mail_go(database: Database, settings: Settings) -> None:
    club, _ = await club_with_mails(database, 1)
    async with SmtpServer() as server:
        real = msgspec.structs.replace(settings, mail_url=SecretUrl(server.url))
        assert await drain(database, club.league_id, real) == 1
    with pytest.raises((BballError, IntegrityError)):
        async with database.session() as session:
            await session.execute(text("DELETE FROM outbox_message"))
    async with database.session() as session:
        # Retention takes a mail with its row, as ever.
        await session.execute(text("DELETE FROM outbox"))


async def test_without_a_mail_server_or_beside_a_worker_of_a_folder_it_is_refused(
    database: Database, settings: Settings
) -> None:
    club, _ = await in_a_folder(database, settings)
    real = msgspec.structs.replace(settings, mail_url=SecretUrl("smtp://mail.example.org:587"))
    async with database.session() as session:
        now = await read_sending_status(session, club.league_id, Outgoing(mail_server=True))
    assert "no e-mail can go out for real" in (for_real_obstacle(now, settings) or "")
    assert for_real_obstacle(now, real) is None
    nameless = replace(now, sender=False)
    assert (for_real_obstacle(nameless, real) or "").startswith("No From address is set yet, so no e-mail can go out")
