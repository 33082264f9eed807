"""The program in a process of its own within a hundredth of a second: forked from one that has loaded all of it.

Loading takes half a second each time, which is longer than most commands take, and says nothing about them. What is
forked is a process like any other: it has an environment, a terminal or pipes, and an end of its own. The start as
staff know it, from nothing, is what ``test_pty`` and ``test_spanish`` look at.
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
import termios
import threading
from contextlib import suppress
from functools import cache
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
            os.kill(self.pid, number)


class LoadedProgram:
    """Runs until :meth:`end`; forks are asked for one after the other, by any thread."""

    def __init__(self) -> None:
        self._one_by_one = threading.Lock()
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                env=os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
                stdin=subprocess.PIPE,  # Python asks once whether its streams are files, which they never are here
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        if self._ours.recv(LONGEST) != READY:
            raise AssertionError(self._process.communicate()[1].decode())

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
        self._ours.close()  # it ends with its socket
        self._process.communicate()


@cache
def loaded_program() -> LoadedProgram:
    """The one of this process, started when it is first needed."""
    return LoadedProgram()


def end_loaded_program() -> None:
    """If it was ever needed."""
    if loaded_program.cache_info().currsize:
        loaded_program().end()
        loaded_program.cache_clear()


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


def _serve(orders: socket.socket) -> Order | None:
    """Fork for every order until nobody is there to order; returns the order in what was forked."""
    ends: dict[int, int] = {}
    woken, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    with DefaultSelector() as looking:
        looking.register(orders, EVENT_READ)
        looking.register(woken, EVENT_READ)
        while True:
            ready = {key.fd for key, _ in looking.select()}
            if woken in ready:
                os.read(woken, 512)
                _say_ends(ends)
            if orders.fileno() not in ready:
                continue
            told, descriptors, *_ = socket.recv_fds(orders, LONGEST, 4)
            if not told:
                return None
            *streams, said = descriptors
            pid = os.fork()
            if pid == 0:
                break
            ends[pid] = said
            for descriptor in streams:
                os.close(descriptor)
            orders.send(str(pid).encode())
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for descriptor in (woken, wakes, said, *ends.values()):
        os.close(descriptor)
    order = msgspec.json.decode(told, type=Order)
    _become(order, streams)
    return order


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
    atexit.register(_Exit.leave)
    _load()
    gc.collect()
    gc.freeze()  # nobody looks through it again, which would copy it for every process
    with socket.socket(fileno=int(sys.argv[1])) as orders:
        orders.send(READY)
        order = _serve(orders)
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
