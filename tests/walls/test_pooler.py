"""The program behind PgBouncer: whole in session mode, refused in words in transaction mode."""

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

import msgspec
import psycopg
import pytest
from sqlalchemy import text

from bball_tui.database import migrate
from bball_tui.database.engine import Database
from bball_tui.database.errors import NotPermitted
from bball_tui.database.pooler import NotDirect, SharedSessions
from bball_tui.errors import BballError
from bball_tui.settings import SecretUrl
from tests.cli.conftest import CommandLine
from tests.support.factory import Club, Family, make_club, make_family
from tests.support.ports import reserved_port
from tests.tui.desk_host import opened
from tests.walls.conftest import DATABASE, OWNER, ROLES, ClubServer
from tests.walls.test_desk import settings

PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
_leagues = count()
LOGINS = (OWNER, *ROLES, "bert", "nora")

pytestmark = pytest.mark.skipif(
    PROGRAM is None and not os.environ.get("CI"), reason="PgBouncer is not here (Debian: apt-get install pgbouncer)"
)


@contextmanager
def pooler(walls: ClubServer, mode: str, **more: object) -> Iterator[int]:
    """The port of a PgBouncer of its own before the club's database."""
    assert PROGRAM, "PgBouncer is not here (Debian: apt-get install pgbouncer)"
    with reserved_port() as port:
        yield from _started(walls, port, mode, **more)


def _started(walls: ClubServer, port: int, mode: str, **more: object) -> Iterator[int]:
    assert PROGRAM
    folder = Path(tempfile.mkdtemp(prefix="bball-pooler-"))
    (folder / "users").write_text("".join(f'"{name}" "{name}-secret"\n' for name in LOGINS))
    options = {
        "listen_addr": "127.0.0.1", "listen_port": port, "unix_socket_dir": "", "auth_type": "scram-sha-256",
        "auth_file": folder / "users", "pool_mode": mode, "server_tls_sslmode": "verify-ca",
        "server_tls_ca_file": walls.authority, **more,
    }  # fmt: skip
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n{DATABASE} = host=127.0.0.1 port={walls.port}\n[pgbouncer]\n"
        + "".join(f"{name} = {value}\n" for name, value in options.items())
    )
    who = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root, as the server does
    if who:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, who)
    command = [PROGRAM, "-q", str(folder / "pgbouncer.ini")]
    with (folder / "log").open("w") as log, subprocess.Popen(
        command, cwd=folder, user=who, extra_groups=[] if who else None, stderr=log
    ) as running:  # fmt: skip
        try:
            _wait(port, running)
            yield port
        finally:
            running.kill()
    shutil.rmtree(folder)


