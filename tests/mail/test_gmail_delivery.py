"""Gmail through the real worker and the real database: nothing lost, nothing twice, no doubt left to people."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as configured
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import text

from bball_tui.database.engine import Database
from bball_tui.database.states import GateCause, GateState, OutboxState
from bball_tui.delivery.timing import Timing
from bball_tui.delivery.worker import Drained, Worker
from bball_tui.groupme.fake.faults import Answer, Effect, Hang, Reset, Truncated
from bball_tui.mail.from_address import Outgoing
from bball_tui.mail.transports.gmail_target import GmailTarget
from bball_tui.mail.transports.gmail_transport import GmailTransport
from bball_tui.outbox.leases import sweep
from bball_tui.outbox.provider_gates import Gate, gates, reopen_gate
from bball_tui.outbox.queue import enqueue
from bball_tui.outbox.staff_actions import resolve
from bball_tui.outbox.timeline import item_timeline
from bball_tui.settings import SecretUrl, Settings
from tests.delivery.test_drain import drain
from tests.outbox.support import a_family, history, item, queue_mails, run_out_leases, states, stored, until_states
from tests.support import gmail
from tests.support.examples import examples
from tests.support.gmail import CLIENT_SECRET, REFRESH_TOKEN, USER, GmailServer, Held

pytestmark = pytest.mark.slow

SEND, CREATE = "POST /drafts/send", "POST /drafts"
# A doubt may be asked about at once; a gate or a back-off is not waited for.
QUICK = Timing(drain_gate=0, doubt=0)


class Office:
    """A league that sends through a local Gmail."""

    def __init__(self, database: Database, settings: Settings, server: GmailServer, folder: Path) -> None:
        self.database = database
        self.server = server
        self.league_id = 0
        self.settings = settings
        self.target = GmailTarget(USER, server.user_file(folder), server.url)

    @asynccontextmanager
    async def worker(self, timing: Timing = QUICK) -> AsyncIterator[Worker]:
        transport = GmailTransport(self.target)
        try:
            yield Worker(self.database, self.league_id, self.settings, transport, timing=timing)
        finally:
            await transport.close()

    async def drain(self) -> Drained:
        async with self.worker() as worker:
            return await worker.drain()

    async def killed_at(self, call: str) -> None:
        """A worker that dies without a word when ``call`` has come in; then its lease ends.

        When it is done before that, it lives.
        """
        async with self.worker() as worker:
            draining = asyncio.create_task(worker.drain())
            called = asyncio.create_task(self.server.called(call, self.server.count(call) + 1))
            await asyncio.wait((draining, called), return_when=asyncio.FIRST_COMPLETED)
            # As after a kill: nothing is finished, settled or handed back.
            for task in (*worker._tasks.values(), draining, called):
                task.cancel()
            await asyncio.gather(draining, called, return_exceptions=True)
        await self.lose_the_worker()

    async def lose_the_worker(self) -> None:
        await run_out_leases(self.database)
        async with self.database.session() as session:
            await sweep(session, self.league_id)

    async def later(self) -> None:
        """As if every back-off and every gate's time were over."""
        async with self.database.session() as session:
            await session.execute(text("UPDATE outbox SET available_at = now() WHERE state = 'queued'"))
            for gate in await gates(session, self.league_id):
                await reopen_gate(session, self.league_id, gate.provider)
        await self.rest()

    async def rest(self) -> None:
        """As if no mail had gone out for a while, so that the pace holds none up."""
        values = {"league": self.league_id, "provider": f"gmail:{USER}"}
        async with self.database.session() as session:
            await session.execute(
                text(
                    "INSERT INTO provider_gate (league_id, provider, tokens) VALUES (:league, :provider, 10) "
                    "ON CONFLICT (league_id, provider) DO UPDATE SET tokens = 10"
                ),
                values,
            )

    async def gate(self) -> Gate:
        async with self.database.session() as session:
            (found,) = await gates(session, self.league_id)
            return found

    async def queue(self, mails: int = 1) -> list[int]:
        club, _, ids = await queue_mails(self.database, mails)
        self.league_id = club.league_id
        await self.rest()
        return ids


@pytest.fixture
async def office(database: Database, settings: Settings, tmp_path: Path) -> AsyncIterator[Office]:
    async with GmailServer() as server:
        yield Office(database, settings, server, tmp_path)


