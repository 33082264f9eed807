"""Real PostgreSQL for every test: one embedded server a process, and an empty copy of a migrated template a test."""

import atexit
import fcntl
import gc
import importlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import hypothesis
import psutil
import psycopg
import pytest
from psycopg import sql

from bball_tui import language
from bball_tui.database import embedded, migrate, roles
from bball_tui.database.engine import Database
from bball_tui.settings import SecretUrl, Settings
from tests.support.connections import PREFIX, keep_connections, kept
from tests.support.databases import Made, Reusable
from tests.support.examples import THOROUGH, USUAL
from tests.support.statements import share_translations

# Anyone who starts the tests in the background has ctrl+c ignored, and the programs started here would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Some machines tell Python to keep nothing it compiled. Here hundreds of processes start that would compile the program
# again, and every run would compile the tests.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

MEMORY = Path("/dev/shm")  # noqa: S108 - what is made there has a name of its own
ROOM = 4 << 30
"""Bytes that must be free in memory to work there: a container may give little."""
ROOMY = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM
IN_MEMORY = MEMORY if ROOMY else None
"""Where to make folders: whole databases are copied, written and thrown away hundreds of times in a run."""

# How long an example takes says more about the machine than about the program.
hypothesis.settings.register_profile("untimed", deadline=None, max_examples=USUAL)
# What stands in the way of others must not depend on luck: there the examples are always the same.
hypothesis.settings.register_profile("gate", deadline=None, derandomize=True, max_examples=USUAL)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=THOROUGH)  # make test-thorough
hypothesis.settings.load_profile("gate" if os.environ.get("CI") else "untimed")

# A language is chosen once a process, before the screen's modules: SCREEN_LANGUAGE=es runs tests in that one.
language.use(os.environ.get("SCREEN_LANGUAGE", language.ENGLISH))

share_translations()
keep_connections()

if find_spec("sniffio") is None:
    # httpcore looks for it some times a request, and a search for what is not there is slow: a fifth of the work.
    pytest.MonkeyPatch().setitem(sys.modules, "sniffio", None)

if IN_MEMORY and "PYTEST_DEBUG_TEMPROOT" not in os.environ:
    os.environ["PYTEST_DEBUG_TEMPROOT"] = str(IN_MEMORY)  # where tmp_path lies; its failed tests' folders stay there

YOUNG = 10_000
"""New objects from which on they are searched, between two tests: then nearly all of them are garbage.

Few at a time: what the processor still has at hand is thrown away in half the time, and its room is used again.
"""
OLDER = (20, 10)
"""After how many searches what survived is searched too, and after how many of those everything."""
gc.set_threshold(100 * YOUNG, *OLDER)  # in a test only if it makes very many


def _leave() -> None:
    """To take apart all that was loaded takes a second, and nobody asks one of several runs how it ended."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):
            stream.flush()
    os._exit(0)


if "PYTEST_XDIST_WORKER" in os.environ:
    atexit.register(_leave)  # before all that the tests register, so it is called after those

SLOW_FOLDERS = ("journeys", "chaos", "walls")
WHOLE_SCREEN = "tests.tui.desk_host"
MIGRATED = "bball_migrated"
"""A database of today without anybody in it."""
TEMPLATE = "bball_template"
"""The same with those whom tests log in as."""
MADE_SERVER = "TESTS_MADE_SERVER"
"""The variable that says where a server was made."""
_numbers = count()


def pytest_collection(session: pytest.Session) -> None:
    """Each of several runs at once imports other tests first: what one of them compiles, the others only load.

    In a fresh checkout that is most of the time until the first test.
    """
    run = os.environ.get("PYTEST_XDIST_WORKER")
    if run is None or session.config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        return
    files = sorted(Path(__file__).parent.rglob("test_*.py"))
    begin = len(files) * int(run.removeprefix("gw")) // int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
    for file in files[begin:] + files[:begin]:
        name = ".".join(file.relative_to(Path(__file__).parent.parent).with_suffix("").parts)
        with suppress(Exception):  # whoever collects the file says what is wrong with it
            importlib.import_module(name)


def pytest_collection_finish() -> None:
    """Tests and modules stay, and are not searched for garbage: that took a quarter of the time."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """What a test leaves is thrown away when it is done, and found by few searches."""
    young, middle, old = gc.get_count()
    if young > YOUNG:
        gc.collect(2 if old > OLDER[1] else 1 if middle > OLDER[0] else 0)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Anyone who starts the program in a terminal, processes, or the whole screen is slow without saying so.

    Whose folder is slow comes first: at the end nobody waits for a journey alone, and one of several runs makes what
    such a folder shares.
    """
    items.sort(key=lambda item: item.path.parent.name not in SLOW_FOLDERS)
    for item in items:
        opens = getattr(item.module, "opened", None) if isinstance(item, pytest.Function) else None
        if item.path.parent.name in SLOW_FOLDERS or getattr(opens, "__module__", None) == WHOLE_SCREEN:
            item.add_marker(pytest.mark.slow)


