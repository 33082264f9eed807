"""When a request may be repeated, and how long to wait first.

GroupMe has no idempotency key for anything but messages, and two groups may have one name. So reading and setting a
state are repeated after any fault; creating and adding only when the request surely was not sent, or was refused
with 420 or 429.
"""

import random
from enum import Enum, auto

from msgspec import Struct


class Safety(Enum):
    """What repeating a request would do."""

    READ = auto()
    """Nothing."""
    REPEATABLE = auto()
    """The same state is set once more."""
    ONCE = auto()
    """The thing would be done twice."""


class Fault(Enum):
    """Why an attempt gave no answer that counts."""

    NOT_SENT = auto()
    """No connection came about, so the server never saw the request."""
    NO_ANSWER = auto()
    """Sent, at least in part; then a timeout, a broken connection, a 5xx, or something unreadable."""
    LIMITED = auto()
    """Refused with 420 or 429: the server did nothing."""


def may_repeat(safety: Safety, fault: Fault) -> bool:
    """Whether the same request may be sent again after ``fault``."""
    return fault is not Fault.NO_ANSWER or safety is not Safety.ONCE


class RetryPolicy(Struct, frozen=True):
    """How often and how long, in seconds."""

    tries: int = 4
    first_wait: float = 0.5
    first_limited_wait: float = 2.0
    """After a 420 or 429 without Retry-After."""
    longest_wait: float = 10.0
    longest_retry_after: float = 20.0
    """A server that wants more than this is not waited for inside one call; the caller learns until when."""
    pause_when_limited: float = 60.0
    """What "too many requests" without Retry-After means for the next call (what other clients found to work)."""

    def wait(self, attempt: int, fault: Fault, retry_after: float | None) -> float | None:
        """Seconds before attempt number ``attempt + 1`` (``attempt`` counts from 1), or None to give up."""
        if attempt >= self.tries:
            return None
        if retry_after is not None and fault is Fault.LIMITED:
            return retry_after if retry_after <= self.longest_retry_after else None
        first = self.first_limited_wait if fault is Fault.LIMITED else self.first_wait
        longest = min(self.longest_wait, first * 2 ** (attempt - 1))
        return random.uniform(longest / 2, longest)  # noqa: S311 - jitter, not a secret


class Polling(Struct, frozen=True):
    """How the result of adding members is waited for, in seconds: it takes seconds, at times minutes."""

    first_wait: float = 1.5
    factor: float = 1.5
    longest_wait: float = 15.0
    total: float = 180.0

    def waits(self) -> list[float]:
        """The pauses between the looks; their sum stays within ``total``."""
        waits: list[float] = []
        wait = self.first_wait
        while sum(waits) + wait <= self.total:
            waits.append(wait)
            wait = min(wait * self.factor, self.longest_wait)
        return waits


class Timeouts(Struct, frozen=True):
    """Seconds for each part of one attempt, and for the whole of it (a server may drip forever)."""

    connect: float = 5.0
    read: float = 20.0
    write: float = 20.0
    total: float = 60.0
