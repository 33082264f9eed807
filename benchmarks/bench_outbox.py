"""The outbox: what a claim costs among many finished mails, how soon a signature is on the wire, how fast all drains.

``BENCH_FINISHED`` says how many finished mails there are (200,000 unless told; a million takes minutes to make).
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import msgspec
import psutil
import psycopg
from sqlalchemy import text

from bball_tui.database import embedded
from bball_tui.database.change_listener import HEALTH_CHECK
from bball_tui.database.engine import Database
from bball_tui.mail.kinds.welcome import WelcomeMail
from bball_tui.outbox.queue import NewItem, claim, enqueue
from bball_tui.outbox.settling import hand_back
from bball_tui.settings import Settings
from benchmarks.bare import CONNECTIONS, FACTS
from benchmarks.data import fill, opened
from benchmarks.report import Result
from benchmarks.sink import Sink

FINISHED = int(os.environ.get("BENCH_FINISHED", "200000"))
CLAIM_ROUNDS = 150
LATENCY_ROUNDS = 200
DRAINED = 2000
DRAIN_TURNS = 3
SLOW_DRAINED = 1000
SLOW_SECONDS = 0.1
FAR_DRAINED = 200
FAR_SECONDS = 0.05
FAR_CONNECTIONS = 4
IDLE_SECONDS = 60

FINISH = text(
    """
    INSERT INTO outbox (league_id, kind, recipient, dedupe_key, message_id, payload, state, attempts, claims,
                        finalized_at, provider, claimed_by)
    SELECT :league, 'contract_signed', 'p' || n || '@families.test', 'done' || n, '<' || n || '@done.test>',
           CAST(:payload AS jsonb), 'sent', 1, 1, now() - n * interval '1 s', 'smtp', 'desk'
    FROM generate_series(1, :number) n
    """
)


async def promise(database: Database, league: int, first: int, number: int) -> None:
    """Enqueue ``number`` mails, due at once, one for each contract from the ``first`` on."""
    payload = msgspec.to_builtins(FACTS)
    async with database.session() as session:
        query = text("SELECT id FROM contract WHERE league_id = :league ORDER BY id OFFSET :first LIMIT :number")
        values = {"league": league, "first": first, "number": number}
        contracts = list(await session.scalars(query, values))
        items = [
            NewItem(WelcomeMail.kind, id_, 1, f"p{first + n}@families.test", payload) for n, id_ in enumerate(contracts)
        ]
        assert len(await enqueue(session, league, items, hold_seconds=0)) == number


@asynccontextmanager
async def a_league(folder: Path, contracts: int, finished: int = 0) -> AsyncIterator[tuple[Settings, Database, int]]:
    """A league with so many contracts and finished mails, on a server of its own that vacuums when told."""
    async with opened(folder) as (settings, database):
        league = await fill(database, contracts)
        if finished:
            async with database.session() as session:
                await session.execute(text("SET LOCAL statement_timeout = 0"))
                payload = msgspec.json.encode(FACTS).decode()
                await session.execute(FINISH, {"league": league, "number": finished, "payload": payload})
        server = embedded.start(settings.server_dir)
        with psycopg.connect(server.url(embedded.OWNER).reveal(), autocommit=True) as owner:
            owner.execute("ALTER SYSTEM SET autovacuum = off")
            owner.execute("SELECT pg_reload_conf()")
            owner.execute("VACUUM ANALYZE")
        server.release()
        yield settings, database, league


async def claim_seconds(database: Database, league: int) -> float:
    """How long taking five mails takes; they are handed back afterwards."""
    started = time.perf_counter()
    async with database.session() as session:
        claims = await claim(session, league, limit=5, worker="bench", provider="smtp")
    elapsed = time.perf_counter() - started
    assert len(claims) == 5
    async with database.session() as session:
        await hand_back(session, claims)
    return elapsed


async def claim_cost(folder: Path) -> Result:
    async with (
        a_league(folder / "none", 100) as (_, empty, one),
        a_league(folder / "many", 100, FINISHED) as (_, full, other),
    ):
        await promise(empty, one, 0, 100)
        await promise(full, other, 0, 100)
        without: list[float] = []
        with_many: list[float] = []
        # In turns, so that both feel the same machine.
        for _ in range(CLAIM_ROUNDS):
            without.append(await claim_seconds(empty, one))
            with_many.append(await claim_seconds(full, other))
        base, cost = statistics.median(without), statistics.median(with_many)
    detail = f"{cost * 1000:.2f} ms / {base * 1000:.2f} ms for 5 mails, {FINISHED:,} finished mails / none"
    return Result("claim with many finished mails / with none", cost / base, 1.1, detail)


@asynccontextmanager
async def a_worker(data_dir: Path, mail_url: str, *options: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`bball-tui worker` in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "ignore", "-m", "bball_tui", "worker", *options),
        env=os.environ | {"BBALL_DATA_DIR": str(data_dir), "BBALL_MAIL_URL": mail_url},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def latency_and_idleness(folder: Path) -> list[Result]:
    """In turns with procrastinate, when it is there, so that both feel the same machine."""
    waits: list[float] = []
    rival_waits: list[float] = []
    async with (
        a_league(folder, LATENCY_ROUNDS + 1) as (settings, database, league),
        Sink() as sink,
        Sink() as rival_sink,
        a_worker(settings.data_dir, sink.url) as process,
    ):
        await promise(database, league, LATENCY_ROUNDS, 1)
        await sink.until(1)
        async with a_rival(settings, rival_sink) as rival:
            for number in range(LATENCY_ROUNDS):
                waits.append(await until_data(sink, promise(database, league, number, 1)))
                if rival is not None:
                    rival_waits.append(await until_data(rival_sink, rival()))
        statements, share = await idleness(settings, process.pid)
        held = psutil.Process(process.pid).memory_full_info()
    median, slow = statistics.median(waits), statistics.quantiles(waits, n=100)[98]
    detail = f"{LATENCY_ROUNDS} mails, one at a time, worker in its own process"
    results = [
        Result("commit to DATA, median", median, 6, detail, unit="ms"),
        Result("commit to DATA, 99th percentile", slow, 20, detail, unit="ms"),
        Result("transactions of an idle worker a minute", statements, 12, f"counted over {IDLE_SECONDS} s", unit=""),
        Result("processor share of an idle worker", share * 100, 0.1, f"over {IDLE_SECONDS} s", unit="%"),
        Result(
            "memory of an idle worker, its own", held.uss / 2**20, 60, f"{held.rss / 2**20:.1f} MB resident", unit="MB"
        ),
    ]
    if rival_waits:
        theirs = statistics.median(rival_waits)
        detail = f"{median:.2f} ms / {theirs:.2f} ms"
        results.insert(1, Result("commit to DATA / procrastinate at the same job", median / theirs, 1.1, detail))
    else:
        print(
            "Procrastinate is not installed, so it is left out; pip install -e '.[bench]' brings it.", file=sys.stderr
        )
    return results


async def until_data(sink: Sink, committing: Coroutine[None, None, None]) -> float:
    """The milliseconds from the commit until the mail server is told of a message."""
    await asyncio.sleep(0.05)  # the worker is back at its listening, as it is between two signatures
    sink.reset()
    await committing
    committed = time.perf_counter()
    await sink.until(1)
    return (sink.asked[0] - committed) * 1000


@asynccontextmanager
async def a_rival(settings: Settings, sink: Sink) -> AsyncIterator[Callable[[], Coroutine[None, None, None]] | None]:
    """Procrastinate's worker on the same server; yields what defers a job, None when the library is not there."""
    if find_spec("procrastinate") is None:
        yield None
        return
    from benchmarks import procrastinate_worker  # its library is in the extra `bench`

    server = embedded.start(settings.server_dir)
    with psycopg.connect(server.url(embedded.OWNER, "postgres").reveal(), autocommit=True) as owner:
        owner.execute("CREATE DATABASE procrastinate")
    url = server.url(embedded.OWNER, "procrastinate").reveal()
    async with procrastinate_worker.running(url, sink) as app:
        yield partial(procrastinate_worker.defer, app)
    server.release()


