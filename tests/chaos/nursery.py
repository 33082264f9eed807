"""Where worker processes are forked from: one process that has loaded the program, which takes long to load.

What is forked is a process like any other: it can be stopped and killed, and has nothing of its brothers.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Self

LONGEST = 1 << 16
"""Bytes of what a process is told."""
READY = b"ready"


class Nursery:
    """``with Nursery("some.module") as nursery``: that module calls :func:`serve` when it is run."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __enter__(self) -> Self:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", self._module, str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # a group of their own, in which all end together
            )
        assert self._ours.recv(LONGEST) == READY, f"{self._module} could not be loaded"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ours.close()  # it ends with its socket
        self._process.wait()

    def fork(self, orders: bytes, stdout: int) -> int:
        """The id of a new process that was told ``orders`` and writes to ``stdout``."""
        socket.send_fds(self._ours, [orders], [stdout])
        return int(self._ours.recv(32))


def serve(work: Callable[[bytes], None]) -> None:
    """Fork a process that does ``work`` for each order that comes, until nobody is there to order anymore."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them here
    with socket.socket(fileno=int(sys.argv[1])) as orders:
        orders.send(READY)
        while True:
            told, descriptors, *_ = socket.recv_fds(orders, LONGEST, 1)
            if not told:
                os.killpg(0, signal.SIGKILL)  # us, and those who still work
            (stdout,) = descriptors
            pid = os.fork()
            if pid == 0:
                break
            os.close(stdout)
            orders.send(str(pid).encode())
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(stdout, sys.stdout.fileno())
    os.close(stdout)
    work(told)
