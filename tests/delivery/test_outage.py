"""The mail server is away, full, or rejected the password: no mail is lost, sent twice, or charged with an attempt."""

import asyncio
from datetime import time

import msgspec
import psycopg
import pytest
from msgspec.structs import replace

from bball_tui.database.engine import Database
from bball_tui.database.states import GateCause, GateState
from bball_tui.delivery.gate_policy import Permit, Wait, acquire, limits_for
from bball_tui.delivery.timing import Timing
from bball_tui.delivery.worker import Drained, Worker
from bball_tui.league.today import ContractDay
from bball_tui.mail.from_address import Outgoing
from bball_tui.mail.transports import open_transport
from bball_tui.outbox.counts import read_mail_day
from bball_tui.outbox.provider_gates import Gate, gates, lock, pause, reopen_gate, resume, store
from bball_tui.outbox.sending_status import read_sending_status
from bball_tui.outbox.timeline import item_timeline
from bball_tui.settings import SecretUrl, Settings
from bball_tui.tui.tabs.today_items import attention_items
from tests.delivery.test_drain import drain
from tests.outbox.support import make_pauses_last, queue_mails, states, stored, until_states
from tests.support.smtp import HANG, SmtpServer


async def the_gate(database: Database, league_id: int) -> Gate:
    async with database.session() as session:
        (found,) = await gates(session, league_id)
        return found


async def drain_quickly(database: Database, league_id: int, settings: Settings) -> Drained:
    """A drain that does not wait for a provider in trouble."""
    transport = open_transport(settings)
    try:
        return await Worker(database, league_id, settings, transport, timing=Timing(drain_gate=0)).drain()
    finally:
        await transport.close()


@pytest.mark.slow
async def test_a_server_that_is_down_costs_no_attempt_and_all_goes_out_when_it_is_back(
    database: Database, settings: Settings
) -> None:
    club, _, ids = await queue_mails(database, 20)
    server = SmtpServer()
    await server.start()
    await server.stop()
    settings = msgspec.structs.replace(settings, mail_url=SecretUrl(server.url))
    assert await drain_quickly(database, club.league_id, settings) == Drained(0, 0, 0, 20, 0)
    assert [(await stored(database, id_)).attempts for id_ in ids] == [0] * 20
    gate = await the_gate(database, club.league_id)
    assert (gate.state, gate.cause, gate.failures) == (GateState.OPEN, GateCause.OUTAGE, 1)
    async with server:
        assert await drain_quickly(database, club.league_id, settings) == Drained(20, 0, 0, 0, 0)
        assert len({mail.recipient for mail in server.messages}) == len(server.messages) == 20
    assert (await the_gate(database, club.league_id)).state is GateState.CLOSED


@pytest.mark.slow
@pytest.mark.parametrize(
    ("phase", "reply", "cause"),
    [
        ("connect", "421 4.3.2 Not now", GateCause.OUTAGE),
        ("rcpt", "550 5.4.5 Daily sending quota exceeded", GateCause.QUOTA),
        ("mail", "530 5.7.0 Authentication required", GateCause.AUTH),
        ("dot", "554 Message rejected: Email address is not verified.", GateCause.REFUSED),
    ],
)
async def test_a_fault_of_the_provider_opens_the_gate_once_and_one_probe_closes_it(
    database: Database, settings: Settings, phase: str, reply: str, cause: GateCause
) -> None:
    club, _, _ = await queue_mails(database, 30)
    async with SmtpServer() as server:
        server.script(phase, reply, times=None)
        settings = msgspec.structs.replace(settings, mail_url=SecretUrl(server.url))
        assert (await drain_quickly(database, club.league_id, settings)).queued == 30
        gate = await the_gate(database, club.league_id)
        assert (gate.state, gate.cause, gate.failures) == (GateState.OPEN, cause, 1)
        async with database.session() as session:
            await reopen_gate(session, club.league_id, gate.provider, reason="fixed")
        server.behave()
        assert await drain(database, club.league_id, settings) == Drained(30, 0, 0, 0, 0)
        assert len(server.messages) == 30


async def test_a_refused_sender_is_not_called_a_refused_login_and_no_family_is_asked(
    database: Database, settings: Settings
) -> None:
    club, _, ids = await queue_mails(database, 1)
    async with SmtpServer() as server:
        server.script("mail", "550 5.1.8 Access denied, bad outbound sender", times=None)
        settings = msgspec.structs.replace(settings, mail_url=SecretUrl(server.url))
        await drain_quickly(database, club.league_id, settings)
    async with database.session() as session:
        now = await read_sending_status(session, club.league_id, Outgoing(mail_server=True))
        story = await item_timeline(session, club.league_id, ids[0], Outgoing(mail_server=True))
        day = await read_mail_day(session, club.league_id, Outgoing(mail_server=True))
    (gate,) = now.holding()
    asked = attention_items(day, ContractDay(0, None, 0, 0), worker_comes=True)
    assert any("No family's address is to blame" in need.advice for need in asked)
    assert "refuses to send for this league" in now.hold(gate)
    assert gate.reason == "Access denied, bad outbound sender"
    assert story.item.attempts == 0
    assert story.item.why == "mail server refuses the sender"
    assert "family" not in story.next


