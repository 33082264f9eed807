"""Says from outside whether a worker lives and reaches its database: a file, and the messages that systemd wants."""

import os
import socket
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from bball_tui import __version__
from bball_tui.delivery.monitoring import Looks
from bball_tui.errors import BballError
from bball_tui.files import write_file

OLDEST_SECONDS = 60.0
"""A file that was not written for longer belongs to a worker that hangs or is gone."""


class LeagueHealth(Struct, frozen=True):
    """One league in the file; ``held`` says in words what holds its mails."""

    league: str
    waiting: int
    failed: int
    in_doubt: int
    returned: int
    held: str | None


class Health(Struct, frozen=True):
    """The file's content. ``database``: it answered at the last look; then ``leagues`` are as they were at it."""

    at: datetime
    pid: int
    version: str
    database: bool
    leagues: tuple[LeagueHealth, ...]


class HealthFile:
    """Writes how the worker is at each look. The file is gone when the worker is stopped in good order."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._leagues: tuple[LeagueHealth, ...] = ()
        self.seen(None)  # said now, and not in the middle of the night, when it cannot be written

    def seen(self, looks: Looks) -> None:
        """Write it.

        Raises:
            BballError: it cannot be written.
        """
        if looks is not None:
            self._leagues = tuple(
                LeagueHealth(
                    look.slug,
                    look.day.waiting,
                    sum(heap.count for heap in look.day.failed),
                    0 if look.day.in_doubt is None else look.day.in_doubt.count,
                    sum(heap.count for heap in look.day.bounced),
                    next((look.day.sending.hold(gate) for gate in look.day.sending.holding()), None),
                )
                for look in looks
            )
        health = Health(datetime.now(UTC), os.getpid(), __version__, looks is not None, self._leagues)
        write_file(self._file, msgspec.json.format(msgspec.json.encode(health), indent=2).decode() + "\n")

    def close(self) -> None:
        """Take the file away."""
        with suppress(OSError):
            self._file.expanduser().unlink()


def read_health(file: Path, *, now: datetime, oldest: float = OLDEST_SECONDS) -> Health:
    """The worker's health, if it is well.

    Raises:
        BballError: it is not, in words.
    """
    try:
        health = msgspec.json.decode(file.expanduser().read_bytes(), type=Health)
    except FileNotFoundError:
        raise BballError(f"There is no health file {file}: no worker writes it, or it was stopped.") from None
    except (OSError, msgspec.MsgspecError) as error:
        why = (error.strerror or str(error)) if isinstance(error, OSError) else "it isn't a health file"
        raise BballError(f"The health file {file} cannot be read: {why}.") from None
    age = (now - health.at).total_seconds()
    if age > oldest:
        raise BballError(f"The worker {health.pid} has written nothing for {age:.0f} seconds: it hangs, or is gone.")
    if not health.database:
        raise BballError(f"The worker {health.pid} runs and does not reach its database. It goes on trying.")
    return health


class Systemd:
    """What a service of systemd tells its manager (sd_notify(3)): that it is ready, lives, stops, and how it is."""

    def __init__(self) -> None:
        self._address = os.environ.get("NOTIFY_SOCKET", "")

    @property
    def listens(self) -> bool:
        """Whether a manager wants to know."""
        return self._address.startswith(("/", "@"))

    def seen(self, looks: Looks) -> None:
        """After a look: the worker lives, whatever the database does; a new start would not bring that back."""
        if looks is None:
            status = "the database is away"
        else:
            waiting = sum(look.day.waiting for look in looks)
            status = f"{len(looks)} league{'' if len(looks) == 1 else 's'}, {waiting} waiting"
        self._tell(f"READY=1\nWATCHDOG=1\nSTATUS={status}")

    def stopping(self) -> None:
        """The mails on their way are finished."""
        self._tell("STOPPING=1")

    def _tell(self, text: str) -> None:
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.sendto(text.encode(), address)