@dataclass(frozen=True, slots=True)
class Server:
    """The test run's server: where it listens, and a connection as its owner."""

    embedded: embedded.EmbeddedServer
    admin: psycopg.Connection
    made: Made
    _free: list[Reusable] = field(default_factory=list)

    @contextmanager
    def database(self) -> Iterator[str]:
        """The name of a migrated database without rows, and of nobody else as long as the block lasts."""
        one = self._free.pop() if self._free else self._new()
        try:
            yield one.name
        finally:
            if one.emptied():
                self._free.append(one)
            else:
                one.close()
                self._drop(one.name)

    @contextmanager
    def copy(self, template: str = TEMPLATE) -> Iterator[str]:
        """The name of a copy of ``template``, which lives as long as the block; nobody stays connected to that one."""
        name = f"copy_{next(_numbers)}"
        self._copied(template, name)
        try:
            yield name
        finally:
            self._drop(name)

    def _new(self) -> Reusable:
        name = f"{PREFIX}{next(_numbers)}"
        self._copied(TEMPLATE, name)
        self.admin.execute(f"ALTER DATABASE {name} SET plan_cache_mode = force_generic_plan")  # of nearly no rows
        return Reusable.of(name, self.embedded.url(embedded.OWNER, name), self.made)

    def _copied(self, template: str, name: str) -> None:
        ended = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s"
        self.admin.execute(ended, (template,))
        new, old = sql.Identifier(name), sql.Identifier(template)
        self.admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(new, old))

    def _drop(self, name: str) -> None:
        kept.end(name)
        self.admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def end(self) -> None:
        for one in self._free:
            kept.end(one.name)
            one.close()


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """Where servers keep their data: every test's database is 300 files."""
    with tempfile.TemporaryDirectory(prefix="bball-tests-", dir=IN_MEMORY) as folder:
        yield Path(folder)


@pytest.fixture(scope="session", autouse=True)
def nothing_left_running(tmp_path_factory: pytest.TempPathFactory, server_folder: Path) -> Iterator[None]:
    """At the end of a run no process of it lives: no worker, no database server, no program in a terminal."""
    here = psutil.Process()
    bases = (str(tmp_path_factory.getbasetemp()), str(server_folder))
    before = {process.pid for process in here.children(recursive=True)}
    yield
    left = [process for process in _of_this_run(here, bases) if process.pid not in before]
    _, left = psutil.wait_procs(left, timeout=60)  # some are on their way out
    told = [f"{process.pid} {shlex.join(process.cmdline())}" for process in left if process.is_running()]
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    assert not told, "still running: " + "; ".join(told)


def _of_this_run(here: psutil.Process, bases: tuple[str, ...]) -> list[psutil.Process]:
    """Our children, and anyone who works in a folder of this run though its parent is gone."""
    inside = tuple(f"{base}/" for base in bases)
    found = here.children(recursive=True)
    known = {process.pid for process in (here, *here.parents(), *found)}
    for process in psutil.process_iter():
        if process.pid in known:
            continue
        with suppress(psutil.Error):
            place = process.cwd()
            words = [place, *process.cmdline(), *process.environ().values()]
            if any(word in bases or word.startswith(inside) for word in words):
                found.append(process)
    return [process for process in found if _counts(process)]


