"""The program in a process of its own within a hundredth of a second: forked from one that has loaded all of it.

Loading takes half a second each time, which is longer than most commands take, and says nothing about them. What is
forked is a process like any other: it has an environment, a terminal or pipes, and an end of its own. The start as
staff know it, from nothing, is what ``test_pty`` and ``test_spanish`` look at.

All test processes of a run share it: it listens at a socket in the folder of the run.
"""

import atexit
import faulthandler
import fcntl
import gc
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import threading
from contextlib import suppress
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import ClassVar

import msgspec

LONGEST = 1 << 17
"""Bytes of an order: an environment may be long."""
READY = b"ready"


class Order(msgspec.Struct):
    """What a process is to do; its input, output and errors come along, and where its end is said."""

    arguments: tuple[str, ...]
    environment: dict[str, str]
    on_terminal: bool
    hangup_ignored: bool = False
    """Whether its parent ignores SIGHUP, which a process inherits."""


class Started:
    """A process that was forked. It is nobody's child here, so its end is heard through a pipe."""

    def __init__(self, pid: int, end: int) -> None:
        self.pid = pid
        self._end = end
        self._code: int | None = None

    def wait(self) -> int:
        """The exit code, negative for the signal that killed it."""
        if self._code is None:
            said = os.read(self._end, 32)
            os.close(self._end)
            self._code = os.waitstatus_to_exitcode(int(said)) if said else -signal.SIGKILL
        return self._code

    def ended(self) -> bool:
        """Whether it has ended; does not wait."""
        if self._code is None:
            with DefaultSelector() as looking:
                looking.register(self._end, EVENT_READ)
                if not looking.select(0):
                    return False
        self.wait()
        return True

    def kill(self, number: int = signal.SIGKILL) -> None:
        if not self.ended():
            with suppress(ProcessLookupError):  # its parent hears of its end before we do
                os.kill(self.pid, number)


class LoadedProgram:
    """Our line to it; forks are asked for one after the other, by any thread. It ends with the last that has a line."""

    def __init__(self, place: Path, warm_at: str) -> None:
        self._one_by_one = threading.Lock()
        with place.with_suffix(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._ours = _line_to(place) or _start(place, warm_at)

    def start(self, order: Order, stdin: int, stdout: int, stderr: int) -> Started:
        """A new process; the descriptors stay ours as well."""
        end, said = os.pipe()
        order.hangup_ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        try:
            with self._one_by_one:
                socket.send_fds(self._ours, [msgspec.json.encode(order)], [stdin, stdout, stderr, said])
                return Started(int(self._ours.recv(32)), end)
        finally:
            os.close(said)

    def start_piped(self, order: Order) -> tuple[Started, int, int]:
        """A new process without input, and where its output and its errors are read."""
        (out, its_out), (err, its_err), nothing = os.pipe(), os.pipe(), os.open(os.devnull, os.O_RDONLY)
        try:
            return self.start(order, nothing, its_out, its_err), out, err
        finally:
            for descriptor in (its_out, its_err, nothing):
                os.close(descriptor)

    def end(self) -> None:
        self._ours.close()


def _line_to(place: Path) -> socket.socket | None:
    """If it runs there, and is not about to end."""
    line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with suppress(FileNotFoundError, ConnectionError):
        line.connect(str(place))
        if line.recv(LONGEST) == READY:
            return line
    line.close()
    return None


def _start(place: Path, warm_at: str) -> socket.socket:
    place.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as door:
        door.bind(str(place))
        door.listen()
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(door.fileno()), warm_at],
            pass_fds=(door.fileno(),),
            env=os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
            stdin=subprocess.PIPE,  # Python asks once whether its streams are files, which they never are here
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        line.connect(str(place))
    with suppress(ConnectionError):
        if line.recv(LONGEST) == READY:
            for stream in (process.stdin, process.stdout, process.stderr):
                assert stream is not None
                stream.close()
            process.wait()
            return line
    raise AssertionError(process.communicate()[1].decode())


_lines: list[LoadedProgram] = []


def loaded_program(place: Path | None = None, warm_at: str = "") -> LoadedProgram:
    """The one at ``place``, which all who name that share, or one of this process; started when it is first needed.

    Whoever starts it with the URL of an empty database, of the run's own server and so without a password, has it open
    the screen there before anybody forks: see ``warming``.
    """
    if not _lines:
        with tempfile.TemporaryDirectory() as own:
            _lines.append(LoadedProgram(place or Path(own) / "loaded", warm_at))
    return _lines[0]