async def test_a_drain_through_gmail_by_the_setting(office: Office) -> None:
    ids = await office.queue(5)
    url = office.server.mail_url(office.target.credentials)
    settings = msgspec.structs.replace(office.settings, mail_url=SecretUrl(url))
    assert await drain(office.database, office.league_id, settings) == Drained(5, 0, 0, 0, 0)
    assert await drain(office.database, office.league_id, settings) == Drained(0, 0, 0, 0, 0)
    sent = {mail.recipient: mail for mail in office.server.sent}
    assert sorted(sent) == sorted(f"parent{n}@families.test" for n in range(5))
    mail = await stored(office.database, ids[0])
    assert (mail.state, mail.attempts, mail.provider) == (OutboxState.SENT, 1, f"gmail:{USER}")
    theirs = sent["parent0@families.test"]
    assert (mail.provider_ref, mail.message_id) == (theirs.id, theirs.original_id)
    (attempt,) = await history(office.database, ids[0])
    assert (attempt.outcome, attempt.phase, attempt.code) == ("accepted", "http_send", "200")
    # What is kept is what was handed in, byte for byte.
    async with office.database.session() as session:
        kept = await session.scalar(text("SELECT mime FROM outbox_message WHERE outbox_id = :id"), {"id": ids[0]})
    assert theirs.raw.replace(theirs.message_id.encode(), theirs.original_id.encode()) == kept


async def test_killed_while_the_draft_is_made_sends_once_and_counts_no_try(office: Office) -> None:
    (id_,) = await office.queue()
    office.server.script(Hang(), "/drafts$", after_commit=True)
    await office.killed_at(CREATE)
    assert (await stored(office.database, id_)).state == OutboxState.QUEUED
    assert (await office.drain()).sent == 1
    assert (len(office.server.sent), (await stored(office.database, id_)).attempts) == (1, 1)


async def test_killed_between_draft_and_sending_the_same_draft_goes_out(office: Office) -> None:
    (id_,) = await office.queue()
    office.server.script(gmail.DAILY_LIMIT, "/drafts/send")
    await office.drain()
    (draft_id,) = office.server.drafts
    assert (await stored(office.database, id_)).provider_ref == f"tried-draft:{USER}:{draft_id}"
    office.server.script(Hang(), f"/drafts/{draft_id}", method="GET")
    await office.later()
    await office.killed_at(f"GET /drafts/{draft_id}.*")
    assert (await office.drain()).sent == 1
    assert office.server.count(CREATE) == 1
    assert [mail.draft_id for mail in office.server.sent] == [draft_id]


async def test_a_worker_that_lost_its_lease_while_the_draft_was_made_sends_nothing(office: Office) -> None:
    (id_,) = await office.queue()
    office.server.script(Held(), "/drafts$")
    async with office.worker() as worker:
        draining = asyncio.create_task(worker.drain())
        await office.server.called(CREATE)
        await office.lose_the_worker()
        # Another worker sends it meanwhile, or on a busy machine the same one, by a claim of its own.
        other = await office.drain()
        office.server.release()
        assert other.sent + (await draining).sent == 1
    assert (len(office.server.sent), office.server.drafts) == (1, {})
    mail = await stored(office.database, id_)
    assert (mail.attempts, mail.provider_ref) == (1, office.server.sent[0].id)


@pytest.mark.parametrize("went_out", [True, False])
async def test_killed_while_sending_the_draft_decides(office: Office, went_out: bool) -> None:
    (id_,) = await office.queue()
    office.server.script(Hang(), "/drafts/send", after_commit=went_out)
    await office.killed_at(SEND)
    assert (await stored(office.database, id_)).state == OutboxState.IN_DOUBT
    assert len(office.server.sent) == went_out
    drained = await office.drain()
    mail = await stored(office.database, id_)
    if went_out:
        assert drained == Drained(1, 0, 0, 0, 0)
        assert (mail.state, mail.attempts) == (OutboxState.SENT, 1)
        assert office.server.count(SEND) == 1
    else:
        assert drained == Drained(0, 0, 0, 1, 0)
        assert (mail.state, mail.attempts) == (OutboxState.QUEUED, 1)
        assert "was not sent" in (mail.error_text or "")
        await office.later()
        assert (await office.drain()).sent == 1
    assert (office.server.count(CREATE), len(office.server.sent)) == (1, 1)


async def test_a_running_worker_ends_its_own_doubts(office: Office) -> None:
    await office.queue()
    office.server.script(Reset(), "/drafts/send", after_commit=True)
    stop = asyncio.Event()
    async with office.worker(Timing(doubt=0, sweep=0.05)) as worker:
        running = asyncio.create_task(worker.run(stop))
        await until_states(office.database, {"sent": 1})
        stop.set()
        await running
    assert office.server.count(SEND) == 1


