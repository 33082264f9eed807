"""Workers that are killed, stopped, cut off from the database or refused by the provider: real processes, real mail."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from bball_tui.database import embedded, roles
from bball_tui.database.engine import Database
from bball_tui.database.states import GateCause, GateState, OutboxState
from bball_tui.outbox.provider_gates import Gate, gates
from bball_tui.outbox.queue import enqueue
from bball_tui.settings import SecretUrl
from tests.chaos.nursery import Nursery
from tests.chaos.processes import WorkerProcess, workers
from tests.conftest import TEMPLATE, copy_server
from tests.outbox.support import history, item, make_pauses_last, queue_mails, states, stored, until_states
from tests.support.smtp import DISCONNECT, HANG, SmtpServer

CLOSED = GateState.CLOSED
LEASE, SWEEP = 1.5, 0.4
MARGIN = 20.0
"""Seconds for a slow machine to notice and to send."""
PATIENCE = 60.0
"""Seconds for several Python programs to start on a busy machine."""


def copies(servers: Iterable[SmtpServer]) -> Counter[str]:
    return Counter(mail.recipient for server in servers for mail in server.messages)


async def recipients_in(database: Database, state: str) -> set[str]:
    async with database.session() as session:
        return set(await session.scalars(text("SELECT recipient FROM outbox WHERE state = :state"), {"state": state}))


async def test_a_worker_killed_at_any_phase_loses_nothing_and_sends_nothing_twice(
    nursery: Nursery, database: Database, database_url: SecretUrl
) -> None:
    club, _, ids = await queue_mails(database, 60)
    async with AsyncExitStack() as stack:
        names = ("good", "mail", "data", "dot")
        servers = {name: await stack.enter_async_context(SmtpServer(patience=PATIENCE)) for name in names}
        for phase in ("mail", "data", "dot"):
            servers[phase].script(phase, HANG, times=None)
        victims = [
            WorkerProcess(nursery, database_url, club.league_id, servers["good"].url, concurrency=1, stall=stall)
            for stall in ("claimed", "marked", "answered")
        ] + [
            WorkerProcess(nursery, database_url, club.league_id, servers[phase].url, concurrency=1)
            for phase in ("mail", "data", "dot")
        ]
        for victim in victims:
            await stack.enter_async_context(victim)
        await asyncio.gather(
            *(victim.says("stalled") for victim in victims[:3]),
            *(servers[phase].at(phase) for phase in ("mail", "data", "dot")),
        )
        await servers["dot"].received(1)
        await asyncio.gather(*(victim.kill() for victim in victims))
        async with workers(1, nursery, database_url, club.league_id, servers["good"].url):
            ready_at = time.monotonic()
            await until_states(database, {"sent": 57, "in_doubt": 3})
        assert time.monotonic() - ready_at < LEASE + SWEEP * 1.2 + MARGIN
        sent, doubted = await recipients_in(database, "sent"), await recipients_in(database, "in_doubt")
        arrived = copies(servers.values())
        assert {who: arrived[who] for who in sent} == dict.fromkeys(sent, 1)
        # Before the dot: none arrived. After the dot, with or without the answer: one did, and nobody can know.
        assert sorted(arrived[who] for who in doubted) == [0, 1, 1]
    assert len(ids) == len(sent) + len(doubted)


async def test_a_worker_stopped_past_its_lease_sends_and_writes_nothing_when_it_goes_on(
    nursery: Nursery, database: Database, database_url: SecretUrl
) -> None:
    club, family, (id_,) = await queue_mails(database, 1)
    async with SmtpServer(patience=PATIENCE) as server:
        server.script("data", HANG)
        async with WorkerProcess(nursery, database_url, club.league_id, server.url) as zombie:
            await server.at("data")
            zombie.stop()
            async with workers(1, nursery, database_url, club.league_id, server.url):
                await until_states(database, {"sent": 1})
            before = await stored(database, id_)
            server.release()
            zombie.go_on()
            # It is alive and well: the next mail goes out through it, and no second copy of the first one.
            async with database.session() as session:
                await enqueue(session, club.league_id, [item(family, "next@families.test")], hold_seconds=0)
            await until_states(database, {"sent": 2})
        assert copies([server]) == {"parent0@families.test": 1, "next@families.test": 1}
    after = await stored(database, id_)
    assert (after.claim_token, after.claims, after.finalized_at) == (
        before.claim_token, before.claims, before.finalized_at,
    )  # fmt: skip
    assert [one.outcome for one in await history(database, id_)] == ["worker_lost", "accepted"]


async def test_a_worker_stopped_while_the_mail_was_on_the_wire_ends_its_doubt_when_it_goes_on(
    nursery: Nursery, database: Database, database_url: SecretUrl
) -> None:
    club, _, (id_,) = await queue_mails(database, 1)
    async with SmtpServer(patience=PATIENCE) as server:
        server.script("dot", HANG)
        async with WorkerProcess(nursery, database_url, club.league_id, server.url) as slow:
            await server.received(1)
            slow.stop()
            async with workers(1, nursery, database_url, club.league_id, server.url):
                await until_states(database, {"in_doubt": 1})
            server.release()
            slow.go_on()
            await until_states(database, {"sent": 1})
        assert len(server.messages) == 1
    assert [one.outcome for one in await history(database, id_)] == ["worker_lost", "accepted"]


@pytest.fixture
async def own_server(
    made_server: Path, tmp_path: Path
) -> AsyncIterator[tuple[list[embedded.EmbeddedServer], SecretUrl]]:
    """A server that the test may restart; the one that runs at the end is the last of the list."""
    servers = [copy_server(made_server, tmp_path / "server")]
    yield servers, servers[0].url(roles.person(), TEMPLATE)
    servers[-1].release()


async def restart(server: embedded.EmbeddedServer) -> embedded.EmbeddedServer:
    """Cut every connection, then stop the server and start it again."""
    admin_url = server.url(embedded.OWNER, "postgres")
    async with await psycopg.AsyncConnection.connect(admin_url.reveal(), autocommit=True) as admin:
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datid <> 0"
        )
    await asyncio.to_thread(server.release)
    return await asyncio.to_thread(embedded.start, server.directory)


async def test_the_database_goes_away_while_mails_are_on_the_wire(
    nursery: Nursery, own_server: tuple[list[embedded.EmbeddedServer], SecretUrl]
) -> None:
    servers, url = own_server
    database = Database(url)
    club, family, ids = await queue_mails(database, 30)
    async with SmtpServer(patience=PATIENCE) as mailbox, AsyncExitStack() as stack:
        mailbox.script("dot", HANG, times=8)
        running = await stack.enter_async_context(workers(2, nursery, url, club.league_id, mailbox.url, lease=20.0))
        await mailbox.at("dot", 4)
        await database.dispose()
        servers.append(await restart(servers[-1]))
        mailbox.release()
        mailbox.behave()
        await until_states(database, {"sent": 30})
        assert copies([mailbox]) == {f"parent{n}@families.test": 1 for n in range(30)}
        assert all(one.alive for one in running)
        # The workers hear again: what each listening connection ran last is its second look where the league speaks.
        async with asyncio.timeout(PATIENCE), database.session() as session:
            query = text("SELECT count(*) FROM pg_stat_activity WHERE query LIKE :asked")
            while await session.scalar(query, {"asked": "%bball_channel(%"}) != 2:
                await session.execute(text("SELECT pg_stat_clear_snapshot(), pg_sleep(0.05)"))
        async with database.session() as session:
            await enqueue(session, club.league_id, [item(family, "after@families.test")], hold_seconds=0)
        await until_states(database, {"sent": 31})
        assert {(await stored(database, id_)).attempts for id_ in ids} == {1}
    await database.dispose()


async def the_gate(database: Database, league_id: int) -> Gate | None:
    async with database.session() as session:
        found = await gates(session, league_id)
    return found[0] if found else None


async def until_open(database: Database, league_id: int) -> Gate:
    async with asyncio.timeout(PATIENCE):
        while (gate := await the_gate(database, league_id)) is None or gate.state is CLOSED:  # noqa: ASYNC110 - no event
            await asyncio.sleep(0.02)
    return gate


async def test_a_provider_that_takes_mails_and_says_nothing_puts_few_in_doubt_and_holds_the_rest(
    nursery: Nursery, database: Database, database_url: SecretUrl, owner_url: SecretUrl
) -> None:
    make_pauses_last(owner_url)
    club, _, _ = await queue_mails(database, 60)
    async with SmtpServer(patience=PATIENCE) as server:
        server.script("dot", DISCONNECT, times=None)
        async with workers(2, nursery, database_url, club.league_id, server.url, lease=20.0, concurrency=2):
            gate = await until_open(database, club.league_id)
            assert gate.cause is GateCause.OUTAGE
            found: dict[str, int] = {}
            async with asyncio.timeout(PATIENCE):
                while "sending" in (found := await states(database)):  # noqa: ASYNC110 - other processes set no event
                    await asyncio.sleep(0.02)
        assert 1 <= found["in_doubt"] <= 6
        async with database.session() as session:
            query = text("SELECT coalesce(sum(attempts), 0) FROM outbox WHERE state = 'queued'")
            assert await session.scalar(query) == 0
        assert set(copies([server]).values()) == {1}


async def test_drains_in_two_processes_send_each_mail_once_and_a_third_sends_nothing(
    nursery: Nursery, database: Database, database_url: SecretUrl
) -> None:
    club, _, _ = await queue_mails(database, 120)
    async with SmtpServer(patience=PATIENCE) as server:
        # A worker that a busy machine lets stand still is none that is lost.
        async with workers(2, nursery, database_url, club.league_id, server.url, lease=20.0, drain=True) as draining:
            counts = await asyncio.gather(*(one.says("{") for one in draining))
        assert await states(database) == {str(OutboxState.SENT): 120}
        assert copies([server]) == {f"parent{n}@families.test": 1 for n in range(120)}
        done = [json.loads(one) for one in counts]
        assert sum(one["sent"] for one in done) == 120
        assert not any(one["failed"] or one["in_doubt"] or one["held"] for one in done)
        # Who ends first counts what the other one has in hand among what waits.
        assert min(one["queued"] for one in done) == 0
        async with workers(1, nursery, database_url, club.league_id, server.url, drain=True) as (again,):
            assert (await again.says("{")).startswith('{"sent":0,')
        assert len(server.messages) == 120
