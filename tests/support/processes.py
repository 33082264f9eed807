"""Looking at processes that may end while one looks."""

from contextlib import suppress

import psutil


def runs(pid: int) -> bool:
    """Whether the process lives; one that no one has buried yet does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def arguments_of(process: psutil.Process) -> list[str]:
    """With what it was started; nothing of one that has just ended."""
    with suppress(psutil.NoSuchProcess):  # also of one that nobody has buried yet
        return process.cmdline()
    return []


def variables_of(process: psutil.Process) -> dict[str, str]:
    """Its environment; nothing of one that has just ended."""
    with suppress(psutil.NoSuchProcess):
        return process.environ()
    return {}