@pytest.mark.parametrize(("said", "held"), [("Not for you today", True), ("No such user here", False)])
async def test_the_same_unknown_words_for_one_mail_after_the_other_close_the_gate_and_ask(
    database: Database, settings: Settings, said: str, held: bool
) -> None:
    club, _, _ = await queue_mails(database, 40)
    async with SmtpServer() as server:
        server.script("dot", f"554 5.7.0 {said} (id 7Q)", times=None)
        settings = msgspec.structs.replace(settings, mail_url=SecretUrl(server.url))
        drained = await drain_quickly(database, club.league_id, settings)
    if not held:
        assert (drained.failed, drained.queued) == (40, 0)
        return
    # Those that were on the wire already may have met the same answer; of the others in hand none leaves.
    assert 3 <= drained.failed <= 3 + 2 * settings.worker_concurrency
    assert drained.failed + drained.queued == 40
    gate = await the_gate(database, club.league_id)
    assert (gate.state, gate.cause) == (GateState.OPEN, GateCause.REFUSED)
    assert gate.reason == f"{said} (id 7Q) (the same answer to 3 e-mails in a row)"


CLAIM, SETTLE = 1, 2
SLOW = """
CREATE FUNCTION be_slow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(TG_ARGV[0]::bigint);
    RETURN NEW;
END $$;
CREATE TRIGGER slow_claim BEFORE UPDATE ON outbox FOR EACH ROW
    WHEN (OLD.state = 'queued' AND NEW.state = 'sending') EXECUTE FUNCTION be_slow(1);
CREATE TRIGGER slow_settle BEFORE UPDATE ON outbox FOR EACH ROW
    WHEN (OLD.state = 'sending' AND NEW.state = 'in_doubt') EXECUTE FUNCTION be_slow(2);
"""


async def test_a_claim_that_began_before_the_gate_knew_of_the_outage_sends_nothing(
    database: Database, settings: Settings, owner_url: SecretUrl
) -> None:
    """Also where it ends long after: whoever is let pass by a gate that is still closed may find it open."""
    make_pauses_last(owner_url)
    total, wire = 100, settings.worker_concurrency
    club, _, _ = await queue_mails(database, total)
    stop = asyncio.Event()
    async with (
        SmtpServer() as server,
        await psycopg.AsyncConnection.connect(owner_url.reveal(), autocommit=True) as owner,
    ):
        await owner.execute(SLOW)

        async def until_asked(key: int) -> None:
            """Until somebody waits for the lock that only this connection has."""
            asked = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"
            async with asyncio.timeout(30):
                while (await (await owner.execute(asked, (key,))).fetchone() or (0,))[0] == 0:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)

        server.script("data", HANG, times=None)  # until nothing can be claimed or settled unseen
        settings = replace(settings, mail_url=SecretUrl(f"{server.url}&data_timeout=1"))
        transport = open_transport(settings)
        worker = asyncio.create_task(Worker(database, club.league_id, settings, transport).run(stop))
        await server.at("data", wire)
        await owner.execute("SELECT pg_advisory_lock(%s), pg_advisory_lock(%s)", (CLAIM, SETTLE))
        server.behave()
        server.script("dot", HANG, times=None)
        server.release()
        await until_asked(SETTLE)
        await until_asked(CLAIM)
        await owner.execute("SELECT pg_advisory_unlock(%s)", (SETTLE,))
        async with asyncio.timeout(30):
            while (await states(database)).get("in_doubt") != wire:  # noqa: ASYNC110 - other tasks set no event of ours
                await asyncio.sleep(0.01)
        await owner.execute("SELECT pg_advisory_unlock(%s)", (CLAIM,))
        await owner.execute("SELECT pg_advisory_lock(%s)", (CLAIM,))  # given when the claim is through
        await owner.execute("SELECT pg_advisory_unlock(%s)", (CLAIM,))
        await until_states(database, {"in_doubt": wire, "queued": total - wire})
        stop.set()
        await worker
        await transport.close()
        assert len(server.messages) == wire
    assert (await the_gate(database, club.league_id)).failures == 1


async def test_pausing_holds_all_mail_and_resuming_wakes_a_worker_at_once(
    database: Database, settings: Settings
) -> None:
    club, _, ids = await queue_mails(database, 3)
    async with database.session() as session:
        await pause(session, club.league_id)
    assert await drain_quickly(database, club.league_id, settings) == Drained(0, 0, 0, 3, 0)
    assert "paused by" in ((await the_gate(database, club.league_id)).reason or "")
    transport, stop = open_transport(settings), asyncio.Event()
    timing = Timing(poll=3600)  # a worker that is not woken looks too late
    worker = asyncio.create_task(Worker(database, club.league_id, settings, transport, timing=timing).run(stop))
    async with database.session() as session:
        await resume(session, club.league_id)
    await until_states(database, {"sent": 3})
    stop.set()
    await worker
    assert (await stored(database, ids[0])).attempts == 1


async def test_the_days_count_holds_all_mail_in_words_until_midnight_or_until_staff_open_the_gate(
    database: Database,
) -> None:
    club, _, _ = await queue_mails(database, 3)
    gmail = "gmail:office@westside.test"
    limits = limits_for(gmail, None)
    async with database.session() as session:
        gate = await lock(session, club.league_id, gmail)
        await store(session, club.league_id, replace(gate, sent_today=1999, tokens=10))
    async with database.session() as session:
        assert await acquire(session, club.league_id, gmail, 5, limits) == Permit(1)
    for _ in range(2):
        async with database.session() as session:
            answer = await acquire(session, club.league_id, gmail, 5, limits)
        assert isinstance(answer, Wait)
        assert answer.cause is GateCause.QUOTA
        assert 0 < (answer.seconds or 0) <= 25 * 3600, "the day on which the clocks go back is the longest"
    async with database.session() as session:
        now = await read_sending_status(session, club.league_id, Outgoing(mail_server=True))
    (gate,) = now.holding()
    assert gate.open_until is not None
    assert gate.open_until.time() == time(0)
    assert now.hold(gate).startswith("Gmail's daily limit is used up; 3 e-mails wait, next try ")
    async with database.session() as session:
        await reopen_gate(session, club.league_id, gmail)
        assert await acquire(session, club.league_id, gmail, 5, limits) == Permit(5)
