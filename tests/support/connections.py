"""Connections to a test's database are kept for the next test, as its database is.

A process of the server that has just begun reads the catalog for every table that it meets, with policies, triggers and
functions: for most tests that was more work than all they ask. What a session may leave behind is taken from it.

It keeps the plans of what is asked again, too. Tests ask the same of a few rows, and all that the server did was to
plan. Whoever tests plans asks a copy of a database (``Server.copy``), where all is as it is for staff.
"""

import os
import select
import threading
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import psycopg
import pytest
from psycopg import pq
from psycopg._preparing import PrepareManager

from bball_tui.database.engine import Database
from bball_tui.database.kept_plans import KEPT_AFTER

PREFIX: Final = "test_"
"""How the names of databases begin that are emptied and used again."""
MOST: Final = 8
"""Connections of one kind to one database; more at once are few, and no test after them needs so many."""
PLANS: Final = 300
"""Statements of one connection whose plans are kept."""
_FORGET: Final = (
    b"RESET SESSION AUTHORIZATION; RESET ALL; CLOSE ALL; UNLISTEN *; SELECT pg_advisory_unlock_all(); "
    b"DISCARD TEMP; DISCARD SEQUENCES; SELECT pg_stat_force_next_flush()"
)
"""DISCARD ALL but for the plans and those who have a name; and what the session did is counted at once, which else
happens when it ends."""

_Kind: TypeAlias = tuple[tuple[str, Any], ...]
"""The options with which a connection was made: what a new one with the same would be like."""


class _Plans(PrepareManager):
    """The names by which the server knows statements."""

    prepare_threshold = KEPT_AFTER
    prepared_max = PLANS

    def clear(self) -> bool:
        """No rollback takes one back, and a database whose tables were changed is thrown away after the test."""
        return False


_Dialed: TypeAlias = tuple[pq.abc.PGconn, _Plans]

_nobody = pq.PGconn.connect_start(b"")
_nobody.finish()


class Kept:
    """The connections that nobody has now."""

    def __init__(self) -> None:
        self._process = os.getpid()
        self._taking = threading.Lock()
        self._free: defaultdict[str, list[tuple[_Kind, _Dialed]]] = defaultdict(list)
        self.ports: set[str] = set()
        """Where other servers than the run's own listen whose connections are kept, too, while the port is in here."""

    def keeps(self, database: str, options: Mapping[str, Any]) -> bool:
        """Whether connections made with ``options`` are kept: what is no socket may be a pooler of the test."""
        if str(options.get("host", "")).startswith("/"):
            return database.startswith(PREFIX)
        return str(options.get("port", "")) in self.ports

    def pids(self, database: str) -> list[int]:
        """The server's processes of those that are kept to ``database``."""
        return [one.backend_pid for _, (one, _) in self._free.get(database, ())]

    def end(self, database: str) -> None:
        """Close all to ``database``: it is thrown away."""
        for _, (one, _) in self._free.pop(database, ()):
            one.finish()

    def take(self, database: str, kind: _Kind) -> "_Dialed | None":
        """One of that kind, as good as new."""
        while True:
            with self._taking:  # a command may run in a thread of its own
                free = self._free[database]
                found = [number for number, (its, _) in enumerate(free) if its == kind]
                if not found:
                    return None
                _, one = free.pop(found[-1])
            if _is_alive(one[0]):
                return one
            one[0].finish()

    def give(self, database: str, kind: _Kind, dialed: _Dialed) -> None:
        """Keep it, if it is in a state to be kept."""
        one, _ = dialed
        calm = os.getpid() == self._process and one.transaction_status == pq.TransactionStatus.IDLE
        alike = sum(its == kind for its, _ in self._free[database])
        if calm and alike < MOST and _did(one, _FORGET):
            while one.notifies():
                pass  # what it was told before it stopped listening
            self._free[database].append((kind, dialed))
        else:
            one.finish()


def _is_alive(one: pq.abc.PGconn) -> bool:
    # What ended it has written to it; what is about to end it is heard before the answer.
    return not select.select([one.socket], [], [], 0)[0] and _did(one, b"SELECT 1")


def _did(one: pq.abc.PGconn, order: bytes) -> bool:
    try:
        return one.exec_(order).status == pq.ExecStatus.TUPLES_OK
    except psycopg.Error:
        return False


kept = Kept()


class _Connection(psycopg.AsyncConnection[Any]):
    """Is given back when it is closed."""

    database: str
    kind: _Kind
    plans: _Plans

    @classmethod
    def around(cls, dialed: _Dialed, database: str, kind: _Kind) -> "_Connection":
        pgconn, plans = dialed
        made = cls(pgconn)
        made._prepared = made.plans = plans
        made._autocommit = True
        made.database, made.kind = database, kind
        return made

    @property
    def prepare_threshold(self) -> int | None:
        """What is asked again is prepared, whatever the program wants for its many rows."""
        return KEPT_AFTER

    @prepare_threshold.setter
    def prepare_threshold(self, value: int | None) -> None:
        pass

    async def close(self) -> None:
        if self.closed:
            return
        self._closed = True
        pgconn, self.pgconn = self.pgconn, _nobody
        kept.give(self.database, self.kind, (pgconn, self.plans))


def keep_connections() -> None:
    """From now on every :class:`Database` of this process takes and gives them."""
    dial = Database._dial

    async def take_or_dial(self: Database) -> psycopg.AsyncConnection:
        database = str(self._options.get("dbname", ""))
        if not kept.keeps(database, self._options):
            return await dial(self)
        kind = tuple(sorted(self._options.items()))
        found = kept.take(database, kind)
        if found is None:
            new = await dial(self)
            found = new.pgconn, _Plans()
            new.pgconn, new._closed = _nobody, True
        return _Connection.around(found, database, kind)

    pytest.MonkeyPatch().setattr(Database, "_dial", take_or_dial)