def _wait(port: int, running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while running.poll() is None and time.monotonic() < until:
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError("PgBouncer did not start")


def through(port: int, login: str) -> SecretUrl:
    return SecretUrl(f"postgresql://{login}:{login}-secret@127.0.0.1:{port}/{DATABASE}?sslmode=disable")


@pytest.fixture
def signable(walls: ClubServer) -> Iterator[tuple[Club, list[Family]]]:
    """A league of rita's, with eight offers."""

    async def make() -> tuple[Club, list[Family]]:
        owner = Database(walls.url(OWNER))
        async with owner.session() as session:
            club = await make_club(session, name="Pooled", slug=f"pooled-{next(_leagues)}", hold_seconds=0)
            families = [await make_family(session, club, first=f"Ann{n}") for n in range(8)]
        await owner.dispose()
        return club, families

    made = asyncio.run(make())
    with walls.login(OWNER) as owner:
        owner.execute("DELETE FROM league_member WHERE login = 'nora'")  # whatever other tests gave her
        for role in ("registrar", "mailer"):
            owner.execute(
                "INSERT INTO league_member (league_id, login, role) VALUES (%s, 'nora', %s)", (made[0].league_id, role)
            )
        yield made
        owner.execute("DELETE FROM league_member WHERE login = 'nora'")


@pytest.mark.parametrize("more", [{}, {"ignore_startup_parameters": "options", "server_reset_query": ""}])
def test_in_session_mode_all_of_it_works(
    walls: ClubServer,
    signable: tuple[Club, list[Family]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    more: dict[str, object],
) -> None:
    _, families = signable
    run = CommandLine(monkeypatch, capsys, tmp_path)
    run.setenv("BBALL_MAIL_URL", f"maildir://{tmp_path}/mails")
    with pooler(walls, "session", **more) as port:
        run.setenv("BBALL_DATABASE_URL", through(port, "nora").reveal())
        assert len(run("contracts", "list", "--json").json) == 8
        # Each of them prepares its statements under the same names; the sessions outlive the programs.
        for first in (0, 3):
            ids = [family.contract_id for family in families[first : first + 3]]
            signed = run("contracts", "sign", *ids, "--json")
            assert signed.json["signed"] == ids, signed.err
        assert run("worker", "--drain", "--json").json["sent"] == 6
        refused = run("--read-only", "contracts", "sign", families[6].contract_id)
        assert (refused.code, "--read-only" in refused.err) == (1, True)
        doctor = {one["check"]: one for one in run("doctor", "--json").json}
        assert "A pooler such as PgBouncer stands before the database" in doctor["pooler"]["sentence"]
        run.setenv("BBALL_DATABASE_URL", through(port, OWNER).reveal())
        with pytest.raises(NotDirect, match="Connect to PostgreSQL directly"):
            migrate.upgrade(through(port, OWNER))
        asyncio.run(reads_only(through(port, "nora"), families[7].contract_id))


async def reads_only(url: SecretUrl, contract: int) -> None:
    """PostgreSQL itself refuses to write, on every connection of the pool."""
    database = Database(url, read_only=True)
    for _ in range(3):
        with pytest.raises(NotPermitted, match="--read-only"):
            async with database.session() as session:
                await session.execute(text("UPDATE contract SET version = version WHERE id = :id"), {"id": contract})
    await database.dispose()


async def test_in_session_mode_a_screen_hears_of_changes(walls: ClubServer, tmp_path: Path) -> None:
    with pooler(walls, "session") as port:
        ours = msgspec.structs.replace(settings(walls, "alma", tmp_path), database_url=through(port, "alma"))
        async with opened(ours) as desk:
            await desk.shows("Ames, Ann")
            with walls.login("rita") as rita:
                rita.execute("UPDATE player SET jersey = '91' WHERE first_name = 'Ann'")
            await desk.shows("91")


@pytest.mark.parametrize("busy", [False, True])
def test_in_transaction_mode_it_is_refused_and_nothing_is_written(
    walls: ClubServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    busy: bool,
) -> None:
    run = CommandLine(monkeypatch, capsys, tmp_path)
    more = {"ignore_startup_parameters": "options", "server_round_robin": 1} if busy else {}
    with pooler(walls, "transaction", **more) as port, ExitStack() as stack:
        if busy:  # several sessions to choose from, in turn
            others = [
                stack.enter_context(psycopg.connect(through(port, "alma").reveal(), prepare_threshold=None))
                for _ in range(4)
            ]
            for other in others:
                other.execute("SELECT 1")
            for other in others:
                other.rollback()
        run.setenv("BBALL_DATABASE_URL", through(port, "alma").reveal())
        for words in (
            ("contracts", "list"),
            ("--read-only", "contracts", "list"),
            ("staff", "list"),
            ("--league", "a", "worker"),
            ("worker",),
            ("database", "upgrade"),
        ):
            said = run(*words)
            assert (said.code, "pool_mode = session" in said.err) == (1, True), said.err
        (database,) = [one for one in run("doctor", "--json").json if one["check"] == "database"]
        assert (database["state"], "in transaction mode" in database["sentence"]) == ("fail", True)
        with pytest.raises(SharedSessions):
            asyncio.run(Database(through(port, "rita")).check())


@pytest.mark.parametrize("mode", ["session", "transaction"])
def test_too_small_a_pooler_is_said(walls: ClubServer, mode: str) -> None:
    with pooler(walls, mode, default_pool_size=1, query_wait_timeout=1) as port:
        why = "pool_mode = session" if mode == "transaction" else "default_pool_size"
        with pytest.raises(BballError, match=why):
            asyncio.run(Database(through(port, "rita")).check())
