"""A PostgreSQL server of the system's packages, as a club has one: TLS and SCRAM, an owner without special rights, and
logins that share nothing but a group."""

import os
import shutil
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
import trustme
from psycopg import sql
from psycopg.pq import TransactionStatus

from bball_tui.database import migrate
from bball_tui.settings import SecretUrl
from tests.conftest import IN_MEMORY
from tests.support.connections import kept
from tests.support.ports import reserved_port
from tests.walls.rows import fill

OWNER = "bball_owner"
DATABASE = "walls"
ROLES = {
    "alma": ("admin", "registrar", "mailer"),
    "vera": ("viewer",),
    "rita": ("registrar",),
    "mia": ("mailer",),
    "cora": ("coordinator",),
}
"""Who works in league A, and as what. ``bert`` has all of alma's roles in league B; ``nils``, ``nora``
and ``ada`` have none at all."""
STEADY = (OWNER, "alma", "vera", "rita", "cora", "nora")
"""Whose connections are used again, since each costs what many tests do. They may be at work when a test begins."""
LETTING_IN = ("channels", "compose", "connecting", "desk", "pooler", "setup_script", "staff")
"""What the files are about in which every connection of the program is a new one: who is let in, told or shut out."""


@dataclass(frozen=True, slots=True)
class ClubServer:
    """The server, the two leagues in it, and how each login reaches them."""

    port: int
    authority: Path
    a: int = 0
    b: int = 0
    of_b: dict[str, int] = field(default_factory=dict)
    _kept: defaultdict[str, list[psycopg.Connection]] = field(default_factory=lambda: defaultdict(list))

    def url(self, login: str, database: str = DATABASE) -> SecretUrl:
        return SecretUrl(
            f"postgresql://{login}:{login}-secret@localhost:{self.port}/{database}?hostaddr=127.0.0.1"
            f"&sslmode=verify-full&sslrootcert={quote(str(self.authority), safe='')}"
        )

    @contextmanager
    def login(self, name: str, database: str = DATABASE) -> Iterator[psycopg.Connection]:
        """A connection as good as new, whose statements are transactions of their own."""
        steady = name in STEADY and database == DATABASE
        connection = self._again(name) if steady else None
        connection = connection or psycopg.connect(self.url(name, database).reveal(), autocommit=True)
        connection.prepare_threshold = None  # what is prepared would be discarded
        try:
            yield connection
        finally:
            if steady and connection.info.transaction_status is TransactionStatus.IDLE:
                self._kept[name].append(connection)
            else:
                connection.close()

    def _again(self, name: str) -> psycopg.Connection | None:
        while self._kept[name]:
            connection = self._kept[name].pop()
            try:
                connection.execute("DISCARD ALL")
                return connection
            except psycopg.OperationalError:
                connection.close()
        return None

    def log_out(self) -> None:
        """Close what is kept."""
        for connection in chain.from_iterable(self._kept.values()):
            connection.close()
        self._kept.clear()


def server_programs() -> Path:
    """The folder with the programs of the system's newest PostgreSQL server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    where = shutil.which("initdb")
    assert where, "PostgreSQL's server is not here; install it (Debian: apt-get install postgresql)"
    return Path(where).parent


@pytest.fixture(scope="session")
def cluster() -> Iterator[ClubServer]:
    """A fresh cluster on the loopback alone. PostgreSQL refuses to run as root, so root lends it a user."""
    programs, folder = server_programs(), Path(tempfile.mkdtemp(prefix="bball-walls-", dir=IN_MEMORY))
    who = "postgres" if os.geteuid() == 0 else None
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    certificate.private_key_pem.write_to_path(folder / "server.key")
    for pem in certificate.cert_chain_pems:
        pem.write_to_path(folder / "server.crt", append=True)
    (folder / "password").write_text("postgres-secret")
    (folder / "server.key").chmod(0o600)
    if who:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, who, who)
    folder.chmod(0o755)
    authority.cert_pem.write_to_path(folder / "authority.pem")

    def run(name: str, *arguments: str) -> None:
        command = [str(programs / name), "-D", str(folder / "data"), *arguments]
        subprocess.run(
            command, check=True, stdout=subprocess.DEVNULL, cwd=folder, user=who, extra_groups=[] if who else None
        )

    run("initdb", "-U", "postgres", "-A", "scram-sha-256", "--pwfile", str(folder / "password"), "-E", "UTF8", "-N")
    (folder / "data" / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")
    with reserved_port() as port:
        # A worker of ten leagues holds fifty connections; without room for those it waits half a minute at a time.
        options = {
            "listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": "", "fsync": "off", "ssl": "on",
            "ssl_cert_file": folder / "server.crt", "ssl_key_file": folder / "server.key", "max_connections": 200,
        }  # fmt: skip
        told = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        run("pg_ctl", "-w", "-l", str(folder / "data" / "log"), "-o", told, "start")
    server = ClubServer(port, folder / "authority.pem")
    try:
        yield server
    finally:
        server.log_out()
        kept.end(DATABASE)
        run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def logged_in_before(request: pytest.FixtureRequest) -> Iterator[None]:
    """What the program connected to in a test is kept for the next one, but where that is what they are about."""
    if "cluster" in request.fixturenames:
        cluster: ClubServer = request.getfixturevalue("cluster")
        if request.path.stem.removeprefix("test_") not in LETTING_IN:
            kept.ports.add(str(cluster.port))
        elif pids := kept.pids(DATABASE):
            with cluster.login("postgres") as admin:  # nobody is seen who is not there in the test
                admin.execute("SELECT pg_terminate_backend(pid, 5000) FROM unnest(%s::int[]) AS pid", (pids,))
            kept.end(DATABASE)
    yield
    kept.ports.clear()


@pytest.fixture(scope="session")
def walls(cluster: ClubServer) -> ClubServer:
    """Two leagues with at least one row in every table, and their staff."""
    with cluster.login("postgres", "postgres") as admin:
        admin.execute("CREATE ROLE bball_staff_walls NOLOGIN")
        for name in (OWNER, *ROLES, "bert", "nils", "nora", "ada"):
            password = sql.Literal(f"{name}-secret")
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(name), password))
            if name != OWNER:
                admin.execute(sql.SQL("GRANT bball_staff_walls TO {}").format(sql.Identifier(name)))
        admin.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'").format(
                sql.Identifier(DATABASE), sql.Identifier(OWNER)
            )
        )
    with cluster.login("postgres") as admin:
        admin.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(sql.Identifier(OWNER)))
    migrate.upgrade(cluster.url(OWNER))
    with cluster.login(OWNER) as owner:
        a, b = fill(owner, "a"), fill(owner, "b")
        members = [(a["league"], name, role) for name, roles in ROLES.items() for role in roles]
        members += [(b["league"], "bert", role) for role in ROLES["alma"]]
        for league, name, role in members:
            team = a["team"] if role == "coordinator" else None
            owner.execute(
                "INSERT INTO league_member (league_id, login, role, team_id) VALUES (%s, %s, %s, %s)",
                (league, name, role, team),
            )
        owner.execute("ANALYZE")
    return replace(cluster, a=a["league"], b=b["league"], of_b=b)