def end_loaded_program() -> None:
    """If it was ever needed."""
    while _lines:
        _lines.pop().end()


def give_size(terminal: int, rows: int, columns: int) -> None:
    """What a terminal's window says when it is drawn larger or smaller."""
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def _load() -> None:
    """Every module; in English, for words are translated when they are loaded."""
    from importlib import import_module
    from pkgutil import walk_packages

    import bball_tui

    for module in walk_packages(bball_tui.__path__, f"{bball_tui.__name__}."):
        if not module.name.endswith("__main__"):
            import_module(module.name)


def _serve(door: socket.socket) -> Order | None:
    """Fork for every order until nobody is there to order; returns the order in what was forked."""
    ends: dict[int, int] = {}
    lines: dict[int, socket.socket] = {}
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    with DefaultSelector() as looking:
        looking.register(door, EVENT_READ)
        looking.register(woken, EVENT_READ)
        while True:
            ready = {key.fd for key, _ in looking.select()}
            if woken in ready:
                os.read(woken, 512)
                _say_ends(ends)
            if door.fileno() in ready:
                line, _ = door.accept()
                lines[line.fileno()] = line
                looking.register(line, EVENT_READ)
                with suppress(ConnectionError):
                    line.send(READY)
            asks = next((line for number, line in lines.items() if number in ready), None)
            if asks is None:
                continue
            told, descriptors = _order_of(asks)
            if not told:
                looking.unregister(asks)
                lines.pop(asks.fileno()).close()
                if not lines:
                    return None
                continue
            *streams, said = descriptors
            pid = os.fork()
            if pid == 0:
                break
            ends[pid] = said
            for descriptor in streams:
                os.close(descriptor)
            with suppress(ConnectionError):
                asks.send(str(pid).encode())
    for line in (door, *lines.values()):
        line.close()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for descriptor in (woken, wakes, said, *ends.values()):
        os.close(descriptor)
    order = msgspec.json.decode(told, type=Order)
    _become(order, streams)
    return order


def _order_of(line: socket.socket) -> tuple[bytes, list[int]]:
    """Nothing from whoever is gone."""
    with suppress(ConnectionError):
        told, descriptors, *_ = socket.recv_fds(line, LONGEST, 4)
        return told, descriptors
    return b"", []


def _say_ends(ends: dict[int, int]) -> None:
    while ends:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        said = ends.pop(pid)
        os.write(said, str(status).encode())
        os.close(said)


def _become(order: Order, streams: list[int]) -> None:
    """What a shell does with a process before it begins. Python's own streams stay, with other ends."""
    os.setsid()
    signal.signal(signal.SIGHUP, signal.SIG_IGN if order.hangup_ignored else signal.SIG_DFL)
    if order.on_terminal:
        fcntl.ioctl(streams[0], termios.TIOCSCTTY, 0)
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(order.environment)
    sys.argv = ["bball-tui", *order.arguments]


class _Exit:
    code: ClassVar[int] = 1

    @classmethod
    def leave(cls) -> None:
        """The last of all that is called at exit: to take apart all that was loaded would take as long as loading."""
        for stream in (sys.stdout, sys.stderr):
            with suppress(AttributeError, OSError, ValueError):
                stream.flush()
        os._exit(cls.code)


def _begin() -> None:
    if os.fork():
        os._exit(0)  # what others use as well is nobody's child
    atexit.register(_Exit.leave)
    with socket.socket(fileno=int(sys.argv[1])) as door:
        _load()
        if warm_at := sys.argv[2]:
            from bball_tui.settings import SecretUrl
            from tests.journeys.warming import warm_up

            warm_up(SecretUrl(warm_at))
        gc.collect()
        gc.freeze()  # nobody looks through it again, which would copy it for every process
        order = _serve(door)
    if order is None:
        return
    random.seed()
    faulthandler.enable()
    from bball_tui.cli import main

    try:
        main()
    except SystemExit as left:
        _Exit.code = left.code if isinstance(left.code, int) else 1


if __name__ == "__main__":
    _begin()