async def test_a_drain_gives_a_sending_time_to_arrive_before_it_asks(office: Office) -> None:
    await office.queue()
    office.server.script(Hang(), "/drafts/send")
    await office.killed_at(SEND)
    async with office.worker(Timing(drain_gate=0, doubt=3600)) as worker:
        assert (await worker.drain()).sent == 0
    assert not any(call.startswith("GET /drafts/") for call in office.server.calls)
    assert await states(office.database) == {"in_doubt": 1}


async def test_a_doubt_stays_while_gmail_cannot_be_asked(office: Office) -> None:
    (id_,) = await office.queue()
    office.server.script(Reset(), "/drafts/send", after_commit=True)
    office.server.script(gmail.BACKEND, "/drafts/r-", method="GET", times=None)
    assert (await office.drain()).in_doubt == 1
    await office.drain()
    assert (await stored(office.database, id_)).state == OutboxState.IN_DOUBT
    async with office.database.session() as session:
        story = await item_timeline(session, office.league_id, id_, Outgoing(mail_server=True))
    assert "asks Gmail by itself" in story.next
    office.server.faults.clear()
    assert (await office.drain()).sent == 1
    assert len(office.server.sent) == 1


async def test_a_worker_that_wakes_up_late_sends_no_second_copy(office: Office) -> None:
    await office.queue()
    office.server.script(Held(), "/drafts/send")
    await office.killed_at(SEND)
    await office.drain()
    await office.later()
    assert (await office.drain()).sent == 1
    # The first request comes through at last, after the second one was answered.
    office.server.release()
    await office.server.called(SEND, 2)
    assert len(office.server.sent) == 1


async def test_two_workers_ask_at_once_and_one_answer_is_written(office: Office) -> None:
    (id_,) = await office.queue()
    office.server.script(Hang(), "/drafts/send", after_commit=True)
    await office.killed_at(SEND)
    await asyncio.gather(office.drain(), office.drain())
    assert (await stored(office.database, id_)).state == OutboxState.SENT
    assert len(office.server.sent) == 1
    # The kill and the answer about it, each once.
    assert [attempt.outcome for attempt in await history(office.database, id_)] == ["worker_lost", "accepted"]


async def test_staff_may_decide_before_gmail_does_and_the_draft_still_guards(office: Office) -> None:
    (id_,) = await office.queue()
    office.server.script(Hang(), "/drafts/send")
    await office.killed_at(SEND)
    async with office.database.session() as session:
        await resolve(session, office.league_id, id_, arrived=False)
    assert (await office.drain()).sent == 1
    assert (office.server.count(CREATE), len(office.server.sent)) == (1, 1)


@pytest.mark.parametrize(
    ("path", "fault", "cause"),
    [
        ("/drafts$", gmail.DAILY_LIMIT, GateCause.QUOTA),
        ("/drafts/send", gmail.USER_RATE, GateCause.OUTAGE),
        ("/token", gmail.BACKEND, GateCause.OUTAGE),
        ("/drafts$", gmail.CREDENTIALS, GateCause.AUTH),
    ],
)
async def test_a_fault_of_gmail_shuts_the_gate_once_and_costs_no_try(
    office: Office, path: str, fault: Answer, cause: GateCause
) -> None:
    ids = await office.queue(8)
    office.server.script(fault, path, method="POST", times=None)
    assert await office.drain() == Drained(0, 0, 0, 8, 0)
    gate = await office.gate()
    assert (gate.state, gate.cause, gate.failures) == (GateState.OPEN, cause, 1)
    assert [(await stored(office.database, id_)).attempts for id_ in ids] == [0] * 8
    office.server.faults.clear()
    await office.later()
    assert await office.drain() == Drained(8, 0, 0, 0, 0)
    assert len({mail.recipient for mail in office.server.sent}) == len(office.server.sent) == 8
    assert office.server.drafts == {}


async def test_a_revoked_consent_waits_for_staff_and_says_why(office: Office) -> None:
    await office.queue()
    office.server.script(gmail.REVOKED, "/token", times=None)
    await office.drain()
    gate = await office.gate()
    assert (gate.cause, gate.open_until) == (GateCause.AUTH, None)
    assert gate.reason == "Token has been expired or revoked. (invalid_grant)"


async def test_gmails_own_moment_rules_when_it_is_tried_again(office: Office) -> None:
    await office.queue()
    office.server.script(gmail.rate_limited(datetime.now(UTC) + timedelta(minutes=15)), "/drafts/send", times=None)
    await office.drain()
    gate = await office.gate()
    assert gate.open_until is not None
    assert timedelta(minutes=13) < gate.open_until - gate.now < timedelta(minutes=16)