def _counts(process: psutil.Process) -> bool:
    """Whether it lives, and is no helper of Python's own, which ends with this process."""
    try:
        dead = process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
        return not dead and "multiprocessing" not in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """The same one for all processes of a run."""
    folder = factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder ``name``, which the first process of a run that needs it makes, and all of them share."""
    shared = shared_folder(factory)
    made = shared / name
    with (shared / f"{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            draft = made.with_suffix(".new")
            make(draft)
            draft.rename(made)
    return made


@pytest.fixture(scope="session")
def made_server(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a stopped server with the databases ``MIGRATED`` and ``TEMPLATE``.

    Whoever needs a server copies it, which takes a tenth of a second and not three. All processes of a run share it,
    and a run that is started by a test shares that test's.
    """
    if (theirs := os.environ.get(MADE_SERVER)) is not None:
        return Path(theirs)
    return made_once(tmp_path_factory, "made-server", _make_server)


def _make_server(folder: Path) -> None:
    running = embedded.start(folder)
    admin_url = running.url(embedded.OWNER, "postgres")
    with psycopg.connect(admin_url.reveal(), autocommit=True) as admin:
        for setting in ("fsync = off", "full_page_writes = off", "max_connections = 200", "autovacuum = off"):
            admin.execute(f"ALTER SYSTEM SET {setting}")
        migrate.create_database(admin_url, MIGRATED)
        migrate.upgrade(running.url(embedded.OWNER, MIGRATED))
        admin.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE {MIGRATED} STRATEGY file_copy")
    with psycopg.connect(running.url(embedded.OWNER, TEMPLATE).reveal()) as owner:
        for person in (roles.person(), "maria", "jonas"):
            roles.ensure_person(owner, person)
    running.release()


def copy_server(made: Path, folder: Path) -> embedded.EmbeddedServer:
    """A running server of its own in ``folder``."""
    subprocess.run(["cp", "-a", made, folder], check=True)  # the server's account keeps what is its own
    return embedded.start(folder)


@pytest.fixture(scope="session")
def server(made_server: Path, server_folder: Path) -> Iterator[Server]:
    running = copy_server(made_server, server_folder / "server")
    with psycopg.connect(running.url(embedded.OWNER, "postgres").reveal(), autocommit=True) as admin:
        with psycopg.connect(running.url(embedded.OWNER, TEMPLATE).reveal()) as owner:
            made = Made.read(owner)
        started = Server(running, admin, made)
        yield started
        started.end()
    running.release()


@pytest.fixture
def database_name(server: Server) -> Iterator[str]:
    """A migrated database without rows."""
    with server.database() as name:
        yield name


@pytest.fixture
def database_url(server: Server, database_name: str) -> SecretUrl:
    """The test's database as the login role of the person who runs the tests (never as the owner)."""
    return server.embedded.url(roles.person(), database_name)


@pytest.fixture
def owner_url(server: Server, database_name: str) -> SecretUrl:
    return server.embedded.url(embedded.OWNER, database_name)


@pytest.fixture
def copy_url(server: Server) -> Iterator[SecretUrl]:
    """A migrated database as its owner, for a test that changes more than rows."""
    with server.copy() as name:
        yield server.embedded.url(embedded.OWNER, name)


@pytest.fixture
async def database(database_url: SecretUrl) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.dispose()


@pytest.fixture
async def marias_database(server: Server, database_name: str) -> AsyncIterator[Database]:
    """The same database as the login role ``maria``: a colleague at another terminal."""
    opened = Database(server.embedded.url("maria", database_name))
    yield opened
    await opened.dispose()


@pytest.fixture
def settings(tmp_path: Path, database_url: SecretUrl) -> Settings:
    """Settings for the test's database, with a data folder of its own and a mail folder in it."""
    data = tmp_path / "data"
    return Settings(
        data_dir=data,
        config_dir=tmp_path / "config",
        database_url=database_url,
        mail_url=SecretUrl(f"maildir://{data}/mail"),
    )
