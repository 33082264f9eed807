"""Whose turn it is on the connections to one server, and which mail the server may be told of ahead of its turn.

RFC 2920 (section 3.1) lets the message be the first of a group of commands. So behind the final dot of one mail the
server can be told of the next: between the two then lies one journey instead of two. A mail that the server was told of
is nothing more than that: its turn begins when the mail before it is answered, and until then it may be taken back at
any time, at the price of the connection. A moment before that turn, if it can be told, the mail hears of it.
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable
from enum import Enum
from typing import Final

from msgspec import Struct, field

from bball_tui.mail.transports.smtp_connection import Announcement, Connection

QUICK_SECONDS: Final = 2.0
"""A server that answered the last message within this may be told of another mail behind the next one."""

PATIENCE_SECONDS: Final = 5.0
"""So long a mail stays behind another one; then it leaves by whatever connection is free."""

LEAD_SECONDS: Final = 0.025
"""So long before a server is likely to answer, the mail behind the one in hand hears that its turn comes soon."""

STEADY_ANSWERS: Final = 7
"""So many of a server's last nine answers must have taken as long as they usually do, give or take that lead."""

REST_SECONDS: Final = 600.0
"""So long nothing is told ahead after a server that could take it once lost its way."""


class Verdict(Enum):
    """What it says of a server what became of a mail that it was told of behind another one."""

    KEPT = "kept"
    """All was answered as it should be."""
    UNCLEAR = "unclear"
    """Nothing: the mail did not come after all, or was refused."""
    BROKEN = "broken"
    """Something was not answered."""
    MUDDLED = "muddled"
    """A good answer came where another was due, so what was taken for the answer to the mail before may be none."""


def _turn() -> asyncio.Future[Connection | None]:
    return asyncio.get_running_loop().create_future()


def _verdict() -> asyncio.Future[Verdict]:
    return asyncio.get_running_loop().create_future()


class Mail(Struct, eq=False):
    """A mail that wants a connection; without an ``announcement`` it is none and only wants to look.

    ``turn`` holds, when its turn has come, the connection on which the server was told of it already (None: it was
    not); ``verdict`` what became of that. ``behind`` is where it was told of while it waits; ``soon`` is called a
    moment before that turn is likely to come.
    """

    announcement: Announcement | None
    turn: asyncio.Future[Connection | None] = field(default_factory=_turn)
    verdict: asyncio.Future[Verdict] = field(default_factory=_verdict)
    behind: Connection | None = None
    hurry: asyncio.TimerHandle | None = None
    soon: Callable[[], None] = lambda: None


class Turns:
    """``connections`` mails at a time, the others in the order in which they came."""

    def __init__(self, connections: int, *, patience: float = PATIENCE_SECONDS) -> None:
        self._free = connections
        self._patience = patience
        self._waiting: deque[Mail] = deque()

    async def come(self, mail: Mail) -> Connection | None:
        """Wait for the turn of ``mail``; each turn ends with :meth:`leave` or :meth:`hand_over`."""
        if self._free:
            self._free -= 1
            return None
        self._waiting.append(mail)
        try:
            return await mail.turn
        except asyncio.CancelledError:
            if mail in self._waiting:
                self._waiting.remove(mail)
            if not mail.turn.cancelled():  # its turn came in the same moment
                mail.verdict.set_result(Verdict.UNCLEAR)
                if (connection := mail.turn.result()) is not None:
                    connection.drop()
                self.leave()
            raise

    def leave(self) -> None:
        """The turn is over: it is that of the one that waits longest."""
        while self._waiting:
            mail = self._waiting.popleft()
            if not mail.turn.done():
                mail.turn.set_result(None)
                return
        self._free += 1

    def next_behind(self, connection: Connection) -> Mail | None:
        """Take the mail that comes next, if the server at ``connection`` can be told of it."""
        while self._waiting and self._waiting[0].turn.done():
            self._waiting.popleft()
        announcement = self._waiting[0].announcement if self._waiting else None
        if announcement is None or not connection.can_say(announcement):
            return None
        mail = self._waiting.popleft()
        mail.behind = connection
        mail.hurry = asyncio.get_running_loop().call_later(self._patience, self._call_back, mail)
        return mail

    def hand_over(self, connection: Connection, mail: Mail) -> bool:
        """The turn is now that of the ``mail`` behind, on ``connection`` if that is still good for it.

        False when that mail is not there anymore; then a connection whose server was told of it is of no more use.
        """
        if mail.behind is connection and mail.hurry is not None:
            mail.hurry.cancel()
            if not mail.turn.done():
                mail.turn.set_result(connection if connection.open else None)
                return True
        connection.drop()
        self.leave()
        return False

    def announce(self, connection: Connection, mail: Mail) -> None:
        """The turn of the ``mail`` behind comes soon, if it is still there."""
        if mail.behind is connection and not mail.turn.done():
            mail.soon()

    def _call_back(self, mail: Mail) -> None:
        """It has waited behind another one for long enough."""
        mail.behind = None
        if mail.turn.done():
            return
        self._waiting.appendleft(mail)
        if self._free:
            self._free -= 1
            self.leave()


class Trust:
    """Whether a server that offers PIPELINING can be told of a mail behind the message of the one before.

    Nobody knows until it was tried, and a server that cannot may leave a mail in doubt; so one mail tries, and only
    when all went well others follow. After a failure nothing is tried again: ever, or for a while if it went well once.
    """

    def __init__(self) -> None:
        self._proven = False
        self._trying = False
        self._rest_until = -math.inf
        self._answers: deque[float] = deque(maxlen=9)

    def may_tell(self) -> bool:
        """Whether the server may be told of a mail ahead now; if so, that is tried, and must be judged."""
        now = asyncio.get_running_loop().time()
        if not self._answers or self._answers[-1] > QUICK_SECONDS or now < self._rest_until:
            return False
        return self._proven or not self._trying

    def tried(self) -> None:
        """The server is being told of a mail ahead."""
        self._trying = True

    def judge(self, verdict: Verdict) -> None:
        """What came of it."""
        self._trying = False
        match verdict:
            case Verdict.KEPT:
                self._proven = True
            case Verdict.BROKEN | Verdict.MUDDLED:
                until = asyncio.get_running_loop().time() + REST_SECONDS
                self._rest_until = until if self._proven else math.inf
            case Verdict.UNCLEAR:
                pass

    def answered(self, seconds: float) -> None:
        """So long the server thought about a message."""
        self._answers.append(seconds)

    def notice(self) -> float | None:
        """So many seconds after a message the mail behind it hears of its turn.

        None for a server whose next answer nobody can tell; nothing for one that is quick, as a mark takes as long.
        """
        usual = sorted(self._answers)[len(self._answers) // 2] if self._answers else 0.0
        steady = sum(abs(seconds - usual) <= LEAD_SECONDS for seconds in self._answers)
        return max(usual - LEAD_SECONDS, 0.0) if steady >= STEADY_ANSWERS else None