async def test_one_refused_recipient_stops_nobody_else(office: Office) -> None:
    club, family = await a_family(office.database)
    office.league_id = club.league_id
    await office.rest()
    people = ("nobody@families.test", "rosa@families.test")
    async with office.database.session() as session:
        bad, good = await enqueue(session, club.league_id, [item(family, one) for one in people], hold_seconds=0)
    assert await office.drain() == Drained(1, 1, 0, 0, 0)
    refused = await stored(office.database, bad)
    assert (refused.state, refused.error_class, refused.error_code) == (OutboxState.DEAD, "permanent", "400")
    assert (await stored(office.database, good)).state == OutboxState.SENT
    assert office.server.drafts == {}


async def test_no_secret_is_logged_or_stored(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    (id_,) = await office.queue()
    echo = f"{REFRESH_TOKEN} {CLIENT_SECRET}"
    for answer in (gmail.oauth_error(400, "invalid_grant", echo), gmail.error(500, echo, "backendError")):
        office.server.script(answer, "/token")
        await office.drain()
        await office.later()
    office.server.script(Truncated(), "/drafts/send", after_commit=True)
    await office.drain()
    await office.drain()
    assert (await stored(office.database, id_)).state == OutboxState.SENT
    async with office.database.session() as session:
        rows = [
            str(row)
            for table in ("outbox", "outbox_attempt", "provider_gate", "audit")
            for row in (await session.execute(text(f"SELECT t::text FROM {table} AS t"))).scalars()
        ]
    everything = caplog.text + "\n".join(rows)
    assert "***" in everything
    for secret in (REFRESH_TOKEN, CLIENT_SECRET, *office.server.tokens):
        assert secret not in everything


EFFECTS = st.sampled_from(
    [Reset(), Hang(), Truncated(), Held(), gmail.BACKEND, gmail.USER_RATE, gmail.CREDENTIALS, gmail.HTML_404]
)
PATHS = st.sampled_from(["/token", "/drafts$", "/drafts/send", "/drafts/r-"])
FAULTS = st.lists(st.tuples(EFFECTS, PATHS, st.integers(1, 3), st.integers(1, 2), st.booleans()), max_size=5)


@given(faults=FAULTS, kills=st.lists(st.sampled_from([CREATE, SEND]), max_size=2))
@configured(max_examples=examples(12), suppress_health_check=list(HealthCheck))
def test_whatever_goes_wrong_each_mail_goes_out_exactly_once(
    faults: list[tuple[Effect, str, int, int, bool]], kills: list[str], database_url: SecretUrl, tmp_path: Path
) -> None:
    async def run() -> None:
        database = Database(database_url)
        try:
            await _run(faults, kills, database, database_url, tmp_path)
        finally:
            await database.dispose()

    asyncio.run(run())


async def _run(
    faults: list[tuple[Effect, str, int, int, bool]],
    kills: list[str],
    database: Database,
    database_url: SecretUrl,
    folder: Path,
) -> None:
    settings = Settings(data_dir=folder / "data", config_dir=folder, database_url=database_url)
    async with GmailServer() as server:
        office = Office(database, settings, server, folder)
        office.target = replace(office.target, data_timeout=0.2, call_timeout=0.2)
        async with database.session() as session:
            known = await session.scalar(text("SELECT max(id) FROM league"))
        slug = f"westside-{(known or 0) + 1}"
        club, family = await a_family(database, slug=slug)
        office.league_id = club.league_id
        await office.rest()
        people = {f"parent{n}@families.test" for n in range(2)}
        async with database.session() as session:
            await enqueue(session, club.league_id, [item(family, one) for one in sorted(people)], hold_seconds=0)
        for effect, path, nth, times, after_commit in faults:
            server.script(effect, path, nth=nth, times=times, after_commit=after_commit)
        for call in kills:
            await office.killed_at(call)
            await office.later()
        for _ in range(2):
            await office.drain()
            await office.later()
        server.faults.clear()
        server.release()
        left: object = None
        for _ in range(12):
            await office.drain()
            await office.later()
            async with database.session() as session:
                query = text("SELECT DISTINCT state FROM outbox WHERE league_id = :id")
                left = set(await session.scalars(query, {"id": club.league_id}))
            if left == {"sent"}:
                break
        assert left == {"sent"}
        assert sorted(mail.recipient for mail in server.sent) == sorted(people)