async def idleness(settings: Settings, pid: int) -> tuple[float, float]:
    """Transactions a minute and the share of a core, of a worker at rest."""
    server = embedded.start(settings.server_dir)
    query = "SELECT sum(xact_commit + xact_rollback) FROM pg_stat_database WHERE datname = %s"
    worker = psutil.Process(pid)
    with psycopg.connect(server.url(embedded.OWNER, "postgres").reveal(), autocommit=True) as owner:

        def transactions() -> int:
            row = owner.execute(query, (embedded.DATABASE,)).fetchone()
            assert row is not None
            return int(row[0])

        # An idle connection hands in its counts after ten seconds; the one that listens does so at its next statement.
        await asyncio.sleep(HEALTH_CHECK + 15)
        before, cpu = transactions(), sum(worker.cpu_times()[:2])
        await asyncio.sleep(IDLE_SECONDS)
        done, used = transactions() - before, sum(worker.cpu_times()[:2]) - cpu
    server.release()
    return done * 60 / IDLE_SECONDS, used / IDLE_SECONDS


async def run_to_its_end(module: str, *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(*(sys.executable, "-W", "ignore", "-m", module), *arguments)
    assert await process.wait() == 0


async def drain(folder: Path) -> list[Result]:
    """In turns, so that all feel the same machine: a bare loop, PgQueuer when it is there, we, we in two processes."""
    rates: dict[str, list[float]] = {"bare": [], "pgqueuer": [], "ours": [], "two": []}
    rival = find_spec("pgqueuer") is not None and find_spec("asyncpg") is not None
    async with a_league(folder, DRAINED * DRAIN_TURNS * 2) as (settings, database, league), Sink() as sink:
        port = sink.url.rpartition(":")[2].partition("?")[0]
        server = embedded.start(settings.server_dir)
        with psycopg.connect(server.url(embedded.OWNER, "postgres").reveal(), autocommit=True) as owner:
            owner.execute("CREATE DATABASE pgqueuer")
        rival_url = server.url(embedded.OWNER, "pgqueuer").reveal()
        for turn in range(DRAIN_TURNS):
            sink.reset()
            await run_to_its_end("benchmarks.bare", port, str(DRAINED))
            rates["bare"].append(sink.rate)
            if rival:
                sink.reset()
                await run_to_its_end("benchmarks.pgqueuer_drain", rival_url, port, str(DRAINED))
                assert len(sink.taken) == DRAINED
                rates["pgqueuer"].append(sink.rate)
            for place, (name, *more) in enumerate((("ours",), ("two", "--processes", "2"))):
                await promise(database, league, (turn * 2 + place) * DRAINED, DRAINED)
                sink.reset()
                options = ("--drain", "--concurrency", str(CONNECTIONS), *more)
                async with a_worker(settings.data_dir, sink.url, *options) as process:
                    await process.wait()
                assert len(sink.taken) == DRAINED
                rates[name].append(sink.rate)
        server.release()
    bare, ours, two = (statistics.median(rates[name]) for name in ("bare", "ours", "two"))
    what = f"mails a second, {DRAINED} mails, {CONNECTIONS} connections"
    results = [
        Result(
            "draining / a bare loop without a database",
            ours / bare,
            0.75,
            f"{ours:.0f} / {bare:.0f} {what}",
            at_least=True,
        ),
        Result(
            "draining with --processes 2 / with one", two / ours, 1.0, f"{two:.0f} / {ours:.0f} {what}", at_least=True
        ),
    ]
    if rival:
        pgqueuer = statistics.median(rates["pgqueuer"])
        detail = f"{ours:.0f} / {pgqueuer:.0f} {what}"
        results.insert(0, Result("draining / PgQueuer at the same job", ours / pgqueuer, 1.0, detail, at_least=True))
    else:
        print("PgQueuer is not installed, so it is left out; pip install -e '.[bench]' brings it.", file=sys.stderr)
    return results


async def slow_drain(folder: Path) -> Result:
    """A mail server that takes 100 ms for each mail: ten connections could take 100 a second."""
    async with (
        a_league(folder, SLOW_DRAINED) as (settings, database, league),
        Sink(dot_seconds=SLOW_SECONDS) as sink,
    ):
        await promise(database, league, 0, SLOW_DRAINED)
        options = ("--drain", "--concurrency", str(CONNECTIONS))
        async with a_worker(settings.data_dir, sink.url, *options) as process:
            await process.wait()
        assert len(sink.taken) == SLOW_DRAINED
        # The first ten are accepted together, after which 100 ms a mail and connection count.
        rate = (SLOW_DRAINED - CONNECTIONS) / (sink.taken[-1] - sink.taken[CONNECTIONS - 1])
    detail = f"{SLOW_DRAINED} mails, {CONNECTIONS} connections, {SLOW_SECONDS * 1000:.0f} ms a mail: at best 100"
    return Result("draining into a slow mail server, a second", rate, 97, detail, unit="", at_least=True)


async def far_drain(folder: Path) -> list[Result]:
    """A mail server 50 ms away, which lets commands be written together and does not, and two processes, in turns.

    Workers that mostly wait: two of them need none of the processor time that one leaves over.
    """
    ways = {"together": (True, 1), "apart": (False, 1), "two": (True, 2)}
    rates: dict[str, list[float]] = {way: [] for way in ways}
    async with a_league(folder, FAR_DRAINED * DRAIN_TURNS * len(ways)) as (settings, database, league):
        for turn, (way, (together, processes)) in enumerate(list(ways.items()) * DRAIN_TURNS):
            await promise(database, league, turn * FAR_DRAINED, FAR_DRAINED)
            async with Sink(journey_seconds=FAR_SECONDS, together=together) as sink:
                options = ("--drain", "--concurrency", str(FAR_CONNECTIONS), "--processes", str(processes))
                async with a_worker(settings.data_dir, sink.url, *options) as process:
                    await process.wait()
                assert len(sink.taken) == FAR_DRAINED
                rates[way].append(sink.rate)
    quick, apart, two = (statistics.median(rates[way]) for way in ways)
    what = f"mails a second, {FAR_CONNECTIONS} connections a process, {FAR_SECONDS * 1000:.0f} ms there and back"
    return [
        Result(
            "draining to a server far away / one command at a time",
            quick / apart,
            1.9,
            f"{quick:.1f} / {apart:.1f} {what}",
            at_least=True,
        ),
        Result(
            "the same with --processes 2 / with one", two / quick, 1.7, f"{two:.1f} / {quick:.1f} {what}", at_least=True
        ),
    ]


async def run() -> list[Result]:
    with tempfile.TemporaryDirectory(prefix="bball-bench-") as name:
        folder = Path(name)
        return [
            await claim_cost(folder),
            *await latency_and_idleness(folder / "latency"),
            *await drain(folder / "drain"),
            await slow_drain(folder / "slow"),
            *await far_drain(folder / "far"),
        ]
