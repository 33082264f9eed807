"""A signature and its mails are one fact: whatever dies between two statements, it is all there or not at all."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
import pytest
from sqlalchemy import event, text

from bball_tui.database.engine import Database
from bball_tui.database.errors import DatabaseUnavailable
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.settings import SecretUrl
from tests.conftest import Server
from tests.support.factory import Parent, make_club, make_family

pytestmark = pytest.mark.slow

PARENTS = (Parent("Rosa", "Hamilton", "rosa@families.test"), Parent("Dan", "Hamilton", "dan@families.test"))

KILLED = """
import asyncio, os, signal, sys
from sqlalchemy import event
from bball_tui.database.engine import Database
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.settings import SecretUrl

url, league_id, contract_id = sys.argv[1], *map(int, sys.argv[2:])

async def main(stop):
    database = Database(SecretUrl(url))
    async with database.session() as session:
        done = 0
        def count(*_):
            nonlocal done
            if done == stop:
                os.kill(os.getpid(), signal.SIGKILL)
            done += 1
        event.listen((await session.connection()).sync_connection, "before_cursor_execute", count)
        await sign(session, league_id, SigningRequest(((contract_id, 1),)))
        if done == stop:
            os.kill(os.getpid(), signal.SIGKILL)
    await database.dispose()

for line in sys.stdin:  # what is imported by now need not be imported for each of the processes that die
    child = os.fork()
    if child == 0:
        asyncio.run(main(int(line)))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Crash(Exception):
    """The power went out."""


@dataclass(frozen=True, slots=True)
class Facts:
    """How many rows of each kind the signing left."""

    status: str
    signatures: int
    mails: int
    entries: int


NOTHING = Facts("offered", 0, 0, 0)
EVERYTHING = Facts("signed", 1, 2, 1)


async def facts_of(database: Database) -> Facts:
    async with database.session() as session:
        row = (
            await session.execute(
                text(
                    "SELECT (SELECT status FROM contract), (SELECT count(*) FROM signature),"
                    " (SELECT count(*) FROM outbox), (SELECT count(*) FROM audit WHERE action = 'signed')"
                )
            )
        ).one()
        return Facts(*row)


async def sign_with(
    database: Database, pair: tuple[int, int], when: str, listener: Callable[..., None] | None = None
) -> None:
    """Sign contract ``pair[1]`` of league ``pair[0]``; ``listener`` hears of each statement."""
    async with database.session() as session:
        if listener is not None:
            event.listen((await session.connection()).sync_connection, when, listener)
        await sign(session, pair[0], SigningRequest(((pair[1], 1),)))


async def a_family(database: Database) -> tuple[int, int]:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club, parents=PARENTS)
        return club.league_id, family.contract_id


@pytest.mark.parametrize("when", ["before_cursor_execute", "after_cursor_execute"])
async def test_an_error_at_any_statement_leaves_nothing(database: Database, when: str) -> None:
    pair = await a_family(database)
    stop = 0
    while True:
        seen = 0

        def crash(*_: object, last: int = stop) -> None:
            nonlocal seen
            if seen == last:
                raise Crash
            seen += 1

        try:
            await sign_with(database, pair, when, crash)
        except Crash:
            assert await facts_of(database) == NOTHING
            stop += 1
        else:
            break
    assert stop >= 5
    assert await facts_of(database) == EVERYTHING


async def test_a_lost_connection_at_any_statement_leaves_nothing(database: Database, server: Server) -> None:
    pair = await a_family(database)
    stop = 0
    while True:
        seen = 0

        def cut(connection: object, cursor: object, *_: object, last: int = stop) -> None:
            nonlocal seen
            if seen == last:
                inner = cursor._cursor  # type: ignore[attr-defined]  # the driver's own, for its backend's number
                server.admin.execute("SELECT pg_terminate_backend(%s, 5000)", (inner.connection.info.backend_pid,))
            seen += 1

        try:
            await sign_with(database, pair, "before_cursor_execute", cut)
        except DatabaseUnavailable:
            assert await facts_of(database) == NOTHING
            stop += 1
        else:
            break
    assert stop >= 5
    assert await facts_of(database) == EVERYTHING


async def test_a_killed_process_leaves_nothing_or_everything(database: Database, database_url: SecretUrl) -> None:
    pair = await a_family(database)
    stop = 0
    command = (sys.executable, "-c", KILLED, database_url.reveal(), *map(str, pair))
    process = await asyncio.create_subprocess_exec(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while True:
            process.stdin.write(f"{stop}\n".encode())
            ended = int(await process.stdout.readline())
            if ended == 0:
                break
            assert ended == -signal.SIGKILL
            assert await facts_of(database) == NOTHING
            stop += 1
        process.stdin.close()
        await process.wait()
    assert stop >= 5
    assert await facts_of(database) == EVERYTHING


async def test_half_a_signature_cannot_even_be_written_by_hand(database: Database, owner_url: SecretUrl) -> None:
    await a_family(database)
    with psycopg.connect(owner_url.reveal()) as owner, pytest.raises(psycopg.errors.CheckViolation):
        owner.execute("UPDATE contract SET status = 'signed'")
