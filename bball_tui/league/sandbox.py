"""Work on files of strangers in a process of its own, with limits of memory and time.

Whatever such a file does, it happens to a child that the system stops (setrlimit(2)). The child is ``python -m`` of one
of our modules: a question on stdin, the answer on stdout, nothing there when memory did not do.
"""

import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from typing import TypeAlias

from bball_tui.child_environment import small_environment

Tick: TypeAlias = Callable[[int], None]
_POLL = 0.1
"""Seconds after which somebody who wants to stop is heard."""


class ChildEnded(Exception):
    """The child gave no answer. ``too_slow``: it used up its time; ``broken``: it broke off; else its memory."""

    def __init__(self, *, too_slow: bool, broken: bool) -> None:
        super().__init__("the child gave no answer")
        self.too_slow = too_slow
        self.broken = broken


def ask_child(module: str, question: bytes, tick: Tick) -> bytes:
    """The answer of ``python -m module``. ``tick`` is asked before the child starts, then ten times a second.

    What it raises ends the child at once.

    Raises:
        ChildEnded: there is none.
    """
    tick(0)  # a child that answers at once would never hear of it, and neither would the next of a thousand
    # A file without a name: a pipe would have to be filled while we wait for the answer.
    with tempfile.TemporaryFile() as stdin:
        stdin.write(question)
        stdin.seek(0)
        child = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", module],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Where this program was found, also in a checkout or an archive; nothing else of ours.
            env=small_environment() | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        with child:
            try:
                output = _answer_of(child, tick)
            finally:
                child.kill()
    if not output:
        raise ChildEnded(too_slow=child.returncode == -signal.SIGXCPU, broken=child.returncode > 0)
    return output


def _answer_of(child: "subprocess.Popen[bytes]", tick: Tick) -> bytes:
    while True:
        try:
            return child.communicate(timeout=_POLL)[0]
        except subprocess.TimeoutExpired:
            tick(0)


def limit(memory: int, seconds: int) -> None:
    """Let the system stop this process before it takes the machine's memory (bytes) or processor time."""
    limits = ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0))
    for what, most in limits:
        _, hard = resource.getrlimit(what)
        wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with suppress(ValueError, OSError):  # a system that has no such limit; the others still hold
            resource.setrlimit(what, (wanted, hard))
