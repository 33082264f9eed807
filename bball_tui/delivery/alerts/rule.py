"""When staff are told what: pure, the state of a notice in, the word and the state out.

One message for each cause and hour, and only with news; one when it is over; and a word a day while it lasts.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from bball_tui.database.states import AlertCause

QUIET = timedelta(hours=1)
"""Between two messages about one cause."""
AGAIN = timedelta(days=1)
"""Between two messages about what has not changed."""
PATIENT = (AlertCause.HELD, AlertCause.WORKER)
"""Causes that often pass by themselves: staff say for how long they may last."""


class Finding(Struct, frozen=True):
    """Something that is the case. It never holds a word about a family: it leaves this program.

    ``count`` and ``detail`` say when it has become worse or another thing; ``headline`` fits behind the league's name,
    ``lines`` are whole sentences with the way out.
    """

    cause: AlertCause
    since: datetime
    count: int
    headline: str
    lines: tuple[str, ...]
    detail: str = ""


class Stage(StrEnum):
    """What is told of a cause."""

    BEGINS = "begins"
    GOES_ON = "goes_on"
    OVER = "over"


class Notice(Struct, frozen=True):
    """What one channel knows of one cause; the columns of `alert_notice` say what each is."""

    since: datetime | None = None
    told_at: datetime | None = None
    told: bool = False
    count: int = 0
    detail: str = ""


def noted(notice: Notice, finding: Finding | None, now: datetime) -> Notice:
    """``notice`` after a look. What staff have dealt with meanwhile is news when it comes again."""
    if finding is None:
        return replace(notice, since=None)
    begun = min(finding.since, now) if notice.since is None else min(finding.since, notice.since)
    return replace(notice, since=begun, count=min(notice.count, finding.count))


def due(notice: Notice, finding: Finding | None, now: datetime, patience: timedelta) -> Stage | None:
    """What to tell now of a ``notice`` that :func:`noted` returned."""
    if finding is None:
        return Stage.OVER if notice.told else None
    wait = patience if finding.cause in PATIENT else timedelta()
    if notice.since is None or now - notice.since < wait:
        return None
    if notice.told_at is not None and now - notice.told_at < QUIET:
        return None
    if not notice.told:
        return Stage.BEGINS
    news = finding.count > notice.count or finding.detail != notice.detail
    long_ago = notice.told_at is not None and now - notice.told_at >= AGAIN
    return Stage.GOES_ON if news or long_ago else None


def told(notice: Notice, finding: Finding | None, now: datetime) -> Notice:
    """``notice`` once it was told. A cause that comes back within the hour waits for the end of that hour."""
    if finding is None:
        return replace(notice, told=False, count=0, detail="")
    return replace(notice, told=True, told_at=now, count=finding.count, detail=finding.detail)
