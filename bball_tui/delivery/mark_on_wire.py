"""The mark: written down before the final dot of a mail can go out, so that no crash makes a second copy of it.

Where it is known when a mail will leave, the mark is written a moment before, so that the mail waits for no disk. A
worker that is killed in that moment leaves a mail in doubt that never left; so the moment is short, and a mark of which
nothing comes is taken back.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from bball_tui.database.autocommit import AutocommitConnection
from bball_tui.database.engine import Database
from bball_tui.delivery.batching import Batcher
from bball_tui.outbox.queue import Claim, Departure, mark_on_wire
from bball_tui.outbox.settling import take_back_marks

HELD: Final = 0.05
"""So many seconds ahead a mail is marked at most; what has not left by then is not marked anymore."""

_PASSES: Final = 3
"""So often the event loop goes around before a batch of marks begins. Answers of the mail server that came together
take two of them to ask for their next marks; fewer gather nobody, more no one else."""


class Marking:
    """Marks the mails of one worker.

    Args:
        held: how many seconds ahead a mail may be marked.
    """

    def __init__(self, database: Database, *, lease: timedelta, held: float = HELD) -> None:
        self.held = held
        self._lease = lease
        self._connection = AutocommitConnection(database)
        self.marks: Batcher[Departure, bool] = Batcher(self._mark, passes=_PASSES)
        self.back: Batcher[Claim, bool] = Batcher(self._take_back)

    async def close(self) -> None:
        """Give back the connection; no mail may be in hand."""
        for batcher in (self.marks, self.back):
            await batcher.close()
        await self._connection.close()

    async def _mark(self, departures: Sequence[Departure]) -> list[bool]:
        ours = await mark_on_wire(self._connection, departures, lease=self._lease)
        return [departure.claim.id in ours for departure in departures]

    async def _take_back(self, claims: Sequence[Claim]) -> list[bool]:
        gone = await take_back_marks(self._connection, claims)
        return [claim.id in gone for claim in claims]


class Mark:
    """The mark of one mail. ``departure`` is what to mark when it comes to that; ``freezing`` is true when the mail is
    written down as it is (None: with the mark, or before).
    """

    def __init__(
        self, marking: Marking, departure: Callable[[], Departure], freezing: asyncio.Future[bool] | None
    ) -> None:
        self._marking = marking
        self._departure = departure
        self._freezing = freezing
        self._ahead: asyncio.Future[bool] | None = None
        self._until = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._back: asyncio.Future[bool] | None = None

    def soon(self) -> None:
        """The mail will leave in a moment: mark it, once, unless it is not written down yet."""
        if self._ahead is not None or not self._is_frozen():
            return
        loop = asyncio.get_running_loop()
        self._ahead = self._marking.marks.begin(self._departure())
        self._until = loop.time() + self._marking.held
        self._timer = loop.call_later(self._marking.held, self._take_back)

    async def now(self) -> bool:
        """Have it marked; whether it is, and the mail still ours.

        Raises:
            BballError: the database is away, and whether it is marked is unknown; nothing may be sent.
        """
        self.over()
        if self._freezing is not None and not await self._freezing:
            return False
        if self._ahead is not None:
            # A worker that was stopped in between asks again whether the mail is its own.
            if self._back is None and asyncio.get_running_loop().time() <= self._until:
                return await self._ahead
            if not await self._ahead:
                return False
            await (self._back or self._marking.back.begin(self._departure().claim))
        return await self._marking.marks.submit(self._departure())

    def over(self) -> None:
        """The mail leaves now, or not at all; what became of it is written down with its answer."""
        if self._timer is not None:
            self._timer.cancel()

    def _is_frozen(self) -> bool:
        freezing = self._freezing
        if freezing is None:
            return self._departure().message is None
        return freezing.done() and not freezing.cancelled() and freezing.exception() is None and freezing.result()

    def _take_back(self) -> None:
        if self._ahead is None:
            return
        if self._ahead.done():
            self._back = self._marking.back.begin(self._departure().claim)
        else:  # first it must be known what there is to take back
            self._timer = asyncio.get_running_loop().call_later(self._marking.held, self._take_back)
